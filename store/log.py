"""The append-only event log. There is no way to change or delete an entry."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.ids import CompanyId
from domain.log import Entry, Kind
from reports.history import SETTLED_AFTER
from store.client import transact, translated
from store.codec import dump, load
from store.scoped import Db, Scoped, Session

WESTERNMOST = timedelta(hours=12)
"""How far a zone's day may be behind UTC's."""


class MongoLog:
    """Implements `reports.ports.EventLog`; the desk appends through its commits.

    An entry that comes after its day was stored (an event handled late, an import) takes the stored
    days since then away in the same transaction.
    """

    def __init__(self, *, db: Db, company: CompanyId) -> None:
        self._db = db
        self._rows = Scoped(db=db, name="events", company=company)
        self._days = Scoped(db=db, name="days", company=company)

    async def note(self, entries: Sequence[Entry]) -> None:
        """Add entries; one that is known already stays as it is."""

        async def step(session: Session) -> None:
            await self.append(entries, session)

        await transact(self._db, step)

    async def append(self, entries: Sequence[Entry], session: Session) -> None:
        """The same inside a transaction, whose conflicts must reach its caller untranslated."""
        await self._rows.once({entry.id: dump(entry) for entry in entries}, session=session)
        first = min((entry.at for entry in entries), default=None)
        if first and datetime.now(UTC) - first > SETTLED_AFTER:
            await self._forget(first, session)

    async def _forget(self, since: datetime, session: Session) -> None:
        """Days stored before an entry of theirs came are made again, in whatever zone they are."""
        day = (since.astimezone(UTC) - WESTERNMOST).date()
        await self._days.drop({"day": {"$gte": day.isoformat()}}, session=session)

    async def between(
        self, start: datetime, end: datetime, *, kinds: Collection[Kind] = (), newest: int = 0
    ) -> AsyncIterator[Entry]:
        """Entries from ``start`` until before ``end``, oldest first; of the ``newest``, the newest first."""
        where: dict[str, Any] = {"at": {"$gte": start, "$lt": end}}
        if kinds:
            where["kind"] = {"$in": [str(kind) for kind in kinds]}
        async with translated():
            async for row in self._rows.each(where, sort=[("at", -1 if newest else 1)], limit=newest):
                yield load(Entry, row)

    async def first(self) -> datetime | None:
        """When the oldest entry happened."""
        async with translated():
            row = await self._rows.one({}, sort=[("at", 1)])
        return row["at"] if row else None
