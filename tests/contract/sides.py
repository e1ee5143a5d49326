"""The platforms behind one face, so that one suite runs over all of them."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from desk.ports import Channel
from domain.content import File
from domain.errors import RateLimited, Unavailable
from domain.ids import Address, MessageRef
from domain.inbound import Event
from sandbox.stand import Bubble, until
from tests.contract import discord_case, slack_case, telegram_case
from tests.contract.fake_channel import FakeChannel, World

Files = list[tuple[str, bytes]]


class Side(ABC):
    """A channel, the place it writes to, and the person there."""

    tells_deletions = True
    """Whether the platform tells bots that a person deleted a message."""
    refuses_markup = True
    """Whether there is markup that can be refused."""

    channel: Channel
    address: Address
    blobs: dict[str, bytes]

    @abstractmethod
    def accepted(self) -> list[Event]:
        """Every event that was handed over, repeated ones once."""

    @abstractmethod
    async def say(self, text: str, files: Files | None = None) -> str:
        """The person writes; the message's id."""

    @abstractmethod
    async def edit(self, ident: str, text: str) -> None:
        """The person changes a message."""

    @abstractmethod
    async def delete(self, ident: str) -> None:
        """The person deletes a message."""

    @abstractmethod
    async def press(self, ref: MessageRef, label: str) -> None:
        """The person presses a button."""

    @abstractmethod
    async def block(self) -> None:
        """The place can't be reached any more."""

    @abstractmethod
    async def redeliver(self) -> None:
        """The platform delivers its last event again."""

    @abstractmethod
    async def restart(self, **options: Any) -> None:
        """A new process takes over; ``options`` for its channel."""

    @abstractmethod
    def fail_next(self, kind: str) -> None:
        """The next message meets ``rate_limited``, ``unavailable`` or ``refused_markup``."""

    @abstractmethod
    def shown(self) -> list[Bubble]:
        """The messages of ours that are to be seen."""

    async def event(self, kind: type, count: int = 1) -> Any:
        """The last event of a kind, once there are so many."""

        def found() -> list[Event]:
            events = [event for event in self.accepted() if isinstance(event, kind)]
            return events if len(events) >= count else []

        return (await until(found))[-1]


class FakeSide(Side):
    refuses_markup = False

    def __init__(self) -> None:
        self.blobs = slack_case.Blobs()
        self.world = World()
        self.channel = FakeChannel(blobs=self.blobs, world=self.world)
        self.address = Address(
            platform=self.channel.platform, bot=self.channel.bot, workspace="fake", channel="dana"
        )
        self.inbox: dict[str, Event] = {}
        self.task: asyncio.Task[None] | None = None

    async def accept(self, event: Event) -> None:
        self.inbox.setdefault(event.source, event)

    def start(self) -> None:
        self.task = asyncio.create_task(self.channel.run(self.accept))

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    def accepted(self) -> list[Event]:
        return list(self.inbox.values())

    async def say(self, text: str, files: Files | None = None) -> str:
        return self.world.say("dana", self.address, text, files)

    async def edit(self, ident: str, text: str) -> None:
        self.world.edit("dana", self.address, ident, text)

    async def delete(self, ident: str) -> None:
        self.world.delete("dana", self.address, ident)

    async def press(self, ref: MessageRef, label: str) -> None:
        sent = next(one for one in self.world.sent if one.ref == ref)
        self.world.press("dana", ref, next(action for action, name in sent.buttons if name == label))

    async def block(self) -> None:
        self.world.blocked.add("dana")

    async def redeliver(self) -> None:
        self.world.redeliver()

    async def restart(self, **options: Any) -> None:
        await self.stop()
        self.channel = FakeChannel(blobs=self.blobs, world=self.world, **options)
        self.start()

    def fail_next(self, kind: str) -> None:
        self.world.fail_next(RateLimited(3.0) if kind == "rate_limited" else Unavailable())

    def shown(self) -> list[Bubble]:
        return [
            Bubble(
                id=one.ref.id,
                author="Deskmate",
                text=one.text,
                buttons=[(action, label) for action, label in one.buttons],
                files=[(f.name, "") for f in one.content.blocks if isinstance(f, File)],
                old=one.old,
                deleted=one.deleted,
            )
            for one in self.world.sent
            if not one.deleted
        ]


