"""Collects what one step changes: log entries, messages, and what is sent, with ids that repeat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from desk.changes import Act, Changes, Noted, Outgoing, Purpose
from desk.ports import Channel
from desk.storage import Posted
from domain.answer import Author, Tone
from domain.content import Content, File, plain
from domain.conversation import Conversation, Message
from domain.emotion import Emotion
from domain.ids import (
    Address,
    AgentId,
    BotId,
    CompanyId,
    Identity,
    Lane,
    MessageId,
    MessageRef,
    derived,
    lane_of,
)
from domain.log import Entry, Kind
from domain.people import Agent, Customer
from domain.ticket import Ticket
from ticketing.targets import Targets
from ticketing.transitions import holder


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """What the desk knows of its company. ``staff`` is where tickets are posted; None: nowhere.

    ``admins``: who may upload and report, as ``telegram:123456789``. ``capacity``: of agents who join
    themselves. ``targets``: what customers are promised.
    """

    id: CompanyId
    name: str
    timezone: str
    language: str
    tone: Tone
    staff: Address | None
    admins: frozenset[str] = frozenset()
    capacity: int = 10
    max_text: int = 8000
    survey_delay: timedelta = timedelta()
    targets: Targets | None = None

    def is_admin(self, identity: Identity) -> bool:
        """Whether somebody may upload and report. Ids of one platform say nothing on another."""
        return f"{identity.platform}:{identity.user}" in self.admins


def card_key(ticket: Ticket) -> str:
    """The outbox key of a ticket's card; its thread is the conversation for the agents."""
    return derived(derived(ticket.id, "card"), "0")


