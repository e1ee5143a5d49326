"""What every stand-in offers to the page, to the story and to the tests."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

POLL_SECONDS = 0.02


@dataclass(slots=True, kw_only=True)
class Recorded:
    """One request that a client made; ``faults`` says how its body breaks the official schema."""

    method: str
    path: str
    body: Mapping[str, Any]
    status: int = 200
    faults: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Bubble:
    """One message as a person in the pane sees it.

    ``mine``: written by the person of this pane. ``buttons``: (press id, label). ``files``: (name,
    address). ``old``: texts before edits. ``thread``: replies. ``only_for``: shown to one person.
    """

    id: str
    author: str
    text: str
    mine: bool = False
    buttons: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)
    reactions: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    deleted: bool = False
    typing: bool = False
    only_for: str = ""
    thread: list["Bubble"] = field(default_factory=list)
    at: float = 0.0
    """Seconds since 1970, to show a time beside it; 0: unknown."""


@dataclass(slots=True, kw_only=True)
class Blank:
    """One field of a form to fill in. ``kind``: text, long_text, select (``options``: value, label) or
    file."""

    name: str
    label: str
    kind: str = "text"
    options: list[tuple[str, str]] = field(default_factory=list)
    required: bool = True
    value: str = ""


@dataclass(slots=True, kw_only=True)
class Sheet:
    """A form (modal) that is open for one person; `Stand.act` with ``submit`` sends it, ``cancel`` closes
    it."""

    id: str
    title: str
    submit: str
    person: str
    blanks: list[Blank] = field(default_factory=list)
    error: str = ""


@dataclass(slots=True, kw_only=True)
class Pane:
    """What one person (or channel) sees. ``commands``: (name with its slash, what it does)."""

    id: str
    title: str
    people: list[str]
    bubbles: list[Bubble] = field(default_factory=list)
    typing: bool = False
    forms: list[Sheet] = field(default_factory=list)
    commands: list[tuple[str, str]] = field(default_factory=list)


class Stand(Protocol):
    """A stand-in for one platform."""

    name: str

    @property
    def requests(self) -> list[Recorded]:
        """What clients asked, in order."""
        ...

    def app(self) -> web.Application:
        """The routes of the platform's API, at the paths of its documentation."""
        ...

    def panes(self) -> list[Pane]:
        """What people see now."""
        ...

    async def act(self, pane: str, person: str, action: str, **arguments: Any) -> Mapping[str, Any]:
        """A person does something.

        say(text, thread=, files=[(name, bytes)]), press(bubble, button), edit(bubble, text),
        delete(bubble), command(name, text, files=) with a name like ``/report``,
        submit(form, fields, files=[(name, bytes)]), cancel(form).
        """
        ...


async def until(condition: Callable[[], Any | Awaitable[Any]], *, seconds: float = 20.0) -> Any:
    """Wait until a condition gives something true and return that. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return found
            await asyncio.sleep(POLL_SECONDS)
