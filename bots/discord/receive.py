"""From the gateway to `accept`: in order for each channel, stored before it is acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final
from weakref import WeakValueDictionary

import discord
import structlog

from bots.discord import forms, parse
from bots.discord.failures import TROUBLE
from bots.discord.parse import Parser
from bots.discord.ports import Cursor
from bots.discord.replies import Recent, Replies
from bots.discord.rest import EPHEMERAL, Json, Rest
from desk.ports import Accept, Form
from domain.errors import Unavailable
from domain.ids import BotId
from domain.inbound import Actor, Event, MessageReceived

log = structlog.get_logger()

DEFERRED, DEFERRED_UPDATE, MODAL = 5, 6, 9
"""Interaction callback types."""
ANSWER_SECONDS: Final = 2.5
"""An interaction must be answered within 3 s, and the answer has to travel."""
LONGEST_PAUSE: Final = 5.0
HISTORIES: Final = 8
"""Channels whose history is read at the same time."""


class Receiver:
    """Hands events of one connection to ``accept``. Made for one `run`; `finish` ends it."""

    def __init__(
        self,
        *,
        parser: Parser,
        rest: Rest,
        replies: Replies,
        gone: Recent[bool],
        accept: Accept,
        cursor: Cursor,
        forms: Mapping[str, Form],
        private: frozenset[str],
        guild: str,
        support: str,
    ) -> None:
        self._parser = parser
        self._rest = rest
        self._replies = replies
        self._gone = gone
        self._accept = accept
        self._cursor = cursor
        self._forms = forms
        self._private = private
        self._guild = guild
        self._support = support
        self._lanes: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._busy: set[asyncio.Task[Any]] = set()
        self._open = asyncio.Event()
        self._stopping = asyncio.Event()
        self._behind: set[int] = set()
        self._histories = asyncio.Semaphore(HISTORIES)
        self._people: Recent[Actor] = Recent()
        self._homes: Recent[str] = Recent()
        self._threads: Recent[str] = Recent()

    @property
    def bot(self) -> BotId:
        """The connection that this serves."""
        return self._parser.bot

    async def finish(self, *, seconds: float = 5.0) -> None:
        """Let what is in hand reach ``accept``."""
        self._stopping.set()
        self._open.set()
        if self._busy:
            _, late = await asyncio.wait(set(self._busy), timeout=seconds)
            for task in late:
                task.cancel()

    async def _pause(self, seconds: float) -> bool:
        """Wait before another try; whether there shall be one."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return not self._stopping.is_set()

    def _lane(self, channel: int) -> asyncio.Lock:
        """Whoever holds it handles this channel; asyncio's locks are first come, first served."""
        return self._lanes.setdefault(channel, asyncio.Lock())

    async def catch_up(self, client: discord.Client) -> None:
        """Read what was written in known channels while nobody listened; what is new waits behind it."""
        self._open.clear()
        try:
            for channel, seen in (await self._seen()).items():
                self._behind.add(int(channel))
                self._keep(asyncio.create_task(self._missed(client, int(channel), int(seen))))
            await asyncio.sleep(0)  # each takes its lane before anything newer gets the chance
        finally:
            self._open.set()

    async def _seen(self) -> Mapping[str, str]:
        while True:
            try:
                return await self._cursor.seen()
            except Unavailable:
                log.warning("discord_cursor_unread", bot=self.bot)
                if not await self._pause(1.0):
                    return {}

    async def _missed(self, client: discord.Client, channel: int, seen: int) -> None:
        """A channel's history since ``seen``. Until it is read, nothing newer moves the cursor past it."""
        pause = 0.5
        try:
            async with self._lane(channel), self._histories:
                while not await self._history(client, channel, seen) and await self._pause(pause):
                    pause = min(pause * 2, LONGEST_PAUSE)
        except Unavailable:
            return  # ending with a store that is down: the next start reads it
        finally:
            self._behind.discard(channel)

    async def _history(self, client: discord.Client, channel: int, seen: int) -> bool:
        """Read it; whether it is done with."""
        place = client.get_channel(channel) or client.get_partial_messageable(channel)
        if not isinstance(place, discord.abc.Messageable):
            return True
        try:
            async for message in place.history(after=discord.Object(seen), oldest_first=True, limit=None):
                await self._written(message)
        except (discord.Forbidden, discord.NotFound):
            return True
        except TROUBLE as error:
            log.warning("discord_history_unread", bot=self.bot, error=type(error).__name__)
            return False
        return True

    def _keep(self, task: "asyncio.Task[Any]") -> None:
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def message(self, message: discord.Message) -> None:
        """A message from the gateway."""
        await self._in_lane(message.channel.id, lambda: self._written(message))

    async def edited(self, message: discord.Message) -> None:
        """A changed message from the gateway."""
        if message.author.bot or not self._ours(message.channel, message.guild):
            return
        if (event := self._parser.edited(message)) is not None:
            await self._in_lane(message.channel.id, lambda: self._store(event))

    async def deleted(self, channel: int, message: int, *, place: object, guild: int | None) -> None:
        """A deleted message from the gateway; our own deletions are no news."""
        if str(message) in self._gone or not self._ours(place, guild):
            return
        await self._in_lane(channel, lambda: self._gone_by_a_person(channel, message))

    async def _gone_by_a_person(self, channel: int, message: int) -> None:
        actor = self._people.get(str(channel)) or await self._customer(str(channel))
        await self._store(self._parser.deleted(channel, message, actor=actor, at=datetime.now(UTC)))

    async def _customer(self, channel: str) -> Actor:
        """Whose direct messages these are; nobody in particular where Discord doesn't say."""
        try:
            found = (await self._rest.channel(channel)).get("recipients") or [{}]
        except TROUBLE:
            found = [{}]
        name = found[0].get("global_name") or found[0].get("username") or ""
        return Actor(identity=self._parser.identity(str(found[0].get("id", ""))), name=str(name))

    async def _in_lane(
        self, channel: int, work: Callable[[], Awaitable[object]], *, urgent: bool = False
    ) -> None:
        """One after another for each channel. What is urgent doesn't wait for a history to be read."""
        if (task := asyncio.current_task()) is not None:
            self._keep(task)
        if urgent and (channel in self._behind or not self._open.is_set()):
            await work()
            return
        await self._open.wait()
        async with self._lane(channel):
            await work()

    async def _written(self, message: discord.Message) -> None:
        """Accept a person's message and remember that it was."""
        if message.author.bot or message.webhook_id or message.type not in parse.WRITTEN:
            return
        if not self._ours(message.channel, message.guild):
            return
        event = self._parser.message(message)
        if str(message.channel.id) == self._support:
            event = await self._in_thread(event)
        self._people.add(str(message.channel.id), event.actor)
        await self._store(event)
        await self._cursor.note(str(message.channel.id), str(message.id))

    def _ours(self, channel: object, guild: object) -> bool:
        """Direct messages, the support channel and its threads; never the server's other talk."""
        if guild is None and getattr(channel, "guild_id", None) is None:
            return True
        parent = getattr(channel, "parent_id", None) or getattr(channel, "id", None)
        return bool(self._support) and str(parent) == self._support

    async def _in_thread(self, event: MessageReceived) -> MessageReceived:
        """A message in the support channel opens a private thread, where it is answered."""
        thread = self._threads.get(event.ref.id)
        if not thread:
            name = f"{event.actor.name}: {parse.preview(event)}"
            thread = await self._rest.thread(self._support, name, event.actor.identity.user)
            self._threads.add(event.ref.id, thread)
        return parse.moved(event, self._parser.address(thread))

    async def _store(self, event: Event) -> None:
        """Accept; the gateway doesn't redeliver, so a store that is down is asked again."""
        pause = 0.2
        while True:
            try:
                await self._accept(event)
                return
            except Unavailable:
                log.warning("discord_event_waits", bot=self.bot, source=event.source)
                if not await self._pause(pause):
                    raise
                pause = min(pause * 2, LONGEST_PAUSE)

    async def interaction(self, interaction: discord.Interaction) -> None:
        """A press, a command or a form: stored, then acknowledged. What isn't stored shows as failed."""
        if interaction.guild_id and self._guild and str(interaction.guild_id) != self._guild:
            log.info("discord_interaction_from_elsewhere", bot=self.bot, guild=interaction.guild_id)
            return
        if await self._opens_form(interaction):
            return
        channel = interaction.channel_id or 0
        await self._in_lane(channel, lambda: self._interacted(interaction), urgent=True)

    async def _opens_form(self, interaction: discord.Interaction) -> bool:
        key, value = asked_form(interaction)
        form = self._forms.get(key)
        if form is None:
            return False
        await self._respond(interaction, MODAL, forms.modal(form, value))
        return True

    async def _interacted(self, interaction: discord.Interaction) -> None:
        home = await self._home(interaction)
        hidden = self._hidden(interaction)
        event = self._parser.interaction(interaction, home=home, hidden=hidden)
        if event is None:
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._store(event)
        except (TimeoutError, Unavailable):
            log.warning("discord_interaction_not_stored", bot=self.bot, source=event.source)
            return
        thinking = interaction.message is None
        kind = DEFERRED if thinking else DEFERRED_UPDATE
        if await self._respond(interaction, kind, {"flags": EPHEMERAL} if hidden and thinking else None):
            self._replies.deferred(home, interaction.token, hidden=hidden, thinking=thinking)

    def _hidden(self, interaction: discord.Interaction) -> bool:
        """Whether the answer is for the person's eyes only: in a server, and of an admin's command."""
        name = str(parse.data_of(interaction).get("name", ""))
        ephemeral = interaction.message is not None and interaction.message.flags.ephemeral
        in_thread = str(getattr(interaction.channel, "parent_id", "")) == self._support
        shown = interaction.message is not None or (in_thread and bool(self._support))
        return ephemeral or name in self._private or (bool(interaction.guild_id) and not shown)

    async def _home(self, interaction: discord.Interaction) -> str:
        """Where the person is answered later: here in direct messages and support threads, else in their
        direct messages."""
        here = str(interaction.channel_id or "")
        parent = str(getattr(interaction.channel, "parent_id", ""))
        if not interaction.guild_id or (self._support and parent == self._support):
            self._people.add(here, self._parser.actor(interaction.user))
            return here
        return await self._dm(str(interaction.user.id)) or here

    async def _dm(self, user: str) -> str:
        if user not in self._homes:
            try:
                self._homes.add(user, await self._rest.dm(user))
            except TROUBLE:
                log.warning("discord_dm_unknown", bot=self.bot)
        return self._homes.get(user) or ""

    async def _respond(self, interaction: discord.Interaction, kind: int, data: Json | None) -> bool:
        try:
            await self._rest.respond(str(interaction.id), interaction.token, kind, data)
        except TROUBLE as error:
            log.warning("discord_not_acknowledged", bot=self.bot, error=type(error).__name__)
            return False
        return True


def asked_form(interaction: discord.Interaction) -> tuple[str, str]:
    """The key and the value of the form that a press or a bare command may open."""
    data = parse.data_of(interaction)
    if interaction.type is discord.InteractionType.component:
        action, value = forms.meant(str(data.get("custom_id", "")))
        return f"button:{action}", value
    if interaction.type is discord.InteractionType.application_command and not data.get("options"):
        return f"command:{data.get('name', '')}", ""
    return "", ""
