"""What handling an event changes, collected first and written in one transaction."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.answer import Answer
from domain.content import Content
from domain.conversation import Conversation, Message
from domain.ids import (
    Address,
    AgentId,
    ConversationId,
    CustomerId,
    Identity,
    Lane,
    MessageId,
    MessageRef,
    TicketId,
)
from domain.log import Entry
from domain.people import Customer
from domain.ticket import Ticket


class Act(StrEnum):
    """What the outbox does on a platform."""

    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"
    REACT = "react"


class Purpose(StrEnum):
    """Why something is sent: decides what happens when it arrives or can't."""

    ANSWER = "answer"
    RELAY = "relay"
    CARD = "card"
    NOTICE = "notice"
    SURVEY = "survey"
    RECEIPT = "receipt"
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One thing to do on a platform, kept until it is done.

    ``key`` is derived and unique. ``under`` is the key of the message whose thread this goes into
    (its place is known only once that one is sent). ``target`` (a key) or ``ref`` is the message to
    edit, delete or mark (``off``: take the mark away). ``origin`` is the message of ours that this
    shows; ``receipt_for`` the agent's message that gets a mark when this arrives. ``reply_to`` is
    quoted. ``secret``: its words are forgotten once it is delivered.
    """

    key: str
    lane: Lane
    act: Act
    purpose: Purpose
    to: Address
    at: datetime
    due_at: datetime
    n: int = 0
    content: Content = Content()
    under: str = ""
    target: str = ""
    ref: MessageRef | None = None
    mark: str = ""
    off: bool = False
    origin: MessageId | None = None
    receipt_for: MessageRef | None = None
    reply_to: MessageRef | None = None
    ticket: TicketId | None = None
    conversation: ConversationId | None = None
    accepted_at: datetime | None = None
    secret: bool = False

    @property
    def queue(self) -> str:
        """What is sent in order: one place of one bot."""
        return f"{self.to.bot}|{self.to.channel}|{self.to.thread or self.under}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A message with where it stands on its platform, for replies, edits and deletions."""

    message: Message
    ref: MessageRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What the brain did for one turn, for the page and for admins."""

    id: str
    at: datetime
    platform: str
    conversation: ConversationId
    question: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a customer said of one resolution. ``agent`` is who resolved it, whatever comes later."""

    id: str
    lane: Lane
    conversation: ConversationId
    ticket: TicketId | None
    agent: AgentId | None
    agent_name: str
    sent_at: datetime
    rating: int | None = None
    rated_at: datetime | None = None
    comment: str = ""
    awaiting_comment: bool = False
    survey: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCode:
    """A code that joins accounts. Only its ``digest`` is kept; ``used_by`` says who has sent it."""

    digest: str
    customer: CustomerId
    identity: Identity
    address: Address
    expires_at: datetime
    used_by: CustomerId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """``gone`` sent the code of ``kept``: from now on all its identities are ``kept``'s."""

    digest: str
    kept: CustomerId
    gone: CustomerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """Identities that are customers of their own again."""

    kept: CustomerId
    parted: tuple[Identity, ...]


@dataclass(slots=True, kw_only=True)
class Changes:
    """Everything one step writes. ``seed`` makes its ids: the inbox row it comes from."""

    seed: str
    now: datetime
    handled: list[str] = field(default_factory=list)
    conversation: Conversation | None = None
    customer: Customer | None = None
    ticket: Ticket | None = None
    messages: list[Noted] = field(default_factory=list)
    rewritten: dict[MessageId, str | None] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)
    loads: Counter[AgentId] = field(default_factory=Counter)
    traces: list[Trace] = field(default_factory=list)
    feedback: Feedback | None = None
    accounts: LinkCode | Joined | Parted | None = None
    cancel_surveys: bool = False
    assign: bool = False
