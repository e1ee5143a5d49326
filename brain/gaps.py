"""Questions that the documents do not answer: grouped by meaning, and tried again with new documents.

Which gaps there are, and how much each matters, is known to ``reports.gaps``, which reads the event log and
groups with `Grouping`; so reports, digests and uploads speak of the same gaps.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from brain.ports import Encoder, Query, Retriever
from brain.recent import Recent
from domain.errors import BadInput
from domain.ids import CompanyId

APART = 0.42
"""Cosine distance (average linkage) above which two groups of questions stay apart.

On 1,500 questions of banking77: adjusted Rand index 0.48, of each group 76 % are one intent. Words alone
(`reports.cluster`) reach 0.30 there, groups around running means 0.42 at best.
"""
TRIED = 5
"""So many of a gap's questions are asked again; more would say little more."""
_VECTORS_KEPT = 4_096

Floats = NDArray[np.float32]


class Gap(Protocol):
    """Questions about the same thing; `reports.gaps.Gap`."""

    @property
    def question(self) -> str:
        """The most typical one."""
        ...

    @property
    def questions(self) -> tuple[str, ...]:
        """All of them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """The typical questions of gaps after another try: those that are answered now, and those still open."""

    closed: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    def line(self, verb: str = "") -> str:
        """``7 of 12 gaps are closed by this document.``, or with the verb instead of ``are``."""
        every = len(self.closed) + len(self.open)
        if not every:
            return "There are no open gaps."
        usual = "gap is" if every == 1 else "gaps are"
        counted = f"{'gap' if every == 1 else 'gaps'} {verb}" if verb else usual
        return f"{len(self.closed)} of {every} {counted} closed by this document."


class Grouping:
    """Groups texts by meaning; implements `reports.ports.Grouping`."""

    def __init__(self, *, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: Recent[str, Floats] = Recent(_VECTORS_KEPT)

    async def __call__(self, texts: Sequence[str]) -> list[int]:
        """A number for each text; the same number: about the same."""
        unique = list(dict.fromkeys(texts))
        if not unique:
            return []
        groups = await asyncio.to_thread(grouped, await self._encoded(unique))
        numbers = {unique[row]: number for number, group in enumerate(groups) for row in group}
        return [numbers[text] for text in texts]

    async def _encoded(self, texts: Sequence[str]) -> Floats:
        known = {text: self._vectors.get(text) for text in texts}
        new = [text for text, vector in known.items() if vector is None]
        if new:
            for text, vector in zip(new, await self._encoder.encode(new), strict=True):
                known[text] = vector
                self._vectors.put(text, vector)
        return np.stack([vector for text in texts if (vector := known[text]) is not None])


async def retry(
    gaps: Sequence[Gap],
    retriever: Retriever,
    *,
    company: CompanyId,
    threshold: float,
    go_on: Callable[[], bool] = lambda: True,
) -> Retried:
    """Ask again. A gap is closed when most of its questions find something. Raises Unavailable.

    ``go_on`` is asked before each gap; those that there was no time for are left out.
    """

    async def answered(question: str) -> bool:
        found = await retriever.search(Query(company=company, text=question, limit=1))
        return any(one.relevance >= threshold for one in found)

    outcome: dict[bool, list[str]] = {True: [], False: []}
    for gap in gaps:
        if not go_on():
            break
        tried = list(dict.fromkeys((gap.question, *gap.questions)))[:TRIED]
        count = sum([await answered(question) for question in tried])
        outcome[count * 2 > len(tried)].append(gap.question)
    return Retried(closed=tuple(outcome[True]), open=tuple(outcome[False]))


def grouped(vectors: Floats, apart: float = APART) -> list[list[int]]:
    """Rows in groups, in the order of their first rows; vectors have length 1. CPU-bound."""
    if vectors.ndim != 2:
        raise BadInput("vectors must be of shape [texts, dimensions]")
    if len(vectors) < 2:
        return [[row] for row in range(len(vectors))]
    from sklearn.cluster import AgglomerativeClustering

    distances = np.clip(1 - vectors @ vectors.T, 0, 2)
    linkage = AgglomerativeClustering(
        n_clusters=None, distance_threshold=apart, metric="precomputed", linkage="average"
    )
    groups: dict[int, list[int]] = {}
    for row, label in enumerate(linkage.fit_predict(distances)):
        groups.setdefault(int(label), []).append(row)
    return list(groups.values())
