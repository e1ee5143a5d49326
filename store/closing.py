"""A ticket that ends without being solved."""

from collections import Counter
from datetime import UTC, datetime

from desk.storage import Stale
from domain.ids import CompanyId, derived
from domain.log import Entry, Kind
from domain.ticket import Status, Ticket
from store.agents import MongoAgents
from store.client import transact
from store.codec import load
from store.log import MongoLog
from store.records import put_version
from store.scoped import Db, Scoped, Session
from ticketing import transitions

OVER = (Status.SOLVED, Status.CLOSED)


async def closed(db: Db, company: CompanyId, ticket: Ticket, *, agents: MongoAgents, log: MongoLog) -> None:
    """Close it, free its agent's capacity and note it, once. Raises Stale when it moves meanwhile."""
    tickets = Scoped(db=db, name="tickets", company=company)

    async def step(session: Session) -> None:
        row = await tickets.get(ticket.id, session=session)
        known = load(Ticket, row) if row else None
        if row is None or known is None or known.status in OVER:
            return
        if not await put_version(tickets, transitions.withdraw(known), row["version"], session):
            raise Stale
        holder = transitions.holder(known)
        await agents.load_changed(Counter({holder: -1} if holder else {}), session)
        await log.append([_noted(company, known)], session)

    await transact(db, step)


def _noted(company: CompanyId, ticket: Ticket) -> Entry:
    return Entry(
        id=derived(ticket.id, "closed", str(ticket.resolutions)),
        company=company,
        at=datetime.now(UTC),
        kind=Kind.TICKET_CLOSED,
        conversation=ticket.conversation,
        ticket=ticket.id,
        customer=ticket.customer,
        agent=ticket.assignee,
        platform=ticket.platform,
        data={"why": "erased"},
    )
