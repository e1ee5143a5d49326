"""One company's parts, joined."""

import os
import socket
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from brain.brain import Brain
from brain.gaps import Grouping
from brain.policy import Policy
from brain.ports import Retriever
from desk.accounts import AccountsDesk
from desk.agent import AgentDesk
from desk.assistant import AssistantDesk
from desk.attachments import Files
from desk.crew import Crew, Known
from desk.customer import CustomerDesk
from desk.delivery import Delivery
from desk.desk import Desk, Pace
from desk.duty import DutyDesk
from desk.experience import ExperienceDesk
from desk.extracts import Extracts
from desk.firm import Firm
from desk.home import HomeDesk, Today
from desk.office import Office
from desk.overview import Overview
from desk.posting import DigestDesk
from desk.presence import Presence
from desk.progress import Notes
from desk.queue import Wakeups
from desk.routing import Routing
from desk.schedule import Timetable
from desk.staff import StaffDesk
from desk.telling import Teller
from desk.turns import Turns
from domain.answer import Line, Tone
from domain.ids import AgentId, CompanyId, Platform
from domain.people import Role
from reports.service import Reporter
from reports.view import View
from settings import Company, Settings
from store.agents import MongoAgents
from store.assignment import MongoAssignment
from store.blobs import MongoBlobs
from store.experiences import MongoExperiences
from store.inbox import MongoInbox
from store.jobs import MongoDays, MongoPeople
from store.leases import MongoLeases
from store.links import MongoLinks
from store.log import MongoLog
from store.outbox import MongoOutbox
from store.records import MongoRecords
from store.scoped import Db
from ticketing.hours import parse_hours
from ticketing.targets import Targets
from wiring import documents, privacy, reviews, schedule, upkeep
from wiring.channels import Connections
from wiring.clock import now
from wiring.knowledge import Books, attachments
from wiring.models import Models
from wiring.reporting import reporting_desk


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
    experiences: MongoExperiences
    links: MongoLinks


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
    digests: DigestDesk
    experience: ExperienceDesk
    timetable: Timetable


def stores(db: Db, company: CompanyId, *, lease_seconds: float) -> Stores:
    """The repositories of one company."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    log = MongoLog(db=db, company=company)
    agents = MongoAgents(db=db, company=company)
    leases = MongoLeases(db=db, company=company, owner=owner, seconds=lease_seconds)
    outbox = MongoOutbox(db=db, company=company, log=log)
    links = MongoLinks(db=db, company=company, clock=now)
    return Stores(
        log=log,
        agents=agents,
        leases=leases,
        outbox=outbox,
        inbox=MongoInbox(db=db, company=company),
        records=MongoRecords(
            db=db, company=company, leases=leases, outbox=outbox, agents=agents, log=log, links=links
        ),
        links=links,
        assignment=MongoAssignment(db=db, company=company, agents=agents, outbox=outbox, log=log),
        blobs=MongoBlobs(db=db, company=company),
        experiences=MongoExperiences(db=db, company=company, log=log, outbox=outbox),
    )


def firm(settings: Settings, company: Company, connections: Connections) -> Firm:
    """What the desk knows of a company."""
    return Firm(
        id=CompanyId(company.id),
        name=company.name,
        timezone=company.timezone,
        language=company.language,
        tone=Tone(company=company.name, style=company.tone),
        staff=connections.staff,
        admins=_admins(settings, company),
        capacity=company.capacity,
        max_text=settings.app.max_text,
        survey_delay=timedelta(minutes=settings.tickets.survey_minutes),
        targets=_targets(company),
    )


def _admins(settings: Settings, company: Company) -> frozenset[str]:
    """Who may upload and report, by platform."""
    slack = [company.slack] if company.slack else []
    kinds = (
        (Platform.SLACK, slack),
        (Platform.TELEGRAM, company.telegram),
        (Platform.DISCORD, company.discord),
    )
    return frozenset(
        f"{platform}:{user}"
        for platform, connections in kinds
        for one in connections
        for user in settings.listed(one.admins_env)
    )


def _targets(company: Company) -> Targets:
    reply, solve = company.first_response_minutes, company.resolution_hours
    return Targets(
        hours=parse_hours(company.hours, ZoneInfo(company.timezone)),
        first_response=timedelta(minutes=reply) if reply else None,
        resolution=timedelta(hours=solve) if solve else None,
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
        translator=models.translator,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the desk of one company is joined from."""

    settings: Settings
    company: Company
    db: Db
    kept: Stores
    connections: Connections
    models: Models
    thinking: Brain
    books: Books
    suggest: Callable[[list[Line], str], Awaitable[str]]
    wakeups: Wakeups

    @property
    def id(self) -> CompanyId:
        """The company."""
        return CompanyId(self.company.id)


def open_branch(parts: Parts) -> Branch:
    """Join the parts of one company."""
    known = firm(parts.settings, parts.company, parts.connections)
    channels = parts.connections.channels
    crew = Crew(firm=known, agents=parts.kept.agents, channels=channels, known=_named(parts.company))
    reporter = _reporter(parts)
    desk = _desk(parts, known, crew, reporter)
    digests = schedule.digests(parts, known, reporter, _wake_out(parts))
    experience = reviews.desk(parts, known, _wake_out(parts))
    office = _office(parts, desk, _delivery(parts))
    if (installer := parts.connections.installer) and known.staff:
        installer.installed.append(partial(office.reconnect, known.staff.bot))
    return Branch(
        firm=known,
        stores=parts.kept,
        connections=parts.connections,
        crew=crew,
        brain=parts.thinking,
        books=parts.books,
        reporter=reporter,
        desk=desk,
        office=office,
        digests=digests,
        experience=experience,
        timetable=schedule.timetable(
            parts, digests, experience, upkeep.syncing(parts, known, _wake_out(parts))
        ),
    )


