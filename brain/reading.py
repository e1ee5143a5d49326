"""What is known of a turn before anything is decided: language, emotion, and what the documents hold."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog

from brain.language import Languages
from brain.lexical import sentences, stems
from brain.ports import EmotionReader, Query, Retriever, Translation, Translator
from brain.smalltalk import SmallTalk, says_no, small_talk
from brain.usage import NOTHING, NoUsableAnswer
from domain.answer import Author, Timings, Turn, Usage
from domain.emotion import CALM, Emotion, Feeling
from domain.knowledge import Found
from domain.texts.anger import anger_in
from domain.texts.human import asks_for_human

log = structlog.get_logger(__name__)
T = TypeVar("T")

TRIES = 2
"""A search that failed is tried once more at once."""

TELLING = 3
"""Words that carry meaning; with fewer ("This is ridiculous!") nothing is asked."""

READ = "en"
"""What the shipped encoder and the shipped emotion model know."""

TRANSLATION_SECONDS = 5.0
"""A customer waits no longer than this for a second look at their message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A turn as it was read. ``found`` is None when retrieval failed.

    ``asked``: what the customer wants to know, in English where their message had to be translated;
    ``usage``: what that cost.
    """

    turn: Turn
    language: str
    talk: SmallTalk | None
    emotion: Emotion
    found: tuple[Found, ...] | None
    timings: Timings
    asked: str
    usage: Usage = NOTHING

    @property
    def relevance(self) -> float:
        """How well the best passage fits, 0 to 1."""
        return max((found.relevance for found in self.found or ()), default=0.0)


class Reader:
    """Reads emotion and documents side by side; a part that fails or hangs never stops the rest.

    ``enough``: relevance from which nothing more is tried.
    """

    def __init__(
        self,
        *,
        languages: Languages,
        emotions: EmotionReader,
        retriever: Retriever,
        clock: Callable[[], float],
        patience: float,
        enough: float,
        translator: Translator | None = None,
    ) -> None:
        self.languages = languages
        self._translator, self._enough = translator, enough
        self._emotions, self._retriever, self._clock, self._patience = emotions, retriever, clock, patience

    async def read(self, turn: Turn) -> Reading:
        """Read a turn; within twice the patience, whatever fails."""
        began = self._clock()
        talk = small_talk(turn.text)
        language = self.languages.of(turn, hint=talk.language if talk else "")
        spent = self.since(began)
        (emotion, feeling), (found, searching) = await asyncio.gather(
            self._timed(self._emotion(turn.text)), self._timed(self._search(turn, talk))
        )
        reading = Reading(
            turn=turn,
            language=language,
            talk=talk,
            emotion=emotion,
            found=found,
            timings=Timings(language=spent, emotion=feeling, retrieval=searching),
            asked=question(turn),
        )
        return await self._again(reading) if self._foreign(reading) else reading

    def since(self, began: float) -> float:
        """Milliseconds."""
        return (self._clock() - began) * 1000

    def _foreign(self, reading: Reading) -> bool:
        """Whether nothing was found because the models may not know the language."""
        words = reading.turn.text
        if self._translator is None or not reading.found or reading.relevance >= self._enough:
            return False
        return not asks_for_human(words) and (self.languages.detect(words) or reading.language) != READ

    async def _again(self, reading: Reading) -> Reading:
        """A second look, at the message in English; what was found at first stays if it fits better."""
        translation = await self._translated(reading.turn)
        if not translation.question:
            return replace(reading, usage=translation.usage)
        query = Query(company=reading.turn.company, text=translation.question)
        emotion, found = await asyncio.gather(self._emotion(translation.said), self._found(query))
        second = replace(
            reading,
            emotion=_felt(reading, emotion),
            found=found,
            asked=translation.question,
            usage=translation.usage,
        )
        return second if second.relevance > reading.relevance else replace(second, found=reading.found)

    async def _translated(self, turn: Turn) -> Translation:
        """The message in English; without words where there is no translation."""
        nothing = Translation(said="", question="")
        if self._translator is None:
            return nothing
        try:
            async with asyncio.timeout(TRANSLATION_SECONDS):
                return await self._translator.translate(turn)
        except Exception as error:
            log.warning("translation_failed", error=type(error).__name__)
            return replace(nothing, usage=error.usage if isinstance(error, NoUsableAnswer) else NOTHING)

    async def _emotion(self, words: str) -> Emotion:
        """The emotion, or calm when it can't be read: the customer must not notice."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._emotions.read(words) if words.strip() else CALM
        except Exception as error:
            log.warning("emotion_failed", error=type(error).__name__)
            return CALM

    async def _search(self, turn: Turn, talk: SmallTalk | None) -> tuple[Found, ...] | None:
        if talk or says_no(turn.text):
            return ()
        return await self._found(Query(company=turn.company, text=question(turn), history=turn.history))

    async def _found(self, query: Query) -> tuple[Found, ...] | None:
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


def _felt(reading: Reading, translated: Emotion) -> Emotion:
    """A translation may be tamer than the customer was: anger that they said outright stays."""
    if not anger_in(reading.turn.text):
        return translated
    return max(reading.emotion, translated, key=lambda emotion: emotion.scores.get(Feeling.ANGER, 0.0))


def question(turn: Turn) -> str:
    """What the customer wants to know: what they say besides "agent please", else what they asked before."""
    if not asks_for_human(turn.text):
        return turn.text
    besides = " ".join(each for each in sentences(turn.text) if not asks_for_human(each))
    if len(set(stems(besides))) >= TELLING:
        return besides
    return next((line for line in earlier(turn) if not asks_for_human(line)), turn.text)


def earlier(turn: Turn) -> list[str]:
    """The customer's messages before this one, newest first."""
    return [line.text for line in reversed(turn.history) if line.author is Author.CUSTOMER]
