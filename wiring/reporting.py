"""What answers /report in one company."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from desk.crew import Crew
from desk.exchange import Exchange
from desk.firm import Firm
from desk.reporting import Improving, ReportDesk
from desk.telling import Teller
from domain.ids import CompanyId
from domain.log import Entry
from reports.advice import Advice
from reports.advisor import Advisor, done
from reports.periods import local_day
from reports.service import Report, Reporter
from wiring.clock import now
from wiring.parts import Parts
from wiring.stores import Stores


def reporting_desk(parts: Parts, known: Firm, crew: Crew, teller: Teller, reporter: Reporter) -> ReportDesk:
    """/report and the buttons under it."""
    kept = parts.kept
    return ReportDesk(
        firm=known,
        crew=crew,
        agents=kept.agents,
        teller=teller,
        outbox=kept.outbox,
        keep=kept.blobs.put,
        report=_reporting(reporter),
        improving=_improving(parts, reporter),
    )


def exchange(company: CompanyId, kept: Stores) -> Exchange:
    """A company's files in and out."""
    return Exchange(company=company, log=kept.log, note=kept.log.note, sessions=kept.experiences, clock=now)


def _improving(parts: Parts, reporter: Reporter) -> Improving:
    advisor = Advisor(reporter=reporter, log=parts.kept.log)

    def noted(company: CompanyId, advice: Advice, at: datetime) -> Entry:
        return done(company, advice, at=at, day=local_day(at, reporter.zone))

    return Improving(advice=lambda: advisor.advice(now=now()), done=noted, note=parts.kept.log.note)


def _reporting(reporter: Reporter) -> Callable[[str, str, str | None], Awaitable[Report]]:
    async def report(kind: str, period: str, agent: str | None) -> Report:
        return await reporter.report(kind=kind, period=period, agent=agent, full=True)

    return report
