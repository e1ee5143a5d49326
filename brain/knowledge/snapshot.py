"""What a company's documents say at one revision, ready to be searched."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.passages import indexed
from brain.knowledge.words import WordIndex
from domain.ids import PassageId
from domain.knowledge import Passage


class Snapshot:
    """Passages by document and position. Building it is CPU-bound; it never changes."""

    def __init__(self, passages: Sequence[Passage], revision: int) -> None:
        self.revision = revision
        self.passages = tuple(passages)
        self.at: dict[PassageId, int] = {passage.id: at for at, passage in enumerate(self.passages)}
        self.words = WordIndex([indexed(passage) for passage in self.passages])
        numbers = {document: n for n, document in enumerate(dict.fromkeys(p.document for p in self.passages))}
        self._document = np.array([numbers[passage.document] for passage in self.passages], dtype=np.intp)
        self._documents = len(numbers)

    def best_of_document(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """For every passage the best score of its document."""
        best = np.full(self._documents, -np.inf, dtype=np.float32)
        np.maximum.at(best, self._document, scores)
        return best[self._document]

    def neighbours(self, at: int) -> tuple[Passage | None, Passage | None]:
        """The passages before and after one, in the same document."""
        own = self.passages[at]
        before = self.passages[at - 1] if at > 0 else None
        after = self.passages[at + 1] if at + 1 < len(self.passages) else None
        return (
            before if before and before.document == own.document else None,
            after if after and after.document == own.document else None,
        )
