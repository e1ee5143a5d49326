"""A running Telegram channel against a running stand-in, for the joint contract suite and our own tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bots.telegram.channel import TelegramChannel
from domain.ids import Address, BotId, CompanyId, Platform
from domain.inbound import Event
from sandbox.stand import Bubble, Pane, until
from sandbox.telegram import Person, TelegramStand

TOKEN = "7000000001:AAF-not-a-real-token"
BOT = BotId("telegram")
PERSON = "Mara Lind"
OTHER = "Jo Park"


class Blobs(dict[str, bytes]):
    """A blob store in memory."""

    async def __call__(self, key: str) -> bytes:
        return self[key]


@dataclass(kw_only=True)
class Case:
    """``accepted`` is what an inbox would keep (once by ``source``), ``deliveries`` every call.

    ``refuse`` holds the errors that the next calls raise; ``hold`` is waited for before anything is stored.
    """

    stand: TelegramStand
    channel: TelegramChannel
    address: Address
    url: str
    pane: str
    accepted: list[Event] = field(default_factory=list)
    deliveries: list[Event] = field(default_factory=list)
    blobs: Blobs = field(default_factory=Blobs)
    refuse: list[Exception] = field(default_factory=list)
    hold: asyncio.Event | None = None
    begun: int = 0
    running: "asyncio.Task[None] | None" = None
    platform: Platform = Platform.TELEGRAM

    async def accept(self, event: Event) -> None:
        """The inbox; ``begun`` counts what reached it, stored or not."""
        self.begun += 1
        if self.hold is not None:
            await self.hold.wait()
        if self.refuse:
            raise self.refuse.pop(0)
        self.deliveries.append(event)
        if event.source not in {one.source for one in self.accepted}:
            self.accepted.append(event)

    def fail_next(
        self, method: str, status: int, description: str = "", retry_after: int = 0, times: int = 1
    ) -> None:
        """The platform's next answers to a method (``*``: any) are this error."""
        self.stand.fail_next(method, status, description, retry_after, times)

    async def block(self) -> None:
        """The customer blocks the bot."""
        await self.act("block")

    async def act(self, action: str, **arguments: Any) -> Mapping[str, Any]:
        """The customer does something."""
        return await self.stand.act(self.pane, PERSON, action, **arguments)

    async def say(self, text: str, **arguments: Any) -> str:
        """The customer writes; the message's id."""
        return str((await self.act("say", text=text, **arguments))["bubble"])

    async def press(self, ref_id: str, button: str) -> Mapping[str, Any]:
        """The customer presses a button, by its label or its data."""
        return await self.act("press", bubble=ref_id, button=button)

    async def redeliver(self) -> None:
        """The last update comes again."""
        await self.stand.redeliver()

    def bubbles(self) -> list[Bubble]:
        """Everything in the customer's chat."""
        return self.pane_now().bubbles

    def start(self) -> None:
        """Run the channel."""
        self.running = asyncio.create_task(self.channel.run(self.accept))

    async def stop(self) -> None:
        """Stop the channel as a shutdown does."""
        if self.running is not None:
            self.running.cancel()
            with suppress(asyncio.CancelledError):
                await self.running
            self.running = None

    async def restart(self) -> None:
        """A new process: nothing of the old channel is left."""
        await self.stop()
        await self.channel.close()
        self.channel = make_channel(self.url, self.blobs)
        self.start()

    async def connected(self) -> None:
        """Wait until the channel receives."""
        await until(lambda: self.calls("getUpdates") or self.calls("setWebhook"))

    def calls(self, method: str) -> list[Mapping[str, Any]]:
        """The bodies of the accepted requests of a method, oldest first."""
        return [r.body for r in self.stand.requests if r.method == method and r.status == 200]

    def shown(self, pane: str = "") -> list[Bubble]:
        """What the customer sees, their own messages left out."""
        return [b for b in self.pane_now(pane).bubbles if not b.mine and not b.deleted]

    def pane_now(self, pane: str = "") -> Pane:
        """The pane as it is."""
        return next(one for one in self.stand.panes() if one.id == (pane or self.pane))

    async def event(self, kind: type, count: int = 1) -> Any:
        """The so many-th accepted event of a kind, once it is there."""

        def found() -> Any:
            events = [event for event in self.accepted if isinstance(event, kind)]
            return events[count - 1] if len(events) >= count else None

        return await until(found)

    def faults(self) -> list[str]:
        """Every way in which a body broke the official description, ours and the stand-in's."""
        ours = [f"{r.method}: {fault}" for r in self.stand.requests for fault in r.faults]
        return ours + self.stand.update_faults()


@asynccontextmanager
async def serve(app: web.Application) -> AsyncIterator[str]:
    """Serve an app on a free port of this machine."""
    runner = web.AppRunner(app, shutdown_timeout=0.5, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def make_channel(url: str, blobs: Callable[[str], Awaitable[bytes]], **options: Any) -> TelegramChannel:
    """A channel of the test bot; options override."""
    given: dict[str, Any] = {
        "company": CompanyId("acme"),
        "bot": BOT,
        "token": TOKEN,
        "base_url": f"{url}/bot",
        "base_file_url": f"{url}/file/bot",
        "mode": "polling",
        "blobs": blobs,
        "commands": {"": [("human", "Talk to a person")], "de": [("human", "Mit einem Menschen sprechen")]},
    }
    return TelegramChannel(**given | options)


@asynccontextmanager
async def telegram_case(
    *, started: bool = True, run: bool = True, people: Sequence[str] = (), **options: Any
) -> AsyncIterator[Case]:
    """A case with a customer who has pressed Start (unless ``started`` is false)."""
    stand = TelegramStand(
        bots={TOKEN: "deskmate_bot"}, people=[Person(name=PERSON, language="de"), OTHER, *people]
    )
    async with serve(stand.app()) as url:
        pane = stand.pane(PERSON)
        blobs = Blobs()
        channel = make_channel(url, blobs, **options)
        address = Address(platform=Platform.TELEGRAM, bot=BOT, workspace=BOT, channel=pane.partition("/")[2])
        case = Case(stand=stand, channel=channel, address=address, url=url, pane=pane, blobs=blobs)
        for chat in stand.world.chats.values():
            chat.started = started
        try:
            if run:
                case.start()
                await case.connected()
            yield case
        finally:
            await case.stop()
            await case.channel.close()
            await channel.close()
