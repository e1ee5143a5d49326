"""How one session went: what the customer wanted, what went well, what didn't, one suggestion."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import structlog

from domain.answer import Author, Usage
from domain.emotion import NEGATIVE, Feeling
from domain.errors import DeskmateError
from reports.mask import mask
from reports.words import cut, duration

log = structlog.get_logger()

QUOTE_LENGTH = 200
LONG_WAIT = timedelta(minutes=30)


class Maker(StrEnum):
    """Who wrote an experience report."""

    MODEL = "model"
    QUOTES = "quotes"
    IMPORTED = "imported"


LABELS = {
    Maker.MODEL: "Written by the language model",
    Maker.QUOTES: "Put together from quotes",
    Maker.IMPORTED: "Imported",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One public message of a session. ``emotion`` None: not read."""

    author: Author
    text: str
    at: datetime
    emotion: Feeling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A conversation from beginning to end. ``rating`` 0: none; ``refused``: the bot had no answer."""

    id: str
    customer: str
    messages: tuple[Said, ...]
    rating: int = 0
    comment: str = ""
    refused: bool = False
    reopened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """``by`` says whether a model wrote it or whether it only quotes; ``usage`` is what the model took."""

    wanted: str
    went_well: str
    went_badly: str
    suggestion: str
    by: Maker = Maker.QUOTES
    usage: Usage = Usage()

    @property
    def label(self) -> str:
        """What to show beside it, so that nobody takes quotes for a judgement."""
        return LABELS[self.by]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One item of session_analysis.json. ``emotions`` counts messages by label; ``rating`` 0: none."""

    session: str
    summary: str
    emotions: Mapping[Feeling, int]
    suggestions: tuple[str, ...]
    rating: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """An experience report as it is kept. ``id`` is that of the resolution it is about."""

    id: str
    at: datetime
    ticket: str
    agent: str
    experience: Experience
    analysis: Analysis


class Writer(Protocol):
    """A language model that writes experience reports."""

    async def write(self, session: Session) -> Experience:
        """Raises DeskmateError if it can't."""
        ...


class Reviewer:
    """Writes experience reports: with the language model if there is one, else from quotes."""

    def __init__(self, *, writer: Writer | None = None) -> None:
        self._writer = writer

    async def review(self, session: Session) -> Experience:
        """Always gives a report; a failing model is no reason for none."""
        if self._writer:
            try:
                return await self._writer.write(session)
            except DeskmateError as error:
                log.warning("experience_model_failed", session=session.id, error=type(error).__name__)
        return quoted(session)


def quoted(session: Session) -> Experience:
    """The report without a model: the customer's own words and what the log knows. Words are masked."""
    return Experience(
        wanted=_first(_wanted(session), "The customer wrote no words."),
        went_well=_first(_well(session), "Nothing in the customer's words says so."),
        went_badly=_first(_badly(session), "Nothing in the customer's words says so."),
        suggestion=next(advice for applies, advice in SUGGESTIONS if applies(session)),
    )


def longest_wait(session: Session) -> timedelta:
    """The longest time from an unanswered message of the customer to the next answer."""
    longest, since = timedelta(), None
    for said in session.messages:
        if said.author is Author.CUSTOMER:
            since = since or said.at
        elif said.author is not Author.SYSTEM and since:
            longest, since = max(longest, said.at - since), None
    return longest


def _wanted(session: Session) -> Iterable[str]:
    words = _customer(session)
    return (_quote(said.text) for said in [*(one for one in words if len(one.text.split()) > 3), *words])


def _well(session: Session) -> Iterable[str]:
    if session.rating >= 4:
        yield f"Rated {session.rating} of 5" + (f": {_quote(session.comment)}" if session.comment else ".")
    yield from (_quote(said.text) for said in reversed(_customer(session)) if said.emotion is Feeling.JOY)


def _badly(session: Session) -> Iterable[str]:
    if 0 < session.rating <= 2:
        yield f"Rated {session.rating} of 5" + (f": {_quote(session.comment)}" if session.comment else ".")
    yield from (_quote(said.text) for said in reversed(_customer(session)) if said.emotion in NEGATIVE)
    if (waited := longest_wait(session)) >= LONG_WAIT:
        yield f"The customer waited {duration(waited.total_seconds())} for an answer."
    if session.refused:
        yield "The documents had no answer."


def _customer(session: Session) -> list[Said]:
    return [said for said in session.messages if said.author is Author.CUSTOMER and said.text.strip()]


def _quote(words: str) -> str:
    return f"“{cut(mask(words), QUOTE_LENGTH)}”"


def _first(found: Iterable[str], otherwise: str) -> str:
    return next(iter(found), otherwise)


def _unhappy_at_the_end(session: Session) -> bool:
    felt = [said.emotion for said in _customer(session) if said.emotion]
    return bool(felt) and felt[-1] in NEGATIVE


SUGGESTIONS: tuple[tuple[Callable[[Session], bool], str], ...] = (
    (lambda session: session.refused, "Add what was asked to the documents."),
    (lambda session: session.reopened, "Ask whether it is solved before closing the ticket."),
    (lambda session: longest_wait(session) >= LONG_WAIT, "Answer sooner, or say how long it will take."),
    (lambda session: 0 < session.rating <= 2, "Write to the customer: the rating was low."),
    (_unhappy_at_the_end, "Offer a person sooner when somebody is unhappy."),
    (lambda session: True, "Nothing stands out: keep it like this."),
)
"""The first that applies."""
