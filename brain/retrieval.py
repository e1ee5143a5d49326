"""The search: vectors and words, over the conversation and over the last message.

Four scores are added up: cosine and BM25 (scaled to its best), each for the conversation and for
the last message alone. A passage gains by what its document's best passage scores for the conversation:
people stay with a subject. Scores instead of ranks: reciprocal rank fusion of the same four was
six points of recall@5 worse; see docs/decisions/0007-search.md.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.ports import Index, Library, Near
from brain.knowledge.snapshot import Snapshot
from brain.knowledge.words import stems, terms
from brain.ports import Encoder, Query
from brain.query import Spoken, spoken
from brain.recent import Recent
from brain.relevance import Evidence, relevance
from domain.errors import Misconfigured
from domain.ids import CompanyId
from domain.knowledge import Found, Passage

Floats = NDArray[np.float32]

NEAREST = 100  # how many passages the vector index names; 200 gain 0.1 points
WORDS_WEIGHT = 0.75
DOCUMENT_WEIGHT = 2.0
_VECTORS_KEPT = 4_096
_LARGE = 5_000  # from here on ranking takes milliseconds and leaves the event loop


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scores:
    """One number for every passage."""

    conversation: Floats
    question: Floats
    total: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A passage by its place in the snapshot, and what speaks for it."""

    at: int
    evidence: Evidence


class HybridRetriever:
    """Implements `brain.ports.Retriever` for one company.

    What it knows of the documents is kept until the library's revision changes, so a search costs
    one tiny read, one encoding of the new message and one call of the index.
    """

    def __init__(
        self,
        *,
        company: CompanyId,
        library: Library,
        index: Index,
        encoder: Encoder,
        executor: Executor | None = None,
    ) -> None:
        self._company = company
        self._library = library
        self._index = index
        self._encoder = encoder
        self._executor = executor
        self._snapshot: Snapshot | None = None
        self._loading = asyncio.Lock()
        self._vectors: Recent[str, Floats] = Recent(_VECTORS_KEPT)

    async def search(self, query: Query) -> list[Found]:
        """Best first; empty when the company has no documents. Raises Unavailable."""
        return [
            Found(
                passage=snapshot.passages[match.at],
                relevance=relevance(match.evidence),
                context=_context(snapshot, match.at),
            )
            for snapshot, match in await self.matches(query)
        ]

    async def matches(self, query: Query) -> list[tuple[Snapshot, Match]]:
        """The same with what speaks for each passage instead of its relevance: to fit that."""
        if query.company != self._company:
            raise Misconfigured(f"A question of {query.company} reached the documents of {self._company}.")
        said = spoken(query)
        vectors, snapshot = await asyncio.gather(self.encoded(said), self._current())
        if not snapshot.passages:
            return []
        near = await self._index.search(vectors, NEAREST)
        if len(snapshot.passages) < _LARGE:
            found = ranked(snapshot, said, near, query.limit)
        else:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self._executor, ranked, snapshot, said, near, query.limit)
        return [(snapshot, match) for match in found]

    async def warm(self) -> None:
        """Load the documents ahead of the first question."""
        await self._current()

    async def _current(self) -> Snapshot:
        revision = await self._library.revision()
        if self._snapshot is None or self._snapshot.revision != revision:
            async with self._loading:
                if self._snapshot is None or self._snapshot.revision != revision:
                    passages = await self._library.everything()
                    loop = asyncio.get_running_loop()
                    self._snapshot = await loop.run_in_executor(self._executor, Snapshot, passages, revision)
        return self._snapshot

    async def encoded(self, said: Sequence[Spoken]) -> Floats:
        """The conversation's vector and the last message's, [2, dimensions]."""
        known = {each.text: vector for each in said if (vector := self._vectors.get(each.text)) is not None}
        new = list(dict.fromkeys(each.text for each in said if each.text not in known))
        if new:
            known |= zip(new, await self._encoder.encode(new), strict=True)
            for text in new:
                self._vectors.put(text, known[text])
        conversation = np.sum([each.weight * known[each.text] for each in said], axis=0)
        length = float(np.linalg.norm(conversation)) or 1.0
        return np.stack([conversation / length, known[said[0].text]]).astype(np.float32)


def ranked(
    snapshot: Snapshot, said: Sequence[Spoken], near: Sequence[Sequence[Near]], limit: int
) -> list[Match]:
    """The best passages, best first."""
    scores = _scored(snapshot, said, near)
    best = np.argsort(-scores.total, kind="stable")[:limit]
    question = stems(terms(said[0].text))
    conversation = question.union(*(stems(terms(each.text)) for each in said[1:]))
    return [
        Match(
            at=at,
            evidence=Evidence(
                conversation=float(scores.conversation[at]),
                conversation_cover=snapshot.words.cover(conversation, at),
                question=float(scores.question[at]),
                question_cover=snapshot.words.cover(question, at),
                words=len(question),
            ),
        )
        for at in best.tolist()
    ]


def _scored(snapshot: Snapshot, said: Sequence[Spoken], near: Sequence[Sequence[Near]]) -> _Scores:
    conversation, question = (_spread(snapshot, nearest) for nearest in near)
    own_words = _scaled(snapshot.words.scores(said[0].text))
    all_words = _scaled(
        np.sum([each.weight * snapshot.words.scores(each.text) for each in said], axis=0, dtype=np.float32)
    )
    subject = conversation + WORDS_WEIGHT * all_words
    total = (
        subject + question + WORDS_WEIGHT * own_words + DOCUMENT_WEIGHT * snapshot.best_of_document(subject)
    )
    return _Scores(conversation=conversation, question=question, total=total)


def _spread(snapshot: Snapshot, near: Sequence[Near]) -> Floats:
    """A cosine for every passage; those that the index didn't name get the least that it named."""
    known = [(snapshot.at[id], cosine) for id, cosine in near if id in snapshot.at]
    cosines = np.full(
        len(snapshot.passages), min((cosine for _, cosine in near), default=0.0), dtype=np.float32
    )
    for at, cosine in known:
        cosines[at] = cosine
    return cosines


def _scaled(scores: Floats) -> Floats:
    best = float(scores.max(initial=0.0))
    return scores / best if best > 0 else scores


def _context(snapshot: Snapshot, at: int) -> str:
    """The passage under its heading, with what stands before and after it in the same chapter."""
    own = snapshot.passages[at]
    before, after = snapshot.neighbours(at)
    lines = [" > ".join(part for part in (own.title, own.heading) if part)]
    heading = own.heading
    for passage in (before, own, after):
        if passage is None or _chapter(passage) != _chapter(own):
            continue
        if passage.heading != heading or (passage is own and heading != own.heading):
            lines.append(passage.heading)
            heading = passage.heading
        lines.append(passage.text)
    return "\n".join(lines)


def _chapter(passage: Passage) -> str:
    return passage.heading.split(" > ")[0]
