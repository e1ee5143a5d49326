"""What would change: the same questions, asked to the documents as they are and as they would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.memory import MemoryIndex, MemoryLibrary
from brain.ports import Encoder, Query
from brain.relevance import REFUSE_BELOW
from brain.retrieval import HybridRetriever
from domain.ids import CompanyId, PassageId
from domain.knowledge import Found, Passage


class Effect(StrEnum):
    """What a document does to a question."""

    SAME = "same"
    CHANGED = "changed"
    ANSWERED = "answered"  # was refused before
    LOST = "lost"  # would be refused from now on
    UNANSWERED = "unanswered"  # refused before and after


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One question; ``before`` and ``after`` are the best passages, None where it is refused."""

    question: str
    effect: Effect
    before: Found | None
    after: Found | None


async def compared(
    *,
    company: CompanyId,
    encoder: Encoder,
    before: Sequence[Passage],
    after: Sequence[Passage],
    vectors: Mapping[PassageId, NDArray[np.float32]],
    questions: Sequence[str],
) -> list[Change]:
    """Ask both; passages without a vector are found by their words."""
    old = await _searcher(company, encoder, before, vectors)
    new = await _searcher(company, encoder, after, vectors)
    return [
        _change(question, await _best(old, company, question), await _best(new, company, question))
        for question in questions
    ]


async def _searcher(
    company: CompanyId,
    encoder: Encoder,
    passages: Sequence[Passage],
    vectors: Mapping[PassageId, NDArray[np.float32]],
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


async def _best(retriever: HybridRetriever, company: CompanyId, question: str) -> Found | None:
    found = await retriever.search(Query(company=company, text=question, limit=1))
    return found[0] if found and found[0].relevance >= REFUSE_BELOW else None


def _change(question: str, before: Found | None, after: Found | None) -> Change:
    return Change(question=question, effect=_effect(before, after), before=before, after=after)


def _effect(before: Found | None, after: Found | None) -> Effect:
    if before is None:
        return Effect.UNANSWERED if after is None else Effect.ANSWERED
    if after is None:
        return Effect.LOST
    return Effect.SAME if before.passage.text == after.passage.text else Effect.CHANGED
