"""The Slack adapter against its stand-in, ready for a test."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bots.slack.channel import SlackChannel
from desk.ports import Field, Form
from domain.errors import Unavailable
from domain.ids import Address, BotId, CompanyId, Platform
from domain.inbound import Event
from sandbox.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackStand
from sandbox.slack_state import TEAM
from sandbox.stand import Bubble, until

NOTE = Form(
    name="note",
    title="Internal note",
    submit="Save",
    fields=(Field(name="note", label="Note", kind="long_text"),),
)
UPLOAD = Form(
    name="upload",
    title="Add a document",
    submit="Add",
    fields=(
        Field(name="document", label="Document", kind="file"),
        Field(name="title", label="Title", required=False),
        Field(name="kind", label="Kind", kind="select", options=(("faq", "Questions"), ("doc", "Handbook"))),
        Field(name="owner", label="Owner", kind="person", required=False),
    ),
)
FORMS = {"button:note": NOTE, "command:upload": UPLOAD}


class Blobs(dict[str, bytes]):
    """Blobs by key."""

    async def __call__(self, key: str) -> bytes:
        return self[key]


@dataclass(slots=True, kw_only=True)
class SlackCase:
    """What a test needs: the channel, the stand-in, where to write, and what was accepted.

    Events are kept by ``source``, as the inbox does it; ``deliveries`` counts every call.
    ``refusing``: nothing can be stored.
    """

    channel: SlackChannel
    stand: SlackStand
    address: Address
    blobs: Blobs
    url: str
    inbox: dict[str, Event] = field(default_factory=dict)
    deliveries: int = 0
    refusing: bool = False
    platform: Platform = Platform.SLACK
    task: asyncio.Task[None] | None = None

    @property
    def accepted(self) -> list[Event]:
        return list(self.inbox.values())

    async def accept(self, event: Event) -> None:
        self.deliveries += 1
        if self.refusing:
            raise Unavailable("the database is away")
        self.inbox.setdefault(event.source, event)

    async def start(self) -> None:
        self.task = asyncio.create_task(self.channel.run(self.accept))
        if self.stand.signed is None:
            await until(lambda: self.stand.sockets.sessions or (self.task and self.task.done()))
        else:
            await until(lambda: self.channel._in.accept or (self.task and self.task.done()))

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            self.task = None

    def fail_next(self, kind: str = "unavailable", *, retry_after: int = 1, after: bool = False) -> None:
        """The next message fails: ``rate_limited``, ``unavailable`` or ``refused_markup``."""
        error, status = {
            "rate_limited": ("ratelimited", 429),
            "unavailable": ("", 503),
            "refused_markup": ("invalid_blocks", 200),
        }[kind]
        self.stand.fail_next(
            "chat.postMessage",
            error=error,
            status=status,
            retry_after=retry_after if status == 429 else 0,
            after=after,
        )

    def block(self) -> None:
        """Nobody can be reached here any more: the app was taken out of the channel."""
        self.stand.workspace.rooms[self.stand.channel].members.remove("U0DESKMATE")

    # People

    async def say(self, text: str, **arguments: Any) -> str:
        """An agent writes in the channel; the message's id."""
        said = await self.stand.act(self.stand.channel, "Alma", "say", text=text, **arguments)
        return str(said["bubble"])

    async def press(self, ref_id: str, button: str, person: str = "Alma") -> Mapping[str, Any]:
        return await self.stand.act(self.stand.channel, person, "press", bubble=ref_id, button=button)

    def redeliver(self) -> None:
        self.stand.redeliver()

    def bubbles(self) -> list[Bubble]:
        """What is in the channel and its threads."""
        pane = next(pane for pane in self.stand.panes() if pane.id == self.stand.channel)
        return [one for root in pane.bubbles for one in (root, *root.thread)]

    async def event(self, kind: type, count: int = 1) -> Any:
        """The last accepted event of a kind, once there are so many of them."""

        def found() -> list[Event]:
            events = [event for event in self.accepted if isinstance(event, kind)]
            return events if len(events) >= count else []

        return (await until(found))[-1]


@asynccontextmanager
async def slack_case(
    *, mode: str = "socket", retry_delays: tuple[float, ...] = (0.0, 0.05, 0.05), ack_seconds: float = 3.0
) -> AsyncIterator[SlackCase]:
    """The adapter, running, over Socket Mode or over signed HTTP requests."""
    stand = SlackStand(retry_delays=retry_delays, ack_seconds=ack_seconds)
    runner, url = await serve(stand.app())
    case = _case(stand, url, mode=mode)
    routes = web.Application()
    for method, path, handler in case.channel.routes():
        routes.router.add_route(method, path, handler)
    hooks, hooks_url = await serve(routes)
    if mode == "http":
        stand.http_mode(f"{hooks_url}/webhooks/slack/slack", SIGNING_SECRET, ack_seconds=ack_seconds)
    try:
        await case.start()
        yield case
    finally:
        await case.stop()
        await hooks.cleanup()
        await runner.cleanup()


def _case(stand: SlackStand, url: str, *, mode: str) -> SlackCase:
    blobs = Blobs()
    channel = make_channel(url, blobs=blobs, mode=mode)
    address = Address(platform=Platform.SLACK, bot=BotId("slack"), workspace=TEAM, channel=stand.channel)
    return SlackCase(channel=channel, stand=stand, address=address, blobs=blobs, url=url)


def make_channel(url: str, *, blobs: Blobs, mode: str = "socket", **changes: Any) -> SlackChannel:
    """An adapter for a stand-in at an address."""
    return SlackChannel(
        **{
            "company": CompanyId("acme"),
            "bot": BotId("slack"),
            "bot_token": BOT_TOKEN,
            "app_token": APP_TOKEN,
            "signing_secret": SIGNING_SECRET,
            "base_url": f"{url}/api/",
            "mode": mode,
            "channel": "C0SUPPORT",
            "blobs": blobs,
            "forms": FORMS,
            "ping_seconds": 0.2,
            "default": True,
        }
        | changes
    )


async def serve(app: web.Application) -> tuple[web.AppRunner, str]:
    """Listen on a free port of this machine."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"
