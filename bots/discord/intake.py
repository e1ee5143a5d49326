"""From the gateway to `accept`: in order for each channel, tried again while the store is down."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from weakref import WeakValueDictionary

import structlog

from desk.ports import Accept
from domain.errors import Unavailable
from domain.ids import BotId
from domain.inbound import Event

log = structlog.get_logger()

LONGEST_PAUSE: Final = 5.0


class Intake:
    """One `run` of a connection. `finish` ends it."""

    def __init__(self, *, bot: BotId, accept: Accept) -> None:
        self.bot = bot
        self._accept = accept
        self._lanes: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._busy: set[asyncio.Task[Any]] = set()
        self._open = asyncio.Event()
        self._stopping = asyncio.Event()
        self._behind: set[int] = set()

    def lane(self, channel: int) -> asyncio.Lock:
        """Whoever holds it handles this channel; asyncio's locks are first come, first served."""
        return self._lanes.setdefault(channel, asyncio.Lock())

    async def in_lane(
        self, channel: int, work: Callable[[], Awaitable[object]], *, urgent: bool = False
    ) -> None:
        """One after another for each channel. What is urgent doesn't wait for a history to be read."""
        if (task := asyncio.current_task()) is not None:
            self.keep(task)
        if urgent and (channel in self._behind or not self._open.is_set()):
            await work()
            return
        await self._open.wait()
        async with self.lane(channel):
            await work()

    @asynccontextmanager
    async def closed(self) -> AsyncIterator[None]:
        """Nothing gets into a lane meanwhile but the tasks that are started here."""
        self._open.clear()
        try:
            yield
            await asyncio.sleep(0)  # each of them takes its lane before anything newer gets the chance
        finally:
            self._open.set()

    @asynccontextmanager
    async def catching_up(self, channel: int) -> AsyncIterator[None]:
        """The channel's lane, for longer."""
        self._behind.add(channel)
        try:
            async with self.lane(channel):
                yield
        finally:
            self._behind.discard(channel)

    def keep(self, task: "asyncio.Task[Any]") -> None:
        """`finish` waits for it."""
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def store(self, event: Event) -> None:
        """Accept; the gateway doesn't redeliver, so a store that is down is asked again.

        Raises Unavailable when the end comes first.
        """
        pause = 0.2
        while True:
            try:
                await self._accept(event)
                return
            except Unavailable:
                log.warning("discord_event_waits", bot=self.bot, source=event.source)
                if not await self.pause(pause):
                    raise
                pause = min(pause * 2, LONGEST_PAUSE)

    async def pause(self, seconds: float) -> bool:
        """Wait before another try; whether there shall be one."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return not self._stopping.is_set()

    async def finish(self, *, seconds: float = 5.0) -> None:
        """Let what is in hand reach ``accept``."""
        self._stopping.set()
        self._open.set()
        if self._busy:
            _, late = await asyncio.wait(set(self._busy), timeout=seconds)
            for task in late:
                task.cancel()
