"""Which golden questions a company has: those of a file that its config names, else uploaded ones."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from brain.evaluation import Golden, load
from domain.errors import BadInput

ENDINGS = (".yaml", ".yml")
_MOST = 1_000_000  # bytes; a thousand questions take a tenth of that


class Words(Protocol):
    """Keeps uploaded questions; ``store.golden`` implements it."""

    async def words(self) -> str:
        """The YAML; "" if there is none."""
        ...

    async def keep(self, words: str) -> None:
        """Replace it."""
        ...


class GoldenSet:
    """One company's golden questions. ``file``: what its config names, if it does."""

    def __init__(self, *, file: Path | None, uploaded: Words) -> None:
        self._file, self._uploaded = file, uploaded

    async def questions(self) -> Sequence[Golden]:
        """All of them, maybe none. Raises BadInput if they can't be read."""
        if self._file:
            return await asyncio.to_thread(read, self._file)
        words = await self._uploaded.words()
        return load(words) if words else []

    async def keep(self, name: str, data: bytes) -> int:
        """Replace the uploaded ones; how many there are now. Raises BadInput."""
        if self._file:
            raise BadInput(
                f"The golden questions are in {self._file.name}, which config.toml names. Change them there."
            )
        if len(data) > _MOST:
            raise BadInput(f"“{name}” is too large for golden questions.")
        questions = _loaded(name, data)
        await self._uploaded.keep(data.decode())
        return len(questions)


def read(path: Path) -> list[Golden]:
    """The questions of a file. Raises BadInput that names what is wrong."""
    try:
        return _loaded(path.name, path.read_bytes())
    except FileNotFoundError as error:
        raise BadInput(f"There is no file {path}.") from error
    except OSError as error:
        raise BadInput(f"{path.name}: {error.strerror or error}.") from error


def _loaded(name: str, data: bytes) -> list[Golden]:
    try:
        return load(data.decode())
    except UnicodeDecodeError as error:
        raise BadInput(f"{name}: This is not a text in UTF-8.") from error
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from error
