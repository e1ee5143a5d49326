"""What is written in the files that customers send, for agents to see at a glance and to answer from."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from desk.ports import Fetched
from domain.content import File, Paragraph, Quote, Span, Style
from domain.errors import BadInput, Unavailable
from domain.knowledge import ParsedDocument

log = structlog.get_logger()

SECONDS = 5.0
"""How long a customer's message may wait for its files to be read; it goes on without them then."""
SHOWN = 300
"""Characters that agents see; the file is there for the rest."""
KEPT = 2000
"""Characters that a suggested reply may rest on."""

Read = Callable[[bytes, str], Awaitable[ParsedDocument]]
"""Reads a file in a process of its own. Raises BadInput."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """The words of one file."""

    name: str
    pages: int
    words: str

    @property
    def shown(self) -> tuple[Paragraph, Quote]:
        """For the thread."""
        pages = f", {self.pages} pages" if self.pages > 1 else ""
        cut = self.words if len(self.words) <= SHOWN else self.words[:SHOWN].rstrip() + "…"
        return Paragraph((Span(f"In {self.name}{pages}:", Style.ITALIC),)), Quote((Span(cut),))

    @property
    def kept(self) -> str:
        """For the conversation's history."""
        return f"[{self.name}] {self.words[:KEPT]}"


class Extracts:
    """Reads kept files, all of a message at once."""

    def __init__(self, *, fetch: Fetched, read: Read, seconds: float = SECONDS) -> None:
        self._fetch, self._read, self._seconds = fetch, read, seconds

    async def of(self, files: Sequence[File]) -> list[Extract]:
        """The words of those files that have some and can be read in time."""
        found = await asyncio.gather(*(self._one(file) for file in files))
        return [extract for extract in found if extract]

    async def _one(self, file: File) -> Extract | None:
        try:
            async with asyncio.timeout(self._seconds):
                parsed = await self._read(await self._fetch(file.blob), file.name)
        except (BadInput, Unavailable, TimeoutError) as error:
            log.info("file_not_read", mime=file.mime, error=type(error).__name__)
            return None
        words = " ".join(" ".join(section.text for section in parsed.sections).split())
        return Extract(name=file.name, pages=parsed.pages, words=words)
