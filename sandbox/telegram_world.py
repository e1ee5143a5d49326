"""What the stand-in for Telegram remembers: people, bots, chats, messages and files."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

FIRST_USER = 5_200_000_001  # user ids have outgrown 32 bits; a client that assumes them breaks here
FIRST_GROUP = -4_100_000_001
FIRST_SUPERGROUP = -1_002_200_000_001


class ApiError(Exception):
    """An answer other than ok, in Telegram's words."""

    def __init__(self, status: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = dict(parameters or {})


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody with the Telegram app. ``language`` is an IETF tag such as ``en`` or ``pt-br``."""

    name: str
    language: str = "en"
    username: str = ""
    id: int = 0

    def user(self) -> Json:
        """As a User object."""
        first, _, last = self.name.partition(" ")
        user: Json = {"id": self.id, "is_bot": False, "first_name": first, "language_code": self.language}
        return (
            user
            | ({"last_name": last} if last else {})
            | ({"username": self.username} if self.username else {})
        )


@dataclass(slots=True, kw_only=True)
class Account:
    """A bot. ``commands`` maps (scope as JSON, language) to what setMyCommands gave."""

    token: str
    username: str
    id: int
    reads_groups: bool = True
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)

    def user(self) -> Json:
        """As a User object."""
        return {"id": self.id, "is_bot": True, "first_name": self.username, "username": self.username}

    def me(self) -> Json:
        """As getMe answers."""
        return self.user() | {
            "can_join_groups": True,
            "can_read_all_group_messages": self.reads_groups,
            "supports_inline_queries": False,
        }


@dataclass(slots=True, kw_only=True)
class Post:
    """A message. ``data`` is the Message object; ``by`` the author's id; ``old`` texts before edits."""

    data: Json
    by: int
    old: list[str] = field(default_factory=list)
    deleted: bool = False
    reactions: list[str] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The message's id, unique in its chat."""
        number: int = self.data["message_id"]
        return number

    @property
    def words(self) -> str:
        """Text or caption."""
        return str(self.data.get("text", self.data.get("caption", "")))


@dataclass(slots=True, kw_only=True)
class Chat:
    """A private chat of one person with one bot, or a group. ``bot`` is 0 for groups.

    ``topics`` maps a forum's topic ids to names. ``moved_to`` is the supergroup it became.
    """

    id: int
    kind: str
    members: list[Person]
    bot: int = 0
    title: str = ""
    forum: bool = False
    topics: dict[int, str] = field(default_factory=dict)
    started: bool = False
    blocked: bool = False
    moved_to: int = 0
    typing_until: float = 0.0
    posts: dict[int, Post] = field(default_factory=dict)
    last_id: int = 0

    @property
    def pane(self) -> str:
        """The id of the pane that shows it."""
        return f"{self.bot}/{self.id}" if self.bot else str(self.id)

    def json(self) -> Json:
        """As a Chat object."""
        if self.kind == "private":
            user = self.members[0].user()
            names = ("id", "first_name", "last_name", "username")
            return {name: user[name] for name in names if name in user} | {"type": "private"}
        chat: Json = {"id": self.id, "type": self.kind, "title": self.title}
        return chat | ({"is_forum": True} if self.forum else {})

    def add(self, author: Json, fields: Mapping[str, Any]) -> Post:
        """Append a message."""
        self.last_id += 1
        data: Json = {
            "message_id": self.last_id,
            "date": int(time.time()),
            "chat": self.json(),
            "from": author,
        }
        post = Post(data=data | dict(fields), by=author["id"])
        self.posts[self.last_id] = post
        return post

    def post(self, number: int) -> Post | None:
        """A message that is still there."""
        post = self.posts.get(number)
        return None if post is None or post.deleted else post


@dataclass(slots=True, kw_only=True)
class Stored:
    """A file on Telegram's servers. ``path`` is what getFile answers."""

    id: str
    unique: str
    name: str
    mime: str
    content: bytes
    path: str


class World:
    """Everything there is. Made anew with every stand."""

    def __init__(self, *, bots: Mapping[str, str], people: Sequence[Person | str]) -> None:
        self.accounts = {token: _account(token, name, n) for n, (token, name) in enumerate(bots.items())}
        self.people: list[Person] = []
        self.files: dict[str, Stored] = {}
        self.chats: dict[str, Chat] = {}
        for person in people:
            self.welcome(person)

    def welcome(self, given: Person | str) -> Person:
        """Somebody new, with a private chat with every bot."""
        person = _person(given, len(self.people))
        self.people.append(person)
        for account in self.accounts.values():
            self._keep(Chat(id=person.id, kind="private", members=[person], bot=account.id))
        return person

    def account(self, identity: int) -> Account:
        """The bot with an id."""
        return next(account for account in self.accounts.values() if account.id == identity)

    def person(self, name: str) -> Person:
        """A person by name. Raises LookupError."""
        found = next((person for person in self.people if name in (person.name, str(person.id))), None)
        if found is None:
            raise LookupError(f"nobody here is called {name!r}")
        return found

    def group(self, title: str, people: Sequence[str], *, forum: bool = False) -> Chat:
        """A new group with these people and every bot. A forum is a supergroup with topics."""
        kind, first = ("supergroup", FIRST_SUPERGROUP) if forum else ("group", FIRST_GROUP)
        members = [self.person(name) for name in people]
        chat = Chat(id=first - len(self.chats), kind=kind, members=members, title=title, forum=forum)
        return self._keep(chat)

    def migrate(self, chat: Chat) -> Chat:
        """A group becomes a supergroup, with a new id."""
        new = Chat(
            id=FIRST_SUPERGROUP - len(self.chats), kind="supergroup", members=chat.members, title=chat.title
        )
        chat.moved_to = new.id
        return self._keep(new)

    def chat_for(self, account: Account, identity: int) -> Chat | None:
        """The chat that a bot means by an id: its own private chat with a person, or a group."""
        return self.chats.get(f"{account.id}/{identity}") or self.chats.get(str(identity))

    def bots_of(self, chat: Chat) -> list[Account]:
        """The bots that see a chat."""
        return [self.account(chat.bot)] if chat.bot else list(self.accounts.values())

    def store(self, name: str, content: bytes, mime: str, folder: str) -> Stored:
        """Keep a file."""
        number = len(self.files) + 1
        suffix = name.rpartition(".")[2] if "." in name else "bin"
        stored = Stored(
            id=f"BQACAgIAAxkBAAI{number:08d}",
            unique=f"AgAD{number:08d}",
            name=name,
            mime=mime,
            content=content,
            path=f"{folder}/file_{number}.{suffix}",
        )
        self.files[stored.id] = stored
        return stored

    def _keep(self, chat: Chat) -> Chat:
        self.chats[chat.pane] = chat
        return chat


def _account(token: str, username: str, number: int) -> Account:
    head = token.partition(":")[0]
    return Account(
        token=token, username=username, id=int(head) if head.isdecimal() else 7_000_000_001 + number
    )


def _person(given: Person | str, number: int) -> Person:
    person = Person(name=given) if isinstance(given, str) else given
    person.id = person.id or FIRST_USER + number
    return person
