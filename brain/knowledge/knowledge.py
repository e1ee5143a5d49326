"""A company's documents: taken in, replaced, removed and restored, without anybody looking at them first."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import structlog

from brain.knowledge.folder import Folder
from brain.knowledge.formats import FORMATS
from brain.knowledge.ports import Index, Library
from brain.knowledge.publisher import Load, Progress, Publisher, silent
from brain.ports import Encoder
from domain.errors import BadInput
from domain.ids import CompanyId
from domain.knowledge import Document, Stage

log = structlog.get_logger(__name__)

_PART = 512  # passages whose vectors are kept at a time while the index is completed


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a folder's sync did, by document name. ``failed`` says why, for the person."""

    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)


class Knowledge:
    """The use cases of one company's documents; `brain.knowledge.drafts` has those that ask first."""

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
        self.publisher = Publisher(
            company=company,
            library=library,
            index=index,
            encoder=encoder,
            loader=loader,
            clock=clock,
            folder=folder,
        )
        self._library, self._index = library, index

    async def ingest(self, name: str, data: bytes, *, by: str = "", progress: Progress = silent) -> Document:
        """Take a document in, or replace its earlier version. Raises BadInput and leaves all as it was.

        The same bytes again change nothing.
        """
        before = await self.publisher.current(name)
        if before and before.sha256 == sha256(data).hexdigest():
            await self.publisher.mend(before, data)
            return before
        made = await self.publisher.made(name, data, progress)
        vectors = await self.publisher.encoded(made.passages, progress)
        await self._library.stage(made.document, made.parsed, made.passages, by=by)
        document = made.document
        await self.publisher.put(document, vectors=vectors, source=data, by=by, progress=progress)
        log.info(
            "document_published", version=document.version, pages=document.pages, passages=document.passages
        )
        return document

    async def remove(self, name: str) -> bool:
        """Take a document out of service at once; false if it was not in service."""
        removed = await self.publisher.removed(name)
        log.info("document_removed", found=removed)
        return removed

    async def rollback(self, name: str, version: int, *, by: str = "") -> Document:
        """Put an earlier version back into service. Raises BadInput if it never was in service."""
        for each in await self._library.versions(name):
            if each.document.version == version and each.stage is Stage.PUBLISHED:
                await self.publisher.put(each.document, by=by)
                log.info("document_rolled_back", version=version)
                return each.document
        raise BadInput(f"There is no version {version} of {name} that was in service.")

    async def rebuild(self, *, progress: Progress = silent) -> int:
        """Make the index anew from the library, after a loss or with another encoder; counts passages.

        Until it is done, searches find by words what vectors don't name yet.
        """
        passages = await self._library.everything()
        vectors = await self.publisher.encoded(passages, progress)
        await self._index.clear()
        await self._index.add([passage.id for passage in passages], vectors)
        log.info("index_rebuilt", passages=len(passages))
        return len(passages)

    async def complete(self) -> int:
        """Make the vectors that the index lacks: after a loss, or of another encoder. Counts them."""
        passages = await self._library.everything()
        known = await self._index.vectors([passage.id for passage in passages])
        missing = [passage for passage in passages if passage.id not in known]
        for at in range(0, len(missing), _PART):
            part = missing[at : at + _PART]
            await self._index.add([passage.id for passage in part], await self.publisher.encoded(part))
        if missing:
            log.info("index_completed", passages=len(missing), of=len(passages))
        return len(missing)

    async def sync(self, folder: Path, *, prune: bool = False, progress: Progress = silent) -> Synced:
        """Take in every readable file of a folder. ``prune`` also removes documents with no file there.

        A folder without any readable file removes nothing: it is rather a disk that isn't mounted.
        """
        current = {document.name: document for document in await self._library.current()}
        found = await asyncio.to_thread(_readable, folder)
        files = {path.relative_to(folder).as_posix(): path for path in found}
        outcome: dict[str, list[str]] = {"added": [], "replaced": [], "unchanged": []}
        failed: dict[str, str] = {}
        for number, (name, path) in enumerate(files.items(), 1):
            try:
                document = await self.ingest(name, await asyncio.to_thread(path.read_bytes))
                outcome[_outcome(current.get(name), document)].append(name)
            except (BadInput, OSError) as error:
                failed[name] = str(error)
            progress("publish", number, len(files))
        gone = [name for name in current if name not in files] if prune and files else []
        for name in gone:
            await self.remove(name)
        lists = {key: tuple(names) for key, names in outcome.items()}
        return Synced(**lists, removed=tuple(gone), failed=failed)


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
