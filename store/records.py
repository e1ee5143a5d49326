"""Conversations, messages, tickets and customers; and the one transaction that changes them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from desk.changes import Changes, Feedback, Noted
from desk.storage import Case, Lease, Stale
from domain.answer import Author, Line
from domain.conversation import Conversation, Message
from domain.emotion import Emotion
from domain.ids import AgentId, CompanyId, ConversationId, CustomerId, Identity, Lane, MessageRef, TicketId
from domain.people import Customer
from domain.ticket import Status, Ticket
from store.agents import MongoAgents
from store.client import transact, translated
from store.codec import dump, load
from store.leases import MongoLeases
from store.links import MongoLinks
from store.log import MongoLog
from store.outbox import MongoOutbox
from store.scoped import Db, Row, Scoped, Session
from ticketing.targets import Target

REQUESTS = 20
OVER = [Status.SOLVED.value, Status.CLOSED.value]


class MongoRecords:
    """Implements `desk.storage.Records`."""

    def __init__(
        self,
        *,
        db: Db,
        company: CompanyId,
        leases: MongoLeases,
        outbox: MongoOutbox,
        agents: MongoAgents,
        log: MongoLog,
        links: MongoLinks,
    ) -> None:
        self._db = db
        self._leases = leases
        self._outbox = outbox
        self._agents = agents
        self._log = log
        self._links = links
        self._conversations = Scoped(db=db, name="conversations", company=company)
        self._customers = Scoped(db=db, name="customers", company=company)
        self._messages = Scoped(db=db, name="messages", company=company)
        self._tickets = Scoped(db=db, name="tickets", company=company)
        self._feedback = Scoped(db=db, name="feedback", company=company)
        self._traces = Scoped(db=db, name="traces", company=company)
        self._counters = Scoped(db=db, name="counters", company=company)
        self._inbox = Scoped(db=db, name="inbox", company=company)

    async def case(self, lane: Lane) -> Case:
        """What is known of a lane."""
        async with translated():
            row = await self._conversations.one({"lane": lane}, sort=[("started_at", -1), ("_id", -1)])
            if row is None:
                return Case(conversation=None, customer=None, ticket=None)
            conversation = load(Conversation, row)
            customer, ticket, feedback = await asyncio.gather(
                self._customer(conversation.customer),
                self._tickets.get(conversation.ticket or ""),
                self._feedback.one({"conversation": conversation.id}, sort=[("sent_at", -1)]),
            )
        return Case(
            conversation=conversation,
            customer=customer,
            ticket=load(Ticket, ticket) if ticket else None,
            ticket_version=ticket["version"] if ticket else 0,
            feedback=load(Feedback, feedback) if feedback else None,
        )

    async def history(self, conversation: ConversationId, limit: int) -> list[Line]:
        """The public messages of a conversation, oldest first."""
        where = {"conversation": conversation, "internal": False, "erased": {"$ne": True}}
        async with translated():
            rows = await self._messages.many(where, sort=[("at", -1), ("n", -1)], limit=limit)
        return [Line(author=Author(row["author"]), text=row["text"]) for row in reversed(rows)]

    async def emotions(self, conversation: ConversationId, limit: int) -> list[Emotion]:
        """The emotions of the customer's messages, oldest first."""
        where = {"conversation": conversation, "emotion": {"$ne": None}}
        async with translated():
            rows = await self._messages.many(where, sort=[("at", -1), ("n", -1)], limit=limit)
        return [load(Emotion, row["emotion"]) for row in reversed(rows)]

    async def customer(self, identity: Identity) -> Customer | None:
        """A customer by who they are on a platform."""
        async with translated():
            row = await self._customers.one(
                {f"identity.{key}": value for key, value in dump(identity).items()}
            )
            return await self._resolved(row)

    async def _customer(self, id: str) -> Customer | None:
        return await self._resolved(await self._customers.get(id))

    async def _resolved(self, row: Row | None) -> Customer | None:
        """Joined accounts are the customer into whom they were merged."""
        if row and "merged_into" in row:
            row = await self._customers.get(row["merged_into"])
        return load(Customer, row) if row else None

    async def message(self, ref: MessageRef) -> Noted | None:
        """A message somebody wrote, by where it stands."""
        where = {
            "ref.id": ref.id,
            "ref.address.bot": ref.address.bot,
            "ref.address.channel": ref.address.channel,
        }
        async with translated():
            row = await self._messages.one(where)
        return Noted(message=load(Message, row), ref=ref) if row else None

    async def ticket(self, id: TicketId) -> Ticket | None:
        """A ticket."""
        async with translated():
            row = await self._tickets.get(id)
        return load(Ticket, row) if row else None

    async def tickets(self, *, assignee: AgentId | None = None, waiting: bool = False) -> list[Ticket]:
        """Tickets that are not solved, longest waiting first."""
        where: dict[str, Any] = {"status": Status.NEW.value} if waiting else {"status": {"$nin": OVER}}
        if assignee:
            where["assignee"] = assignee
        async with translated():
            rows = await self._tickets.many(where, sort=[("waiting_since", 1), ("_id", 1)], limit=200)
        return [load(Ticket, row) for row in rows]

    async def requests(self, customer: CustomerId) -> list[Ticket]:
        """The latest tickets of a customer and of the accounts joined with theirs, newest first."""
        async with translated():
            merged = await self._customers.many({"merged_into": customer})
            ids = [customer, *(row["id"] for row in merged)]
            rows = await self._tickets.many(
                {"customer": {"$in": ids}}, sort=[("opened_at", -1)], limit=REQUESTS
            )
        return [load(Ticket, row) for row in rows]

    async def overdue(self, *, unclaimed_since: datetime | None, now: datetime) -> list[Ticket]:
        """Assigned tickets nobody claimed in time, and snoozed ones that are due again."""
        either: list[Row] = [{"status": Status.ON_HOLD.value, "snoozed_until": {"$lte": now}}]
        if unclaimed_since:
            waiting = {
                "status": Status.OPEN.value,
                "claimed": False,
                "assigned_at": {"$lte": unclaimed_since},
            }
            either.append(waiting)
        async with translated():
            rows = await self._tickets.many({"$or": either}, limit=200)
        return [load(Ticket, row) for row in rows]

    async def late(self, now: datetime) -> list[Ticket]:
        """Open tickets with a promise that is broken and not noted as such."""
        broken = [
            {"reply_due": {"$lte": now}, "late": {"$ne": Target.FIRST_RESPONSE.value}},
            {"solve_due": {"$lte": now}, "late": {"$ne": Target.RESOLUTION.value}},
        ]
        async with translated():
            rows = await self._tickets.many({"status": {"$nin": OVER}, "$or": broken}, limit=200)
        return [load(Ticket, row) for row in rows]

    async def feedback(self, id: str) -> Feedback | None:
        """What is known of one resolution's survey."""
        async with translated():
            row = await self._feedback.get(id)
        return load(Feedback, row) if row else None

    async def next_reference(self) -> str:
        """The next ticket's reference; a number may be skipped, none is given twice."""
        async with translated():
            row = await self._counters.upsert("ticket", {"$inc": {"n": 1}})
        return f"T-{row['n']}"

    async def traces(self, limit: int) -> list[Row]:
        """What the brain did in the latest turns, newest first, as stored."""
        async with translated():
            return await self._traces.many({}, sort=[("at", -1)], limit=limit)

    async def commit(self, lease: Lease, changes: Changes, case: Case) -> None:
        """Write all changes in one transaction. Raises Stale when the lease or the ticket moved on."""

        async def step(session: Session) -> None:
            if not await self._leases.fenced(lease, session):
                raise Stale
            await self._close_inbox(changes, session)
            await self._people_and_matters(changes, case, session)
            await self._what_was_said(changes, session)
            await self._outbox.put(changes.outgoing, session)
            await self._log.append(changes.entries, session)
            await self._agents.load_changed(changes.loads, session)

        await transact(self._db, step)

    async def _close_inbox(self, changes: Changes, session: Session) -> None:
        if not changes.handled:
            return
        where = {"_id": {"$in": [self._inbox.id(key) for key in changes.handled]}, "state": "pending"}
        update = {"$set": {"state": "done", "handled_at": datetime.now(UTC)}}
        if await self._inbox.change_all(where, update, session=session) != len(changes.handled):
            raise Stale

    async def _people_and_matters(self, changes: Changes, case: Case, session: Session) -> None:
        if changes.customer:
            await self._links.put(changes.customer, session)
        if changes.accounts:
            await self._links.apply(changes.accounts, session)
        if changes.conversation:
            await self._conversations.put(
                changes.conversation.id, dump(changes.conversation), session=session
            )
        if changes.ticket:
            await self._put_ticket(changes.ticket, case, session)
        if changes.feedback:
            await self._feedback.put(changes.feedback.id, dump(changes.feedback), session=session)
        if changes.cancel_surveys:
            await self._outbox.cancel_surveys(Lane(case_lane(changes, case)), session)

    async def _put_ticket(self, ticket: Ticket, case: Case, session: Session) -> None:
        if case.ticket is None or case.ticket.id != ticket.id:
            await self._tickets.once({ticket.id: {**dump(ticket), "version": 1}}, session=session)
        elif not await put_version(self._tickets, ticket, case.ticket_version, session):
            raise Stale

    async def _what_was_said(self, changes: Changes, session: Session) -> None:
        rows: dict[str, Row] = {
            noted.message.id: {**dump(noted.message), "ref": dump(noted.ref) if noted.ref else None, "n": n}
            for n, noted in enumerate(changes.messages)
        }
        await self._messages.once(rows, session=session)
        for id, text in changes.rewritten.items():
            update = {"$set": {"text": text} if text is not None else {"text": "", "erased": True}}
            await self._messages.change({"_id": self._messages.id(id)}, update, session=session)
        await self._traces.once({trace.id: dump(trace) for trace in changes.traces}, session=session)


def case_lane(changes: Changes, case: Case) -> str:
    """The lane that a change belongs to."""
    conversation = changes.conversation or case.conversation
    return conversation.lane if conversation else ""


async def put_version(tickets: Scoped, ticket: Ticket, version: int, session: Session) -> bool:
    """Inside a transaction: replace a ticket that is still as it was read; false if it isn't."""
    update = {"$set": dump(ticket), "$inc": {"version": 1}}
    where = {"_id": tickets.id(ticket.id), "version": version}
    return await tickets.change(where, update, session=session) is not None
