"""The files beside which a person looks: each document's source, and what was read from it as JSON.

``handbook.pdf.json`` is there exactly while ``handbook.pdf`` is in service. It is written before a version
is published, under a name that says so, and takes its place once the version is in service.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from brain.knowledge.json_file import to_json
from domain.errors import Unavailable
from domain.ids import derived
from domain.knowledge import Document, ParsedDocument

T = TypeVar("T")

_HEAD = 4096
"""Characters before the sections of a JSON; the file's hash is among them."""
_LONGEST = 180
"""Bytes of a file name; file systems allow 255, and ours get something before and behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Files that wait for their version to be published: (where they are, where they belong)."""

    moves: tuple[tuple[Path, Path], ...] = ()

    async def keep(self) -> None:
        """The version is in service."""
        await _writing(self._keep)

    async def drop(self) -> None:
        """The version is not in service."""
        await _writing(self._drop)

    def _keep(self) -> None:
        for part, target in self.moves:
            part.replace(target)

    def _drop(self) -> None:
        for part, _ in self.moves:
            part.unlink(missing_ok=True)


class Folder:
    """One company's documents as files."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def prepare(self, document: Document, parsed: ParsedDocument, source: bytes | None) -> Prepared:
        """Write a version's JSON, and its source if it is at hand. Raises Unavailable (a full disk)."""
        return await _writing(lambda: self._prepare(document, parsed, source))

    async def shows(self, document: Document) -> bool:
        """Whether the JSON of this very version is there."""
        return await _writing(lambda: self._shows(document))

    async def remove(self, name: str) -> None:
        """The document is out of service. Its source stays."""
        await _writing(lambda: self.json_of(name).unlink(missing_ok=True))

    def json_of(self, name: str) -> Path:
        """Where a document's JSON is while it is in service."""
        return self.path / f"{file_name(name)}.json"

    def _shows(self, document: Document) -> bool:
        path = self.json_of(document.name)
        if not path.exists():
            return False
        with path.open(encoding="utf-8") as file:
            return f'"sha256": "{document.sha256}"' in file.read(_HEAD)

    def _prepare(self, document: Document, parsed: ParsedDocument, source: bytes | None) -> Prepared:
        self.path.mkdir(parents=True, exist_ok=True)
        name = file_name(document.name)
        contents = {f"{name}.json": to_json(parsed).encode()}
        if source is not None:
            contents[name] = source
        moves = []
        for target, data in contents.items():
            part = self.path / f".{target}.v{document.version}"
            part.write_bytes(data)
            moves.append((part, self.path / target))
        return Prepared(moves=tuple(moves))


def file_name(name: str) -> str:
    """A document's name as a file of one folder: ``a/prices.md`` and ``b/prices.md`` stay apart."""
    flat = "__".join(part for part in Path(name).parts if part not in ("/", "..", "."))
    if len(flat.encode()) <= _LONGEST:
        return flat
    ending = Path(flat).suffix[:12]
    short = flat.encode()[: _LONGEST - 50].decode(errors="ignore")
    return f"{short}-{derived(name)}{ending}"


async def _writing(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise Unavailable("The data folder can't be written to.") from error
