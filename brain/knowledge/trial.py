"""What would change: the same questions, asked to the documents as they are and as they would be."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.memory import MemoryIndex, MemoryLibrary
from brain.ports import Encoder, Query
from brain.retrieval import HybridRetriever
from domain.answer import Line
from domain.ids import CompanyId, PassageId
from domain.knowledge import Found, Passage

Vectors = Mapping[PassageId, NDArray[np.float32]]


class Effect(StrEnum):
    """What a document does to a question; in the order in which a person wants to know of it."""

    LOST = "lost"  # would be refused from now on
    CHANGED = "changed"
    ANSWERED = "answered"  # was refused before
    SAME = "same"
    UNANSWERED = "unanswered"  # refused before and after


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One question; ``before`` and ``after`` are the best passages, None where it is refused."""

    question: str
    effect: Effect
    before: Found | None
    after: Found | None


class Trial:
    """Two searches over the same company: ``before`` a document is published, and ``after``.

    ``threshold`` as in `brain.brain.Brain`.
    """

    def __init__(
        self, *, company: CompanyId, before: HybridRetriever, after: HybridRetriever, threshold: float
    ) -> None:
        self.before, self.after = before, after
        self._company, self._threshold = company, threshold

    @classmethod
    async def of(
        cls,
        *,
        company: CompanyId,
        encoder: Encoder,
        before: Sequence[Passage],
        after: Sequence[Passage],
        vectors: Vectors,
        threshold: float,
    ) -> "Trial":
        """Passages without a vector are found by their words. Takes seconds for a large library."""
        old = await _searcher(company, encoder, before, vectors)
        new = await _searcher(company, encoder, after, vectors)
        await asyncio.gather(old.warm(), new.warm())  # before anybody counts the time for questions
        return cls(company=company, before=old, after=new, threshold=threshold)

    async def change(self, question: str, history: tuple[Line, ...] = ()) -> Change:
        """Ask both."""
        before = await self._best(self.before, question, history)
        after = await self._best(self.after, question, history)
        return Change(question=question, effect=_effect(before, after), before=before, after=after)

    async def _best(
        self, retriever: HybridRetriever, question: str, history: tuple[Line, ...]
    ) -> Found | None:
        query = Query(company=self._company, text=question, history=history, limit=1)
        found = await retriever.search(query)
        return found[0] if found and found[0].relevance >= self._threshold else None


async def _searcher(
    company: CompanyId, encoder: Encoder, passages: Sequence[Passage], vectors: Vectors
) -> HybridRetriever:
    index = MemoryIndex()
    known = [passage.id for passage in passages if passage.id in vectors]
    await index.add(known, np.array([vectors[id] for id in known], dtype=np.float32))
    library = _Fixed(passages)
    return HybridRetriever(company=company, library=library, index=index, encoder=encoder)


class _Fixed(MemoryLibrary):
    """Serves given passages, whatever documents they come from."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        super().__init__()
        self._passages = list(passages)

    async def everything(self) -> list[Passage]:
        return self._passages


def _effect(before: Found | None, after: Found | None) -> Effect:
    if before is None:
        return Effect.UNANSWERED if after is None else Effect.ANSWERED
    if after is None:
        return Effect.LOST
    return Effect.SAME if before.passage.text == after.passage.text else Effect.CHANGED
