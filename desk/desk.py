"""The desk of one company: accepts events durably and handles each lane's, in order, once."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from desk import handoff
from desk.agent import AgentDesk
from desk.changes import Changes
from desk.customer import CustomerDesk
from desk.firm import Firm
from desk.holding import held
from desk.ports import Channel
from desk.routing import Routing
from desk.staff import StaffDesk
from desk.step import Step
from desk.storage import Agents, Assignment, Case, Inbox, Lease, Leases, Outbox, Records, Stale, Waiting
from desk.turns import Received, Turns
from domain.content import text
from domain.conversation import Conversation, Handler
from domain.errors import BadInput, RateLimited, Unavailable
from domain.ids import BotId, Lane, Platform, TicketId
from domain.inbound import (
    AddressMoved,
    Blocked,
    ButtonPressed,
    CommandReceived,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    TicketDue,
)
from domain.people import Agent, Availability
from domain.texts import Key, say
from domain.ticket import Ticket

log = structlog.get_logger()

ATTEMPTS = 6
"""Tries at an event before it is set aside; with the pauses below they take about half a minute."""
WAIT_FOR_CARD = timedelta(milliseconds=300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things may take. ``burst``: messages this close together are one turn."""

    burst: timedelta
    burst_most: timedelta
    renew_seconds: float


