"""The outbox at work: one queue of one place after the other, in order, until each row is done."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from desk import card
from desk.changes import Act, Outgoing, Purpose
from desk.holding import held
from desk.pacing import Pacing
from desk.ports import Channel
from desk.receipts import Receipts
from desk.storage import Leases, Outbox, Posted
from domain.errors import DeliveryError, DeskmateError, RateLimited, Unavailable
from domain.ids import Address, BotId, CompanyId, MessageRef, Platform, derived
from domain.log import Entry, Kind

log = structlog.get_logger()

ATTEMPTS = 20
"""With the pauses below, a platform may be away for about a quarter of an hour."""
LONGEST_PAUSE = 60.0
WAIT_FOR_PARENT = 0.25


class NotYet(DeskmateError):
    """The message this depends on is not delivered yet."""


class Gone(DeliveryError):
    """The message this belongs to could not be delivered."""


class Delivery:
    """Delivers one company's outbox."""

    def __init__(
        self,
        *,
        company: CompanyId,
        outbox: Outbox,
        leases: Leases,
        channels: Mapping[BotId, Channel],
        staff: Address | None,
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
        renew_seconds: float,
    ) -> None:
        self._company = company
        self._outbox = outbox
        self._receipts = Receipts(outbox=outbox, clock=clock)
        self._leases = leases
        self._channels = channels
        self._staff = staff
        self._clock = clock
        self._wake = wake
        self._renew_seconds = renew_seconds
        self._pacing = Pacing(clock=clock)
        self.stopping = False

    async def drain(self, queue: str) -> None:
        """Deliver what is due in a queue; nothing passes what has to wait."""
        if await self._outbox.next(queue) is None:  # most wake-ups: a lease would stay for each of them
            return
        lease = await self._leases.take(f"out|{queue}")
        if lease is None:
            return
        async with held(self._leases, lease, every=self._renew_seconds):
            while not self.stopping:
                posted = await self._outbox.next(queue)
                if posted is None or posted.row.due_at > self._clock():
                    return
                if not await self._leases.renew(lease) or not await self._one(posted):
                    return

    async def _one(self, posted: Posted) -> bool:
        """Deliver one row; false if the queue has to wait."""
        row = posted.row
        try:
            place = await self._place(row)
            target = await self._target(row)
        except NotYet:
            await self._later(row, WAIT_FOR_PARENT, failed=False, counted=False)
            return False
        except Gone as gone:
            await self._dead(row, str(gone))
            return True
        if wait := self._wait(row):
            await self._later(row, wait, failed=False, counted=False)
            return False
        return await self._attempt(posted, place, target)

    def _wait(self, row: Outgoing) -> float:
        """Seconds that the platform's limits ask for; marks aren't messages."""
        if row.purpose is Purpose.RECEIPT:
            return 0.0
        channel = self._channels.get(row.to.bot)
        return self._pacing.wait(row, channel.limits) if channel else 0.0

    async def _attempt(self, posted: Posted, place: Address, target: MessageRef | None) -> bool:
        row = posted.row
        await self._outbox.started(row.key)
        try:
            ref = await self._do(self._channel(row), posted, place, target)
        except RateLimited as limited:
            self._pacing.hold(row, limited.retry_after)
            await self._later(row, limited.retry_after, failed=False)
            return False
        except DeliveryError as refused:
            await self._dead(row, str(refused))
            return True
        except Unavailable as fault:
            return await self._failed(posted, str(fault))
        except Exception:  # an adapter's bug must not stop the queue for ever
            log.exception("delivery_failed", key=row.key, act=row.act, purpose=row.purpose)
            return await self._failed(posted, "an internal error")
        await self._done(row, ref)
        return True

    async def _do(
        self, channel: Channel, posted: Posted, place: Address, target: MessageRef | None
    ) -> MessageRef | None:
        row = posted.row
        if row.act is Act.SEND:
            again = posted.attempts > 0
            return await channel.send(place, row.content, key=row.key, again=again, reply_to=row.reply_to)
        if target is None:
            raise Gone("The message is not there.")
        if row.act is Act.EDIT:
            await channel.edit(target, row.content)
        elif row.act is Act.DELETE:
            await channel.delete(target)
        elif not await self._receipts.pointless(row):
            await channel.react(target, row.mark, on=not row.off)
        return None

    def _channel(self, row: Outgoing) -> Channel:
        try:
            return self._channels[row.to.bot]
        except KeyError as error:
            raise Unavailable(f"{row.to.bot} is not connected.") from error

    async def _place(self, row: Outgoing) -> Address:
        """Where it goes: a thread's place is known once the message it hangs under is delivered."""
        if not row.under:
            return row.to
        parent = await self._delivered(row.under)
        return replace(row.to, thread=parent.id)

    async def _target(self, row: Outgoing) -> MessageRef | None:
        return await self._delivered(row.target) if row.target else row.ref

    async def _delivered(self, key: str) -> MessageRef:
        posted = await self._outbox.posted(key)
        if posted is None or posted.state in ("dead", "cancelled"):
            raise Gone("The message it belongs to was not delivered.")
        if posted.ref is None:
            raise NotYet
        return posted.ref

    # -- what follows ----------------------------------------------------------------------------

    async def _done(self, row: Outgoing, ref: MessageRef | None) -> None:
        also = self._receipts.of(row, "delivered")
        entries = [self._delivered_entry(row)] if row.accepted_at else []
        await self._outbox.done(row, ref, also, entries)
        self._wake(f"{row.to.bot}|{row.to.channel}|{row.key}")
        await self._unmarked(row, "delivered")
        for one in also:
            self._wake(one.queue)

    async def _unmarked(self, row: Outgoing, mark: str) -> None:
        """Whatever a new mark replaces is taken off; lost in a crash, it stays there beside it."""
        if stale := await self._receipts.stale(row, mark):
            await self._outbox.add(stale)

    def _delivered_entry(self, row: Outgoing) -> Entry:
        now = self._clock()
        waited = (now - (row.accepted_at or now)).total_seconds() * 1000
        return Entry(
            id=derived(row.key, "delivered"),
            company=self._company,
            at=now,
            kind=Kind.BOT_DELIVERED,
            conversation=row.conversation,
            ticket=row.ticket,
            platform=row.to.platform,
            data={"latency_ms": round(waited, 1)},
        )

    async def _later(self, row: Outgoing, seconds: float, *, failed: bool, counted: bool = True) -> None:
        until = self._clock() + timedelta(seconds=seconds)
        # `failed` takes back the attempt that `started` counted; one that was never started stays.
        await self._outbox.later(row.key, until, failed=failed or not counted)
        asyncio.get_running_loop().call_later(seconds + 0.01, self._wake, row.queue)

    async def _failed(self, posted: Posted, why: str) -> bool:
        row = posted.row
        log.warning("delivery_postponed", key=row.key, bot=row.to.bot, attempts=posted.attempts + 1)
        if posted.attempts + 1 >= ATTEMPTS:
            await self._dead(row, why)
            return True
        pause = min(LONGEST_PAUSE, 0.5 * 2**posted.attempts)
        await self._later(row, pause, failed=True)
        return False

    async def _dead(self, row: Outgoing, why: str) -> None:
        log.warning("delivery_dead", key=row.key, bot=row.to.bot, act=row.act, purpose=row.purpose)
        also = [*self._tell(row, why)]
        await self._outbox.dead(row, why, also, [])
        await self._unmarked(row, "failed")
        for one in also:
            self._wake(one.queue)

    def _tell(self, row: Outgoing, why: str) -> Sequence[Outgoing]:
        """The agents must know what did not reach the customer; nobody is told of lost marks."""
        if row.purpose is Purpose.RECEIPT or row.to.platform is Platform.SLACK or not row.ticket:
            return ()
        if self._staff is None:
            return ()
        marks = self._receipts.of(row, "failed")
        told = self._follow(row, "told", self._staff, under=derived(derived(row.ticket, "card"), "0"))
        words = card.undelivered(why, row.key)
        return (*marks, replace(told, content=words))

    def _follow(self, row: Outgoing, part: str, to: Address, under: str = "") -> Outgoing:
        now = self._clock()
        return Outgoing(
            key=derived(row.key, part),
            lane=row.lane,
            act=Act.SEND,
            purpose=Purpose.NOTICE,
            to=to,
            at=now,
            due_at=now,
            under=under,
            ticket=row.ticket,
            conversation=row.conversation,
        )
