"""What is known of a turn before anything is decided: language, emotion, and what the documents hold."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from brain.language import Languages
from brain.ports import EmotionReader, Query, Retriever
from brain.smalltalk import SmallTalk, says_no, small_talk
from domain.answer import Author, Timings, Turn
from domain.emotion import CALM, Emotion
from domain.knowledge import Found
from domain.texts.human import asks_for_human

log = structlog.get_logger(__name__)
T = TypeVar("T")

TRIES = 2
"""A search that failed is tried once more at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A turn as it was read. ``found`` is None when retrieval failed."""

    turn: Turn
    language: str
    talk: SmallTalk | None
    emotion: Emotion
    found: tuple[Found, ...] | None
    timings: Timings

    @property
    def relevance(self) -> float:
        """How well the best passage fits, 0 to 1."""
        return max((found.relevance for found in self.found or ()), default=0.0)


class Reader:
    """Reads emotion and documents side by side; a part that fails or hangs never stops the rest."""

    def __init__(
        self,
        *,
        languages: Languages,
        emotions: EmotionReader,
        retriever: Retriever,
        clock: Callable[[], float],
        patience: float,
    ) -> None:
        self.languages = languages
        self._emotions, self._retriever, self._clock, self._patience = emotions, retriever, clock, patience

    async def read(self, turn: Turn) -> Reading:
        """Read a turn; within twice the patience, whatever fails."""
        began = self._clock()
        talk = small_talk(turn.text)
        language = self.languages.of(turn, hint=talk.language if talk else "")
        spent = self.since(began)
        (emotion, feeling), (found, searching) = await asyncio.gather(
            self._timed(self._emotion(turn)), self._timed(self._search(turn, talk))
        )
        timings = Timings(language=spent, emotion=feeling, retrieval=searching)
        return Reading(turn=turn, language=language, talk=talk, emotion=emotion, found=found, timings=timings)

    def since(self, began: float) -> float:
        """Milliseconds."""
        return (self._clock() - began) * 1000

    async def _emotion(self, turn: Turn) -> Emotion:
        """The emotion, or calm when it can't be read: the customer must not notice."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._emotions.read(turn.text) if turn.text.strip() else CALM
        except Exception as error:
            log.warning("emotion_failed", error=type(error).__name__)
            return CALM

    async def _search(self, turn: Turn, talk: SmallTalk | None) -> tuple[Found, ...] | None:
        if talk or says_no(turn.text):
            return ()
        query = Query(company=turn.company, text=question(turn), history=turn.history)
        for _ in range(TRIES):
            try:
                async with asyncio.timeout(self._patience):
                    return tuple(await self._retriever.search(query))
            except Exception as error:
                log.warning("retrieval_failed", error=type(error).__name__)
        return None

    async def _timed(self, work: Awaitable[T]) -> tuple[T, float]:
        began = self._clock()
        return await work, self.since(began)


def question(turn: Turn) -> str:
    """What the customer wants to know: after a bare "agent please" it is what they asked before."""
    if not asks_for_human(turn.text):
        return turn.text
    return next((line for line in earlier(turn) if not asks_for_human(line)), turn.text)


def earlier(turn: Turn) -> list[str]:
    """The customer's messages before this one, newest first."""
    return [line.text for line in reversed(turn.history) if line.author is Author.CUSTOMER]