def _wake_out(parts: Parts) -> Callable[[str], None]:
    return lambda queue: parts.wakeups.soon(f"out|{parts.id}", queue)


def _reporter(parts: Parts) -> Reporter:
    return Reporter(
        company_name=parts.company.name,
        timezone=parts.company.timezone,
        log=parts.kept.log,
        days=MongoDays(db=parts.db, company=parts.id),
        clock=now,
        people=MongoPeople(db=parts.db, company=parts.id),
        grouping=Grouping(encoder=parts.models.encoder),
    )


def _desk(parts: Parts, known: Firm, crew: Crew, reporter: Reporter) -> Desk:
    kept, channels = parts.kept, parts.connections.channels
    files = Files(channels=channels, keep=kept.blobs.put)
    turns = _turns(parts, files)

    async def wake(topic: str, key: str) -> None:
        await parts.wakeups.wake(f"{topic}|{parts.id}", key)

    return Desk(
        firm=known,
        pace=_pace(parts.settings),
        channels=channels,
        inbox=kept.inbox,
        outbox=kept.outbox,
        records=kept.records,
        leases=kept.leases,
        assignment=kept.assignment,
        roster=kept.agents,
        routing=Routing(
            company=parts.id,
            staff=known.staff,
            admin=known.is_admin,
            records=kept.records,
            outbox=kept.outbox,
        ),
        turns=turns,
        customers=_customers(parts, turns, reporter),
        agents=AgentDesk(
            crew=crew, records=kept.records, outbox=kept.outbox, files=files, suggest=parts.suggest
        ),
        staff=_staff(parts, known, crew, reporter, files=files),
        clock=now,
        wake=wake,
    )


def _customers(parts: Parts, turns: Turns, reporter: Reporter) -> CustomerDesk:
    kept = parts.kept
    return CustomerDesk(
        turns=turns,
        records=kept.records,
        outbox=kept.outbox,
        link=parts.connections.link,
        accounts=AccountsDesk(records=kept.records, links=kept.links),
        rights=privacy.rights(parts, reporter.history),
    )


def _turns(parts: Parts, files: Files) -> Turns:
    return Turns(
        answer=parts.thinking.answer,
        emotions=parts.models.emotions,
        records=parts.kept.records,
        outbox=parts.kept.outbox,
        channels=parts.connections.channels,
        files=files,
        extracts=Extracts(fetch=parts.kept.blobs, read=attachments(parts.settings).load),
    )


def _staff(parts: Parts, known: Firm, crew: Crew, reporter: Reporter, *, files: Files) -> StaffDesk:
    kept, channels = parts.kept, parts.connections.channels
    teller = Teller(firm=known, channels=channels, outbox=kept.outbox)
    notes = Notes(firm=known, channels=channels, outbox=kept.outbox, clock=now, wake=_wake_out(parts))
    shelves = documents.desks(
        parts, known, crew=crew, teller=teller, notes=notes, files=files, reporter=reporter
    )
    reporting = reporting_desk(parts, known, crew, teller, reporter)
    assistant = AssistantDesk(firm=known, teller=teller, channels=channels, answer=parts.thinking.answer)
    overview = Overview(records=kept.records, outbox=kept.outbox, link=parts.connections.link)
    presence = Presence(agents=kept.agents, records=kept.records, inbox=kept.inbox, clock=now)
    duty = DutyDesk(crew=crew, teller=teller, agents=kept.agents, presence=presence, overview=overview)
    home = HomeDesk(
        crew=crew,
        agents=kept.agents,
        presence=presence,
        overview=overview,
        channels=channels,
        today=_today(reporter),
        belongs=parts.connections.belongs,
        clock=now,
    )
    return StaffDesk(
        teller=teller,
        sections=[each.section for each in (*shelves, reporting, duty, home, assistant)],
    )


def _today(reporter: Reporter) -> Today:
    async def today(agent: AgentId) -> View:
        return await reporter.view(period="today", agent=agent, parts=())

    return today


def _delivery(parts: Parts) -> Delivery:
    return Delivery(
        company=parts.id,
        outbox=parts.kept.outbox,
        leases=parts.kept.leases,
        channels=parts.connections.channels,
        staff=parts.connections.staff,
        clock=now,
        wake=_wake_out(parts),
        renew_seconds=_pace(parts.settings).renew_seconds,
    )


def _office(parts: Parts, desk: Desk, delivery: Delivery) -> Office:
    kept, settings = parts.kept, parts.settings
    return Office(
        company=parts.id,
        desk=desk,
        delivery=delivery,
        channels=parts.connections.channels,
        inbox=kept.inbox,
        outbox=kept.outbox,
        records=kept.records,
        overdue=kept.records,
        agents=kept.agents,
        wakeups=parts.wakeups,
        workers=settings.app.workers,
        claim_limit=timedelta(minutes=settings.tickets.claim_minutes),
        clock=now,
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
