"""A customer's conversation and its messages."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.answer import Author
from domain.emotion import Emotion
from domain.ids import Address, ConversationId, CustomerId, Lane, MessageId, TicketId


class Handler(StrEnum):
    """Who answers the customer now."""

    BOT = "bot"
    AGENT = "agent"


class ConversationStatus(StrEnum):
    """Open; waiting for an agent; resolved (the next message starts a new conversation)."""

    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One matter of one customer in one lane. ``refusals`` counts the bot's refusals in a row."""

    id: ConversationId
    lane: Lane
    customer: CustomerId
    address: Address
    started_at: datetime
    status: ConversationStatus = ConversationStatus.OPEN
    handler: Handler = Handler.BOT
    ticket: TicketId | None = None
    language: str = ""
    refusals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation. ``internal``: a note that the customer never sees."""

    id: MessageId
    conversation: ConversationId
    author: Author
    text: str
    at: datetime
    name: str = ""
    internal: bool = False
    emotion: Emotion | None = None
    language: str = ""