class Desk:
    """Joins the parts of one company."""

    def __init__(
        self,
        *,
        firm: Firm,
        pace: Pace,
        channels: Mapping[BotId, Channel],
        inbox: Inbox,
        outbox: Outbox,
        records: Records,
        leases: Leases,
        assignment: Assignment,
        roster: Agents,
        routing: Routing,
        turns: Turns,
        customers: CustomerDesk,
        agents: AgentDesk,
        staff: StaffDesk,
        clock: Callable[[], datetime],
        wake: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self.firm = firm
        self._pace = pace
        self._channels = channels
        self._inbox = inbox
        self._outbox = outbox
        self._records = records
        self._leases = leases
        self._assignment = assignment
        self._roster = roster
        self._queued: set[TicketId] = set()
        self._routing = routing
        self._turns = turns
        self._customers = customers
        self._agents = agents
        self._staff = staff
        self._clock = clock
        self._wake = wake
        self.stopping = False

    # -- in --------------------------------------------------------------------------------------

    async def accept(self, event: Event) -> None:
        """Keep an event durably. When this returns, the platform may be told that it arrived."""
        lane = await self._routing.lane(event)
        if await self._inbox.put(lane, event):
            await self._wake("lane", lane)
        else:
            log.info("event_repeated", source=event.source)

    # -- one lane --------------------------------------------------------------------------------

    async def work(self, lane: str) -> None:
        """Handle everything due in a lane, under its lease."""
        lease = await self._leases.take(lane)
        if lease is None:
            return
        async with held(self._leases, lease, every=self._pace.renew_seconds):
            while not self.stopping and (rows := await self._inbox.waiting(Lane(lane))):
                if not await self._some(lease, rows):
                    return

    async def _some(self, lease: Lease, rows: Sequence[Waiting]) -> bool:
        """Handle the first event, or a burst of messages; false if the lane has to wait."""
        first = rows[0]
        try:
            if lease.key.startswith("thread|"):
                return await self._settle(first)
            if lease.key.startswith("staff|"):
                await self._for_staff(first)
                return True
            await self._for_lane(lease, rows)
        except Stale:
            log.info("step_stale", source=first.id)
            return await self._leases.renew(lease)
        except (Unavailable, RateLimited) as fault:
            return await self._postpone(first, fault)
        except Exception as fault:  # a fault in one event must not stop its lane for ever
            log.exception("event_failed", source=first.id, kind=type(first.event).__name__)
            return await self._postpone(first, fault)
        return True

    async def _for_lane(self, lease: Lease, rows: Sequence[Waiting]) -> None:
        case = await self._records.case(Lane(lease.key))
        first = rows[0]
        rows = [first]
        if isinstance(first.event, MessageReceived) and first.event.address.platform is not Platform.SLACK:
            rows = await self._burst(Lane(lease.key), case)
        step = await self._step(lease, case, first)
        try:
            await self._decide(step, case, rows)
        except BadInput as problem:
            step = await self._step(lease, case, first)
            step.send(first.event.address, text(str(problem)), "problem")
            rows = rows[:1]
        step.changes.handled = [row.id for row in rows]
        await self._records.commit(lease, step.changes, case)
        await self._after(step.changes)

    async def _step(self, lease: Lease, case: Case, first: Waiting) -> Step:
        ticket = case.ticket
        if first.event.address.platform is Platform.SLACK or isinstance(first.event, TicketDue):
            id = await self._routing.ticket_of(first.event)
            if id and (ticket is None or ticket.id != id):
                ticket = await self._records.ticket(id)
        return Step(
            firm=self.firm,
            channels=self._channels,
            lane=Lane(lease.key),
            seed=first.id,
            now=self._clock(),
            conversation=case.conversation,
            ticket=ticket,
        )

    async def _burst(self, lane: Lane, case: Case) -> list[Waiting]:
        """Messages that arrive close together are one turn: wait until the customer pauses.

        Messages to a human are passed on at once; only an album waits for all of its parts.
        """
        while True:
            rows = _together(await self._inbox.waiting(lane))
            with_human = case.conversation is not None and case.conversation.handler is Handler.AGENT
            if with_human and not any(_album(row) for row in rows):
                return rows
            now = self._clock()
            quiet = now - rows[-1].accepted_at
            waited = now - rows[0].accepted_at
            left = min(self._pace.burst - quiet, self._pace.burst_most - waited)
            if left <= timedelta() or self.stopping:
                return rows
            await asyncio.sleep(left.total_seconds())

    async def _decide(self, step: Step, case: Case, rows: Sequence[Waiting]) -> None:
        """Ask whoever decides about this kind of event."""
        row, event = rows[0], rows[0].event
        if isinstance(event, TicketDue):
            await self._agents.due(step, case, event)
        elif event.address.platform is Platform.SLACK:
            await self._by_agent(step, case, row)
        elif isinstance(event, MessageReceived):
            await self._turns.wrote(step, case, [_received(one) for one in rows])
        else:
            await self._by_customer(step, case, event)

    async def _by_customer(self, step: Step, case: Case, event: Event) -> None:
        customers = self._customers
        if isinstance(event, CommandReceived) and event.address.private_to:
            step.reply_to = event.address
        match event:
            case MessageEdited():
                await customers.edited(step, case, event)
            case MessageDeleted():
                await customers.deleted(step, case, event)
            case ButtonPressed():
                await customers.pressed(step, case, event)
            case CommandReceived():
                await customers.commanded(step, case, event)
            case FormSubmitted():
                await customers.submitted(step, case, event)
            case Blocked():
                await customers.blocked(step, case, event)
            case AddressMoved():
                step.moved(event.to)
            case _:
                log.info("event_ignored", kind=type(event).__name__)

    async def _by_agent(self, step: Step, case: Case, row: Waiting) -> None:
        match row.event:
            case MessageReceived():
                await self._agents.wrote(step, case, row, row.event)
            case MessageEdited():
                await self._agents.edited(step, case, row.event)
            case MessageDeleted():
                await self._agents.deleted(step, case, row.event)
            case ButtonPressed(action="retry", value=key):
                await self._outbox.revive(key)
            case ButtonPressed():
                await self._agents.pressed(step, case, row.event)
            case FormSubmitted():
                await self._agents.submitted(step, case, row.event)
            case _:
                log.info("event_ignored", kind=type(row.event).__name__)

    # -- other lanes -----------------------------------------------------------------------------

    async def _settle(self, row: Waiting) -> bool:
        """An event of a thread whose card was not known when it came."""
        lane = await self._routing.of_thread(row.event.address)
        if lane:
            await self._inbox.move(row.id, lane)
            await self._wake("lane", lane)
        elif await self._outbox.cards_on_their_way(row.event.address.channel):
            await self._inbox.defer(row.id, self._clock() + WAIT_FOR_CARD, failed=False)
            return False
        else:
            await self._inbox.finish([row.id])  # people talking in a thread of their own
        return True

    async def _for_staff(self, row: Waiting) -> None:
        step = Step(firm=self.firm, channels=self._channels, lane=row.lane, seed=row.id, now=self._clock())
        await self._staff.handle(step, row.event)
        await self._outbox.add(step.changes.outgoing)
        await self._inbox.finish([row.id])
        await self._after(step.changes)

    # -- afterwards ------------------------------------------------------------------------------

    async def _after(self, changes: Changes) -> None:
        """Hints only: what is committed is found by the next sweep as well."""
        for queue in dict.fromkeys(row.queue for row in changes.outgoing):
            await self._wake("out", queue)
        if changes.assign:
            await self._wake("assign", self.firm.id)

    async def _postpone(self, row: Waiting, fault: Exception) -> bool:
        """Try again a little later; after the last try say so, and let the lane go on."""
        if row.attempts + 1 < ATTEMPTS or isinstance(fault, (Unavailable, RateLimited)):
            asked = fault.retry_after if isinstance(fault, RateLimited) else 0.0
            pause = timedelta(seconds=max(asked, min(30.0, 0.5 * 2**row.attempts)))
            await self._inbox.defer(row.id, self._clock() + pause, failed=True)
            return False
        log.error("event_dead", source=row.id, kind=type(row.event).__name__)
        apology = Step(firm=self.firm, channels=self._channels, lane=row.lane, seed=row.id, now=self._clock())
        apology.send(row.event.address, text(say(Key.TRY_AGAIN, self.firm.language)), "apology")
        await self._outbox.add(apology.changes.outgoing)
        await self._inbox.finish([row.id], dead=True)
        return True

    # -- assignment ------------------------------------------------------------------------------

    async def assign(self, _: str = "") -> None:
        """Give waiting tickets to agents until none waits or nobody has room."""
        before = {ticket.id for ticket in await self._records.tickets(waiting=True)}
        while not self.stopping:
            try:
                changes = await self._assignment.assign_next(self._clock(), self._compose)
            except Stale:
                continue
            if changes is None:
                await self._tell_queued(before)
                return
            await self._after(changes)

    async def _tell_queued(self, before: Collection[TicketId]) -> None:
        """Customers who wait are told what to expect, once for each ticket (its key repeats).

        ``before``: what waited when assigning began. What came since may have an agent in a moment.
        """
        waiting = await self._records.tickets(waiting=True)
        for position, ticket in enumerate(waiting, 1):
            if ticket.id in before and ticket.id not in self._queued:
                await self._tell_place(ticket, position)
        self._queued = {ticket.id for ticket in waiting if ticket.id in before}

    async def _tell_place(self, ticket: Ticket, position: int) -> None:
        talk = (await self._records.case(ticket.lane)).conversation
        if talk is None or talk.id != ticket.conversation:
            return
        online = any(one.availability is Availability.ONLINE for one in await self._roster.all())
        key = Key.HANDOFF_QUEUED if online else Key.OFFLINE_NOTICE
        step = Step(
            firm=self.firm,
            channels=self._channels,
            lane=ticket.lane,
            seed=f"queued|{ticket.id}",
            now=self._clock(),
            conversation=talk,
            ticket=ticket,
        )
        step.to_customer(text(say(key, talk.language, position=position)), "queued")
        await self._outbox.add(step.changes.outgoing)
        await self._after(step.changes)

    def _compose(self, ticket: Ticket, agent: Agent, conversation: Conversation) -> Changes:
        """What an assignment changes; its ids come from the ticket and how often it was assigned."""
        step = Step(
            firm=self.firm,
            channels=self._channels,
            lane=ticket.lane,
            seed=f"assign|{ticket.id}|{ticket.waiting_since.timestamp()}|{len(ticket.missed_by)}",
            now=self._clock(),
            conversation=conversation,
            ticket=ticket,
        )
        return handoff.assigned(step, agent)


def _received(row: Waiting) -> Received:
    if not isinstance(row.event, MessageReceived):
        raise TypeError(type(row.event).__name__)
    return Received(row=row, event=row.event)


def _together(rows: Sequence[Waiting]) -> list[Waiting]:
    """The messages at the head of a lane, up to the first event of another kind."""
    joined: list[Waiting] = []
    for row in rows:
        if not isinstance(row.event, MessageReceived) or row.event.address.platform is Platform.SLACK:
            break
        joined.append(row)
    return joined


def _album(row: Waiting) -> bool:
    return isinstance(row.event, MessageReceived) and bool(row.event.group)
