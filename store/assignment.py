"""Giving the longest waiting ticket to the least busy agent, one at a time in a company."""

from datetime import datetime

from desk.changes import Changes
from desk.storage import Compose, Stale
from domain.conversation import Conversation
from domain.ids import CompanyId
from domain.people import Agent
from domain.ticket import Status, Ticket
from store.agents import MongoAgents
from store.client import transact
from store.codec import load
from store.log import MongoLog
from store.outbox import MongoOutbox
from store.records import put_version
from store.scoped import Db, Scoped, Session


class MongoAssignment:
    """Implements `desk.storage.Assignment`."""

    def __init__(
        self, *, db: Db, company: CompanyId, agents: MongoAgents, outbox: MongoOutbox, log: MongoLog
    ) -> None:
        self._db = db
        self._agents = agents
        self._outbox = outbox
        self._log = log
        self._tickets = Scoped(db=db, name="tickets", company=company)
        self._conversations = Scoped(db=db, name="conversations", company=company)
        self._counters = Scoped(db=db, name="counters", company=company)

    async def assign_next(self, at: datetime, compose: Compose) -> Changes | None:
        """Assign one ticket; None when none waits or nobody has room.

        Every assignment of a company writes one counter first, so two never run at once: the second
        meets a write conflict and starts over, seeing the first one's ticket and load.
        """

        async def step(session: Session) -> Changes | None:
            turn = {"_id": self._counters.id("assignment")}
            await self._counters.change(turn, {"$inc": {"n": 1}}, upsert=True, session=session)
            longest = [("waiting_since", 1), ("_id", 1)]
            row = await self._tickets.one({"status": Status.NEW.value}, sort=longest, session=session)
            if row is None:
                return None
            agent = await self._agents.least_busy(at, row["missed_by"], session)
            if agent is None:
                return None
            talk = await self._conversations.get(row["conversation"], session=session)
            changes = compose(load(Ticket, row), load(Agent, agent), load(Conversation, talk))
            await self._write(changes, row["version"], at, session)
            return changes

        return await transact(self._db, step)

    async def _write(self, changes: Changes, version: int, at: datetime, session: Session) -> None:
        if changes.ticket is None or not await put_version(self._tickets, changes.ticket, version, session):
            raise Stale
        when = {"$set": {"assigned_at": at}}
        await self._tickets.change({"_id": self._tickets.id(changes.ticket.id)}, when, session=session)
        await self._outbox.put(changes.outgoing, session)
        await self._log.append(changes.entries, session)
