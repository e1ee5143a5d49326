"""A folder as a company's source, taken in now and then; agents hear of what has changed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Protocol

import structlog

from brain.knowledge.knowledge import Synced
from desk.changes import Outgoing, Purpose
from desk.firm import Firm
from desk.ports import Channel
from desk.step import Step
from domain.content import Bullets, Content, Item, Span, Style, paragraph
from domain.errors import BadInput
from domain.ids import BotId, Lane

log = structlog.get_logger()

_NAMED = 6
"""Documents that are named in a line; the others are counted."""
_FAILURES = 10


class Once(Protocol):
    """Keeps rows of which one set is kept, whoever brings them."""

    async def add_once(self, claim: str, rows: Sequence[Outgoing]) -> bool:
        """Keep rows and claim a key in one transaction; false, and nothing is kept, if it is claimed."""
        ...


class SyncDesk:
    """Syncs one company's folder every so often, once among all processes."""

    def __init__(
        self,
        *,
        firm: Firm,
        sync: Callable[[], Awaitable[Synced]],
        every: timedelta,
        outbox: Once,
        channels: Mapping[BotId, Channel],
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
    ) -> None:
        self._firm, self._sync, self._every = firm, sync, every
        self._outbox, self._channels = outbox, channels
        self._clock, self._wake = clock, wake

    async def sync_due(self) -> None:
        """Take in what is new, if the time has come and nobody else has begun. A crash leaves the rest to
        the next time."""
        now = self._clock()
        turn = int(now.timestamp() // self._every.total_seconds())
        if not await self._outbox.add_once(f"sync|{turn}", []):
            return
        synced = await self._synced()
        log.info(
            "folder_synced",
            added=len(synced.added),
            replaced=len(synced.replaced),
            removed=len(synced.removed),
            failed=len(synced.failed),
        )
        await self._tell(synced, turn, now)

    async def _synced(self) -> Synced:
        try:
            return await self._sync()
        except BadInput as problem:
            return Synced(failed={"": str(problem)})

    async def _tell(self, synced: Synced, turn: int, now: datetime) -> None:
        """Changes are told at once; the same failures once a day."""
        changed = bool(synced.added or synced.replaced or synced.removed)
        if self._firm.staff is None or not (changed or synced.failed):
            return
        claim = f"sync-told|{turn}" if changed else _claim(synced.failed, now.date())
        step = Step(
            firm=self._firm,
            channels=self._channels,
            lane=Lane(f"staff|{self._firm.id}|sync"),
            seed=claim,
            now=now,
        )
        step.send(self._firm.staff, told(synced), "sync", purpose=Purpose.REPORT)
        if await self._outbox.add_once(claim, step.changes.outgoing):
            for queue in {row.queue for row in step.changes.outgoing}:
                self._wake(queue)


def told(synced: Synced) -> Content:
    """What a sync did, in a line, and what failed and why."""
    lists = (("new", synced.added), ("replaced", synced.replaced), ("removed", synced.removed))
    words = "; ".join(f"{len(names)} {what} ({_names(names)})" for what, names in lists if names)
    line = paragraph(f"📁 Documents from the folder: {words or 'nothing new'}.", Style.BOLD)
    if not synced.failed:
        return Content((line,))
    items = [f"⚠️ {f'{name}: ' if name else ''}{why}" for name, why in synced.failed.items()]
    more = [f"… and {len(items) - _FAILURES} more"] if len(items) > _FAILURES else []
    return Content((line, Bullets(tuple(Item((Span(each),)) for each in [*items[:_FAILURES], *more]))))


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _claim(failed: Mapping[str, str], day: date) -> str:
    mark = blake2b(repr(sorted(failed.items())).encode(), digest_size=12).hexdigest()
    return f"sync-told|{day.isoformat()}|{mark}"
