"""Admins' commands about the company's documents."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from desk.attachments import Files
from desk.crew import Crew
from desk.staff import Section
from desk.step import Step
from desk.telling import Teller
from domain.content import Bullets, Content, Item, Span, Style, text
from domain.errors import BadInput
from domain.inbound import CommandReceived, FormSubmitted
from domain.knowledge import Document


class Shelf(Protocol):
    """The company's documents; `brain.knowledge.shelf.Knowledge`."""

    async def ingest(self, name: str, data: bytes) -> Document:
        """Publish a document. Raises BadInput with one sentence."""
        ...

    async def documents(self) -> list[Document]:
        """What is in service."""
        ...

    async def remove(self, name: str) -> bool:
        """Take a document out of service."""
        ...


class DocumentDesk:
    """/upload and /kb."""

    def __init__(
        self,
        *,
        crew: Crew,
        teller: Teller,
        files: Files,
        shelf: Shelf,
        gaps: Callable[[], Awaitable[str]],
    ) -> None:
        self._crew = crew
        self._teller = teller
        self._files = files
        self._shelf = shelf
        self._gaps = gaps

    @property
    def section(self) -> Section:
        """What it answers."""
        return Section(commands={"upload": self._upload, "kb": self._kb}, forms={"upload": self._upload})

    async def _upload(self, step: Step, event: CommandReceived | FormSubmitted) -> None:
        self._crew.admin(event.actor)
        file = await self._files.first(event)
        if file is None:
            raise BadInput("Attach a PDF or another document to /upload.")
        name, data = file
        await self._teller.now(step, event, f"Reading {name}…", "reading")
        document = await self._shelf.ingest(name, data)
        pages = f"{document.pages} pages, " if document.pages else ""
        words = f"{name} is in service: {pages}{document.passages} passages, version {document.version}."
        self._teller.tell(step, event, text(f"✅ {words} {await self._gaps()}"))

    async def _kb(self, step: Step, event: CommandReceived) -> None:
        """List the documents, or remove one: /kb remove NAME."""
        words = event.text.split(maxsplit=1)
        if len(words) == 2 and words[0] == "remove":
            self._crew.admin(event.actor)
            if not await self._shelf.remove(words[1]):
                raise BadInput(f"There is no document called {words[1]}. /kb lists them.")
            self._teller.tell(step, event, text(f"{words[1]} is out of service."))
            return
        documents = await self._shelf.documents()
        if not documents:
            self._teller.tell(step, event, text("There are no documents yet. /upload brings one in."))
            return
        items = [
            Item((Span(one.name, Style.BOLD), Span(f" v{one.version}, {one.passages} passages")))
            for one in documents
        ]
        self._teller.tell(step, event, Content((Bullets(tuple(items)),)))
