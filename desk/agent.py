"""What agents do in a ticket's thread and with the buttons of its card."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from desk import card, handoff, receipts, survey, targets
from desk.attachments import Files
from desk.changes import Purpose
from desk.crew import Crew
from desk.presence import LEFT
from desk.step import Step
from desk.storage import Case, Outbox, Records, Waiting
from domain.answer import Author, Line
from domain.content import Block, Button, Buttons, Content, text
from domain.conversation import ConversationStatus, Handler
from domain.errors import BadInput
from domain.ids import MessageId
from domain.inbound import (
    ButtonPressed,
    FormSubmitted,
    Inbound,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    TicketDue,
)
from domain.log import Kind
from domain.people import Agent
from domain.ticket import Status
from ticketing import transitions
from ticketing.targets import Target

NOTE = "note:"
"""What an internal note starts with."""

Suggest = Callable[[list[Line], str], Awaitable[str]]
"""The thread so far and its language -> a proposed reply, or ""."""


class AgentDesk:
    """Decides what agents' events in a ticket's thread change. Writes nothing."""

    def __init__(
        self, *, crew: Crew, records: Records, outbox: Outbox, files: Files, suggest: Suggest
    ) -> None:
        self._crew = crew
        self._records = records
        self._outbox = outbox
        self._files = files
        self._suggest = suggest

    # -- words -----------------------------------------------------------------------------------

    async def wrote(self, step: Step, case: Case, row: Waiting, event: MessageReceived) -> None:
        """A message in the thread goes to the customer, unless it is a note."""
        agent = await self._crew.member(event.actor)
        said = event.text.strip()
        if event.note or said.lower().startswith(NOTE):
            self._note(step, agent, said, event)
            return
        if refusal := self._closed(step):
            self.whisper(step, event, refusal)
            return
        files, problems = await self._files.take(event, step.changes.seed, "en", attempts=row.attempts)
        if problems:
            self.whisper(step, event, text(" ".join(problems)))
        if said or files:
            self._to_customer(step, agent, event, files)

    def _to_customer(
        self, step: Step, agent: Agent, event: MessageReceived, files: tuple[Block, ...]
    ) -> None:
        ticket = step.ticket
        if ticket is None:
            return
        if not ticket.claimed:
            handoff.take(step, transitions.claim(ticket, agent), agent)
        step.set_ticket(transitions.reply(step.ticket or ticket, agent))
        step.talk(handler=Handler.AGENT, status=ConversationStatus.OPEN)
        said = event.content or text(event.text)
        body = said.blocks if event.text.strip() else ()
        id = step.said(Author.AGENT, event.text, at=event.at, part="reply", ref=event.ref, name=agent.name)
        step.log(Kind.AGENT_REPLIED, agent=agent.id)
        targets.done(step, Target.FIRST_RESPONSE)
        step.to_customer(
            Content((*body, *files)), "reply", purpose=Purpose.RELAY, origin=id, receipt_for=event.ref
        )
        receipts.on_its_way(step, event.ref, id)
        if step.ticket:
            step.update_card(card.card(step.ticket), "replied")

    def _note(self, step: Step, agent: Agent, said: str, event: MessageReceived) -> None:
        """Kept for agents; there is no way from here to the customer."""
        words = said[len(NOTE) :].strip() if said.lower().startswith(NOTE) else said
        step.said(
            Author.AGENT,
            words,
            at=event.at,
            part="note",
            ref=event.ref,
            name=agent.name,
            internal=True,
        )
        step.log(Kind.NOTE_ADDED, agent=agent.id)
        step.mark(event.ref, "seen", "note")

    def _closed(self, step: Step) -> Content | None:
        ticket, talk = step.ticket, step.conversation
        if ticket is None or talk is None:
            return text("This conversation is over, so your message was not sent.")
        if ticket.conversation != talk.id:
            return text("The customer has started a new conversation since; your message was not sent.")
        if ticket.status in (Status.SOLVED, Status.CLOSED):
            told = text(f"{ticket.reference} is solved, so your message was not sent. Reopen it to write.")
            return told.plus(Buttons((Button("reopen", "Reopen", ticket.id),)))
        return None

    async def edited(self, step: Step, case: Case, event: MessageEdited) -> None:
        """The customer sees the new text in place of the old one."""
        noted = await self._records.message(event.ref)
        if noted is None or noted.message.text == event.text:
            return
        if event.text.strip().lower().startswith(NOTE) and not noted.message.internal:
            await self._into_note(step, noted.message.id, event)
            return
        step.changes.rewritten[noted.message.id] = event.text
        if noted.message.internal:
            return
        shown = await self._outbox.showing(noted.message.id)
        step.rewrite(shown, event.content or text(event.text))

    async def _into_note(self, step: Step, id: MessageId, event: MessageEdited) -> None:
        """A reply that was meant as a note: taken back from the customer, kept for agents."""
        await self._take_back(step, id)
        words = event.text.strip()[len(NOTE) :].strip()
        agent = await self._crew.member(event.actor)
        step.said(Author.AGENT, words, at=event.at, part="note", name=agent.name, internal=True)
        step.log(Kind.NOTE_ADDED, agent=agent.id)
        step.mark(event.ref, "seen", "note")

    async def _take_back(self, step: Step, id: MessageId) -> None:
        step.changes.rewritten[id] = None
        for number, posted in enumerate(await self._outbox.showing(id)):
            step.delete(posted.row.key, posted.row.to, f"deleted-{number}")

    async def deleted(self, step: Step, case: Case, event: MessageDeleted) -> None:
        """What an agent deletes disappears for the customer too."""
        noted = await self._records.message(event.ref)
        if noted is not None:
            await self._take_back(step, noted.message.id)

    # -- buttons and forms -----------------------------------------------------------------------

    async def pressed(self, step: Step, case: Case, event: ButtonPressed) -> None:
        """A button of the card. What can't be done is told to the presser alone."""
        agent = await self._crew.member(event.actor)
        handler = _PRESSES.get(event.action)
        if handler is None:
            return
        try:
            self._current(step)
            await handler(self, step, agent, event)
        except BadInput as problem:
            self.whisper(step, event, text(str(problem)))

    def _current(self, step: Step) -> None:
        """A ticket whose customer moved on to a new conversation can't be worked on any more."""
        if step.ticket and step.conversation and step.ticket.conversation != step.conversation.id:
            raise transitions.NotPossible(
                f"{step.ticket.reference} is over: the customer has started a new conversation since."
            )

    async def submitted(self, step: Step, case: Case, event: FormSubmitted) -> None:
        """The forms of the card: a note, a transfer."""
        agent = await self._crew.member(event.actor)
        try:
            if event.form == "note":
                self._note_form(step, agent, event.fields.get("note", "").strip())
            elif event.form == "transfer":
                self._current(step)
                to = await self._crew.somebody(event.actor, event.fields.get("agent", ""))
                handoff.transfer(step, to, agent)
        except BadInput as problem:
            self.whisper(step, event, text(str(problem)))

    def _note_form(self, step: Step, agent: Agent, said: str) -> None:
        if said:
            step.said(Author.AGENT, said, at=step.now, part="note", name=agent.name, internal=True)
            step.log(Kind.NOTE_ADDED, agent=agent.id)
            step.to_thread(card.note(agent.name, said), "note")

    async def _claim(self, step: Step, agent: Agent, event: ButtonPressed) -> None:
        handoff.claim(step, agent)

    async def _resolve(self, step: Step, agent: Agent, event: ButtonPressed) -> None:
        survey.resolve(step, agent)

    async def _reopen(self, step: Step, agent: Agent, event: ButtonPressed) -> None:
        handoff.reopen(step, agent)

    async def _snooze(self, step: Step, agent: Agent, event: ButtonPressed) -> None:
        handoff.snooze(step, agent)

    async def _priority(self, step: Step, agent: Agent, event: ButtonPressed) -> None:
        handoff.prioritise(step)

    async def _propose(self, step: Step, agent: Agent, event: ButtonPressed) -> None:
        """A suggested reply, for the presser alone."""
        if step.conversation is None:
            return
        lines = await self._records.history(step.conversation.id, 20)
        words = await self._suggest(lines, step.conversation.language)
        self.whisper(step, event, text(words or "No suggestion: nothing fitting is in the documents."))

    # -- time ------------------------------------------------------------------------------------

    async def due(self, step: Step, case: Case, event: TicketDue) -> None:
        """Nobody claimed it in time, it comes back from a snooze, or its agent left."""
        ticket = step.ticket
        if ticket is None or ticket.id != event.ticket:
            return
        if event.what == "snoozed" and ticket.status is Status.ON_HOLD:
            handoff.wake(step)
        elif event.what == "unclaimed" and ticket.status is Status.OPEN and not ticket.claimed:
            handoff.release(step, "not claimed in time")
        elif event.what == targets.DUE:
            targets.late(step)
        elif event.what == LEFT and ticket.status is Status.OPEN and not ticket.claimed:
            handoff.release(step, "went away")

    def whisper(self, step: Step, event: Inbound, content: Content) -> None:
        """Tell the person who did it, and nobody else where the platform can."""
        place = event.address
        if not place.private_to:
            place = replace(place, private_to=event.actor.identity.user)
        step.send(place, content, "whisper")


Press = Callable[[AgentDesk, Step, Agent, ButtonPressed], Awaitable[None]]

_PRESSES: dict[str, Press] = {
    "claim": AgentDesk._claim,
    "resolve": AgentDesk._resolve,
    "reopen": AgentDesk._reopen,
    "snooze": AgentDesk._snooze,
    "priority": AgentDesk._priority,
    "suggest": AgentDesk._propose,
}
