"""What agents and admins ask for that concerns no single customer: reports, uploads, who is there."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from desk.attachments import Files, Keep
from desk.changes import Purpose
from desk.crew import Crew
from desk.ports import Channel
from desk.step import Firm, Step
from desk.storage import Agents, Outbox, Records
from domain.answer import Answer, Turn
from domain.content import Block, Bullets, Content, File, Heading, Item, Paragraph, Sources, Span, Style, text
from domain.errors import BadInput, NotAllowed, Unavailable
from domain.ids import Address, BotId
from domain.inbound import AppHomeOpened, CommandReceived, Event, FormSubmitted, MessageReceived
from domain.knowledge import Document
from domain.people import Agent, Availability
from domain.ticket import Ticket
from reports.result import Report


class Shelf(Protocol):
    """The company's documents; `brain.knowledge.shelf.Knowledge`."""

    async def ingest(self, name: str, data: bytes) -> Document:
        """Publish a document. Raises BadInput with one sentence."""
        ...

    async def documents(self) -> list[Document]:
        """What is in service."""
        ...

    async def remove(self, name: str) -> bool:
        """Take a document out of service."""
        ...


Reporting = Callable[[str, str, str | None], Awaitable[Report]]
"""Kind, period and agent -> a report with charts. Raises BadInput."""


