"""What one company's desk is joined from."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from brain.brain import Brain
from brain.policy import Policy
from brain.ports import Retriever
from desk.firm import Firm
from desk.queue import Wakeups
from domain.answer import Line, Tone
from domain.ids import CompanyId, Platform
from settings import Company, Settings
from store.scoped import Db
from ticketing.hours import parse_hours
from ticketing.targets import Targets
from wiring.channels import Connections
from wiring.knowledge import Books
from wiring.models import Models
from wiring.stores import Stores


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
    def wake_out(self) -> Callable[[str], None]:
        """Hints that a queue of the outbox has something to send."""
        return lambda queue: self.wakeups.soon(f"out|{self.id}", queue)

    @property
    def id(self) -> CompanyId:
        """The company."""
        return CompanyId(self.company.id)
