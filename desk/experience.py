"""After a chat: how it went for the customer, written down once and told in the ticket's thread."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from desk.changes import Feedback, Outgoing
from desk.firm import Firm
from desk.holding import held
from desk.ports import Channel
from desk.step import Step
from desk.storage import Leases, Records
from domain.content import Bullets, Content, Item, Paragraph, Span, Style
from domain.ids import BotId
from domain.log import Entry, Kind
from domain.ticket import Ticket
from reports.experience import Experience, Review, Reviewer, Session
from reports.files import analyse

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long after a rating (a comment may follow), and after a survey that nobody answers."""

    rated: timedelta
    unrated: timedelta


class Experiences(Protocol):
    """Finished chats and the reports of them."""

    async def due(self, now: datetime, wait: Wait) -> Sequence[Feedback]:
        """Surveys of finished chats whose report is due and not written."""
        ...

    async def session(self, feedback: Feedback) -> Session | None:
        """The chat of a survey; None if it goes on (or is erased), so that nothing is to be written."""
        ...

    async def keep(self, review: Review, entries: Sequence[Entry], rows: Sequence[Outgoing]) -> bool:
        """Write a report and what follows from it in one transaction; false if there is one already."""
        ...


class ExperienceDesk:
    """Writes what is due. It runs beside the conversations, so that no customer waits for it."""

    def __init__(
        self,
        *,
        firm: Firm,
        experiences: Experiences,
        records: Records,
        leases: Leases,
        reviewer: Reviewer,
        channels: Mapping[BotId, Channel],
        wait: Wait,
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
        renew_seconds: float,
    ) -> None:
        self._firm = firm
        self._experiences = experiences
        self._records = records
        self._leases = leases
        self._reviewer = reviewer
        self._channels = channels
        self._wait = wait
        self._clock = clock
        self._wake = wake
        self._renew_seconds = renew_seconds

    async def write_due(self) -> None:
        """Write every report that is due, each once among all processes and restarts."""
        for feedback in await self._experiences.due(self._clock(), self._wait):
            lease = await self._leases.take(f"experience|{feedback.id}")
            if lease is None:  # another process is at it: the model is asked once
                continue
            async with held(self._leases, lease, every=self._renew_seconds):
                await self._one(feedback)

    async def _one(self, feedback: Feedback) -> None:
        session = await self._experiences.session(feedback)
        if session is None:
            return
        experience = await self._reviewer.review(session)
        ticket = await self._records.ticket(feedback.ticket) if feedback.ticket else None
        step = self._step(feedback, ticket)
        step.to_thread(told(experience), "experience")
        usage = experience.usage
        step.log(
            Kind.EXPERIENCE_WRITTEN,
            agent=feedback.agent,
            by=experience.by.value,
            prompt_tokens=usage.prompt_tokens,
            answer_tokens=usage.answer_tokens,
            cost=usage.cost,
        )
        review = Review(
            id=feedback.id,
            at=step.now,
            ticket=feedback.ticket or "",
            agent=feedback.agent or "",
            experience=experience,
            analysis=analyse(session, experience),
        )
        if await self._experiences.keep(review, step.changes.entries, step.changes.outgoing):
            log.info("experience_written", by=experience.by.value)
            for queue in {row.queue for row in step.changes.outgoing}:
                self._wake(queue)

    def _step(self, feedback: Feedback, ticket: Ticket | None) -> Step:
        return Step(
            firm=self._firm,
            channels=self._channels,
            lane=feedback.lane,
            seed=f"experience|{feedback.id}",
            now=self._clock(),
            ticket=ticket,
        )


def told(experience: Experience) -> Content:
    """The report for the ticket's thread."""
    parts = (
        ("Wanted: ", experience.wanted),
        ("Went well: ", experience.went_well),
        ("Went badly: ", experience.went_badly),
        ("Next time: ", experience.suggestion),
    )
    lines = tuple(Item((Span(name, Style.BOLD), Span(words))) for name, words in parts)
    head = Paragraph((Span("How it went for the customer", Style.BOLD),))
    return Content((head, Bullets(lines), Paragraph((Span(f"{experience.label}.", Style.ITALIC),))))
