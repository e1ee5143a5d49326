"""One company's parts, joined."""

import os
import socket
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from brain.brain import Brain
from brain.policy import Policy
from brain.ports import Retriever
from desk.agent import AgentDesk
from desk.attachments import Files
from desk.crew import Crew, Known
from desk.customer import CustomerDesk
from desk.delivery import Delivery
from desk.desk import Desk, Pace
from desk.office import Office
from desk.queue import Wakeups
from desk.routing import Routing
from desk.staff import StaffDesk
from desk.step import Firm
from desk.turns import Turns
from domain.answer import Line, Tone
from domain.ids import CompanyId
from domain.people import Role
from reports.service import Report, Reporter
from settings import Company, Settings
from store.agents import MongoAgents
from store.assignment import MongoAssignment
from store.blobs import MongoBlobs
from store.inbox import MongoInbox
from store.jobs import MongoDays, MongoPeople
from store.leases import MongoLeases
from store.log import MongoLog
from store.outbox import MongoOutbox
from store.records import MongoRecords
from store.scoped import Db
from wiring.channels import Connections
from wiring.clock import now
from wiring.knowledge import Books
from wiring.models import Models


@dataclass(slots=True, kw_only=True)
class Stores:
    """The repositories of one company."""

    log: MongoLog
    agents: MongoAgents
    leases: MongoLeases
    outbox: MongoOutbox
    inbox: MongoInbox
    records: MongoRecords
    assignment: MongoAssignment
    blobs: MongoBlobs


@dataclass(slots=True, kw_only=True)
class Branch:
    """Everything of one company that others use."""

    firm: Firm
    stores: Stores
    connections: Connections
    crew: Crew
    brain: Brain
    books: Books
    reporter: Reporter
    desk: Desk
    office: Office


def stores(db: Db, company: CompanyId, *, lease_seconds: float) -> Stores:
    """The repositories of one company."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    log = MongoLog(db=db, company=company)
    agents = MongoAgents(db=db, company=company)
    leases = MongoLeases(db=db, company=company, owner=owner, seconds=lease_seconds)
    outbox = MongoOutbox(db=db, company=company, log=log)
    return Stores(
        log=log,
        agents=agents,
        leases=leases,
        outbox=outbox,
        inbox=MongoInbox(db=db, company=company),
        records=MongoRecords(db=db, company=company, leases=leases, outbox=outbox, agents=agents, log=log),
        assignment=MongoAssignment(db=db, company=company, agents=agents, outbox=outbox, log=log),
        blobs=MongoBlobs(db=db, company=company),
    )


def firm(settings: Settings, company: Company, connections: Connections) -> Firm:
    """What the desk knows of a company."""
    slack = settings.listed(company.slack.admins_env) if company.slack else frozenset()
    others = (settings.listed(one.admins_env) for one in company.discord)
    return Firm(
        id=CompanyId(company.id),
        name=company.name,
        timezone=company.timezone,
        language=company.language,
        tone=Tone(company=company.name, style=company.tone),
        staff=connections.staff,
        admins=slack.union(*others),
        capacity=company.capacity,
        max_text=settings.app.max_text,
        survey_delay=timedelta(minutes=settings.tickets.survey_minutes),
    )


def brain(settings: Settings, models: Models, retriever: Retriever, clock: Callable[[], float]) -> Brain:
    """The brain over one company's documents."""
    section = settings.brain
    return Brain(
        languages=models.languages,
        emotions=models.emotions,
        retriever=retriever,
        responder=models.responder,
        fallback=models.fallback,
        threshold=section.relevance,
        policy=Policy(anger=section.anger, refusals=section.refusals),
        clock=clock,
    )


def open_branch(
    *,
    settings: Settings,
    company: Company,
    db: Db,
    kept: Stores,
    connections: Connections,
    models: Models,
    thinking: Brain,
    books: Books,
    suggest: Callable[[list[Line], str], Awaitable[str]],
    wakeups: Wakeups,
) -> Branch:
    """Join the parts of one company."""
    id = CompanyId(company.id)
    known = firm(settings, company, connections)
    channels = connections.channels
    crew = Crew(firm=known, agents=kept.agents, channels=channels, known=_named(company))
    files = Files(channels=channels, keep=kept.blobs.put)
    reporter = Reporter(
        company_name=company.name,
        timezone=company.timezone,
        log=kept.log,
        days=MongoDays(db=db, company=id),
        clock=now,
        people=MongoPeople(db=db, company=id),
    )

    async def wake(topic: str, key: str) -> None:
        await wakeups.wake(f"{topic}|{id}", key)

    routing = Routing(company=id, records=kept.records, outbox=kept.outbox)
    turns = Turns(
        answer=thinking.answer,
        emotions=models.emotions,
        records=kept.records,
        outbox=kept.outbox,
        channels=channels,
        files=files,
    )
    desk = Desk(
        firm=known,
        pace=_pace(settings),
        channels=channels,
        inbox=kept.inbox,
        outbox=kept.outbox,
        records=kept.records,
        leases=kept.leases,
        assignment=kept.assignment,
        routing=routing,
        turns=turns,
        customers=CustomerDesk(turns=turns, records=kept.records, outbox=kept.outbox),
        agents=AgentDesk(crew=crew, records=kept.records, outbox=kept.outbox, files=files, suggest=suggest),
        staff=StaffDesk(
            firm=known,
            crew=crew,
            agents=kept.agents,
            records=kept.records,
            outbox=kept.outbox,
            channels=channels,
            files=files,
            keep=kept.blobs.put,
            shelf=books,
            report=_reporting(reporter),
            answer=thinking.answer,
            clock=now,
        ),
        clock=now,
        wake=wake,
    )
    delivery = Delivery(
        company=id,
        outbox=kept.outbox,
        leases=kept.leases,
        channels=channels,
        staff=connections.staff,
        clock=now,
        wake=lambda queue: wakeups.soon(f"out|{id}", queue),
    )
    office = Office(
        company=id,
        desk=desk,
        delivery=delivery,
        channels=channels,
        inbox=kept.inbox,
        outbox=kept.outbox,
        records=kept.records,
        overdue=kept.records,
        agents=kept.agents,
        wakeups=wakeups,
        workers=settings.app.workers,
        claim_limit=timedelta(minutes=settings.tickets.claim_minutes),
        clock=now,
    )
    return Branch(
        firm=known,
        stores=kept,
        connections=connections,
        crew=crew,
        brain=thinking,
        books=books,
        reporter=reporter,
        desk=desk,
        office=office,
    )


def _pace(settings: Settings) -> Pace:
    app = settings.app
    return Pace(
        burst=timedelta(milliseconds=app.burst_ms),
        burst_most=timedelta(milliseconds=app.burst_max_ms),
        renew_seconds=app.lease_seconds / 3,
    )


def _named(company: Company) -> dict[str, Known]:
    return {
        agent.user: Known(name=agent.name, role=Role(agent.role), capacity=agent.capacity or company.capacity)
        for agent in company.agents
    }


def _reporting(reporter: Reporter) -> Callable[[str, str, str | None], Awaitable[Report]]:
    async def report(kind: str, period: str, agent: str | None) -> Report:
        return await reporter.report(kind=kind, period=period, agent=agent, full=True)

    return report