class SlackSide(Side):
    def __init__(self, case: slack_case.SlackCase) -> None:
        self.case, self.channel, self.address, self.blobs = case, case.channel, case.address, case.blobs

    def accepted(self) -> list[Event]:
        return self.case.accepted

    async def _act(self, action: str, **arguments: Any) -> Any:
        return await self.case.stand.act("", "Alma", action, **arguments)

    async def say(self, text: str, files: Files | None = None) -> str:
        return await self.case.say(text, files=files or [])

    async def edit(self, ident: str, text: str) -> None:
        await self._act("edit", bubble=ident, text=text)

    async def delete(self, ident: str) -> None:
        await self._act("delete", bubble=ident)

    async def press(self, ref: MessageRef, label: str) -> None:
        await self.case.press(ref.id, label)

    async def block(self) -> None:
        self.case.block()

    async def redeliver(self) -> None:
        self.case.redeliver()

    async def restart(self, **options: Any) -> None:
        await self.case.stop()
        self.case.channel = self.channel = slack_case.make_channel(
            self.case.url, blobs=self.case.blobs, **options
        )
        await self.case.start()

    def fail_next(self, kind: str) -> None:
        self.case.fail_next(kind)

    def shown(self) -> list[Bubble]:
        return [one for one in self.case.bubbles() if one.author == "Deskmate" and not one.deleted]


class DiscordSide(Side):
    def __init__(self, case: discord_case.DiscordCase) -> None:
        self.case, self.channel, self.address, self.blobs = case, case.channel, case.address, case.blobs

    def accepted(self) -> list[Event]:
        return self.case.accepted

    async def say(self, text: str, files: Files | None = None) -> str:
        return await self.case.say(text, files=files or [])

    async def edit(self, ident: str, text: str) -> None:
        await self.case.act("edit", bubble=ident, text=text)

    async def delete(self, ident: str) -> None:
        await self.case.act("delete", bubble=ident)

    async def press(self, ref: MessageRef, label: str) -> None:
        await self.case.press(ref.id, label)

    async def block(self) -> None:
        await self.case.block()

    async def redeliver(self) -> None:
        await self.case.redeliver()

    async def restart(self, **options: Any) -> None:
        await self.case.start(**options)
        self.channel = self.case.channel

    def fail_next(self, kind: str) -> None:
        # discord.py waits by itself where Discord asks for a short pause.
        self.case.fail_next(kind, retry_after=120)

    def shown(self) -> list[Bubble]:
        return [one for one in self.case.bubbles() if not one.mine and not one.deleted]


TELEGRAM_KINDS: dict[str, dict[str, Any]] = {
    "rate_limited": {"status": 429, "retry_after": 3},
    "unavailable": {"status": 502},
    "refused_markup": {"status": 400, "description": "Bad Request: can't parse entities: unknown"},
}


class TelegramSide(Side):
    tells_deletions = False

    def __init__(self, case: telegram_case.Case) -> None:
        self.case, self.channel, self.address, self.blobs = case, case.channel, case.address, case.blobs

    def accepted(self) -> list[Event]:
        return list({event.source: event for event in self.case.accepted}.values())

    async def say(self, text: str, files: Files | None = None) -> str:
        return str((await self.case.act("say", text=text, files=files or []))["bubble"])

    async def edit(self, ident: str, text: str) -> None:
        await self.case.act("edit", bubble=ident, text=text)

    async def delete(self, ident: str) -> None:
        await self.case.act("delete", bubble=ident)

    async def press(self, ref: MessageRef, label: str) -> None:
        await self.case.act("press", bubble=ref.id, button=label)

    async def block(self) -> None:
        await self.case.block()

    async def redeliver(self) -> None:
        await self.case.stand.redeliver()

    async def restart(self, **options: Any) -> None:
        await self.case.stop()
        await self.case.channel.close()
        channel = telegram_case.make_channel(self.case.url, self.case.blobs, **options)
        self.case.channel = self.channel = channel
        self.case.start()

    def fail_next(self, kind: str) -> None:
        self.case.stand.fail_next("sendMessage", **TELEGRAM_KINDS[kind])

    def shown(self) -> list[Bubble]:
        return self.case.shown()


@asynccontextmanager
async def fake() -> AsyncIterator[Side]:
    side = FakeSide()
    side.start()
    try:
        yield side
    finally:
        await side.stop()


@asynccontextmanager
async def slack() -> AsyncIterator[Side]:
    async with slack_case.slack_case() as case:
        yield SlackSide(case)


@asynccontextmanager
async def discord() -> AsyncIterator[Side]:
    async with discord_case.discord_case() as case:
        yield DiscordSide(case)


@asynccontextmanager
async def telegram() -> AsyncIterator[Side]:
    async with telegram_case.telegram_case() as case:
        side = TelegramSide(case)
        yield side


SIDES: dict[str, Callable[[], AbstractAsyncContextManager[Side]]] = {
    "fake": fake,
    "slack": slack,
    "discord": discord,
    "telegram": telegram,
}
