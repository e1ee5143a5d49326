"""Library and index in memory: for tests, for measurements, and to try a document before it is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.ports import Near, Overtaken
from domain.errors import BadInput
from domain.ids import DocumentId, PassageId
from domain.knowledge import Document, ParsedDocument, Passage, Stage, Version

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A version as it was staged; ``state`` is it without what follows from the rest of the library."""

    state: Version
    parsed: ParsedDocument
    passages: tuple[Passage, ...]


class MemoryLibrary:
    """Implements `brain.knowledge.ports.Library`."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], _Kept] = {}
        self._current: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._revision = 0

    async def current(self) -> list[Document]:
        """Every document in service, by name."""
        return [self._kept[key].state.document for key in sorted(self._current.items())]

    async def versions(self, name: str) -> list[Version]:
        """All versions of one document, newest first."""
        kept = [self._shown(key) for key in self._kept if key[0] == name]
        return sorted(kept, key=lambda version: -version.document.version)

    async def version(self, document: DocumentId, number: int) -> Version | None:
        """One version."""
        for key, kept in self._kept.items():
            if key[1] == number and kept.state.document.id == document:
                return self._shown(key)
        return None

    async def drafts(self) -> list[Version]:
        """Versions that wait to be published, oldest first."""
        found = [self._shown(key) for key, kept in self._kept.items() if kept.state.stage is Stage.DRAFT]
        return sorted(found, key=lambda version: version.document.at)

    async def reserve(self, name: str) -> int:
        """The number for the next version."""
        self._numbers[name] = self._numbers.get(name, 0) + 1
        return self._numbers[name]

    async def stage(
        self,
        document: Document,
        parsed: ParsedDocument,
        passages: Sequence[Passage],
        *,
        base: int = 0,
        by: str = "",
    ) -> None:
        """Keep a version as a draft."""
        state = Version(document=document, stage=Stage.DRAFT, base=base, by=by)
        known = self._kept.get((document.name, document.version))
        if known is None or known.state.stage is Stage.DRAFT:
            self._kept[document.name, document.version] = _Kept(state, parsed, tuple(passages))

    async def publish(self, name: str, version: int, *, base: int | None = None, by: str = "") -> bool:
        """Make a draft or an earlier version the current one."""
        kept = self._kept.get((name, version))
        if kept is None or kept.state.stage not in (Stage.DRAFT, Stage.PUBLISHED):
            raise BadInput(f"There is no version {version} of {name}.")
        if self._current.get(name, 0) == version:
            return False
        if base is not None and self._current.get(name, 0) != base:
            raise Overtaken(f"Version {self._current.get(name, 0)} of {name} is in service.")
        self._settled((name, version), Stage.PUBLISHED, by, datetime.now(UTC), kept.passages)
        self._current[name] = version
        self._revision += 1
        return True

    async def settle(self, name: str, version: int, stage: Stage, *, by: str, at: datetime) -> bool:
        """End a draft without publishing it."""
        kept = self._kept.get((name, version))
        if kept is None or kept.state.stage is not Stage.DRAFT:
            return False
        self._settled((name, version), stage, by, at, ())
        return True

    def _settled(
        self, key: tuple[str, int], stage: Stage, by: str, at: datetime, passages: tuple[Passage, ...]
    ) -> None:
        kept = self._kept[key]
        state = replace(kept.state, stage=stage, settled_by=by, settled_at=at)
        self._kept[key] = _Kept(state, kept.parsed, passages)

    def _shown(self, key: tuple[str, int]) -> Version:
        return replace(self._kept[key].state, current=self._current.get(key[0]) == key[1])

    async def parsed(self, name: str, version: int) -> ParsedDocument | None:
        """What was read from the file of a kept version."""
        kept = self._kept.get((name, version))
        return kept.parsed if kept else None

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
        return list(self._kept[name, version].passages) if (name, version) in self._kept else []

    async def everything(self) -> list[Passage]:
        """All passages of current versions, by document and position."""
        served = [self._kept[name, version] for name, version in self._current.items()]
        ordered = sorted(served, key=lambda kept: kept.state.document.id)
        return [passage for kept in ordered for passage in kept.passages]

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
