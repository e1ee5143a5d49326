"""Messages, edits and deletions from the gateway, as events for the desk."""

from datetime import UTC, datetime

import discord
import structlog

from bots.discord import parse
from bots.discord.failures import TROUBLE
from bots.discord.intake import Intake
from bots.discord.parse import Parser
from bots.discord.ports import Cursor
from bots.discord.replies import Recent
from bots.discord.rest import Rest
from domain.inbound import Actor, MessageReceived

log = structlog.get_logger()


class Receiver:
    """Direct messages, and what is said in the support channel's threads. ``gone``: ids of messages that
    we deleted ourselves."""

    def __init__(
        self,
        *,
        intake: Intake,
        parser: Parser,
        rest: Rest,
        cursor: Cursor,
        gone: Recent[bool],
        support: str,
    ) -> None:
        self._intake = intake
        self._parser = parser
        self._rest = rest
        self._cursor = cursor
        self._gone = gone
        self._support = support
        self._people: Recent[Actor] = Recent()
        self._threads: Recent[str] = Recent()

    async def message(self, message: discord.Message) -> None:
        """Somebody wrote."""
        await self._intake.in_lane(message.channel.id, lambda: self.written(message))

    async def written(self, message: discord.Message) -> None:
        """Accept a person's message, whose lane is held, and remember that it was."""
        if message.author.bot or message.webhook_id or message.type not in parse.WRITTEN:
            return
        if not self._ours(message.channel, message.guild):
            return
        event = self._parser.message(message)
        if str(message.channel.id) == self._support:
            event = await self._in_thread(event)
        self._people.add(str(message.channel.id), event.actor)
        await self._intake.store(event)
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
            thread = await self._opened(event)
            self._threads.add(event.ref.id, thread)
        return parse.moved(event, self._parser.address(thread))

    async def _opened(self, event: MessageReceived) -> str:
        """A new thread; where the bot may not open one, the person's direct messages."""
        name, person = f"{event.actor.name}: {parse.preview(event)}", event.actor.identity.user
        try:
            return await self._rest.thread(self._support, name, person)
        except (discord.Forbidden, discord.NotFound) as error:
            log.warning("discord_thread_refused", bot=self._parser.bot, status=error.status)
            return await self._rest.dm(person)

    async def edited(self, message: discord.Message) -> None:
        """Somebody changed a message."""
        await self._intake.in_lane(message.channel.id, lambda: self.changed(message))

    async def changed(self, message: discord.Message) -> None:
        """Accept a person's change, whose channel's lane is held. One that is known changes nothing."""
        if message.author.bot or not self._ours(message.channel, message.guild):
            return
        if (event := self._parser.edited(message)) is not None:
            await self._intake.store(event)

    async def deleted(self, channel: int, message: int, *, place: object, guild: int | None) -> None:
        """Somebody deleted a message; our own deletions are no news."""
        if str(message) in self._gone or not self._ours(place, guild):
            return
        await self._intake.in_lane(channel, lambda: self._store_deleted(channel, message))

    async def _store_deleted(self, channel: int, message: int) -> None:
        actor = self._people.get(str(channel)) or await self._customer(str(channel))
        event = self._parser.deleted(channel, message, actor=actor, at=datetime.now(UTC))
        await self._intake.store(event)

    async def _customer(self, channel: str) -> Actor:
        """Whose direct messages these are; nobody in particular where Discord doesn't say."""
        try:
            found = (await self._rest.channel(channel)).get("recipients") or [{}]
        except TROUBLE:
            found = [{}]
        name = found[0].get("global_name") or found[0].get("username") or ""
        return Actor(identity=self._parser.identity(str(found[0].get("id", ""))), name=str(name))
