"""A company's documents as its admins handle them: looked at before they are published, or not."""

from collections.abc import Awaitable, Callable

from brain.golden import GoldenSet
from brain.knowledge.drafts import Drafts
from brain.knowledge.knowledge import Knowledge
from brain.knowledge.names import document_name
from brain.knowledge.ports import Library
from brain.knowledge.publisher import Progress, silent
from brain.rehearsal import Rehearsal, Rehearsed
from domain.errors import Unavailable
from domain.knowledge import Document, Version

Keep = Callable[[str, bytes], Awaitable[None]]
Fetch = Callable[[str], Awaitable[bytes]]


class Shelf:
    """Joins the use cases; ``keep`` and ``fetch`` hold a draft's file until it is published."""

    def __init__(
        self,
        *,
        knowledge: Knowledge,
        drafts: Drafts,
        library: Library,
        rehearsal: Rehearsal,
        golden: GoldenSet,
        keep: Keep,
        fetch: Fetch,
    ) -> None:
        self._knowledge, self._drafts, self._library = knowledge, drafts, library
        self._rehearsal, self._golden = rehearsal, golden
        self._keep, self._fetch = keep, fetch

    async def ingest(self, name: str, data: bytes, *, by: str = "", progress: Progress = silent) -> Document:
        """Publish a document at once. Raises BadInput."""
        return await self._knowledge.ingest(document_name(name), data, by=by, progress=progress)

    async def stage(self, name: str, data: bytes, *, by: str = "", progress: Progress = silent) -> Version:
        """Read a document and keep it as a draft. Raises BadInput."""
        version = await self._drafts.stage(document_name(name), data, by=by, progress=progress)
        await self._keep(blob_of(version.key), data)
        return version

    async def keep_golden(self, name: str, data: bytes) -> int:
        """Keep golden questions, which drafts are tried with; how many there are. Raises BadInput."""
        return await self._golden.keep(name, data)

    async def rehearse(self, version: Version, *, progress: Progress = silent) -> Rehearsed:
        """What a draft would change. Raises Unavailable."""
        return await self._rehearsal.of(version, progress=progress)

    async def publish(self, key: str, *, by: str) -> Document:
        """Put a draft into service. Raises BadInput saying why not."""
        return await self._drafts.publish(key, by=by, source=await self._source(key))

    async def discard(self, key: str, *, by: str) -> Document:
        """Let a draft go. Raises BadInput saying why not."""
        return await self._drafts.discard(key, by=by)

    async def drafts(self) -> list[Version]:
        """What waits to be published."""
        return await self._drafts.open()

    async def documents(self) -> list[Document]:
        """What is in service, by name."""
        return await self._library.current()

    async def history(self, name: str) -> list[Version]:
        """All versions of a document, newest first."""
        return await self._library.versions(name)

    async def rollback(self, name: str, version: int, *, by: str) -> Document:
        """Put an earlier version back into service. Raises BadInput."""
        return await self._knowledge.rollback(name, version, by=by)

    async def remove(self, name: str) -> bool:
        """Take a document out of service at once."""
        return await self._knowledge.remove(name)

    async def _source(self, key: str) -> bytes | None:
        """The file may have been erased with old messages; the document is published all the same."""
        try:
            return await self._fetch(blob_of(key))
        except Unavailable:
            return None


def blob_of(key: str) -> str:
    """Where the file of a draft is kept."""
    return f"draft-{key}"
