"""Library and index in memory: for tests, for measurements, and to try a document before it is published."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.ports import Near
from domain.errors import BadInput
from domain.ids import PassageId
from domain.knowledge import Document, ParsedDocument, Passage

Floats = NDArray[np.float32]


class MemoryLibrary:
    """Implements `brain.knowledge.ports.Library`."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], tuple[Document, tuple[Passage, ...]]] = {}
        self._current: dict[str, int] = {}
        self._revision = 0

    async def current(self) -> list[Document]:
        """Every document in service, by name."""
        return [self._kept[name, version][0] for name, version in sorted(self._current.items())]

    async def versions(self, name: str) -> list[Document]:
        """All kept versions of one document, newest first."""
        kept = [document for (each, _), (document, _) in self._kept.items() if each == name]
        return sorted(kept, key=lambda document: -document.version)

    async def stage(self, document: Document, parsed: ParsedDocument, passages: Sequence[Passage]) -> None:
        """Keep a version without serving it."""
        self._kept.setdefault((document.name, document.version), (document, tuple(passages)))

    async def publish(self, name: str, version: int) -> None:
        """Make a kept version the current one."""
        if (name, version) not in self._kept:
            raise BadInput(f"There is no version {version} of {name}.")
        self._current[name] = version
        self._revision += 1

    async def remove(self, name: str) -> bool:
        """Take a document out of service."""
        if self._current.pop(name, None) is None:
            return False
        self._revision += 1
        return True

    async def passages(self, ids: Sequence[PassageId]) -> list[Passage]:
        """Those of the ids that belong to current versions."""
        served = {passage.id: passage for passage in await self.everything()}
        return [served[id] for id in ids if id in served]

    async def kept(self, name: str, version: int) -> list[Passage]:
        """The passages of a kept version."""
        return list(self._kept[name, version][1]) if (name, version) in self._kept else []

    async def everything(self) -> list[Passage]:
        """All passages of current versions, by document and position."""
        served = [self._kept[name, version] for name, version in self._current.items()]
        ordered = sorted(served, key=lambda kept: kept[0].id)
        return [passage for _, passages in ordered for passage in passages]

    async def revision(self) -> int:
        """How often something was published or removed."""
        return self._revision


class MemoryIndex:
    """Implements `brain.knowledge.ports.Index`, exactly instead of approximately."""

    def __init__(self) -> None:
        self._rows: dict[PassageId, Floats] = {}
        self._matrix: tuple[list[PassageId], Floats] | None = None

    async def add(self, ids: Sequence[PassageId], vectors: Floats) -> None:
        """Keep vectors, or replace them."""
        self._rows |= zip(ids, vectors, strict=True)
        self._matrix = None

    async def remove(self, ids: Sequence[PassageId]) -> None:
        """Forget vectors."""
        for id in ids:
            self._rows.pop(id, None)
        self._matrix = None

    async def search(self, vectors: Floats, limit: int) -> list[list[Near]]:
        """The nearest passages of each vector."""
        if not self._rows:
            return [[] for _ in vectors]
        if self._matrix is None:
            self._matrix = (list(self._rows), np.stack(list(self._rows.values())))
        ids, matrix = self._matrix
        cosines = vectors @ matrix.T
        return [[(ids[at], float(row[at])) for at in np.argsort(-row)[:limit]] for row in cosines]

    async def vectors(self, ids: Sequence[PassageId]) -> Mapping[PassageId, Floats]:
        """The vectors that are there."""
        return {id: self._rows[id] for id in ids if id in self._rows}

    async def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()
        self._matrix = None
