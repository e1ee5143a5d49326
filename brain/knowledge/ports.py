"""Where documents and passages are kept; ``store.library`` implements it in MongoDB."""

from collections.abc import Sequence
from typing import Protocol

from domain.ids import PassageId
from domain.knowledge import Document, ParsedDocument, Passage


class Library(Protocol):
    """The documents of one company (it is made for one, so no method names it).

    Several versions of a document may be kept; exactly one is current, or none after a removal.
    """

    async def current(self) -> list[Document]:
        """Every document in service, by name."""
        ...

    async def versions(self, name: str) -> list[Document]:
        """All kept versions of one document, newest first."""
        ...

    async def stage(self, document: Document, parsed: ParsedDocument, passages: Sequence[Passage]) -> None:
        """Keep a version without serving it. Staging the same version twice is harmless."""
        ...

    async def publish(self, name: str, version: int) -> None:
        """Make a kept version the current one, atomically. Raises BadInput if it isn't kept."""
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
