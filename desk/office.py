"""One company at work: wake-ups, sweeps for what wake-ups missed, channels that stay connected, stopping."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from desk import targets
from desk.delivery import Delivery
from desk.desk import Desk
from desk.ports import Channel
from desk.presence import LEFT, due
from desk.queue import OneByOne, Wakeups
from desk.storage import Agents, Inbox, Outbox, Records
from domain.errors import Misconfigured, RateLimited, Unavailable
from domain.ids import BotId, CompanyId
from domain.people import Availability
from domain.ticket import Status, Ticket

log = structlog.get_logger()

SWEEP_SECONDS = 0.5
"""How long a lost wake-up is unnoticed."""
DUE_EVERY = 10
"""Every so many sweeps tickets are looked at: unclaimed, snoozed, left behind."""
LONGEST_PAUSE = 60.0
CONNECTED = "connected"
CANCELLATIONS = 10
WELL_AFTER = 30.0
"""A connection that held this many seconds starts its back-off anew."""


class Overdue(Protocol):
    """Finds tickets whose time came."""

    async def overdue(self, *, unclaimed_since: datetime | None, now: datetime) -> list[Ticket]:
        """Assigned tickets nobody claimed in time, and snoozed ones that are due again."""
        ...

    async def late(self, now: datetime) -> list[Ticket]:
        """Open tickets with a promise that is broken and not noted as such."""
        ...


async def ended(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended.

    A cancellation that comes at the same moment as a time-out inside an SDK can be taken for the
    time-out, after which the SDK connects again: so once is not enough.
    """
    left = set(tasks)
    for _ in range(CANCELLATIONS):
        if not left:
            return
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=1.0)
    log.error("tasks_left", names=[task.get_name() for task in left])


class Office:
    """Runs one company's desk until it is stopped."""

    def __init__(
        self,
        *,
        company: CompanyId,
        desk: Desk,
        delivery: Delivery,
        channels: Mapping[BotId, Channel],
        inbox: Inbox,
        outbox: Outbox,
        records: Records,
        overdue: Overdue,
        agents: Agents,
        wakeups: Wakeups,
        workers: int,
        claim_limit: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._company = company
        self._desk = desk
        self._delivery = delivery
        self._channels = channels
        self._inbox = inbox
        self._outbox = outbox
        self._records = records
        self._overdue = overdue
        self._agents = agents
        self._wakeups = wakeups
        self._claim_limit = claim_limit
        self._clock = clock
        self._lanes = OneByOne(job=desk.work, limit=workers)
        self._queues = OneByOne(job=delivery.drain, limit=4 * workers)
        self._assign = OneByOne(job=desk.assign, limit=1)
        self._tasks: list[asyncio.Task[None]] = []
        self._again = {bot: asyncio.Event() for bot in channels}
        self.states: dict[BotId, str] = dict.fromkeys(channels, "not started")

    def topics(self) -> None:
        """Take wake-ups for this company."""
        self._wakeups.on(f"lane|{self._company}", self._lanes.run)
        self._wakeups.on(f"out|{self._company}", self._queues.run)
        self._wakeups.on(f"assign|{self._company}", self._assign.run)

    async def start(self, *, receive: bool = True) -> None:
        """Begin to work; ``receive`` also connects the channels."""
        self._tasks.append(asyncio.create_task(self._sweep(), name=f"sweep {self._company}"))
        if receive:
            for bot, channel in self._channels.items():
                self._tasks.append(asyncio.create_task(self._connected(bot, channel), name=f"channel {bot}"))

    async def stop(self, seconds: float) -> None:
        """Finish what is in hand within the time, then hang up; the rest waits for the next start."""
        self._desk.stopping = self._delivery.stopping = True
        parts = (self._lanes, self._queues, self._assign)
        await asyncio.gather(*(part.stop(seconds) for part in parts))
        # Only now: what was in hand may still have had something to send. What arrives is kept.
        await ended(self._tasks)

    def standing(self) -> Mapping[BotId, str]:
        """How each connection is: connecting, connected, reconnecting, or what has to be mended."""
        return {
            bot: "connecting" if state == CONNECTED and not self._channels[bot].connected else state
            for bot, state in self.states.items()
        }

    # -- connections -----------------------------------------------------------------------------

    async def _connected(self, bot: BotId, channel: Channel) -> None:
        """Keep a channel connected; its faults concern no other."""
        pause = 0.5
        while True:
            started = self._clock()
            self.states[bot] = CONNECTED
            try:
                await channel.run(self._desk.accept)
                self.states[bot] = "disconnected"
                pause = 0.5
            except Misconfigured as fault:
                log.error("channel_misconfigured", bot=bot, why=str(fault))
                self.states[bot] = str(fault)
                pause = LONGEST_PAUSE
            except (Unavailable, RateLimited) as fault:
                pause = max(pause, getattr(fault, "retry_after", 0.0))
                log.warning("channel_lost", bot=bot, why=str(fault), retry_in=pause)
                self.states[bot] = "reconnecting"
            except Exception:  # an adapter's bug: the others go on, this one starts over
                log.exception("channel_failed", bot=bot)
                self.states[bot] = "reconnecting"
            if (self._clock() - started).total_seconds() > WELL_AFTER:
                pause = 0.5
            await self._rest(bot, pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _rest(self, bot: BotId, seconds: float) -> None:
        """Wait before connecting again, unless somebody knows that it will work now."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._again[bot].wait()
        self._again[bot].clear()

    def reconnect(self, bot: BotId) -> None:
        """What kept a channel from connecting is mended."""
        self._again[bot].set()

    # -- sweeps ----------------------------------------------------------------------------------

    async def _sweep(self) -> None:
        turn = 0
        while True:
            try:
                await self.sweep(tickets=turn % DUE_EVERY == 0)
            except Unavailable as fault:
                log.warning("sweep_failed", why=str(fault))
            except Exception:  # a sweep must go on for ever
                log.exception("sweep_failed")
            turn += 1
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self, *, tickets: bool = True) -> None:
        """Wake whatever has something due: hints may be lost, rows are not."""
        for lane in await self._inbox.lanes_due():
            await self._wakeups.wake(f"lane|{self._company}", lane)
        for queue in await self._outbox.queues_due():
            await self._wakeups.wake(f"out|{self._company}", queue)
        if tickets:
            await self._wakeups.wake(f"assign|{self._company}", "sweep")
            await self._tickets_due()

    async def _tickets_due(self) -> None:
        """Time passed for a ticket: that is an event like any other, accepted once."""
        now = self._clock()
        since = now - self._claim_limit if self._claim_limit else None
        for ticket in await self._overdue.overdue(unclaimed_since=since, now=now):
            what = "snoozed" if ticket.status is Status.ON_HOLD else "unclaimed"
            await self._due(ticket, what, now, _since(ticket))
        for ticket in await self._overdue.late(now):
            await self._due(ticket, targets.DUE, now, f"{ticket.resolutions}:{len(ticket.late)}")
        for agent in await self._agents.all():
            if agent.availability is Availability.OFFLINE and agent.load:
                for ticket in await self._records.tickets(assignee=agent.id):
                    if not ticket.claimed:
                        await self._due(ticket, LEFT, now, _since(ticket))

    async def _due(self, ticket: Ticket, what: str, now: datetime, mark: str) -> None:
        await self._desk.accept(due(ticket, what, now, mark))


def _since(ticket: Ticket) -> str:
    stamp = ticket.snoozed_until or ticket.waiting_since
    return f"{stamp.timestamp()}:{len(ticket.missed_by)}"
