"""Bytes of any kind in, a document out; what can't be read ends in one friendly sentence."""

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from brain.knowledge.formats import Format, format_of
from brain.knowledge.hearing import Hearing
from brain.knowledge.loaders.extract import Pages, unheard
from domain.errors import BadInput
from domain.knowledge import ParsedDocument, Section

log = structlog.get_logger(__name__)

_ROOT = Path(__file__).parents[2]
_MEGABYTE = 1024 * 1024
# Of our environment the parser gets only what programs need to run: no token, no key.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TESSDATA_PREFIX", "LD_LIBRARY_PATH", "HOME")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one file may cost."""

    megabytes: int = 50
    seconds: float = 120.0
    memory_megabytes: int = 3072
    words: int = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader:
    """Parses files in processes of their own. ``pdf`` is ``pymupdf`` (AGPL) or ``pdfium``.

    ``parallel`` bounds how many files are parsed at once.
    """

    bounds: Bounds = Bounds()
    pdf: str = "pymupdf"
    parallel: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def load(self, data: bytes, name: str, *, pages: Pages = unheard) -> ParsedDocument:
        """The document in a file; ``pages`` is told how far it is.

        Raises BadInput with a sentence for whoever sent it.
        """
        shown, kind = self._checked(data, name)
        answer = await self._parsed(data, shown, kind.loader, pages)
        return ParsedDocument(
            title=answer["title"],
            sections=tuple(
                Section(heading=heading, page=page, text=text, table=table)
                for heading, page, text, table in answer["sections"]
            ),
            pages=answer["pages"],
            mime=kind.mime,
            sha256=sha256(data).hexdigest(),
        )

    async def image_to_pdf(self, data: bytes, name: str) -> bytes:
        """A picture as a PDF. Raises BadInput."""
        shown, kind = self._checked(data, name)
        if kind.loader != "image":
            raise BadInput(f"“{shown}” isn't a picture.")
        answer = await self._parsed(data, shown, "image_to_pdf", unheard)
        return base64.b64decode(answer["file"])

    def _checked(self, data: bytes, name: str) -> tuple[str, Format]:
        """How a file is called in messages, and what it is."""
        shown = name[-80:]
        if len(data) > self.bounds.megabytes * _MEGABYTE:
            size = max(len(data) // _MEGABYTE, self.bounds.megabytes + 1)
            raise BadInput(f"“{shown}” is {size} MB large; please send at most {self.bounds.megabytes} MB.")
        return shown, format_of(data, shown)

    async def _parsed(self, data: bytes, name: str, loader: str, pages: Pages) -> dict[str, Any]:
        async with self.parallel:
            answer = await self._answered(data, name, loader, pages)
        if "error" in answer:
            raise BadInput(str(answer["error"]))
        return answer

    async def _answered(self, data: bytes, name: str, loader: str, pages: Pages) -> dict[str, Any]:
        """Not by asyncio's own subprocesses: those hang when they are cancelled while they start."""
        with Hearing(pages) as hearing:
            process = self._started(name, loader, hearing.descriptor)
            hearing.given_away()
            try:
                out = await asyncio.to_thread(_talk, process, data, self.bounds.seconds)
            except subprocess.TimeoutExpired as error:
                log.warning("parser_stopped", loader=loader, seconds=self.bounds.seconds)
                raise BadInput(f"Reading “{name}” took too long, so it was stopped.") from error
            finally:
                _end(process)
        return self._answer(out, name, process.returncode)

    def _started(self, name: str, loader: str, progress: int) -> "subprocess.Popen[bytes]":
        passed_on = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
        return subprocess.Popen(
            self._command(name, loader, progress),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**passed_on, "PYTHONPATH": str(_ROOT)},
            start_new_session=True,
            pass_fds=(progress,),
        )

    def _command(self, name: str, loader: str, progress: int) -> tuple[str, ...]:
        loader = "pdfium" if loader == "pdf" and self.pdf == "pdfium" else loader
        bounds = (
            f"--memory={self.bounds.memory_megabytes * _MEGABYTE}",
            f"--seconds={int(self.bounds.seconds) + 1}",
            f"--words={self.bounds.words}",
            f"--progress={progress}",
        )
        return (sys.executable, "-m", "brain.knowledge.parse_process", *bounds, "--", loader, name)

    def _answer(self, out: bytes, name: str, status: int) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(out)
        except ValueError as error:
            log.warning("parser_died", status=status)
            raise BadInput(
                f"“{name}” could not be read: it needs more time or memory than it may use."
            ) from error
        return answer


def _talk(process: "subprocess.Popen[bytes]", data: bytes, seconds: float) -> bytes:
    """Send the file and wait for the answer; blocking. Raises TimeoutExpired and leaves nothing open."""
    try:
        return process.communicate(data, seconds)[0]
    except subprocess.TimeoutExpired:
        _end(process)
        process.communicate()
        raise


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the parser and what it started (text recognition), which share a session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


async def load(data: bytes, name: str) -> ParsedDocument:
    """The document in a file, under the usual bounds. Raises BadInput."""
    return await Loader().load(data, name)