class StaffDesk:
    """Answers commands. What it sends is kept in the outbox like everything else."""

    def __init__(
        self,
        *,
        firm: Firm,
        crew: Crew,
        agents: Agents,
        records: Records,
        outbox: Outbox,
        channels: Mapping[BotId, Channel],
        files: Files,
        keep: Keep,
        shelf: Shelf,
        report: Reporting,
        gaps: Callable[[], Awaitable[str]],
        answer: Callable[[Turn], Awaitable[Answer]],
        clock: Callable[[], datetime],
    ) -> None:
        self._firm = firm
        self._crew = crew
        self._agents = agents
        self._records = records
        self._outbox = outbox
        self._channels = channels
        self._files = files
        self._keep = keep
        self._shelf = shelf
        self._report = report
        self._gaps = gaps
        self._answer = answer
        self._clock = clock

    async def handle(self, step: Step, event: Event) -> None:
        """Answer a command, a form, or the opening of the home page."""
        try:
            await self._dispatch(step, event)
        except (BadInput, NotAllowed) as problem:
            step.send(self._place(event), text(str(problem)), "problem")

    async def _dispatch(self, step: Step, event: Event) -> None:
        if isinstance(event, AppHomeOpened):
            await self._home(step, event)
        elif isinstance(event, MessageReceived):
            await self._message(step, event)
        elif isinstance(event, FormSubmitted) and event.form in _FORMS:
            await _FORMS[event.form](self, step, event)
        elif isinstance(event, CommandReceived):
            handler = _COMMANDS.get(event.name)
            if handler is None:
                raise BadInput(f"I don't know /{event.name}.")
            await handler(self, step, event)

    def _place(self, event: Event) -> Address:
        """Where the answer goes: to the asking person alone, where the platform can."""
        if event.address.private_to:
            return event.address
        return replace(event.address, private_to=event.actor.identity.user)

    def _tell(self, step: Step, event: Event, content: Content, part: str = "answer") -> None:
        step.send(self._place(event), content, part, purpose=Purpose.REPORT)

    # -- documents -------------------------------------------------------------------------------

    async def _upload(self, step: Step, event: CommandReceived | FormSubmitted) -> None:
        self._crew.admin(event.actor)
        file = await self._files.first(event)
        if file is None:
            raise BadInput("Attach a PDF or another document to /upload.")
        name, data = file
        await self._now(step, event, f"Reading {name}…", "reading")
        document = await self._shelf.ingest(name, data)
        pages = f"{document.pages} pages, " if document.pages else ""
        words = f"{name} is in service: {pages}{document.passages} passages, version {document.version}."
        self._tell(step, event, text(f"✅ {words} {await self._gaps()}"))

    async def _now(self, step: Step, event: Event, words: str, part: str) -> None:
        """Say something before the long work starts, not after it."""
        early = Step(
            firm=self._firm, channels=self._channels, lane=step.lane, seed=step.changes.seed, now=step.now
        )
        self._tell(early, event, text(words), part)
        await self._outbox.add(early.changes.outgoing)

    async def _kb(self, step: Step, event: CommandReceived) -> None:
        """List the documents, or remove one: /kb remove NAME."""
        words = event.text.split(maxsplit=1)
        if len(words) == 2 and words[0] == "remove":
            self._crew.admin(event.actor)
            if not await self._shelf.remove(words[1]):
                raise BadInput(f"There is no document called {words[1]}. /kb lists them.")
            self._tell(step, event, text(f"{words[1]} is out of service."))
            return
        documents = await self._shelf.documents()
        if not documents:
            self._tell(step, event, text("There are no documents yet. /upload brings one in."))
            return
        items = [
            Item((Span(one.name, Style.BOLD), Span(f" v{one.version}, {one.passages} passages")))
            for one in documents
        ]
        self._tell(step, event, Content((Bullets(tuple(items)),)))

    # -- reports ---------------------------------------------------------------------------------

    async def _reports(self, step: Step, event: CommandReceived | FormSubmitted) -> None:
        self._crew.admin(event.actor)
        kind, period, agent = _wanted(event)
        made = await self._report(kind, period, agent)
        blocks: list[Block] = [
            Heading((Span(made.title),)),
            Paragraph((Span(made.headline, Style.BOLD),)),
            Bullets(tuple(Item((Span(line),)) for line in made.lines)),
        ]
        self._tell(step, event, Content(tuple(blocks)))
        for number, file in enumerate(await self._pictures(step, made)):
            self._tell(step, event, Content((file,)), f"file-{number}")

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

    # -- people ----------------------------------------------------------------------------------

    async def _available(self, step: Step, event: CommandReceived) -> None:
        agent = await self._crew.member(event.actor)
        await self._agents.set_availability(agent.id, Availability.ONLINE, self._clock())
        step.changes.assign = True
        self._tell(step, event, text("You are available: new tickets can come to you."))

    async def _away(self, step: Step, event: CommandReceived) -> None:
        agent = await self._crew.member(event.actor)
        await self._agents.set_availability(agent.id, Availability.AWAY, self._clock())
        held = len(await self._records.tickets(assignee=agent.id))
        kept = f" You keep your {held} open tickets; transfer what can't wait." if held else ""
        self._tell(step, event, text(f"You are away: no new tickets come to you.{kept}"))

    async def _capacity(self, step: Step, event: CommandReceived) -> None:
        agent = await self._crew.member(event.actor)
        if not event.text.isdigit() or not 1 <= int(event.text) <= 100:
            raise BadInput("Write how many open tickets you can have, for example /capacity 8.")
        await self._agents.set_capacity(agent.id, int(event.text))
        step.changes.assign = True
        self._tell(step, event, text(f"Up to {event.text} open tickets come to you."))

    async def _tickets(self, step: Step, event: CommandReceived) -> None:
        agent = await self._crew.member(event.actor)
        self._tell(step, event, Content(tuple(await self._overview(agent))))

    async def _overview(self, agent: Agent) -> list[Block]:
        mine = await self._records.tickets(assignee=agent.id)
        queue = await self._records.tickets(waiting=True)
        state = f"You are {agent.availability}, {agent.load} of {agent.capacity} tickets."
        return [
            Paragraph((Span(state),)),
            Heading((Span(f"My tickets ({len(mine)})"),)),
            _listed(mine),
            Heading((Span(f"Waiting ({len(queue)})"),)),
            _listed(queue),
        ]

    async def _home(self, step: Step, event: AppHomeOpened) -> None:
        agent = await self._crew.member(event.actor)
        content = Content(tuple(await self._overview(agent)))
        try:
            await self._channels[event.address.bot].home(event.actor.identity, content)
        except Unavailable:
            return  # it is drawn again the next time it is opened

    # -- the assistant ---------------------------------------------------------------------------

    async def _message(self, step: Step, event: MessageReceived) -> None:
        """A direct message to the bot is a question; people talking in the channel are left alone."""
        staff = self._firm.staff
        if staff and event.address.channel != staff.channel and event.text.strip():
            step.send(event.address, await self._answered(event.text.strip()), "answer")

    async def _ask(self, step: Step, event: CommandReceived) -> None:
        question = event.text.strip()
        if not question:
            raise BadInput("Write a question, for example /ask What does express delivery cost?")
        self._tell(step, event, await self._answered(question))

    async def _answered(self, question: str) -> Content:
        turn = Turn(company=self._firm.id, text=question, tone=self._firm.tone, language="")
        answer = await self._answer(turn)
        content = answer.content
        if answer.sources:
            content = content.plus(Sources(answer.sources))
        return content


def _wanted(event: CommandReceived | FormSubmitted) -> tuple[str, str, str | None]:
    """Kind, period and agent, from named options or from words in this order."""
    given = event.options if isinstance(event, CommandReceived) else event.fields
    words = event.text.split() if isinstance(event, CommandReceived) else []
    words += ["", "", ""]
    kind = given.get("kind") or words[0] or "all"
    period = given.get("period") or words[1] or "7d"
    return kind, period, given.get("agent") or words[2] or None


def _listed(tickets: Sequence[Ticket]) -> Block:
    if not tickets:
        return Paragraph((Span("None.", Style.ITALIC),))
    items = [
        Item((Span(one.reference, Style.BOLD), Span(f" {one.customer_name}: {one.question[:80]}")))
        for one in tickets[:20]
    ]
    return Bullets(tuple(items))


_COMMANDS = {
    "upload": StaffDesk._upload,
    "report": StaffDesk._reports,
    "tickets": StaffDesk._tickets,
    "ask": StaffDesk._ask,
    "available": StaffDesk._available,
    "away": StaffDesk._away,
    "capacity": StaffDesk._capacity,
    "kb": StaffDesk._kb,
}
_FORMS = {"upload": StaffDesk._upload, "report": StaffDesk._reports}
