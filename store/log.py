"""The append-only event log. There is no way to change or delete an entry."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Any

from domain.ids import CompanyId
from domain.log import Entry, Kind
from store.client import translated
from store.codec import dump, load
from store.scoped import Db, Scoped, Session


class MongoLog:
    """Implements `reports.ports.EventLog`; the desk appends through its commits."""

    def __init__(self, *, db: Db, company: CompanyId) -> None:
        self._rows = Scoped(db=db, name="events", company=company)

    async def note(self, entries: Sequence[Entry]) -> None:
        """Add entries; one that is known already stays as it is."""
        async with translated():
            await self._rows.once({entry.id: dump(entry) for entry in entries})

    async def append(self, entries: Sequence[Entry], session: Session) -> None:
        """The same inside a transaction, whose conflicts must reach its caller untranslated."""
        await self._rows.once({entry.id: dump(entry) for entry in entries}, session=session)

    async def between(
        self, start: datetime, end: datetime, *, kinds: Collection[Kind] = ()
    ) -> AsyncIterator[Entry]:
        """Entries from ``start`` until before ``end``, oldest first."""
        where: dict[str, Any] = {"at": {"$gte": start, "$lt": end}}
        if kinds:
            where["kind"] = {"$in": [str(kind) for kind in kinds]}
        async with translated():
            async for row in self._rows.each(where, sort=[("at", 1)]):
                yield load(Entry, row)

    async def first(self) -> datetime | None:
        """When the oldest entry happened."""
        async with translated():
            row = await self._rows.one({}, sort=[("at", 1)])
        return row["at"] if row else None
