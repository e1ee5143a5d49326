"""From a question to an Answer. Never sends, never stores, never stays silent."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from brain.extractive import quotations
from brain.kindness import kindly
from brain.language import Languages
from brain.policy import Policy
from brain.ports import Draft, EmotionReader, Prompt, Responder, Retriever, Translator
from brain.reading import READ, Reader, Reading, earlier, question
from brain.review import Reviewed, Verdict, review
from brain.smalltalk import says_no, says_yes
from brain.usage import NOTHING, NoUsableAnswer, total
from domain.answer import Action, Answer, Reason, Turn, Usage
from domain.content import Content, Paragraph, Source, Span, text
from domain.emotion import Feeling
from domain.errors import Unavailable
from domain.knowledge import Found
from domain.texts import Key, say

log = structlog.get_logger(__name__)

READ_CHARACTERS = 8_000
"""What is read of one turn; the desk tells the customer when theirs was longer."""
MOST_SUMMARY = 160
NICE_WORDS = 15
"""A happy remark ("I love your service!") has at most so many words."""
_ASKS = re.compile("[?؟]")
_TROUBLE = re.compile(
    r"\b(?:late|later|delay\w*|los[te]\w*|broken?|damage\w*|missing|wrong|never|nothing|nobody|still|again"
    r"|another|wait\w*|not|no|refund|complain\w*|cancel\w*|problem\w*|issue\w*|but|sarcas\w*|idiot\w*)\b|n't\b"
)
"""Who says these may be sarcastic ("great, another delayed parcel"): rather no cheer than a wrong one."""


class Brain:
    """Reads the emotion and searches side by side, then decides and writes.

    ``threshold``: relevance (0 to 1) under which nothing counts as found. ``patience``: seconds that
    emotion or retrieval may take before the answer goes on without it. ``clock`` gives seconds.
    ``translator`` helps with languages that the small models don't know.
    """

    def __init__(
        self,
        *,
        languages: Languages,
        emotions: EmotionReader,
        retriever: Retriever,
        responder: Responder,
        fallback: Responder,
        threshold: float,
        policy: Policy,
        clock: Callable[[], float],
        patience: float = 10.0,
        translator: Translator | None = None,
    ) -> None:
        self._reader = Reader(
            languages=languages,
            emotions=emotions,
            retriever=retriever,
            clock=clock,
            patience=patience,
            enough=threshold,
            translator=translator,
        )
        self._responder, self._fallback = responder, fallback
        self._threshold, self._policy, self._clock = threshold, policy, clock

    async def answer(self, turn: Turn) -> Answer:
        """Decide what a turn gets: a reply, a question back, or a human. Never raises for its parts."""
        began = self._clock()
        reading = await self._reader.read(replace(turn, text=turn.text[:READ_CHARACTERS]))
        try:
            answer = await self._decide(reading)
        except Exception:
            log.exception("brain_failed")
            answer = self._reply(reading, text(say(Key.HANDOFF, reading.language)))
            answer = replace(answer, action=Action.HANDOFF, reason=Reason.MODEL_FAILED)
        timings = replace(answer.timings, total=self._reader.since(began))
        return replace(answer, timings=timings, usage=total((reading.usage, answer.usage)))

    async def warm(self) -> None:
        """Load what the first customer would wait for."""
        await asyncio.to_thread(self._reader.languages.warm)

    async def _decide(self, reading: Reading) -> Answer:
        if reason := self._policy.before(reading.turn, reading.emotion):
            return self._handoff(reading, reason)
        if kind := self._pleasantry(reading):
            company = reading.turn.tone.company
            return self._reply(reading, text(say(kind, reading.language, company=company)))
        if reading.found is None:
            return self._handoff(reading, Reason.MODEL_FAILED)
        if reading.relevance < self._threshold:
            return self._nothing_found(reading)
        return await self._write(reading)

    def _pleasantry(self, reading: Reading) -> Key | None:
        """What to answer to small talk, to "no, thanks", or to a happy remark about nothing we know."""
        words = reading.turn.text
        if reading.talk:
            return reading.talk.key
        if says_no(words):
            return Key.ALL_RIGHT
        if reading.found is None or reading.relevance >= self._threshold:
            return None
        if says_yes(words):
            return Key.GO_ON
        happy = self._policy.mood(reading.emotion).label is Feeling.JOY
        return Key.GLAD if happy and _only_nice(words, reading.language) else None

    async def _write(self, reading: Reading) -> Answer:
        """Let the model write, else the quoting responder; a human when neither has anything to show."""
        spent: list[Usage] = []
        began = self._clock()
        answer, failed = None, Reason.MODEL_FAILED
        for responder, found, words in (
            (self._responder, reading.found or (), question(reading.turn)),
            (self._fallback, self._relevant(reading), reading.asked),
        ):
            draft = await _drafted(responder, self._prompt(reading, found, words), spent)
            if draft is None:
                continue
            reviewed = self._reviewed(draft, reading, found)
            if reviewed.verdict is not Verdict.UNSUPPORTED:
                answer = self._shown(reading, draft, reviewed)
                break
            failed = Reason.UNSUPPORTED
        answer = answer or self._handoff(reading, failed)
        timings = replace(answer.timings, model=self._reader.since(began))
        return replace(answer, timings=timings, usage=total(spent))

    def _shown(self, reading: Reading, draft: Draft, reviewed: Reviewed) -> Answer:
        if reviewed.verdict is Verdict.REFUSED:
            return self._nothing_found(reading)
        if draft.action is Action.HANDOFF:
            return self._handoff(reading, Reason.MODEL_ASKED)
        if draft.action is Action.CLARIFY:
            asked = _clarifying(reviewed.content, reading.language)
            return replace(self._reply(reading, asked), action=Action.CLARIFY)
        by_id = {found.passage.id: found for found in reading.found or ()}
        sources = tuple(_source(by_id[passage]) for passage in reviewed.cited)
        return replace(self._reply(reading, reviewed.content), sources=sources, quoted=draft.quoted)

    def _reviewed(self, draft: Draft, reading: Reading, found: Sequence[Found]) -> Reviewed:
        documents = self._reader.languages.of_document(found[0].passage.text) or reading.language
        said = "\n".join((reading.turn.text, *earlier(reading.turn)))
        return review(draft, found, question=said, same_language=documents == reading.language)

    def _prompt(self, reading: Reading, found: tuple[Found, ...], words: str) -> Prompt:
        return Prompt(
            question=words,
            history=reading.turn.history,
            passages=found,
            language=reading.language,
            emotion=self._policy.mood(reading.emotion),
            tone=reading.turn.tone,
        )

    def _relevant(self, reading: Reading) -> tuple[Found, ...]:
        return tuple(found for found in reading.found or () if found.relevance >= self._threshold)

    def _reply(self, reading: Reading, content: Content) -> Answer:
        return Answer(
            action=Action.REPLY,
            content=content,
            language=reading.language,
            emotion=reading.emotion,
            confidence=reading.relevance,
            found=reading.found or (),
            timings=reading.timings,
        )

    def _nothing_found(self, reading: Reading) -> Answer:
        """An honest refusal that offers a human, or the human when the last answer was one already."""
        if reason := self._policy.after_refusal(reading.turn):
            return replace(self._handoff(reading, reason), refused=True)
        complains = self._policy.mood(reading.emotion).negative and not _ASKS.search(reading.turn.text)
        key = Key.OFFER if complains else Key.REFUSAL
        return replace(self._reply(reading, self._kindly(reading, key)), refused=True)

    def _handoff(self, reading: Reading, reason: Reason) -> Answer:
        return replace(
            self._reply(reading, self._kindly(reading, Key.HANDOFF)),
            action=Action.HANDOFF,
            reason=reason,
            suggestion=self._suggestion(reading),
            summary=summary(reading),
        )

    def _kindly(self, reading: Reading, key: Key) -> Content:
        return text(kindly(key, reading.language, self._policy.mood(reading.emotion)))

    def _suggestion(self, reading: Reading) -> str:
        """For the agent: the best quotation, if anything relevant was found."""
        relevant = self._relevant(reading)
        quotes = quotations(self._prompt(reading, relevant, reading.asked)) if relevant else ()
        return quotes[0].words if quotes else ""


def _only_nice(words: str, language: str) -> bool:
    """A remark that asks for nothing and complains of nothing; the model knows joy in English only."""
    short = "?" not in words and len(words.split()) <= NICE_WORDS
    return short and language == READ and not _TROUBLE.search(words.casefold())


async def _drafted(responder: Responder, prompt: Prompt, spent: list[Usage]) -> Draft | None:
    """A draft, or None when the responder has none; what it cost is noted either way."""
    try:
        draft = await responder.respond(prompt)
    except Unavailable as error:
        spent.append(error.usage if isinstance(error, NoUsableAnswer) else NOTHING)
    except Exception:
        log.exception("responder_failed")
    else:
        spent.append(draft.usage)
        return draft
    return None


def summary(reading: Reading) -> str:
    """One line for the agent: the question, and how many messages there were."""
    words = " ".join(reading.asked.split())
    cut = words if len(words) <= MOST_SUMMARY else words[: MOST_SUMMARY - 1].rstrip() + "…"
    messages = 1 + len(earlier(reading.turn))
    return f"{cut} ({messages} messages)" if messages > 1 else cut


def _clarifying(content: Content, language: str) -> Content:
    prefix = Span(say(Key.CLARIFY_PREFIX, language) + " ")
    first, *rest = content.blocks or (Paragraph(()),)
    if isinstance(first, Paragraph):
        return Content((Paragraph((prefix, *first.spans)), *rest))
    return Content((Paragraph((prefix,)), first, *rest))


def _source(found: Found) -> Source:
    passage = found.passage
    return Source(passage=passage.id, title=passage.title, section=passage.heading, page=passage.page)
