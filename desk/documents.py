"""Admins bring documents in: read, tried out, shown, and published by a press."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from brain.gaps import Retried
from brain.golden import ENDINGS
from brain.knowledge.names import document_name
from brain.knowledge.publisher import Progress
from brain.rehearsal import Rehearsed
from desk import preview
from desk.attachments import Files
from desk.crew import Crew
from desk.progress import Notes, Words
from desk.staff import Section
from desk.step import Step
from desk.telling import Teller
from domain.content import Content, text
from domain.errors import BadInput, Unavailable
from domain.ids import Platform
from domain.inbound import Attachment, ButtonPressed, CommandReceived, FormSubmitted
from domain.knowledge import Document, Version

STAGES = {
    "read": "Reading {name}… {done} of {total} pages",
    "understand": "Understanding {name}… {done} of {total} passages",
    "compare": "Comparing answers… {done} of {total} questions",
}
"""What is said of each stage of the work."""


class Intake(Protocol):
    """Takes documents in; `brain.shelf.Shelf`."""

    async def ingest(self, name: str, data: bytes, *, by: str, progress: Progress) -> Document:
        """Publish a document at once. Raises BadInput with one sentence."""
        ...

    async def stage(self, name: str, data: bytes, *, by: str, progress: Progress) -> Version:
        """Read a document and keep it as a draft. Raises BadInput with one sentence."""
        ...

    async def keep_golden(self, name: str, data: bytes) -> int:
        """Keep golden questions; how many there are. Raises BadInput with one sentence."""
        ...

    async def rehearse(self, version: Version, *, progress: Progress) -> Rehearsed:
        """What a draft would change."""
        ...

    async def publish(self, key: str, *, by: str) -> Document:
        """Put a draft into service. Raises BadInput saying why not."""
        ...

    async def discard(self, key: str, *, by: str) -> Document:
        """Let a draft go. Raises BadInput saying why not."""
        ...


class DocumentDesk:
    """/upload, and the buttons under what it shows. ``confirm``: ask before anything is published.

    ``gaps`` tries open gaps again.
    """

    def __init__(
        self,
        *,
        crew: Crew,
        teller: Teller,
        notes: Notes,
        files: Files,
        shelf: Intake,
        gaps: Callable[[], Awaitable[Retried]],
        confirm: bool,
    ) -> None:
        self._crew, self._teller, self._notes, self._files = crew, teller, notes, files
        self._shelf, self._gaps, self._confirm = shelf, gaps, confirm

    @property
    def section(self) -> Section:
        """What it answers."""
        return Section(
            commands={"upload": self._upload},
            forms={"upload": self._upload},
            presses={"kb_publish": self._publish, "kb_discard": self._discard},
        )

    async def _upload(self, step: Step, event: CommandReceived | FormSubmitted) -> None:
        self._crew.admin(event.actor)
        if not event.attachments:
            raise BadInput("Attach a PDF or another document to /upload.")
        for number, one in enumerate(event.attachments):
            await self._take(step, event, one, part=f"{number}-" if number else "")

    async def _take(
        self, step: Step, event: CommandReceived | FormSubmitted, one: Attachment, *, part: str
    ) -> None:
        """One of the files; what is wrong with it concerns no other."""
        name, by = document_name(one.name), event.actor.name
        place = self._teller.place(event)
        async with self._notes.note(step, place, f"Reading {name}…", _words(name), part=part) as note:
            data = await self._files.fetch(event, one)
            if name.lower().endswith(ENDINGS):
                count = await self._shelf.keep_golden(name, data)
                words = f"Golden questions kept: {count}. They are asked before a document is published."
                await note.end(text(words))
                return
            if not self._confirm:
                document = await self._shelf.ingest(name, data, by=by, progress=note.progress)
                await note.end(await self._in_service(document))
                return
            version = await self._shelf.stage(name, data, by=by, progress=note.progress)
            await note.end(preview.preview(await self._shelf.rehearse(version, progress=note.progress)))

    async def _publish(self, step: Step, event: ButtonPressed) -> None:
        """Who presses second is told who was first."""
        self._crew.admin(event.actor)
        document = await self._shelf.publish(event.value, by=event.actor.name)
        _decided(step, event, f"Version {document.version} of {document.name}: published by")
        self._teller.tell(step, event, await self._in_service(document))

    async def _discard(self, step: Step, event: ButtonPressed) -> None:
        self._crew.admin(event.actor)
        document = await self._shelf.discard(event.value, by=event.actor.name)
        _decided(step, event, f"Version {document.version} of {document.name}: discarded by")
        words = f"Version {document.version} of {document.name} is discarded. Customers never saw it."
        self._teller.tell(step, event, text(words))

    async def _in_service(self, document: Document) -> Content:
        said = f"{document.name} is in service: {preview.size(document)}, version {document.version}."
        try:
            gaps = (await self._gaps()).line()
        except Unavailable:  # it is published all the same
            gaps = ""
        return text(f"✅ {said} {gaps}".rstrip())


def _decided(step: Step, event: ButtonPressed, what: str) -> None:
    """Take the choice away, where a message can be changed; in Slack nobody else has seen it."""
    if event.address.platform is not Platform.SLACK:
        step.edit_at(event.ref, text(f"{what} {event.actor.name}."), "decided")


def _words(name: str) -> Words:
    def words(stage: str, done: int, total: int) -> str:
        if total < 2:
            return ""
        counts = {"name": name, "done": done, "total": total}
        return STAGES[stage].format(**counts) if stage in STAGES else ""

    return words
