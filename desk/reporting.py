"""Admins' reports."""

from collections.abc import Awaitable, Callable

from desk.attachments import Keep
from desk.crew import Crew
from desk.staff import Section
from desk.step import Step
from desk.telling import Teller
from domain.content import Block, Bullets, Content, File, Heading, Item, Paragraph, Span, Style
from domain.inbound import CommandReceived, FormSubmitted
from reports.result import Report

Reporting = Callable[[str, str, str | None], Awaitable[Report]]
"""Kind, period and agent -> a report with charts. Raises BadInput."""


class ReportDesk:
    """/report."""

    def __init__(self, *, crew: Crew, teller: Teller, keep: Keep, report: Reporting) -> None:
        self._crew = crew
        self._teller = teller
        self._keep = keep
        self._report = report

    @property
    def section(self) -> Section:
        """What it answers."""
        return Section(commands={"report": self._reports}, forms={"report": self._reports})

    async def _reports(self, step: Step, event: CommandReceived | FormSubmitted) -> None:
        self._crew.admin(event.actor)
        kind, period, agent = _wanted(event)
        made = await self._report(kind, period, agent)
        blocks: list[Block] = [
            Heading((Span(made.title),)),
            Paragraph((Span(made.headline, Style.BOLD),)),
            Bullets(tuple(Item((Span(line),)) for line in made.lines)),
        ]
        self._teller.tell(step, event, Content(tuple(blocks)))
        for number, file in enumerate(await self._pictures(step, made)):
            self._teller.tell(step, event, Content((file,)), f"file-{number}")

    async def _pictures(self, step: Step, made: Report) -> list[File]:
        """The charts and the PDF, kept as blobs for the outbox."""
        wanted = [(one.name, one.png, "image/png", one.alt) for one in made.charts]
        if made.pdf:
            wanted.append(("report.pdf", made.pdf, "application/pdf", ""))
        files: list[File] = []
        for name, data, mime, alt in wanted:
            blob = f"{step.changes.seed}-{name}"
            await self._keep(blob, data)
            files.append(File(blob, name, mime, len(data), mime.startswith("image/"), alt))
        return files


def _wanted(event: CommandReceived | FormSubmitted) -> tuple[str, str, str | None]:
    """Kind, period and agent, from named options or from words in this order."""
    given = event.options if isinstance(event, CommandReceived) else event.fields
    words = event.text.split() if isinstance(event, CommandReceived) else []
    words += ["", "", ""]
    kind = given.get("kind") or words[0] or "all"
    period = given.get("period") or words[1] or "7d"
    return kind, period, given.get("agent") or words[2] or None
