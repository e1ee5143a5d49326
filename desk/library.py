"""/kb: what the bot knows, and how it came to be."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from desk import preview
from desk.crew import Crew
from desk.staff import Section
from desk.step import Step
from desk.telling import Teller
from domain.content import Block, Bullets, Content, Item, Paragraph, Span, Style, paragraph, text
from domain.errors import BadInput
from domain.inbound import CommandReceived
from domain.knowledge import Document, Stage, Version

USAGE = (
    "/kb lists the documents; /kb drafts what waits to be published; /kb history NAME the versions of one; "
    "/kb rollback NAME VERSION puts an earlier one back; /kb remove NAME takes one out of service."
)
_MOST = 60
"""Documents and versions in one list."""


class Shelf(Protocol):
    """The company's documents; `brain.shelf.Shelf`."""

    async def documents(self) -> list[Document]:
        """What is in service, by name."""
        ...

    async def drafts(self) -> list[Version]:
        """What waits to be published."""
        ...

    async def history(self, name: str) -> list[Version]:
        """All versions of a document, newest first."""
        ...

    async def rollback(self, name: str, version: int, *, by: str) -> Document:
        """Put an earlier version back into service. Raises BadInput."""
        ...

    async def remove(self, name: str) -> bool:
        """Take a document out of service at once."""
        ...


class LibraryDesk:
    """Answers /kb, for admins."""

    def __init__(self, *, crew: Crew, teller: Teller, shelf: Shelf) -> None:
        self._crew, self._teller, self._shelf = crew, teller, shelf
        self._verbs: Mapping[str, Callable[[str, str], Awaitable[Content]]] = {
            "": self._list,
            "list": self._list,
            "drafts": self._drafts,
            "history": self._history,
            "rollback": self._rollback,
            "remove": self._remove,
        }

    @property
    def section(self) -> Section:
        """What it answers."""
        return Section(commands={"kb": self._kb})

    async def _kb(self, step: Step, event: CommandReceived) -> None:
        self._crew.admin(event.actor)
        verb, _, rest = _said(event).partition(" ")
        handler = self._verbs.get(verb.lower())
        if handler is None:
            raise BadInput(USAGE)
        self._teller.tell(step, event, await handler(rest.strip(), event.actor.name))

    async def _list(self, _: str, by: str) -> Content:
        documents = await self._shelf.documents()
        waiting = len(await self._shelf.drafts())
        blocks: list[Block] = []
        if documents:
            items = [_item(one.name, f", version {one.version}: {preview.size(one)}") for one in documents]
            blocks.append(_bullets(items))
        else:
            blocks.append(paragraph("There are no documents yet. /upload brings one in."))
        if waiting:
            blocks.append(paragraph(f"Waiting to be published: {waiting}. /kb drafts shows them."))
        return Content(tuple(blocks))

    async def _drafts(self, _: str, by: str) -> Content:
        drafts = await self._shelf.drafts()
        if not drafts:
            return text("No draft waits to be published.")
        return Content(tuple(block for one in drafts[:_MOST] for block in preview.draft(one).blocks))

    async def _history(self, name: str, by: str) -> Content:
        versions = await self._shelf.history(name) if name else []
        if not versions:
            raise _unknown(name)
        items = [_item(f"Version {one.document.version}", _became(one)) for one in versions]
        return Content((Paragraph((Span(name, Style.BOLD),)), _bullets(items)))

    async def _rollback(self, words: str, by: str) -> Content:
        name, _, number = words.rpartition(" ")
        number = number.lstrip("vV")
        if not name or not number.isdecimal() or len(number) > 9:
            raise BadInput("Name the document and the version: /kb rollback handbook.pdf 2")
        document = await self._shelf.rollback(name.strip(), int(number), by=by)
        return text(
            f"✅ {document.name} is in service as of version {document.version}: {preview.size(document)}."
        )

    async def _remove(self, name: str, by: str) -> Content:
        current = next((one for one in await self._shelf.documents() if one.name == name), None)
        if current is None or not await self._shelf.remove(name):
            raise _unknown(name)
        return text(f"{name} is out of service. /kb rollback {name} {current.version} brings it back.")


def _said(event: CommandReceived) -> str:
    """The command's words; where a platform has named options, those in the same order."""
    given = (event.options.get(name, "") for name in ("do", "document", "version"))
    return " ".join(part.strip() for part in (event.text, *given) if part.strip())


def _unknown(name: str) -> BadInput:
    return BadInput(f"There is no document called {name}. /kb lists them." if name else USAGE)


def _item(strong: str, words: str) -> Item:
    return Item((Span(strong, Style.BOLD), Span(words)))


def _bullets(items: list[Item]) -> Bullets:
    more = [Item((Span(f"… and {len(items) - _MOST} more"),))] if len(items) > _MOST else []
    return Bullets((*items[:_MOST], *more))


def _became(version: Version) -> str:
    document, who = version.document, version.settled_by
    by = f" by {who}" if who else ""
    when = f" on {version.settled_at:%d %b %Y, %H:%M} UTC" if version.settled_at else ""
    words = {
        Stage.DRAFT: f"draft{f' by {version.by}' if version.by else ''}, waits to be published",
        Stage.PUBLISHED: f"{'in service, ' if version.current else ''}published{by}{when}",
        Stage.DISCARDED: f"discarded{by}{when}",
        Stage.SUPERSEDED: f"never published: a newer draft came{when}",
        Stage.EXPIRED: f"never published: nobody pressed Publish in time{when}",
    }[version.stage]
    return f": {preview.size(document)}; {words}"
