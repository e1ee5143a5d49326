"""The desk of one company, joined."""

from datetime import timedelta

from desk.accounts import AccountsDesk
from desk.agent import AgentDesk
from desk.assistant import AssistantDesk
from desk.attachments import Files
from desk.crew import Crew
from desk.customer import CustomerDesk
from desk.desk import Desk, Pace
from desk.duty import DutyDesk
from desk.extracts import Extracts
from desk.firm import Firm
from desk.home import HomeDesk, Today
from desk.overview import Overview
from desk.presence import Presence
from desk.progress import Notes
from desk.routing import Routing
from desk.staff import StaffDesk
from desk.telling import Teller
from desk.turns import Turns
from domain.ids import AgentId
from reports.service import Reporter
from reports.view import View
from settings import Settings
from wiring import documents, privacy
from wiring.clock import now
from wiring.knowledge import attachments
from wiring.parts import Parts
from wiring.reporting import reporting_desk


def company_desk(parts: Parts, known: Firm, crew: Crew, reporter: Reporter) -> Desk:
    """Everybody who decides something, and what they need."""
    kept, channels = parts.kept, parts.connections.channels
    files = Files(channels=channels, keep=kept.blobs.put)
    turns = _turns(parts, files)

    async def wake(topic: str, key: str) -> None:
        await parts.wakeups.wake(f"{topic}|{parts.id}", key)

    return Desk(
        firm=known,
        pace=pace(parts.settings),
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
    notes = Notes(firm=known, channels=channels, outbox=kept.outbox, clock=now, wake=parts.wake_out)
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
        staff=known.staff,
        belongs=parts.connections.belongs,
        sections=[each.section for each in (*shelves, reporting, duty, home, assistant)],
    )


def _today(reporter: Reporter) -> Today:
    async def today(agent: AgentId) -> View:
        return await reporter.view(period="today", agent=agent, parts=())

    return today


def pace(settings: Settings) -> Pace:
    """How long things may take."""
    app = settings.app
    return Pace(
        burst=timedelta(milliseconds=app.burst_ms),
        burst_most=timedelta(milliseconds=app.burst_max_ms),
        renew_seconds=app.lease_seconds / 3,
    )
