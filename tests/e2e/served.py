"""The real `run.py serve` in a process of its own, against stand-ins in this one; it can be killed."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sandbox.server import Sandbox
from wiring.demo import HANDBOOK, SIGNING, Mode, Stands, demo_environment, demo_tables, stands

ROOT = Path(__file__).parents[2]


class Served:
    """Stand-ins that stay, and a service that comes and goes."""

    def __init__(
        self,
        folder: Path,
        *,
        mongo_uri: str = "",
        mode: Mode = "connect",
        database: str = "deskmate",
        **app: Any,
    ) -> None:
        self.stands: Stands = stands()
        self.sandbox = Sandbox(stands=self.stands.all(), page=False)
        self.config = folder / "config.toml"
        self.log = (folder / "serve.log").open("ab")
        self._mode: Mode = mode
        self._app = {"lease_seconds": 2.0, "burst_ms": 100, **app}
        self._mongo_uri = mongo_uri
        self._database = database
        self._environment: dict[str, str] = {}
        self.process: asyncio.subprocess.Process | None = None

    async def open(self) -> None:
        """Start the stand-ins, write the config, take the handbook in."""
        await self.sandbox.start()
        tables = demo_tables(
            self.stands, self.sandbox, data_dir=self.config.parent / "data", mode=self._mode, **self._app
        )
        tables["mongodb"] = {"database": self._database}
        self.config.write_text(toml(tables))
        secrets = demo_environment(self.stands, "extractive")
        self._environment = {**os.environ, **secrets, "MONGODB_URI": self._mongo_uri}
        if self._mode == "webhooks":
            self.stands.slack.http_mode(f"{tables['web']['public_url']}/webhooks/slack", SIGNING)
        await self.run("ingest", str(HANDBOOK))

    async def run(self, *arguments: str) -> None:
        """Run a command to its end."""
        process = await self._spawn(*arguments)
        assert await process.wait() == 0, self.config.with_name("serve.log").read_text()[-3000:]

    async def start(self) -> None:
        """Start the service; it is not waited for."""
        self.process = await self._spawn("serve")

    async def kill(self) -> None:
        """End it as a crash would: at once, between any two lines."""
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def close(self) -> None:
        """Stop politely, then the stand-ins."""
        if self.process and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await self.process.wait()
        await self.sandbox.stop()
        self.log.close()

    async def _spawn(self, *arguments: str) -> asyncio.subprocess.Process:
        command = [sys.executable, "run.py", "--config", str(self.config), *arguments]
        return await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=self._environment, stdout=self.log, stderr=self.log
        )


def toml(tables: dict[str, Any]) -> str:
    """Tables as TOML; every value here is a text, a number, or a list of inline tables."""
    parts = []
    for name, table in sorted(tables.items(), key=lambda pair: isinstance(pair[1], list)):
        if isinstance(table, list):
            parts += [f"[[{name}]]\n{_pairs(one)}" for one in table]
        else:
            parts.append(f"[{name}]\n{_pairs(table)}")
    return "\n".join(parts)


def _pairs(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(value)
