"""The private mongod: one owner for a folder, and a crash of the app in the middle of anything."""

import subprocess
from pathlib import Path

import pytest

from domain.errors import Misconfigured
from store.local import LocalMongod, binary


def left_behind(folder: Path) -> "subprocess.Popen[bytes]":
    db = folder / "db"
    db.mkdir()
    command = [binary(), "--dbpath", str(db), "--port", "0", "--replSet", "rs0", "--nounixsocket"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def test_a_mongod_that_a_crash_left_behind_is_ended(tmp_path: Path) -> None:
    orphan = left_behind(tmp_path)
    mongod = LocalMongod(folder=tmp_path)
    try:
        assert "127.0.0.1" in await mongod.start()
        assert orphan.wait(30) is not None
    finally:
        await mongod.stop()
        orphan.kill()
        orphan.wait()


async def test_a_folder_that_another_process_uses_is_refused_politely(tmp_path: Path) -> None:
    first = LocalMongod(folder=tmp_path)
    await first.start()
    try:
        with pytest.raises(Misconfigured, match="Another Deskmate"):
            await LocalMongod(folder=tmp_path).start()
    finally:
        await first.stop()
