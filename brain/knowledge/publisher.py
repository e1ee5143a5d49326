"""From a file to a version, and from a version into service.

The order of steps is what keeps searches right after a crash between any two of them. Results are
always filtered by the library's current versions, so vectors that come too early or stay too long are
never seen; and a version is published only after its vectors are there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from brain.knowledge.folder import Folder, Prepared
from brain.knowledge.passages import indexed, passage_id, split
from brain.knowledge.ports import Index, Library
from brain.ports import Encoder
from domain.errors import BadInput
from domain.ids import CompanyId, DocumentId, PassageId, derived
from domain.knowledge import Document, ParsedDocument, Passage, Stage, Version

Floats = NDArray[np.float32]
Progress = Callable[[str, int, int], None]
"""Told the stage (``read``, ``understand``, ``compare``, ``publish``), how much is done, and of how much."""

_BATCH = 64  # passages encoded between two words of progress


def silent(stage: str, done: int, total: int) -> None:
    """Nobody wants to know."""


class Load(Protocol):
    """Reads files; `brain.knowledge.load.Loader`."""

    def __call__(
        self, data: bytes, name: str, *, pages: Callable[[int, int], None]
    ) -> Awaitable[ParsedDocument]:
        """The document in a file; ``pages`` is told how many are read, of how many. Raises BadInput."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A version that is read and split, and staged nowhere yet."""

    document: Document
    parsed: ParsedDocument
    passages: tuple[Passage, ...]


def document_id(company: CompanyId, name: str) -> DocumentId:
    """The id of a document, the same for all its versions."""
    return DocumentId(derived(company, name))


class Publisher:
    """Makes versions of one company's documents and puts them into service."""

    def __init__(
        self,
        *,
        company: CompanyId,
        library: Library,
        index: Index,
        encoder: Encoder,
        loader: Load,
        clock: Callable[[], datetime],
        folder: Folder | None = None,
    ) -> None:
        self.company = company
        self.library = library
        self.index = index
        self.encoder = encoder
        self.clock = clock
        self._load = loader
        self._folder = folder

    async def current(self, name: str) -> Document | None:
        """The version in service."""
        return next((document for document in await self.library.current() if document.name == name), None)

    async def made(self, name: str, data: bytes, progress: Progress) -> Made:
        """The next version of a file. Raises BadInput."""
        progress("read", 0, 0)
        parsed = await self._load(data, name, pages=lambda done, total: progress("read", done, total))
        progress("read", 1, 1)
        version = await self._number(name, parsed.sha256)
        id = document_id(self.company, name)
        count = self.encoder.count_tokens
        passages = await asyncio.to_thread(
            partial(split, parsed, company=self.company, document=id, version=version, count=count)
        )
        document = Document(
            id=id,
            company=self.company,
            name=name,
            title=parsed.title,
            version=version,
            pages=parsed.pages,
            passages=len(passages),
            sha256=parsed.sha256,
            at=self.clock(),
        )
        return Made(document=document, parsed=parsed, passages=tuple(passages))

    async def _number(self, name: str, sha256: str) -> int:
        """A new number; the newest one again if it has the same bytes and was perhaps left half done."""
        newest: Version | None = next(iter(await self.library.versions(name)), None)
        if newest and newest.document.sha256 == sha256 and newest.stage in (Stage.DRAFT, Stage.PUBLISHED):
            return newest.document.version
        return await self.library.reserve(name)

    async def encoded(self, passages: Sequence[Passage], progress: Progress = silent) -> Floats:
        """A vector for each passage."""
        parts = [np.empty((0, self.encoder.dimensions), dtype=np.float32)]
        for at in range(0, len(passages), _BATCH):
            progress("understand", at, len(passages))
            parts.append(await self.encoder.encode([indexed(each) for each in passages[at : at + _BATCH]]))
        progress("understand", len(passages), len(passages))
        return np.concatenate(parts)

    async def put(
        self,
        document: Document,
        *,
        vectors: Floats | None = None,
        source: bytes | None = None,
        base: int | None = None,
        by: str = "",
        progress: Progress = silent,
    ) -> bool:
        """Put a kept version into service; false if it is there already. Doing it again ends it.

        Raises BadInput if it isn't kept, Overtaken as `Library.publish`, Unavailable.
        """
        passages = await self.library.kept(document.name, document.version)
        if not passages:
            raise BadInput(f"There is no version {document.version} of {document.name}.")
        before = await self.current(document.name)
        if vectors is None or len(vectors) != len(passages):
            vectors = await self.encoded(passages, progress)
        await self.index.add([passage.id for passage in passages], vectors)
        prepared = await self._prepared(document, source)
        try:
            fresh = await self.library.publish(document.name, document.version, base=base, by=by)
        except BaseException:
            await prepared.drop()
            raise
        await prepared.keep()
        if before and before.version != document.version:
            await self.index.remove(self.ids(before))
        progress("publish", 1, 1)
        return fresh

    async def _prepared(self, document: Document, source: bytes | None) -> Prepared:
        parsed = await self.library.parsed(document.name, document.version) if self._folder else None
        return await self._folder.prepare(document, parsed, source) if self._folder and parsed else Prepared()

    async def mend(self, document: Document, source: bytes) -> None:
        """Write the files of a version in service that a crash has left out."""
        if self._folder and not await self._folder.shows(document):
            await (await self._prepared(document, source)).keep()

    async def removed(self, name: str) -> bool:
        """Take a document out of service at once; false if it was not in service."""
        document = await self.current(name)
        removed = await self.library.remove(name)
        if self._folder:
            await self._folder.remove(name)
        if document:
            await self.index.remove(self.ids(document))
        return removed

    def ids(self, document: Document) -> list[PassageId]:
        """The ids of a document's passages, which follow from what it is."""
        return [
            passage_id(self.company, document.id, document.version, at) for at in range(document.passages)
        ]
