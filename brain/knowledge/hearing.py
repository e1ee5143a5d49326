"""Hears from the parser's process how far it is."""

import asyncio
import os
import re
from contextlib import suppress
from types import TracebackType

from brain.knowledge.loaders.extract import Pages

_READ = 4096  # of what it says only the last line counts
_LINE = re.compile(rb"(\d{1,6}) (\d{1,6})\n")


class Hearing:
    """A pipe whose writing end a process gets; whatever is written there, little of it is read."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._ear, self.descriptor = -1, -1

    def __enter__(self) -> "Hearing":
        self._ear, self.descriptor = os.pipe()
        os.set_blocking(self._ear, False)
        os.set_blocking(self.descriptor, False)  # a parent that is busy must not hold the parser up
        asyncio.get_running_loop().add_reader(self._ear, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._ear)
        self.given_away()
        with suppress(BlockingIOError):  # what was said last
            self._hear()
        os.close(self._ear)

    def given_away(self) -> None:
        """The process has the writing end now; only it keeps the pipe open."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def _hear(self) -> None:
        said = os.read(self._ear, _READ)
        if not said:
            asyncio.get_running_loop().remove_reader(self._ear)
        elif found := _LINE.findall(said):
            self._pages(int(found[-1][0]), int(found[-1][1]))
