"""Questions that the documents do not answer: grouped, weighed, and tried again after an upload."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brain.ports import Encoder, Query, Retriever
from domain.emotion import Emotion
from domain.errors import BadInput
from domain.ids import CompanyId

NEAR = 0.6
"""Cosine to the middle of a group from which a question belongs to it."""
TRIED = 5
"""So many of a gap's questions are asked again; more would say little more."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A question that was refused, and how its customer felt."""

    question: str
    emotion: Emotion


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Questions about the same thing. ``question`` is the most typical one, ``negative`` counts the
    unhappy ones. ``weight`` orders gaps: an unhappy question counts twice."""

    question: str
    questions: tuple[str, ...]
    negative: int

    @property
    def count(self) -> int:
        """How often it was asked."""
        return len(self.questions)

    @property
    def weight(self) -> int:
        """How much it matters."""
        return self.count + self.negative


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """Gaps after another try: those that the documents answer now, and those still open."""

    closed: tuple[Gap, ...]
    open: tuple[Gap, ...]

    def line(self) -> str:
        """``7 of 12 gaps are closed by this document.``"""
        every = len(self.closed) + len(self.open)
        if not every:
            return "There are no open gaps."
        return (
            f"{len(self.closed)} of {every} {'gap is' if every == 1 else 'gaps are'} closed by this document."
        )


class Gaps:
    """The gaps of one company's documents. ``threshold`` as in `brain.brain.Brain`."""

    def __init__(
        self, *, company: CompanyId, encoder: Encoder, retriever: Retriever, threshold: float
    ) -> None:
        self._company, self._encoder = company, encoder
        self._retriever, self._threshold = retriever, threshold

    async def find(self, unanswered: Sequence[Unanswered]) -> tuple[Gap, ...]:
        """Group refused questions by meaning, the weightiest gap first."""
        asked = [one for one in unanswered if one.question.strip()]
        if not asked:
            return ()
        vectors = await self._encoder.encode([one.question for one in asked])
        gaps = [_gap([asked[at] for at in group], vectors[group]) for group in grouped(vectors)]
        return tuple(sorted(gaps, key=lambda gap: (-gap.weight, gap.question)))

    async def retry(self, gaps: Sequence[Gap]) -> Retried:
        """Ask again. A gap is closed when most of its questions find something. Raises Unavailable."""
        closed = [await self._closed(gap) for gap in gaps]
        return Retried(
            closed=tuple(gap for gap, done in zip(gaps, closed, strict=True) if done),
            open=tuple(gap for gap, done in zip(gaps, closed, strict=True) if not done),
        )

    async def _closed(self, gap: Gap) -> bool:
        tried = list(dict.fromkeys((gap.question, *gap.questions)))[:TRIED]
        answered = [await self._answered(question) for question in tried]
        return sum(answered) * 2 > len(answered)

    async def _answered(self, question: str) -> bool:
        found = await self._retriever.search(Query(company=self._company, text=question, limit=1))
        return any(one.relevance >= self._threshold for one in found)


def grouped(vectors: Floats, near: float = NEAR) -> list[list[int]]:
    """Rows in groups, each near the mean of its group. One pass, in order; vectors have length 1."""
    if vectors.ndim != 2:
        raise BadInput("vectors must be of shape [texts, dimensions]")
    groups: list[list[int]] = []
    sums = np.zeros((len(vectors), vectors.shape[1]), dtype=np.float32)
    for row, vector in enumerate(vectors):
        at = _nearest(vector, sums[: len(groups)], near)
        if at == len(groups):
            groups.append([])
        groups[at].append(row)
        sums[at] += vector
    return groups


def _nearest(vector: Floats, sums: Floats, near: float) -> int:
    """The nearest group; the number of groups when none is near enough."""
    if not len(sums):
        return 0
    cosines = sums @ vector / np.maximum(np.linalg.norm(sums, axis=1), 1e-9)
    best = int(np.argmax(cosines))
    return best if cosines[best] >= near else len(sums)


def _gap(group: Sequence[Unanswered], vectors: Floats) -> Gap:
    typical = int(np.argmax(vectors @ vectors.mean(axis=0)))
    return Gap(
        question=group[typical].question,
        questions=tuple(one.question for one in group),
        negative=sum(one.emotion.negative for one in group),
    )
