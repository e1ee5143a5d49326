"""Admins' reports: for one's own eyes first; a button shares them, others note that advice was followed."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.attachments import Keep
from desk.changes import Purpose
from desk.crew import Crew
from desk.firm import Firm
from desk.staff import Section
from desk.step import Step
from desk.storage import Agents, Outbox
from desk.telling import Teller
from domain.content import (
    Block,
    Bullets,
    Button,
    Buttons,
    ButtonStyle,
    Content,
    File,
    Heading,
    Item,
    Paragraph,
    Span,
    Style,
    paragraph,
    text,
)
from domain.errors import BadInput
from domain.ids import CompanyId, MessageId, Platform, derived
from domain.inbound import Actor, ButtonPressed, CommandReceived, FormSubmitted
from domain.log import Entry
from reports.advice import Advice
from reports.result import Report

PERIOD = re.compile(
    r"\b(?:today|\d+\s*d|\d{4}-\d{2}-\d{2}(?:\s*(?:\.\.|…|\bto\b|\s)\s*\d{4}-\d{2}-\d{2})?)(?!\S)",
    re.IGNORECASE,
)
MENTION = re.compile(r"<@!?(\w+)(?:\|[^>]*)?>")
Reporting = Callable[[str, str, str | None], Awaitable[Report]]
"""Kind, period and agent -> a report with charts. Raises BadInput."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Improving:
    """What is worth doing now, and how it is noted that something was done."""

    advice: Callable[[], Awaitable[Sequence[Advice]]]
    done: Callable[[CompanyId, Advice, datetime], Entry]
    note: Callable[[Sequence[Entry]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asked for; "" is left to the report."""

    kind: str = ""
    period: str = ""
    agent: str = ""


class ReportDesk:
    """/report, and the buttons under it."""

    def __init__(
        self,
        *,
        firm: Firm,
        crew: Crew,
        agents: Agents,
        teller: Teller,
        outbox: Outbox,
        keep: Keep,
        report: Reporting,
        improving: Improving,
    ) -> None:
        self._firm = firm
        self._crew = crew
        self._agents = agents
        self._teller = teller
        self._outbox = outbox
        self._keep = keep
        self._report = report
        self._improving = improving

    @property
    def section(self) -> Section:
        """What it answers."""
        return Section(
            commands={"report": self._reports},
            forms={"report": self._reports},
            presses={"share_report": self._share, "advice_done": self._done},
        )

    async def _reports(self, step: Step, event: CommandReceived | FormSubmitted) -> None:
        self._crew.admin(event.actor)
        asked = wanted(event)
        made = await self._report(asked.kind or "all", asked.period or "7d", await self._who(asked.agent))
        files = await self._files(step, made)
        # What is told carries this mark, so that the button finds the very same to share.
        mark = MessageId(step.id("report"))
        where = self._teller.place(event)
        head = told(made, files_in_private=bool(files) and where.platform is Platform.SLACK)
        if self._firm.staff:
            share = Button("share_report", "Share with the team", mark, ButtonStyle.PRIMARY)
            head = head.plus(Buttons((share,)))
        step.send(where, head, "answer", purpose=Purpose.REPORT, origin=mark)
        if files:
            titled = Content((paragraph(made.title, Style.BOLD), *files))
            step.send(where, titled, "files", purpose=Purpose.REPORT, origin=mark)

    async def _who(self, said: str) -> str | None:
        """An agent by name or id, or by a mention of the platform."""
        mentioned = MENTION.fullmatch(said)
        if not mentioned:
            return said or None
        found = [one.id for one in await self._agents.all() if one.identity.user == mentioned[1]]
        if not found:
            raise BadInput("I don't know this person as an agent. Write their name.")
        return found[0]

    async def _name(self, actor: Actor) -> str:
        """As colleagues know them, where they are an agent too."""
        known = (one.name for one in await self._agents.all() if one.identity.user == actor.identity.user)
        return next(known, actor.name)

    async def _files(self, step: Step, made: Report) -> list[File]:
        """The charts, the PDF and the CSV, kept as blobs for the outbox."""
        days = made.period.replace("..", "-to-")
        parts = [(one.name, one.png, "image/png", one.alt) for one in made.charts]
        parts += [(f"report-{days}.pdf", made.pdf, "application/pdf", "")]
        parts += [(f"report-{days}.csv", made.csv, "text/csv", "")]
        files: list[File] = []
        for name, data, mime, alt in parts:
            if data:
                blob = f"{step.changes.seed}-{name}"
                await self._keep(blob, data)
                files.append(File(blob, name, mime, len(data), mime.startswith("image/"), alt))
        return files

    async def _share(self, step: Step, event: ButtonPressed) -> None:
        """Post what was told to one person where everybody sees it, once."""
        self._crew.admin(event.actor)
        place, key = self._firm.staff, derived(self._firm.id, "shared", event.value)
        if place is None:
            raise BadInput("There is no channel to share it in.")
        if await self._outbox.posted(derived(derived(key, "0"), "0")):
            raise BadInput("This report is shared already.")
        blocks = [
            block for one in await self._outbox.showing(event.value) for block in one.row.content.blocks
        ]
        shown = [block for block in blocks if not isinstance(block, Buttons) and not _is_hint(block)]
        if not shown:
            raise BadInput("This report is not kept any more. Ask for it again with /report.")
        by = paragraph(f"Shared by {await self._name(event.actor)}", Style.ITALIC)
        words = Content((by, *(block for block in shown if not isinstance(block, File))))
        files = Content(tuple(block for block in shown if isinstance(block, File)))
        for number, content in enumerate(part for part in (words, files) if part.blocks):
            step.send(place, content, "shared", key=derived(key, str(number)), purpose=Purpose.REPORT)
        self._teller.tell(step, event, text("Shared with the team."))

    async def _done(self, step: Step, event: ButtonPressed) -> None:
        """An improvement was made: it is measured again from now on."""
        self._crew.admin(event.actor)
        found = next((one for one in await self._improving.advice() if one.id == event.value), None)
        if found is None:
            raise BadInput("This is noted already, or it is no longer worth doing.")
        await self._improving.note([self._improving.done(self._firm.id, found, step.now)])
        words = f"✅ Noted: {found.what}. In a week the digest begins to tell whether it helped."
        self._teller.tell(step, event, text(words))


def told(made: Report, *, files_in_private: bool) -> Content:
    """A report in words, with a button under each piece of advice."""
    blocks: list[Block] = [Heading((Span(made.title),)), paragraph(made.headline, Style.BOLD)]
    if made.lines:
        blocks.append(Bullets(tuple(Item((Span(line),)) for line in made.lines)))
    if made.advice:
        blocks.append(paragraph("Worth doing", Style.BOLD))
    for number, one in enumerate(made.advice, 1):
        blocks.append(Paragraph((Span(f"{number}. {one.what}", Style.BOLD),)))
        blocks.append(Bullets(tuple(Item((Span(line),)) for line in one.evidence)))
        blocks.append(Buttons((Button("advice_done", "Done", one.id),)))
    if files_in_private:
        blocks.append(paragraph(PRIVATE, Style.ITALIC))
    return Content(tuple(blocks))


PRIVATE = "The charts, the PDF and the CSV are in your direct messages with me."


def _is_hint(block: Block) -> bool:
    return block == paragraph(PRIVATE, Style.ITALIC)


def wanted(event: CommandReceived | FormSubmitted) -> Wanted:
    """Kind, period and agent, from named options or from words: ``csat 7d Ana``, each may be left out."""
    given = event.options if isinstance(event, CommandReceived) else event.fields
    said = _read(event.text) if isinstance(event, CommandReceived) else Wanted()
    return Wanted(
        kind=given.get("kind") or said.kind,
        period=_days(given) or given.get("period") or said.period,
        agent=(given.get("agent") or said.agent).strip(),
    )


def _days(given: Mapping[str, str]) -> str:
    """A period of one's own: from a day, to another or until today."""
    first, last = given.get("from", "").strip(), given.get("to", "").strip()
    if not first:
        return ""
    return f"{first}..{last}"


def _read(words: str) -> Wanted:
    """The kind stands before the period and the agent after it; without a period the kind is one word."""
    found = PERIOD.search(words)
    if found:
        period = re.sub(r"\s*d$", "d", found[0].lower())
        single = re.fullmatch(r"\d{4}-\d{2}-\d{2}", period)
        period = f"{period}..{period}" if single else period
        return Wanted(kind=words[: found.start()].strip(), period=period, agent=words[found.end() :].strip())
    kind, _, agent = words.strip().partition(" ")
    return Wanted(kind=kind, agent=agent.strip())
