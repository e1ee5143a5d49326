"""What is to be done on platforms, in order by place."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from desk.changes import Outgoing, Purpose
from desk.storage import Posted
from domain.ids import CompanyId, Lane, MessageRef
from domain.log import Entry
from store.client import transact, translated
from store.codec import dump, load
from store.log import MongoLog
from store.scoped import Db, Row, Scoped, Session

PENDING, SENT, DEAD, CANCELLED = "pending", "sent", "dead", "cancelled"
ORDER = [("at", 1), ("n", 1)]
FORGOTTEN: Row = {"content.blocks": [], "erased": True}


def posted_of(row: Row) -> Posted:
    """A row of the outbox as the desk sees it."""
    return Posted(
        row=load(Outgoing, row),
        state=row["state"],
        attempts=row["attempts"],
        ref=load(MessageRef, row["sent_ref"]) if row.get("sent_ref") else None,
        why=row.get("why", ""),
    )


def _fresh(row: Outgoing) -> Row:
    return {**dump(row), "queue": row.queue, "state": PENDING, "attempts": 0}


def _where_it_stands(ref: MessageRef) -> Row:
    return {
        "sent_ref.id": ref.id,
        "sent_ref.address.bot": ref.address.bot,
        "sent_ref.address.channel": ref.address.channel,
    }


class MongoOutbox:
    """Implements `desk.storage.Outbox`."""

    def __init__(self, *, db: Db, company: CompanyId, log: MongoLog) -> None:
        self._db = db
        self._rows = Scoped(db=db, name="outbox", company=company)
        self._claims = Scoped(db=db, name="claims", company=company)
        self._log = log

    async def add(self, rows: Sequence[Outgoing]) -> None:
        """Keep rows that belong to no lane's commit."""
        async with translated():
            await self._rows.once({row.key: _fresh(row) for row in rows})

    async def add_once(self, claim: str, rows: Sequence[Outgoing]) -> bool:
        """Keep rows and claim a key in one transaction; false, and nothing is kept, if it is claimed."""

        async def step(session: Session) -> bool:
            if await self._claims.get(claim, session=session):
                return False
            await self._claims.once({claim: {"at": datetime.now(UTC)}}, session=session)
            await self.put(rows, session)
            return True

        return await transact(self._db, step)

    async def put(self, rows: Sequence[Outgoing], session: Session) -> None:
        """Inside a transaction: keep rows; those that are known already stay as they are."""
        await self._rows.once({row.key: _fresh(row) for row in rows}, session=session)

    async def next(self, queue: str) -> Posted | None:
        """The first row of a queue that is not done."""
        async with translated():
            row = await self._rows.one({"queue": queue, "state": PENDING}, sort=ORDER)
        return posted_of(row) if row else None

    async def started(self, key: str) -> None:
        """Note an attempt before it is made, so that a crash during it is known about."""
        await self._set(key, {"$inc": {"attempts": 1}})

    async def done(
        self, row: Outgoing, ref: MessageRef | None, also: Sequence[Outgoing], entries: Sequence[Entry]
    ) -> None:
        """It is done, with what follows from it."""
        values = {"state": SENT, "sent_at": datetime.now(UTC), "sent_ref": dump(ref) if ref else None}
        await self._close(row, values, also, entries)

    async def dead(self, row: Outgoing, why: str, also: Sequence[Outgoing], entries: Sequence[Entry]) -> None:
        """It can't be done, with what follows from that."""
        await self._close(row, {"state": DEAD, "why": why, "dead_at": datetime.now(UTC)}, also, entries)

    async def later(self, key: str, until: datetime, *, failed: bool) -> None:
        """Try again at a time; ``failed`` false takes back the attempt that `started` counted."""
        await self._set(key, {"$set": {"due_at": until}, "$inc": {"attempts": 0 if failed else -1}})

    async def posted(self, key: str) -> Posted | None:
        """A row by its key."""
        async with translated():
            row = await self._rows.get(key)
        return posted_of(row) if row else None

    async def at(self, ref: MessageRef) -> Posted | None:
        """The row that made a message on a platform."""
        async with translated():
            row = await self._rows.one(_where_it_stands(ref))
        return posted_of(row) if row else None

    async def showing(self, origin: str) -> list[Posted]:
        """The rows that show one message of ours, in order, without those that were taken away again."""
        async with translated():
            rows = await self._rows.many({"origin": origin, "act": "send"}, sort=ORDER)
            keys = [row["key"] for row in rows]
            gone = await self._rows.distinct("target", {"target": {"$in": keys}, "act": "delete"})
        return [posted_of(row) for row in rows if row["key"] not in gone]

    async def cards_on_their_way(self, channel: str) -> bool:
        """Whether a ticket's card for this channel is not delivered yet."""
        where = {"purpose": Purpose.CARD.value, "act": "send", "state": PENDING, "to.channel": channel}
        async with translated():
            return await self._rows.one(where) is not None

    async def queues_due(self) -> list[str]:
        """Queues with something due."""
        async with translated():
            where = {"state": PENDING, "due_at": {"$lte": datetime.now(UTC)}}
            return [str(queue) for queue in await self._rows.distinct("queue", where)]

    async def dead_letters(self) -> list[Posted]:
        """What could not be delivered, newest first."""
        async with translated():
            rows = await self._rows.many({"state": DEAD}, sort=[("at", -1)], limit=100)
        return [posted_of(row) for row in rows]

    async def revive(self, key: str) -> bool:
        """Try a dead letter again."""
        # One attempt is remembered: an earlier one may have got through unnoticed.
        values = {"state": PENDING, "attempts": 1, "due_at": datetime.now(UTC)}
        async with translated():
            where = {"_id": self._rows.id(key), "state": DEAD, "erased": {"$ne": True}}
            return await self._rows.change(where, {"$set": values}) is not None

    async def cancel_surveys(self, lane: Lane, session: Session) -> None:
        """Inside a transaction: surveys of a lane that are not sent yet never will be."""
        where = {"lane": lane, "purpose": Purpose.SURVEY.value, "state": PENDING, "act": "send"}
        await self._rows.change_all(where, {"$set": {"state": CANCELLED}}, session=session)

    async def _set(self, key: str, update: Mapping[str, Any]) -> None:
        async with translated():
            await self._rows.change({"_id": self._rows.id(key), "state": PENDING}, update)

    async def _close(
        self, done: Outgoing, values: Mapping[str, Any], also: Sequence[Outgoing], entries: Sequence[Entry]
    ) -> None:
        values = {**values, **(FORGOTTEN if done.secret else {})}

        async def step(session: Session) -> None:
            where = {"_id": self._rows.id(done.key), "state": PENDING}
            if await self._rows.change(where, {"$set": values}, session=session):
                await self.put(also, session)
                await self._log.append(entries, session)

        if also or entries:
            await transact(self._db, step)
        else:
            await self._set(done.key, {"$set": values})
