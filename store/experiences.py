"""Experience reports: which are due, what they are written from, and the reports themselves."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from desk.changes import Feedback, Outgoing
from desk.experience import Wait
from domain.answer import Author
from domain.conversation import ConversationStatus, Message
from domain.ids import CompanyId
from domain.log import Entry, Kind
from reports.experience import Review, Said, Session
from store.client import transact, translated
from store.codec import dump, load
from store.log import MongoLog
from store.outbox import MongoOutbox
from store.scoped import Db, Row, Scoped
from store.scoped import Session as Transaction

LOOKS_BACK = timedelta(days=14)
"""Surveys older than this get no report any more (the service was off for long)."""
AT_ONCE = 100
LONGEST = 500
"""Messages of one chat that are read."""


class MongoExperiences:
    """Implements `desk.experience.Experiences`."""

    def __init__(self, *, db: Db, company: CompanyId, log: MongoLog, outbox: MongoOutbox) -> None:
        self._db = db
        self._log = log
        self._outbox = outbox
        self._rows = Scoped(db=db, name="experiences", company=company)
        self._feedback = Scoped(db=db, name="feedback", company=company)
        self._conversations = Scoped(db=db, name="conversations", company=company)
        self._messages = Scoped(db=db, name="messages", company=company)
        self._events = Scoped(db=db, name="events", company=company)

    async def due(self, now: datetime, wait: Wait) -> Sequence[Feedback]:
        """Surveys of finished chats whose report is due and not written."""
        over = [
            {"rated_at": {"$lte": now - wait.rated}},
            {"rating": {"$ne": None}, "comment": {"$ne": ""}},
            {"rating": None, "sent_at": {"$lte": now - wait.unrated}},
        ]
        where = {"sent_at": {"$gte": now - LOOKS_BACK}, "reviewed": {"$ne": True}, "$or": over}
        async with translated():
            rows = await self._feedback.many(where, sort=[("sent_at", -1)], limit=AT_ONCE)
        found = [load(Feedback, row) for row in rows]
        return [one for one in found if not await self._known(one)]

    async def _known(self, feedback: Feedback) -> bool:
        """A rating that changes later writes the survey anew, without the mark that it was reviewed."""
        async with translated():
            if await self._rows.get(feedback.id) is None:
                return False
            await self._reviewed(feedback.id)
        return True

    async def _reviewed(self, id: str, session: Transaction | None = None) -> None:
        where = {"_id": self._feedback.id(id)}
        await self._feedback.change_all(where, {"$set": {"reviewed": True}}, session=session)

    async def session(self, feedback: Feedback) -> Session | None:
        """The chat of a survey; None if it goes on or its words are erased."""
        async with translated():
            talk = await self._conversations.get(feedback.conversation)
            if talk is None or talk["status"] != ConversationStatus.RESOLVED.value:
                return None
            where = {"conversation": feedback.conversation, "internal": False, "erased": {"$ne": True}}
            rows = await self._messages.many(where, sort=[("at", 1), ("n", 1)], limit=LONGEST)
            happened = await self._happened(talk)
        if not any(row["author"] == Author.CUSTOMER.value for row in rows):
            return None
        return Session(
            id=feedback.conversation,
            customer=talk["customer"],
            messages=tuple(map(_said, rows)),
            rating=feedback.rating or 0,
            comment=feedback.comment,
            refused=Kind.QUESTION_UNANSWERED.value in happened,
            reopened=Kind.TICKET_REOPENED.value in happened,
        )

    async def _happened(self, talk: Row) -> set[str]:
        kinds = [Kind.QUESTION_UNANSWERED.value, Kind.TICKET_REOPENED.value]
        where = {"kind": {"$in": kinds}, "at": {"$gte": talk["started_at"]}, "conversation": talk["id"]}
        return {row["kind"] for row in await self._events.many(where)}

    async def keep(self, review: Review, entries: Sequence[Entry], rows: Sequence[Outgoing]) -> bool:
        """Write a report and what follows from it in one transaction; false if there is one already."""

        async def step(session: Transaction) -> bool:
            if await self._rows.get(review.id, session=session):
                return False
            await self._rows.once({review.id: dump(review)}, session=session)
            await self._reviewed(review.id, session)
            await self._log.append(entries, session)
            await self._outbox.put(rows, session)
            return True

        return await transact(self._db, step)

    async def add(self, reviews: Sequence[Review]) -> None:
        """Keep reports from elsewhere; those that are known stay as they are."""
        async with translated():
            await self._rows.once({review.id: dump(review) for review in reviews})

    async def between(self, start: datetime, end: datetime) -> AsyncIterator[Review]:
        """Reports written from ``start`` until before ``end``, oldest first."""
        where: dict[str, Any] = {"at": {"$gte": start, "$lt": end}}
        async with translated():
            async for row in self._rows.each(where, sort=[("at", 1)]):
                yield load(Review, row)

    async def sessions(self, start: datetime, end: datetime) -> AsyncIterator[Session]:
        """Chats that began from ``start`` until before ``end``, oldest first, without notes."""
        async with translated():
            async for talk in self._conversations.each(
                {"started_at": {"$gte": start, "$lt": end}}, sort=[("started_at", 1)]
            ):
                where = {"conversation": talk["id"], "internal": False, "erased": {"$ne": True}}
                rows = await self._messages.many(where, sort=[("at", 1), ("n", 1)])
                yield Session(id=talk["id"], customer=talk["customer"], messages=tuple(map(_said, rows)))


def _said(row: Row) -> Said:
    message = load(Message, row)
    felt = message.emotion.label if message.emotion and message.author is Author.CUSTOMER else None
    return Said(author=message.author, text=message.text, at=message.at, emotion=felt)