class Step:
    """One step of one lane. Nothing is written before its ``changes`` are committed."""

    def __init__(
        self,
        *,
        firm: Firm,
        channels: Mapping[BotId, Channel],
        lane: Lane,
        seed: str,
        now: datetime,
        conversation: Conversation | None = None,
        ticket: Ticket | None = None,
    ) -> None:
        self.firm = firm
        self.lane = lane
        self.now = now
        self.conversation = conversation
        self.ticket = ticket
        self.changes = Changes(seed=seed, now=now)
        self.customer: Customer | None = None
        """Whose step it is, once that is known."""
        self.reply_to: Address | None = None
        """Where this step answers the customer, if not at the conversation's address."""
        self._channels = channels
        self._before = ticket

    def id(self, *parts: str) -> str:
        """A stable id for something this step makes."""
        return derived(self.firm.id, self.changes.seed, *parts)

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
        self._before = None

    def set_ticket(self, ticket: Ticket) -> None:
        """Change the ticket; whose load it counts towards follows from that."""
        before = holder(self._before) if self._before else None
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

    def send(
        self,
        to: Address,
        content: Content,
        part: str,
        *,
        purpose: Purpose = Purpose.NOTICE,
        key: str = "",
        under: str = "",
        origin: MessageId | None = None,
        receipt_for: MessageRef | None = None,
        reply_to: MessageRef | None = None,
        accepted_at: datetime | None = None,
        delay: timedelta = timedelta(),
        secret: bool = False,
    ) -> str:
        """Queue a content in pieces that each fit one message; the key of the first piece."""
        seed = key or self.id("send", part)
        pieces = self._pieces(to, content)
        for number, piece in enumerate(pieces):
            last = number == len(pieces) - 1
            self._queue(
                Act.SEND,
                to,
                derived(seed, str(number)),
                purpose=purpose,
                delay=delay,
                content=piece,
                under=under,
                origin=origin,
                receipt_for=receipt_for if last else None,
                reply_to=None if number else reply_to,
                accepted_at=accepted_at if last else None,
                secret=secret,
            )
        return derived(seed, "0")

    def edit(self, target: str, to: Address, content: Content, part: str) -> None:
        """Replace a message of ours that is one piece, named by its key, once it is delivered."""
        self._queue(Act.EDIT, to, self.id("edit", part), content=self._pieces(to, content)[0], target=target)

    def rewrite(self, shown: Sequence[Posted], content: Content) -> None:
        """Show another content in place of the pieces of one message: some change, come or go.

        Its files stay. Where words and files no longer go together as they did, all of it comes anew.
        """
        if not shown:
            return
        first = shown[0].row
        pieces = self._pieces(first.to, Content((*content.blocks, *_files(*(one.row for one in shown)))))
        pairs = list(zip(shown, pieces, strict=False))
        kept = len(pairs) if all(_files(old.row) == list(piece.of(File)) for old, piece in pairs) else 0
        for number, (posted, piece) in enumerate(pairs[:kept]):
            self._change(posted.row, piece, number)
        for number, piece in enumerate(pieces[kept:], kept):
            self._more(first, piece, number)
        for number, posted in enumerate(shown[kept:]):
            self.delete(posted.row.key, first.to, f"rest-{number}", under=first.under)

    def _change(self, shown: Outgoing, piece: Content, number: int) -> None:
        """The words of one message; a file is uploaded again only where it would stand without words."""
        said = piece.without(File)
        alone = not words(said)
        if alone and shown.content == piece:
            return
        self._queue(
            Act.EDIT,
            shown.to,
            self.id("rewrite", str(number)),
            purpose=shown.purpose,
            content=piece if alone else said,
            target=shown.key,
            under=shown.under,
        )

    def _more(self, first: Outgoing, piece: Content, number: int) -> None:
        self._queue(
            Act.SEND,
            first.to,
            derived(first.key, "more", str(number), self.changes.seed),
            purpose=first.purpose,
            content=piece,
            under=first.under,
            origin=first.origin,
        )

    def edit_at(self, ref: MessageRef, content: Content, part: str) -> None:
        """Replace a message of ours that stands at a known place."""
        self._queue(Act.EDIT, ref.address, self.id("edit", part), content=content, ref=ref)

    def delete(self, target: str, to: Address, part: str, *, under: str = "") -> None:
        """Delete a message of ours, named by its key."""
        self._queue(Act.DELETE, to, self.id("delete", part), target=target, under=under)

    def mark(
        self,
        ref: MessageRef,
        mark: str,
        part: str,
        *,
        key: str = "",
        origin: MessageId | None = None,
        delay: timedelta = timedelta(),
    ) -> None:
        """Put a mark on somebody's message."""
        self._queue(
            Act.REACT,
            ref.address,
            key or self.id("mark", part, mark),
            purpose=Purpose.RECEIPT,
            delay=delay,
            ref=ref,
            mark=mark,
            origin=origin,
        )

    def shared(self, place: Address) -> bool:
        """Whether more people than the customer read there."""
        channel = self._channels.get(place.bot)
        return channel is not None and channel.limits.shared(place.channel)

    def _pieces(self, to: Address, content: Content) -> tuple[Content, ...]:
        channel = self._channels.get(to.bot)
        return channel.split(content) if channel else (content,)

    def _queue(
        self,
        act: Act,
        to: Address,
        key: str,
        *,
        purpose: Purpose = Purpose.NOTICE,
        delay: timedelta = timedelta(),
        **fields: Any,
    ) -> None:
        row = Outgoing(
            key=key,
            lane=self.lane,
            act=act,
            purpose=purpose,
            to=to,
            # Ordered by when it is meant to go: what has to wait holds up nothing that comes before.
            at=self.now + delay,
            due_at=self.now + delay,
            n=len(self.changes.outgoing),
            ticket=self.ticket.id if self.ticket else None,
            conversation=self.conversation.id if self.conversation else None,
            **fields,
        )
        self.changes.outgoing.append(row)

    def _talk(self) -> Conversation:
        if self.conversation is None:
            raise RuntimeError("this step has no conversation")
        return self.conversation


def _files(*rows: Outgoing) -> list[File]:
    """The files that rows carry, in order."""
    return [block for row in rows for block in row.content.blocks if isinstance(block, File)]


def words(content: Content) -> str:
    """What is kept of a content as a message of the history."""
    return plain(content).strip()


def who(agent: Agent) -> str:
    """How an agent is called before customers: the first name is enough."""
    return agent.name.split()[0] if agent.name else "Our team"
