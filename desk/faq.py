"""*Add to knowledge base*: a message becomes a question with its answer, once an admin says so."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Protocol

from brain.knowledge.publisher import Progress, silent
from desk.changes import Purpose
from desk.crew import Crew
from desk.drafting import Entry, draft, written
from desk.firm import Firm
from desk.staff import Section
from desk.step import Step
from desk.storage import Outbox, Records
from desk.telling import Teller
from domain.content import (
    Block,
    Button,
    Buttons,
    ButtonStyle,
    Content,
    Heading,
    Paragraph,
    Span,
    Style,
    paragraph,
    text,
)
from domain.errors import BadInput, NotAllowed
from domain.ids import MessageRef
from domain.inbound import ButtonPressed, CommandReceived, FormSubmitted
from domain.knowledge import Document, Version

FORM = "faq"
LINES = 60
"""How far back in a conversation the question and the reply are looked for."""


class Intake(Protocol):
    """Takes documents in; `brain.shelf.Shelf`."""

    async def ingest(self, name: str, data: bytes, *, by: str, progress: Progress) -> Document:
        """Publish a document at once. Raises BadInput."""
        ...

    async def stage(self, name: str, data: bytes, *, by: str, progress: Progress) -> Version:
        """Keep a document as a draft. Raises BadInput."""
        ...

    async def drafts(self) -> list[Version]:
        """What waits to be published."""
        ...

    async def publish(self, key: str, *, by: str) -> Document:
        """Put a draft into service. Raises BadInput saying why not."""
        ...

    async def discard(self, key: str, *, by: str) -> Document:
        """Let a draft go. Raises BadInput saying why not."""
        ...


class FaqDesk:
    """The shortcut's form, and the buttons under what agents suggest."""

    def __init__(
        self, *, firm: Firm, crew: Crew, teller: Teller, records: Records, outbox: Outbox, shelf: Intake
    ) -> None:
        self._firm = firm
        self._crew = crew
        self._teller = teller
        self._records = records
        self._outbox = outbox
        self._shelf = shelf

    @property
    def section(self) -> Section:
        """What it answers."""
        return Section(
            commands={"kb_shortcut": self._no_form},
            forms={FORM: self._written},
            presses={"faq_approve": self._approved, "faq_decline": self._declined},
        )

    async def prefill(self, event: CommandReceived) -> Mapping[str, str]:
        """What the form says when it opens. Raises Unavailable."""
        stamp = event.options.get("message", "")
        place = replace(event.address, private_to="")
        posted = await self._outbox.at(MessageRef(address=place, id=place.thread or stamp))
        ticket = await self._records.ticket(posted.row.ticket) if posted and posted.row.ticket else None
        lines = await self._records.history(ticket.conversation, LINES) if ticket else []
        entry = draft(lines, event.text, ticket.suggestion if ticket else "")
        return {"question": entry.question, "answer": entry.answer}

    async def _no_form(self, step: Step, event: CommandReceived) -> None:
        """Where the platform could open no form."""
        raise BadInput("The form could not be opened. Please choose the message again.")

    async def _written(self, step: Step, event: FormSubmitted) -> None:
        entry = written(event.fields.get("question", ""), event.fields.get("answer", ""))
        if not entry.question or not entry.answer:
            raise BadInput("Both a question and an answer are needed.")
        agent = await self._crew.member(event.actor)
        data = entry.markdown.encode()
        if self._may_publish(event):
            document = await self._shelf.ingest(entry.name, data, by=agent.name, progress=silent)
            told = paragraph(f"✅ In the knowledge base as {document.name}, version {document.version}.")
            self._teller.tell(step, event, Content((told, *_shown(entry))))
            return
        version = await self._staged(entry.name, data, agent.name)
        self._suggest(step, entry, agent.name, version)
        self._teller.tell(step, event, text("Thank you! An admin will look at your answer."))

    async def _staged(self, name: str, data: bytes, by: str) -> Version:
        """The draft of these words; done again after a crash, the same one."""
        for version in await self._shelf.drafts():
            document = version.document
            if (document.name, document.sha256) == (name, sha256(data).hexdigest()):
                return version
        return await self._shelf.stage(name, data, by=by, progress=silent)

    def _may_publish(self, event: FormSubmitted) -> bool:
        try:
            self._crew.admin(event.actor)
        except NotAllowed:
            return False
        return True

    def _suggest(self, step: Step, entry: Entry, by: str, version: Version) -> None:
        """For admins, in the agents' channel."""
        if self._firm.staff is None:
            return
        title = paragraph(f"📘 {by} suggests an answer for the knowledge base", Style.BOLD)
        choice = Buttons(
            (
                Button("faq_approve", "Approve", version.key, ButtonStyle.PRIMARY),
                Button("faq_decline", "Decline", version.key),
            )
        )
        step.send(
            self._firm.staff, Content((title, *_shown(entry), choice)), "suggested", purpose=Purpose.REPORT
        )

    async def _approved(self, step: Step, event: ButtonPressed) -> None:
        by = await self._admin(event)
        try:
            document = await self._shelf.publish(event.value, by=by)
        except BadInput as settled:
            await self._settle(step, event, str(settled))
            return
        said = (
            f"✅ Approved by {event.actor.name}: in service as {document.name}, version {document.version}."
        )
        await self._settle(step, event, said)

    async def _declined(self, step: Step, event: ButtonPressed) -> None:
        by = await self._admin(event)
        try:
            await self._shelf.discard(event.value, by=by)
        except BadInput as settled:
            await self._settle(step, event, str(settled))
            return
        await self._settle(step, event, f"Declined by {by}.")

    async def _admin(self, event: ButtonPressed) -> str:
        """The admin's name. Raises NotAllowed for anybody else."""
        self._crew.admin(event.actor)
        return (await self._crew.member(event.actor)).name

    async def _settle(self, step: Step, event: ButtonPressed, said: str) -> None:
        """What became of a suggestion, in place of its buttons; also for who pressed second."""
        posted = await self._outbox.at(event.ref)
        blocks = posted.row.content.blocks if posted else ()
        kept = tuple(block for block in blocks if not isinstance(block, Buttons))
        step.edit_at(event.ref, Content((*kept, paragraph(said, Style.ITALIC))), "settled")


def _shown(entry: Entry) -> tuple[Block, ...]:
    return Heading((Span(entry.question),)), Paragraph((Span(entry.answer),))
