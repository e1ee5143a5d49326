"""One company's parts, joined."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from brain.brain import Brain
from brain.gaps import Grouping
from desk.crew import Crew, Known
from desk.delivery import Delivery
from desk.desk import Desk
from desk.experience import ExperienceDesk
from desk.firm import Firm
from desk.office import Office
from desk.posting import DigestDesk
from desk.schedule import Timetable
from domain.people import Role
from reports.service import Reporter
from settings import Company
from store.jobs import MongoDays, MongoPeople
from wiring import reviews, schedule, upkeep
from wiring.channels import Connections
from wiring.clock import now
from wiring.desk import company_desk, pace
from wiring.knowledge import Books
from wiring.parts import Parts, firm
from wiring.stores import Stores


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


def open_branch(parts: Parts) -> Branch:
    """Join the parts of one company."""
    known = firm(parts.settings, parts.company, parts.connections)
    channels = parts.connections.channels
    crew = Crew(firm=known, agents=parts.kept.agents, channels=channels, known=_named(parts.company))
    reporter = _reporter(parts)
    desk = company_desk(parts, known, crew, reporter)
    digests = schedule.digests(parts, known, reporter, parts.wake_out)
    experience = reviews.desk(parts, known, parts.wake_out)
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
            parts, digests, experience, upkeep.syncing(parts, known, parts.wake_out)
        ),
    )


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


def _delivery(parts: Parts) -> Delivery:
    return Delivery(
        company=parts.id,
        outbox=parts.kept.outbox,
        leases=parts.kept.leases,
        channels=parts.connections.channels,
        staff=parts.connections.staff,
        clock=now,
        wake=parts.wake_out,
        renew_seconds=pace(parts.settings).renew_seconds,
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


def _named(company: Company) -> dict[str, Known]:
    return {
        agent.user: Known(name=agent.name, role=Role(agent.role), capacity=agent.capacity or company.capacity)
        for agent in company.agents
    }
