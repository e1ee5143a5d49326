"""Accepted events, one durable row each."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from desk.storage import Waiting
from domain.ids import CompanyId, Lane
from domain.inbound import Event
from store.client import translated
from store.codec import dump_event, load_event
from store.scoped import BY_ORDER, Db, Row, Scoped

FINISHED = "done"
PENDING = "pending"


def _waiting(row: Row) -> Waiting:
    return Waiting(
        id=row["key"],
        lane=Lane(row["lane"]),
        event=load_event(row["event"]),
        accepted_at=row["accepted_at"],
        attempts=row["attempts"],
    )


class MongoInbox:
    """Implements `desk.storage.Inbox`."""

    def __init__(self, *, db: Db, company: CompanyId) -> None:
        self._rows = Scoped(db=db, name="inbox", company=company)

    async def put(self, lane: Lane, event: Event) -> bool:
        """Keep an event; false if its source is known already."""
        now = datetime.now(UTC)
        row = {
            "key": event.source,
            "lane": lane,
            "event": dump_event(event),
            "state": PENDING,
            "attempts": 0,
            "accepted_at": now,
            "due_at": now,
            # Orders what one process accepts one after the other within a millisecond.
            "n": time.time_ns(),
        }
        async with translated():
            return await self._rows.add(event.source, row)

    async def waiting(self, lane: Lane) -> list[Waiting]:
        """What is due, in order; nothing behind an event that has to wait."""
        async with translated():
            rows = await self._rows.many({"lane": lane, "state": PENDING}, sort=BY_ORDER, limit=100)
        now = datetime.now(UTC)
        due: list[Waiting] = []
        for row in rows:
            if row["due_at"] > now:
                break
            due.append(_waiting(row))
        return due

    async def move(self, id: str, lane: Lane) -> None:
        """Put an event into another lane."""
        async with translated():
            await self._rows.change({"_id": self._rows.id(id), "state": PENDING}, {"$set": {"lane": lane}})

    async def defer(self, id: str, until: datetime, *, failed: bool) -> None:
        """Look at it again later."""
        update = {"$set": {"due_at": until}, "$inc": {"attempts": int(failed)}}
        async with translated():
            await self._rows.change({"_id": self._rows.id(id), "state": PENDING}, update)

    async def finish(self, ids: Sequence[str], *, dead: bool = False) -> None:
        """Nothing more is to be done."""
        where = {"_id": {"$in": [self._rows.id(one) for one in ids]}, "state": PENDING}
        state = "dead" if dead else FINISHED
        async with translated():
            await self._rows.change_all(where, {"$set": {"state": state, "handled_at": datetime.now(UTC)}})

    async def lanes_due(self) -> list[Lane]:
        """Lanes with something due."""
        where = {"state": PENDING, "due_at": {"$lte": datetime.now(UTC)}}
        async with translated():
            return [Lane(lane) for lane in await self._rows.distinct("lane", where)]
