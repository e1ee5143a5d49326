"""All repositories of one company, as wiring makes them."""

from datetime import UTC, datetime

from desk import handoff
from desk.changes import Changes
from desk.firm import Firm
from desk.step import Step
from desk.storage import Stale
from domain.answer import Tone
from domain.conversation import Conversation
from domain.ids import Address, BotId, CompanyId, Identity, Lane, Platform, lane_of
from domain.people import Agent, Availability, Role
from domain.ticket import Ticket
from store.agents import MongoAgents
from store.assignment import MongoAssignment
from store.inbox import MongoInbox
from store.leases import MongoLeases
from store.links import MongoLinks
from store.log import MongoLog
from store.outbox import MongoOutbox
from store.records import MongoRecords
from store.scoped import Db


def firm_of(company: CompanyId) -> Firm:
    return Firm(id=company, name="Acme", timezone="UTC", language="en", tone=Tone(company="Acme"), staff=None)


def customer_place(company: CompanyId, chat: str) -> tuple[Address, Lane]:
    place = Address(platform=Platform.TELEGRAM, bot=BotId("telegram"), workspace="b", channel=chat)
    return place, lane_of(company, place)


class Repositories:
    """What the tests of the store work with."""

    def __init__(self, db: Db, company: CompanyId, owner: str = "test", seconds: float = 30) -> None:
        self.company = company
        self.log = MongoLog(db=db, company=company)
        self.agents = MongoAgents(db=db, company=company)
        self.leases = MongoLeases(db=db, company=company, owner=owner, seconds=seconds)
        self.outbox = MongoOutbox(db=db, company=company, log=self.log)
        self.inbox = MongoInbox(db=db, company=company)
        self.links = MongoLinks(db=db, company=company, clock=lambda: datetime.now(UTC))
        self.records = MongoRecords(
            db=db,
            company=company,
            leases=self.leases,
            outbox=self.outbox,
            agents=self.agents,
            log=self.log,
            links=self.links,
        )
        self.assignment = MongoAssignment(
            db=db, company=company, agents=self.agents, outbox=self.outbox, log=self.log
        )

    async def agent(self, user: str, *, capacity: int = 10, online: bool = True) -> Agent:
        identity = Identity(platform=Platform.SLACK, workspace="T", user=user)
        availability = Availability.ONLINE if online else Availability.OFFLINE
        return await self.agents.join(
            identity, name=user, role=Role.AGENT, capacity=capacity, availability=availability
        )

    async def assign_all(self) -> None:
        while True:
            try:
                if await self.assignment.assign_next(datetime.now(UTC), self.compose) is None:
                    return
            except Stale:
                continue

    def compose(self, ticket: Ticket, agent: Agent, conversation: Conversation) -> Changes:
        step = Step(
            firm=firm_of(self.company),
            channels={},
            lane=ticket.lane,
            seed=f"assign|{ticket.id}",
            now=datetime.now(UTC),
            conversation=conversation,
            ticket=ticket,
        )
        return handoff.assigned(step, agent)
