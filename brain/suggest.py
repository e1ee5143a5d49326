"""A reply that an agent may send, from the thread so far. Never sent by itself."""

from collections.abc import Sequence
from itertools import takewhile

import structlog

from brain.language import Languages
from brain.markdown import parse
from brain.ports import Draft, Prompt, Query, Responder, Retriever
from brain.review import Verdict, review
from domain.answer import Action, Author, Line, Tone
from domain.content import plain
from domain.emotion import CALM
from domain.errors import Unavailable
from domain.ids import CompanyId

log = structlog.get_logger(__name__)


class Suggester:
    """Suggests replies to agents; ``threshold`` as in `brain.brain.Brain`."""

    def __init__(
        self,
        *,
        languages: Languages,
        retriever: Retriever,
        responder: Responder,
        fallback: Responder,
        threshold: float,
    ) -> None:
        self._languages, self._retriever, self._threshold = languages, retriever, threshold
        self._responders = (responder, fallback)

    async def suggest(
        self, company: CompanyId, history: Sequence[Line], *, tone: Tone, language: str = ""
    ) -> str:
        """Plain text in the customer's language, "" when the documents help nothing.

        ``history`` is the whole thread, oldest first. Raises Unavailable when the search fails.
        """
        question, before = asked(history)
        if not question:
            return ""
        query = Query(company=company, text=question, history=before)
        found = tuple(await self._retriever.search(query))
        if not any(one.relevance >= self._threshold for one in found):
            return ""
        prompt = Prompt(
            question=question,
            history=before,
            passages=found,
            language=language or self._languages.detect(question) or "en",
            emotion=CALM,
            tone=tone,
        )
        return await self._best(prompt)

    async def _best(self, prompt: Prompt) -> str:
        for responder in self._responders:
            try:
                draft = await responder.respond(prompt)
            except Unavailable as error:
                log.info("suggestion_failed", error=type(error).__name__)
                continue
            if self._usable(draft, prompt):
                return _words(draft)
        return ""

    def _usable(self, draft: Draft, prompt: Prompt) -> bool:
        if draft.action is not Action.REPLY:
            return False
        documents = self._languages.of_document(prompt.passages[0].passage.text) or prompt.language
        same = documents == prompt.language
        reviewed = review(draft, prompt.passages, question=prompt.question, same_language=same)
        return reviewed.verdict is Verdict.GOOD


def asked(history: Sequence[Line]) -> tuple[str, tuple[Line, ...]]:
    """What the customer wrote last, joined, and what came before that."""
    spoken = [line for line in history if line.author is not Author.SYSTEM]
    last = next((at for at in range(len(spoken), 0, -1) if spoken[at - 1].author is Author.CUSTOMER), 0)
    theirs = list(takewhile(lambda line: line.author is Author.CUSTOMER, reversed(spoken[:last])))
    return "\n".join(line.text for line in reversed(theirs)), tuple(spoken[: last - len(theirs)])


def _words(draft: Draft) -> str:
    """The words to send; a quotation without the sentence that announces it."""
    content = parse(draft.text)
    blocks = content.blocks[1:] if draft.quoted else content.blocks
    return plain(type(content)(blocks))
