"""Where documents, passages and their vectors are kept.

``store.library`` implements `Library` in MongoDB and ``brain.knowledge.index`` `Index` in ChromaDB;
``brain.knowledge.memory`` implements both for tests, measurements and trying a document out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadInput
from domain.ids import DocumentId, PassageId
from domain.knowledge import Document, ParsedDocument, Passage, Stage, Version


class Overtaken(BadInput):
    """Another version came into service meanwhile."""


class Library(Protocol):
    """The documents of one company (it is made for one, so no method names it).

    Several versions of a document may be kept; exactly one is current, or none after a removal.
    """

    async def current(self) -> list[Document]:
        """Every document in service, by name."""
        ...

    async def versions(self, name: str) -> list[Version]:
        """All versions of one document, newest first, whatever became of them."""
        ...

    async def version(self, document: DocumentId, number: int) -> Version | None:
        """One version."""
        ...

    async def drafts(self) -> list[Version]:
        """Versions that wait to be published, oldest first."""
        ...

    async def reserve(self, name: str) -> int:
        """The number for the next version; never given twice, to whomever asks at once."""
        ...

    async def stage(
        self,
        document: Document,
        parsed: ParsedDocument,
        passages: Sequence[Passage],
        *,
        base: int = 0,
        by: str = "",
    ) -> None:
        """Keep a version as a draft. Staged once more, it has the new ``base`` and ``by``."""
        ...

    async def publish(self, name: str, version: int, *, base: int | None = None, by: str = "") -> bool:
        """Make a draft or an earlier version the current one, atomically; false if it is already.

        Raises BadInput if it isn't kept, and Overtaken if ``base`` is given and isn't in service.
        """
        ...

    async def settle(self, name: str, version: int, stage: Stage, *, by: str, at: datetime) -> bool:
        """End a draft without publishing it; its passages go. False if it is no draft (any more)."""
        ...

    async def parsed(self, name: str, version: int) -> ParsedDocument | None:
        """What was read from the file of a kept version."""
        ...

    async def remove(self, name: str) -> bool:
        """Take a document out of service at once; false if it was not in service."""
        ...

    async def passages(self, ids: Sequence[PassageId]) -> list[Passage]:
        """Those of the ids that belong to current versions, in the order asked."""
        ...

    async def kept(self, name: str, version: int) -> list[Passage]:
        """The passages of a kept version, current or not, by position; empty if it isn't kept."""
        ...

    async def everything(self) -> list[Passage]:
        """All passages of current versions, by document and position."""
        ...

    async def revision(self) -> int:
        """A number that changes with every publication and removal."""
        ...


Near = tuple[PassageId, float]
"""A passage and the cosine between it and what was searched for."""


class Index(Protocol):
    """The vectors of one company's passages, made by one encoder.

    It may hold vectors of passages that are no longer served: the library says which are.
    """

    async def add(self, ids: Sequence[PassageId], vectors: NDArray[np.float32]) -> None:
        """Keep vectors of length 1, [ids, dimensions]; one that is there already is replaced."""
        ...

    async def remove(self, ids: Sequence[PassageId]) -> None:
        """Forget vectors; those that aren't there don't matter."""
        ...

    async def search(self, vectors: NDArray[np.float32], limit: int) -> list[list[Near]]:
        """The nearest passages of each vector, nearest first. Raises Unavailable."""
        ...

    async def vectors(self, ids: Sequence[PassageId]) -> Mapping[PassageId, NDArray[np.float32]]:
        """The vectors that are there."""
        ...

    async def clear(self) -> None:
        """Forget everything."""
        ...
