"""Collects what one step changes: log entries, messages, and what is sent, with ids that repeat."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from desk.changes import Noted, Purpose
from desk.sending import Sending
from domain.answer import Author
from domain.content import Content
from domain.conversation import Conversation, Message
from domain.emotion import Emotion
from domain.ids import Address, AgentId, MessageId, MessageRef, derived, lane_of
from domain.log import Entry, Kind
from domain.people import Agent, Customer
from domain.ticket import Ticket
from ticketing.transitions import holder


def card_key(ticket: Ticket) -> str:
    """The outbox key of a ticket's card; its thread is the conversation for the agents."""
    return derived(derived(ticket.id, "card"), "0")


class Step(Sending):
    """One step of one lane. Nothing is written before its ``changes`` are committed."""

    customer: Customer | None = None
    """Whose step it is, once that is known."""
    reply_to: Address | None = None
    """Where this step answers the customer, if not at the conversation's address."""

    # -- what happened ---------------------------------------------------------------------------

    def log(
        self,
        kind: Kind,
        *,
        at: datetime | None = None,
        agent: AgentId | None = None,
        id: str = "",
        **data: object,
    ) -> None:
        """Add an entry to the event log; ``id``: of what is noted once, whichever step does it."""
        talk, number = self.conversation, str(len(self.changes.entries))
        self.changes.entries.append(
            Entry(
                id=id or self.id("entry", kind, number),
                company=self.firm.id,
                at=at or self.now,
                kind=kind,
                conversation=talk.id if talk else None,
                ticket=self.ticket.id if self.ticket else None,
                customer=talk.customer if talk else None,
                agent=agent,
                platform=talk.address.platform if talk else None,
                data=data,
            )
        )

    def said(
        self,
        author: Author,
        text: str,
        *,
        at: datetime,
        part: str,
        ref: MessageRef | None = None,
        name: str = "",
        internal: bool = False,
        emotion: Emotion | None = None,
    ) -> MessageId:
        """Keep a message of the conversation."""
        talk = self._talk()
        id = MessageId(self.id("message", part))
        message = Message(
            id=id,
            conversation=talk.id,
            author=author,
            text=text,
            at=at,
            name=name,
            internal=internal,
            emotion=emotion,
            language=talk.language,
        )
        self.changes.messages.append(Noted(message=message, ref=ref))
        return id

    # -- who has it ------------------------------------------------------------------------------

    def talk(self, **values: Any) -> Conversation:
        """Change the conversation."""
        self.conversation = replace(self._talk(), **values)
        self.changes.conversation = self.conversation
        return self.conversation

    def moved(self, to: Address) -> None:
        """The customer's place has a new address."""
        lane = lane_of(self.firm.id, to)
        if self.conversation:
            self.talk(address=to, lane=lane)
        if self.ticket:
            self.set_ticket(replace(self.ticket, lane=lane))

    def begin(self, conversation: Conversation) -> None:
        """A new conversation in this lane."""
        self.conversation = conversation
        self.changes.conversation = conversation
        self.ticket = None
        self.stored_ticket = None

    def set_ticket(self, ticket: Ticket) -> None:
        """Change the ticket; whose load it counts towards follows from that."""
        before = holder(self.stored_ticket) if self.stored_ticket else None
        self.changes.loads.clear()
        if before != holder(ticket):
            for agent, by in ((before, -1), (holder(ticket), 1)):
                if agent:
                    self.changes.loads[agent] += by
        self.ticket = ticket
        self.changes.ticket = ticket

    # -- what is sent ----------------------------------------------------------------------------

    def to_customer(
        self,
        content: Content,
        part: str,
        *,
        purpose: Purpose = Purpose.NOTICE,
        origin: MessageId | None = None,
        receipt_for: MessageRef | None = None,
        reply_to: MessageRef | None = None,
        accepted_at: datetime | None = None,
        delay: timedelta = timedelta(),
    ) -> str:
        """Send to the customer; the key of the first piece."""
        return self.send(
            self.reply_to or self._talk().address,
            content,
            part,
            purpose=purpose,
            origin=origin,
            receipt_for=receipt_for,
            reply_to=reply_to,
            accepted_at=accepted_at,
            delay=delay,
        )

    def to_thread(self, content: Content, part: str, *, origin: MessageId | None = None) -> None:
        """Send into the ticket's thread, where only agents are."""
        if self.firm.staff and self.ticket:
            purpose = Purpose.RELAY if origin else Purpose.NOTICE
            under = card_key(self.ticket)
            self.send(self.firm.staff, content, f"thread-{part}", purpose=purpose, origin=origin, under=under)

    def post_card(self, content: Content) -> None:
        """Post the ticket's card among the agents; its thread is the conversation."""
        if self.firm.staff and self.ticket:
            key = derived(self.ticket.id, "card")
            self.send(self.firm.staff, content, "card", purpose=Purpose.CARD, key=key)

    def update_card(self, content: Content, part: str) -> None:
        """Show the card as the ticket is now."""
        if self.firm.staff and self.ticket:
            self.edit(card_key(self.ticket), self.firm.staff, content, f"card-{part}")

    def _talk(self) -> Conversation:
        if self.conversation is None:
            raise RuntimeError("this step has no conversation")
        return self.conversation


def who(agent: Agent) -> str:
    """How an agent is called before customers: the first name is enough."""
    return agent.name.split()[0] if agent.name else "Our team"
