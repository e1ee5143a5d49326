"""A company's documents: taken in, replaced, removed, tried out and restored.

The order of steps is what keeps searches right after a crash between any two of them. Results are
always filtered by the library's current versions, so vectors that come too early or stay too long are
never seen; and a version is published only after its vectors are there.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from brain.knowledge.formats import FORMATS
from brain.knowledge.passages import indexed, passage_id, split
from brain.knowledge.ports import Index, Library
from brain.knowledge.preview import Change, compared
from brain.ports import Encoder
from domain.errors import BadInput
from domain.ids import CompanyId, DocumentId, PassageId, derived
from domain.knowledge import Document, ParsedDocument, Passage

log = structlog.get_logger(__name__)

Load = Callable[[bytes, str], Awaitable[ParsedDocument]]
Progress = Callable[[str, int, int], None]
"""Called with the stage (``read``, ``understand``, ``publish``), how much is done, and of how much."""

_BATCH = 64  # passages encoded between two words of progress


def silent(stage: str, done: int, total: int) -> None:
    """Nobody wants to know."""


def document_id(company: CompanyId, name: str) -> DocumentId:
    """The id of a document, the same for all its versions."""
    return DocumentId(derived(company, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a folder's sync did, by document name. ``failed`` says why, for the person."""

    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)


class Knowledge:
    """The use cases of one company's documents."""

    def __init__(
        self,
        *,
        company: CompanyId,
        library: Library,
        index: Index,
        encoder: Encoder,
        loader: Load,
        clock: Callable[[], datetime],
    ) -> None:
        self._company = company
        self._library = library
        self._index = index
        self._encoder = encoder
        self._load = loader
        self._clock = clock

    async def ingest(self, name: str, data: bytes, *, progress: Progress = silent) -> Document:
        """Take a document in, or replace its earlier version. Raises BadInput and leaves all as it was.

        The same bytes again change nothing.
        """
        before = await self._current(name)
        if before and before.sha256 == sha256(data).hexdigest():
            return before
        progress("read", 0, 1)
        parsed = await self._load(data, name)
        document, passages = await self._made(name, parsed)
        progress("read", 1, 1)
        vectors = await self._encoded(passages, progress)
        await self._library.stage(document, parsed, passages)
        await self._index.add([passage.id for passage in passages], vectors)
        await self._switch(document, before)
        progress("publish", 1, 1)
        log.info(
            "document_published", version=document.version, pages=document.pages, passages=document.passages
        )
        return document

    async def remove(self, name: str) -> bool:
        """Take a document out of service at once; false if it was not in service."""
        document = await self._current(name)
        removed = await self._library.remove(name)
        if document:
            await self._index.remove(self._ids(document))
        log.info("document_removed", found=removed)
        return removed

    async def rollback(self, name: str, version: int) -> Document:
        """Put an earlier version back into service. Raises BadInput if it isn't kept."""
        document = next(
            (each for each in await self._library.versions(name) if each.version == version), None
        )
        passages = await self._library.kept(name, version)
        if document is None or not passages:
            raise BadInput(f"There is no version {version} of {name}.")
        before = await self._current(name)
        if before and before.version == version:
            return before
        await self._index.add([passage.id for passage in passages], await self._encoded(passages, silent))
        await self._switch(document, before)
        log.info("document_rolled_back", version=version)
        return document

    async def rebuild(self, *, progress: Progress = silent) -> int:
        """Make the index anew from the library, after a loss or with another encoder; counts passages.

        Until it is done, searches find by words what vectors don't name yet.
        """
        passages = await self._library.everything()
        vectors = await self._encoded(passages, progress)
        await self._index.clear()
        await self._index.add([passage.id for passage in passages], vectors)
        log.info("index_rebuilt", passages=len(passages))
        return len(passages)

    async def preview(self, name: str, data: bytes, questions: Sequence[str]) -> list[Change]:
        """How answers would change if a document were published; one for each question. Changes nothing."""
        document, passages = await self._made(name, await self._load(data, name))
        served = await self._library.everything()
        kept = [passage for passage in served if passage.document != document.id]
        known = dict(await self._index.vectors([passage.id for passage in served]))
        known |= zip((passage.id for passage in passages), await self._encoded(passages, silent), strict=True)
        return await compared(
            company=self._company,
            encoder=self._encoder,
            before=served,
            after=[*kept, *passages],
            vectors=known,
            questions=questions,
        )

    async def sync(self, folder: Path, *, prune: bool = False, progress: Progress = silent) -> Synced:
        """Take in every readable file of a folder. ``prune`` also removes documents with no file there."""
        current = {document.name: document for document in await self._library.current()}
        files = {path.relative_to(folder).as_posix(): path for path in _readable(folder)}
        outcome: dict[str, list[str]] = {"added": [], "replaced": [], "unchanged": []}
        failed: dict[str, str] = {}
        for number, (name, path) in enumerate(files.items(), 1):
            try:
                document = await self.ingest(name, path.read_bytes())
                outcome[_outcome(current.get(name), document)].append(name)
            except (BadInput, OSError) as error:
                failed[name] = str(error)
            progress("publish", number, len(files))
        gone = [name for name in current if name not in files] if prune else []
        for name in gone:
            await self.remove(name)
        lists = {key: tuple(names) for key, names in outcome.items()}
        return Synced(**lists, removed=tuple(gone), failed=failed)

    async def _current(self, name: str) -> Document | None:
        return next((document for document in await self._library.current() if document.name == name), None)

    async def _made(self, name: str, parsed: ParsedDocument) -> tuple[Document, list[Passage]]:
        """The next version; the newest one again if it has the same bytes and was perhaps left half done."""
        newest = next(iter(await self._library.versions(name)), None)
        again = newest is not None and newest.sha256 == parsed.sha256
        version = (newest.version if newest else 0) + (0 if again else 1)
        id = document_id(self._company, name)
        count = self._encoder.count_tokens
        passages = split(parsed, company=self._company, document=id, version=version, count=count)
        document = Document(
            id=id,
            company=self._company,
            name=name,
            title=parsed.title,
            version=version,
            pages=parsed.pages,
            passages=len(passages),
            sha256=parsed.sha256,
            at=self._clock(),
        )
        return document, passages

    async def _encoded(self, passages: Sequence[Passage], progress: Progress) -> NDArray[np.float32]:
        parts = [np.empty((0, self._encoder.dimensions), dtype=np.float32)]
        for at in range(0, len(passages), _BATCH):
            progress("understand", at, len(passages))
            parts.append(await self._encoder.encode([indexed(each) for each in passages[at : at + _BATCH]]))
        progress("understand", len(passages), len(passages))
        return np.concatenate(parts)

    async def _switch(self, document: Document, before: Document | None) -> None:
        """Publish, then let go of what was in service before."""
        await self._library.publish(document.name, document.version)
        if before and before.version != document.version:
            await self._index.remove(self._ids(before))

    def _ids(self, document: Document) -> list[PassageId]:
        """The ids of a document's passages, which follow from what it is."""
        return [
            passage_id(self._company, document.id, document.version, at) for at in range(document.passages)
        ]


def _outcome(before: Document | None, document: Document) -> str:
    if before is None:
        return "added"
    return "unchanged" if before.version == document.version else "replaced"


def _readable(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix.lower() in FORMATS and not path.name.startswith((".", "~"))
    )
