"""A running `DiscordChannel` against a running stand-in, for the contract suite and our own tests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bots.discord.channel import DiscordChannel
from domain.errors import DeskmateError
from domain.ids import Address, BotId, CompanyId, Platform
from domain.inbound import Event
from sandbox.discord import DiscordStand
from sandbox.stand import Bubble, until

CUSTOMER = "Dana"
BOT = BotId("discord")


KINDS = {"unavailable": (503, 0), "rate_limited": (429, 0), "refused_markup": (400, 50035)}


class Blobs(dict[str, bytes]):
    """Files by key, in memory."""

    async def __call__(self, key: str) -> bytes:
        return self[key]


class MemoryCursor:
    """What a store would keep: it outlives the channel."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def seen(self) -> dict[str, str]:
        return dict(self.kept)

    async def note(self, channel: str, message: str) -> None:
        if int(message) > int(self.kept.get(channel, 0)):
            self.kept[channel] = message


@dataclass
class DiscordCase:
    stand: DiscordStand
    base_url: str
    options: dict[str, Any] = field(default_factory=dict)
    blobs: Blobs = field(default_factory=Blobs)
    cursor: MemoryCursor = field(default_factory=MemoryCursor)
    accepted: list[Event] = field(default_factory=list)
    sources: set[str] = field(default_factory=set)
    before_accept: Callable[[Event], None] = lambda event: None
    channel: DiscordChannel = None  # type: ignore[assignment]
    task: "asyncio.Task[None] | None" = None

    @property
    def address(self) -> Address:
        """The customer's direct messages."""
        dm = self.stand.dm(CUSTOMER).id
        return Address(platform=Platform.DISCORD, bot=BOT, workspace=str(BOT), channel=dm)

    async def accept(self, event: Event) -> None:
        """As the inbox does it: the same source is stored once."""
        self.before_accept(event)
        if event.source not in self.sources:
            self.sources.add(event.source)
            self.accepted.append(event)

    def make(self, **more: Any) -> DiscordChannel:
        """A channel as `wiring` makes it."""
        options = {"token": self.stand.token, **self.options, **more}
        return DiscordChannel(
            company=CompanyId("acme"),
            bot=BOT,
            base_url=self.base_url,
            blobs=self.blobs,
            cursor=self.cursor,
            **options,
        )

    async def start(self, **more: Any) -> None:
        """A new process: nothing of the old channel is left but what the store keeps."""
        await self.stop()
        self.channel = self.make(**more)
        before = self.stand.gateway.identified
        self.task = asyncio.create_task(self.channel.run(self.accept))
        await until(lambda: self.task.done() or self.stand.gateway.identified > before)
        if self.task.done():
            self.task.result()

    async def stop(self) -> None:
        """The process ends."""
        task, self.task = self.task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError, DeskmateError):  # it may have failed before
                await task
        if self.channel is not None:
            await self.channel.close()

    def fail_next(self, kind: str | int = "unavailable", *, retry_after: float = 0.05, **more: Any) -> None:
        """The next message that is sent meets an HTTP status, or what a word of `KINDS` stands for."""
        status, code = KINDS[kind] if isinstance(kind, str) else (kind, 0)
        where = {"path": "/messages", "method": "POST", "code": code}
        self.stand.fail_next(status, retry_after=retry_after, **(where | more))

    async def block(self) -> None:
        """The customer closes their direct messages."""
        await self.act("close")

    async def act(self, action: str, *, pane: str = "", person: str = CUSTOMER, **arguments: Any) -> Any:
        """Somebody does something on Discord; the customer unless said otherwise."""
        return await self.stand.act(pane, person, action, **arguments)

    async def say(self, text: str, **arguments: Any) -> str:
        """The customer writes; the message's id."""
        return str((await self.act("say", text=text, **arguments))["bubble"])

    async def press(self, ref_id: str, button: str, person: str = CUSTOMER) -> Any:
        """Somebody presses a button of a message in the customer's direct messages."""
        return await self.act("press", pane=f"dm:{CUSTOMER}", person=person, bubble=ref_id, button=button)

    async def redeliver(self) -> None:
        """The gateway sends its last event again."""
        await self.stand.redeliver()

    def bubbles(self, pane: str = f"dm:{CUSTOMER}") -> list[Bubble]:
        """What is to be seen in a pane."""
        return next(one.bubbles for one in self.stand.panes() if one.id == pane)

    def theirs(self, pane: str = f"dm:{CUSTOMER}") -> list[str]:
        """The texts that the bot has sent there and not deleted."""
        return [bubble.text for bubble in self.bubbles(pane) if not bubble.mine and not bubble.deleted]

    async def event(self, kind: type, number: int = 1) -> Any:
        """Wait for the so many-th event of a kind."""

        def found() -> Any:
            events = [event for event in self.accepted if isinstance(event, kind)]
            return events[number - 1] if len(events) >= number else None

        return await until(found)

    def faults(self) -> list[Any]:
        """How what we sent breaks Discord's own description, and what it refused."""
        return [one.faults for one in self.stand.requests if one.faults]


@asynccontextmanager
async def discord_stand() -> AsyncIterator[DiscordCase]:
    """A stand-in on a free port, and a case with nothing connected to it yet."""
    stand = DiscordStand(people=[CUSTOMER])
    runner = web.AppRunner(stand.app(), shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    case = DiscordCase(stand=stand, base_url=f"http://127.0.0.1:{port}/api/v10")
    try:
        yield case
    finally:
        await case.stop()
        await runner.cleanup()


@asynccontextmanager
async def discord_case(**options: Any) -> AsyncIterator[DiscordCase]:
    """A running channel against a running stand-in. ``options`` go to `DiscordChannel`."""
    async with discord_stand() as case:
        case.options = options
        await case.start()
        yield case
