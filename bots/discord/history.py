"""What was written while nobody listened, read from the channels' histories."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

import discord
import structlog

from bots.discord.failures import TROUBLE
from bots.discord.intake import LONGEST_PAUSE, Intake
from bots.discord.ports import Cursor
from domain.errors import Unavailable

log = structlog.get_logger()

Take = Callable[[discord.Message], Awaitable[None]]
STILL_EDITED: Final = timedelta(days=1)
"""Channels that were quiet for longer are not looked through for edits."""
LOOKED_THROUGH: Final = 25
AT_ONCE: Final = 4
"""Channels that are read at the same time."""


class History:
    """Discord queues nothing for a bot that identifies anew, and doesn't list a bot's direct messages:
    known channels are read from where the cursor stands. Nor does it tell of edits: the latest messages
    before are looked through for those. ``written`` and ``edited`` take what is found.
    """

    def __init__(self, *, intake: Intake, cursor: Cursor, written: Take, edited: Take) -> None:
        self._intake = intake
        self._cursor = cursor
        self._written = written
        self._edited = edited
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def catch_up(self, client: discord.Client) -> None:
        """Start reading every known channel; what is new there waits behind it."""
        async with self._intake.closed():
            recent_first = sorted((await self._seen()).items(), key=lambda entry: -int(entry[1]))
            for channel, seen in recent_first:
                missed = self._missed(client, int(channel), int(seen))
                self._intake.keep(asyncio.create_task(missed))

    async def _seen(self) -> Mapping[str, str]:
        while True:
            try:
                return await self._cursor.seen()
            except Unavailable:
                log.warning("discord_cursor_unread", bot=self._intake.bot)
                if not await self._intake.pause(1.0):
                    return {}

    async def _missed(self, client: discord.Client, channel: int, seen: int) -> None:
        """A channel's history since ``seen``. Until it is read, nothing newer moves the cursor past it."""
        pause = 0.5
        async with self._intake.catching_up(channel), self._slots:
            try:
                while not await self._read(client, channel, seen) and await self._intake.pause(pause):
                    pause = min(pause * 2, LONGEST_PAUSE)
            except Unavailable:
                return  # the end came while the store was down: the next start reads it

    async def _read(self, client: discord.Client, channel: int, seen: int) -> bool:
        """Read it; whether it is done with."""
        place = client.get_channel(channel) or client.get_partial_messageable(channel)
        if not isinstance(place, discord.abc.Messageable):
            return True
        try:
            if discord.utils.utcnow() - discord.utils.snowflake_time(seen) < STILL_EDITED:
                async for message in place.history(before=discord.Object(seen + 1), limit=LOOKED_THROUGH):
                    await self._edited(message)
            async for message in place.history(after=discord.Object(seen), oldest_first=True, limit=None):
                await self._written(message)
        except (discord.Forbidden, discord.NotFound):
            return True
        except TROUBLE as error:
            log.warning("discord_history_unread", bot=self._intake.bot, error=type(error).__name__)
            return False
        return True
