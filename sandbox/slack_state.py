"""The workspace that the Slack stand-in keeps: people, channels, messages, files and views."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

TEAM = "T0DESKMATE"
APP = "A0DESKMATE"
BOT = "B0DESKMATE"
BOT_USER = "U0DESKMATE"
SUPPORT = "C0SUPPORT"
TRIGGER_SECONDS = 3.0
"""docs.slack.dev/interactivity: a trigger_id expires in three seconds."""


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody in the workspace."""

    id: str
    name: str
    admin: bool = False
    bot: bool = False
    team: str = TEAM


@dataclass(slots=True, kw_only=True)
class Room:
    """A channel or a direct message (``kind``: channel or im)."""

    id: str
    name: str
    kind: str
    members: list[str]


@dataclass(slots=True, kw_only=True)
class Post:
    """One message."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str = ""
    bot: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited: str = ""
    old: list[str] = field(default_factory=list)
    deleted: bool = False
    only_for: str = ""
    subtype: str = ""

    @property
    def root(self) -> str:
        """The ts of the thread that this message starts or is in."""
        return self.thread_ts or self.ts


@dataclass(slots=True, kw_only=True)
class Stored:
    """A file; ``data`` is None until its bytes were uploaded."""

    id: str
    name: str
    mime: str
    user: str
    length: int
    data: bytes | None = None
    shared: list[Post] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class View:
    """A modal or a home page that one person sees."""

    id: str
    hash: str
    person: str
    body: dict[str, Any]
    open: bool = True
    error: str = ""
    team: str = TEAM


AGENTS = (
    Person(id="U0ALMA", name="Alma Reyes", admin=True),
    Person(id="U0BEN", name="Ben Okafor"),
    Person(id="U0CHLOE", name="Chloe Martin"),
)


class Workspace:
    """Everything that is in the workspace now."""

    def __init__(self, *, team: str = TEAM, name: str = "Deskmate") -> None:
        self.team = team
        self.name = name
        bot = Person(id=BOT_USER, name="Deskmate", bot=True)
        self.people = {person.id: replace(person, team=team) for person in (*AGENTS, bot)}
        everybody = [person.id for person in self.people.values()]
        self.rooms = {SUPPORT: Room(id=SUPPORT, name="support", kind="channel", members=everybody)}
        for person in AGENTS:
            ident = "D" + person.id[1:]
            members = [person.id, BOT_USER]
            self.rooms[ident] = Room(id=ident, name=person.name, kind="im", members=members)
        self.posts: list[Post] = []
        self.files: dict[str, Stored] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, tuple[float, str]] = {}
        self.talks: dict[tuple[str, str], Any] = {}
        self._serial = count(1)
        self._last = 0.0

    def stamp(self) -> str:
        """A new ts, later than all before it and unique in the workspace."""
        self._last = max(time.time(), self._last + 0.000001)
        return f"{self._last:.6f}"

    def ident(self, prefix: str) -> str:
        """A new identifier such as ``F0000001``."""
        return f"{prefix}{next(self._serial):07d}"

    def find(self, channel: str, ts: str) -> Post | None:
        """A message that still exists and that everybody may see."""
        return next(
            (
                p
                for p in self.posts
                if p.channel == channel and p.ts == ts and not p.deleted and not p.only_for
            ),
            None,
        )

    def thread(self, channel: str, root: str) -> list[Post]:
        """A thread's first message and its replies, oldest first."""
        return [p for p in self.visible(channel) if p.root == root]

    def visible(self, channel: str) -> Iterator[Post]:
        """The messages of a channel that everybody may see, oldest first."""
        return (p for p in self.posts if p.channel == channel and not p.deleted and not p.only_for)

    def person(self, who: str) -> Person:
        """A person by id or by (first) name."""
        for person in self.people.values():
            if who in {person.id, person.name, person.name.split()[0]}:
                return person
        raise KeyError(who)

    def direct(self, person: str) -> Room:
        """The direct messages between a person and the app."""
        return next(room for room in self.rooms.values() if room.kind == "im" and person in room.members)

    def trigger(self, person: str) -> str:
        """A new trigger_id, good for three seconds and one use."""
        ident = self.ident("1337.")
        self.triggers[ident] = (time.monotonic() + TRIGGER_SECONDS, person)
        return ident

    def triggered(self, ident: str) -> str:
        """The person whose trigger_id this is. Raises KeyError with Slack's error code."""
        until, person = self.triggers.pop(ident, (None, ""))
        if until is None:
            raise KeyError("invalid_trigger_id")
        if time.monotonic() > until:
            raise KeyError("expired_trigger_id")
        return person
