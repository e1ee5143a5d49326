"""The marks under an agent's message: on its way, delivered or failed; one of them at a time.

"On its way" is put there a moment late, so that a message that arrives at once has one mark only.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from desk.changes import Act, Outgoing, Purpose
from desk.step import Step
from desk.storage import Outbox, Posted
from domain.ids import MessageId, MessageRef, derived

SENT = "sent"
FAILED = "failed"
NOTICEABLE = timedelta(seconds=1.5)
"""Until then, nobody wonders where a message is."""


def on_its_way(step: Step, ref: MessageRef, origin: MessageId) -> None:
    """Mark an agent's message unless it arrives at once; ``origin`` is what the customer gets of it."""
    key = _on_its_way_key(ref)
    step.mark(ref, SENT, "on-its-way", key=key, origin=origin, delay=NOTICEABLE)


def _on_its_way_key(ref: MessageRef) -> str:
    return derived(ref.address.bot, ref.address.channel, ref.id, SENT)


class Receipts:
    """Makes the rows that put marks on and take them off."""

    def __init__(self, *, outbox: Outbox, clock: Callable[[], datetime]) -> None:
        self._outbox = outbox
        self._clock = clock

    def of(self, row: Outgoing, mark: str) -> list[Outgoing]:
        """The mark for what became of a row, if somebody waits for it."""
        ref = row.receipt_for
        return [self._mark(row, ref, derived(row.key, f"mark-{mark}"), mark)] if ref else []

    async def stale(self, row: Outgoing, mark: str) -> list[Outgoing]:
        """Takes off what a new mark replaces; asked after it was written that the row is done."""
        ref = row.receipt_for
        if ref is None:
            return []
        earlier = ((SENT, _on_its_way_key(ref)), (FAILED, derived(row.key, f"mark-{FAILED}")))
        return [
            replace(self._mark(row, ref, derived(key, "off", mark), name), off=True)
            for name, key in earlier
            if name != mark and _begun(await self._outbox.posted(key))
        ]

    async def pointless(self, row: Outgoing) -> bool:
        """Whether "on its way" would come after the arrival."""
        if row.act is not Act.REACT or row.mark != SENT or row.origin is None:
            return False
        return all(posted.state != "pending" for posted in await self._outbox.showing(row.origin))

    def _mark(self, row: Outgoing, ref: MessageRef, key: str, mark: str) -> Outgoing:
        now = self._clock()
        return Outgoing(
            key=key,
            lane=row.lane,
            act=Act.REACT,
            purpose=Purpose.RECEIPT,
            to=ref.address,
            at=now,
            due_at=now,
            ticket=row.ticket,
            conversation=row.conversation,
            ref=ref,
            mark=mark,
        )


def _begun(posted: Posted | None) -> bool:
    """The platform was asked, or is being asked: this is noted before `Receipts.pointless` is."""
    return posted is not None and (posted.state == "sent" or posted.attempts > 0)
