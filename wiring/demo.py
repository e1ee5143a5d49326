"""The whole product against the stand-ins of ``sandbox``: what `run.py sandbox` and the tests start."""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from brain.ports import Responder
from domain.answer import Answer
from sandbox.discord import DiscordStand
from sandbox.gemini import GeminiStand
from sandbox.server import Sandbox
from sandbox.slack import SlackStand
from sandbox.stand import Stand
from sandbox.telegram import TelegramStand
from settings import Settings, parse
from store.codec import load
from wiring.app import App, build
from wiring.company import Branch

ROOT = Path(__file__).parent.parent
HANDBOOK = ROOT / "examples" / "company_data.pdf"
TELEGRAM_TOKEN = "700001:sandbox"  # noqa: S105 - of a stand-in, worth nothing elsewhere
SECRET = "sandbox-secret"  # noqa: S105
SIGNING = "sandbox-signing-secret"

Mode = Literal["connect", "webhooks"]
Llm = Literal["extractive", "gemini"]


@dataclass(slots=True, kw_only=True)
class Stands:
    """The stand-ins of one demo, with their people."""

    telegram: TelegramStand
    discord: DiscordStand
    slack: SlackStand
    gemini: GeminiStand

    def all(self) -> list[Stand]:
        """All of them."""
        return [self.telegram, self.discord, self.slack, self.gemini]


def stands() -> Stands:
    """Customers Tara in Telegram and Dev in Discord; three agents in Slack."""
    return Stands(
        telegram=TelegramStand(bots={TELEGRAM_TOKEN: "parcelo_bot"}, people=["Tara"]),
        discord=DiscordStand(people=["Dev"]),
        slack=SlackStand(),
        gemini=GeminiStand(key=SECRET),
    )


def demo_tables(made: Stands, sandbox: Sandbox, *, data_dir: Path, mode: Mode, **app: Any) -> dict[str, Any]:
    """A config whose base URLs are the stand-ins'. ``app`` overrides options of that section."""
    webhooks = mode == "webhooks"
    agents = [
        {"user": person.id, "name": person.name, "role": "admin" if person.admin else "agent"}
        for person in made.slack.people
    ]
    company = {
        "id": "parcelo",
        "name": "Parcelo",
        "timezone": "Europe/Berlin",
        "agents": agents,
        "slack": {"mode": "http" if webhooks else "socket", "base_url": sandbox.slack_url},
        "telegram": [
            {
                "mode": "webhook" if webhooks else "polling",
                "base_url": sandbox.telegram_url,
                "file_base_url": sandbox.telegram_files_url,
            }
        ],
        "discord": [
            {
                "base_url": sandbox.discord_url,
                "gateway_url": sandbox.discord_url.replace("http", "ws", 1).replace("/api/v10", "/gw"),
            }
        ],
    }
    port = _free_port() if webhooks else 0
    return {
        "app": {"data_dir": str(data_dir), "burst_ms": 300, "log_level": "warning", **app},
        "web": {"port": port, "public_url": f"http://127.0.0.1:{port}" if webhooks else ""},
        "gemini": {"base_url": sandbox.gemini_url},
        # Whether one is due would depend on the hour at which the demo is started.
        "digest": {"daily": "", "weekly": ""},
        "companies": [company],
    }


def demo_environment(made: Stands, llm: Llm) -> dict[str, str]:
    """The secrets of the stand-ins, under the names that config.toml expects."""
    return {
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_APP_TOKEN": "xapp-sandbox",
        "SLACK_SIGNING_SECRET": SIGNING,
        "SLACK_CHANNEL": made.slack.channel,
        "SLACK_ADMINS": ",".join(person.id for person in made.slack.people if person.admin),
        "TELEGRAM_TOKEN": TELEGRAM_TOKEN,
        "TELEGRAM_SECRET": SECRET,
        "DISCORD_TOKEN": made.discord.token,
        **({"GEMINI_API_KEY": SECRET} if llm == "gemini" else {}),
    }


def demo_settings(
    made: Stands, sandbox: Sandbox, *, data_dir: Path, mode: Mode, llm: Llm, **app: Any
) -> Settings:
    """The same as settings."""
    tables = demo_tables(made, sandbox, data_dir=data_dir, mode=mode, **app)
    return parse(tables, path=ROOT / "config.toml", environment=demo_environment(made, llm))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """Stand-ins, page and application, running together."""

    def __init__(
        self,
        *,
        data_dir: Path,
        mode: Mode = "connect",
        llm: Llm = "extractive",
        page: bool = True,
        port: int = 0,
        responder: Responder | None = None,
        **app: Any,
    ) -> None:
        self.stands = stands()
        self.sandbox = Sandbox(stands=self.stands.all(), brain_feed=self._turns, port=port, page=page)
        self._responder = responder
        self._options: dict[str, Any] = {"data_dir": data_dir, "mode": mode, "llm": llm, **app}
        self.app: App | None = None

    @property
    def branch(self) -> Branch:
        """The company's parts."""
        if self.app is None:
            raise RuntimeError("the demo is not started")
        return self.app.branch()

    async def start(self) -> None:
        """Start everything; the handbook is in service when this returns."""
        await self.sandbox.start()
        settings = self._settings()
        self.app = build(settings, responder=self._responder)
        await self.app.open()
        await self.branch.books.ingest(HANDBOOK.name, await asyncio.to_thread(HANDBOOK.read_bytes))
        await self.app.start()
        if self._options["mode"] == "webhooks":
            # What an admin does on Slack's pages; Telegram is told by the bot itself.
            self.stands.slack.http_mode(f"{self.app.web_url}/webhooks/slack", SIGNING)

    async def digest_now(self) -> None:
        """What comes in the morning, about today so far."""
        await self.branch.digests.post_now()

    def _settings(self) -> Settings:
        return demo_settings(self.stands, self.sandbox, **self._options)

    async def stop(self) -> None:
        """Stop everything, the application first."""
        if self.app:
            await self.app.close()
        await self.sandbox.stop()

    async def _turns(self) -> list[dict[str, Any]]:
        """What the brain did, newest first, for the page."""
        if self.app is None:
            return []
        return [_turn(row) for row in await self.branch.stores.records.traces(30)]


def _turn(row: Mapping[str, Any]) -> dict[str, Any]:
    answer = load(Answer, row["answer"])
    return {
        "id": row["id"],
        "at": row["at"].isoformat(),
        "platform": row["platform"],
        "question": row["question"],
        "language": answer.language,
        "emotion": {
            "label": str(answer.emotion.label),
            "scores": {str(label): score for label, score in answer.emotion.scores.items()},
            "evidence": list(answer.emotion.evidence),
        },
        "action": str(answer.action),
        "reason": str(answer.reason or ""),
        "refused": answer.refused,
        "quoted": answer.quoted,
        "passages": [
            {
                "title": one.passage.title,
                "heading": one.passage.heading,
                "page": one.passage.page,
                "relevance": one.relevance,
                "text": one.passage.text[:400],
            }
            for one in answer.found
        ],
        "timings": row["answer"]["timings"],
        "usage": row["answer"]["usage"],
    }
