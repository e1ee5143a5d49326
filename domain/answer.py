"""A question to the brain and its answer."""

from dataclasses import dataclass
from enum import StrEnum

from domain.content import Content, Source
from domain.emotion import CALM, Emotion
from domain.ids import CompanyId
from domain.knowledge import Found


class Author(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One earlier message of the conversation, as plain text."""

    author: Author
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """How a company wants to sound. ``style`` is free text, written by the company's admin."""

    company: str
    style: str = "friendly, short, concrete"
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the brain is asked: the customer's joined messages and what came before.

    ``history`` is oldest first and starts after the last resolution. ``language`` is the customer's
    chosen language ("" : detect). ``refusals`` counts the bot's refusals in a row before this turn;
    ``emotions`` are those of the customer's earlier messages, oldest first.
    """

    company: CompanyId
    text: str
    history: tuple[Line, ...] = ()
    language: str = ""
    platform_language: str = ""
    emotions: tuple[Emotion, ...] = ()
    refusals: int = 0
    tone: Tone


class Action(StrEnum):
    """What an answer does."""

    REPLY = "reply"
    CLARIFY = "clarify"
    HANDOFF = "handoff"


class Reason(StrEnum):
    """Why a human takes over."""

    ASKED = "asked"
    ANGRY = "angry"
    UNANSWERED = "unanswered"
    MODEL_ASKED = "model_asked"
    MODEL_FAILED = "model_failed"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Milliseconds spent by stage, for the page and the measurements."""

    language: float = 0.0
    emotion: float = 0.0
    retrieval: float = 0.0
    model: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens that the language model counted, and what they cost in US dollars."""

    prompt_tokens: int = 0
    answer_tokens: int = 0
    cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the brain decided. ``content`` is ready to show, without sources and buttons.

    ``sources`` is empty on a refusal. ``refused``: nothing relevant was found. ``quoted``: the words
    are quoted from the documents, not written by a model. ``summary`` is one line for the agent.
    """

    action: Action
    content: Content
    language: str
    emotion: Emotion = CALM
    confidence: float = 0.0
    sources: tuple[Source, ...] = ()
    reason: Reason | None = None
    refused: bool = False
    quoted: bool = False
    found: tuple[Found, ...] = ()
    suggestion: str = ""
    summary: str = ""
    timings: Timings = Timings()
    usage: Usage = Usage()
