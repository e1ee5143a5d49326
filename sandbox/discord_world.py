"""What exists on the stand-in's Discord: people, channels, messages and interactions, as wire objects."""

import itertools
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Wire = dict[str, Any]
"""A JSON object as Discord sends it."""

DISCORD_EPOCH_MS = 1_420_070_400_000
TOKEN_SECONDS = 15 * 60
"""How long an interaction's token works (Discord's documentation, Receiving and Responding)."""
ANSWER_SECONDS = 3.0
"""How long an application has for its first response to an interaction (same page)."""
DM, TEXT, PRIVATE_THREAD = 1, 0, 12
EPHEMERAL, LOADING = 1 << 6, 1 << 7
GUILD: Wire = {
    "large": False,
    "unavailable": False,
    "joined_at": "2026-01-01T00:00:00+00:00",
    "verification_level": 0,
    "default_message_notifications": 1,
    "explicit_content_filter": 0,
    "mfa_level": 0,
    "nsfw_level": 0,
    "premium_tier": 0,
    "preferred_locale": "en-US",
    "afk_timeout": 300,
    "system_channel_flags": 0,
}
"""What is the same in every guild here."""


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody with an account. ``open``: takes direct messages from the bot."""

    id: str
    name: str
    locale: str = "en-US"
    open: bool = True


@dataclass(slots=True, kw_only=True)
class Channel:
    """A direct message (with `person`), a guild's text channel or a thread (with `parent`)."""

    id: str
    kind: int
    name: str = ""
    person: str = ""
    parent: str = ""
    members: list[str] = field(default_factory=list)
    messages: dict[str, Wire] = field(default_factory=dict)
    old: dict[str, list[str]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    only_for: dict[str, str] = field(default_factory=dict)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    typing_until: float = 0.0


@dataclass(slots=True, kw_only=True)
class Interaction:
    """A press, a command or a form on its way. ``original``: the id that ``@original`` stands for."""

    id: str
    token: str
    kind: int
    channel: str
    person: str
    born: float
    state: str = "new"
    original: str = ""
    ephemeral: bool = False
    modal: Wire | None = None


class World:
    """Everything the stand-in remembers. Wire objects are built here and nowhere else."""

    def __init__(self, *, bot: str, guild: str, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._count = itertools.count(1)
        self.origin = "http://127.0.0.1"
        self.bot = Person(id=self.snowflake(), name=bot)
        self.application = self.snowflake()
        self.guild = self.snowflake()
        self.guild_name = guild
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.interactions: dict[str, Interaction] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.commands: dict[str, list[Wire]] = {}
        self.nonces: dict[tuple[str, str], str] = {}

    def snowflake(self) -> str:
        """A new id: milliseconds since Discord's epoch, then a counter."""
        return str((int(self.clock() * 1000) - DISCORD_EPOCH_MS) << 22 | next(self._count) & 0x3FFFFF)

    def person(self, name: str) -> Person:
        """The person of this name, with a direct-message channel; made when new."""
        found = next((person for person in self.people.values() if person.name == name), None)
        if found is None:
            found = Person(id=self.snowflake(), name=name)
            self.people[found.id] = found
            self.dm(found)
        return found

    def dm(self, person: Person) -> Channel:
        """The channel between a person and the bot."""
        for channel in self.channels.values():
            if channel.kind == DM and channel.person == person.id:
                return channel
        made = Channel(id=self.snowflake(), kind=DM, name=person.name, person=person.id)
        self.channels[made.id] = made
        return made

    def text_channel(self, name: str) -> Channel:
        """The guild's channel of this name; made when new."""
        for channel in self.channels.values():
            if channel.kind == TEXT and channel.name == name:
                return channel
        made = Channel(id=self.snowflake(), kind=TEXT, name=name)
        self.channels[made.id] = made
        return made

    def user(self, person: Person) -> Wire:
        """A user object."""
        return {
            "id": person.id,
            "username": person.name.lower().replace(" ", "_"),
            "global_name": person.name,
            "discriminator": "0",
            "avatar": None,
            "bot": person is self.bot,
            "public_flags": 0,
            "flags": 0,
        }

    def member(self, person: Person) -> Wire:
        """A guild member object."""
        return {
            "user": self.user(person),
            "nick": None,
            "avatar": None,
            "roles": [],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
            "permissions": "2147483647",
        }

    def channel(self, channel: Channel) -> Wire:
        """A channel object."""
        last = max(channel.messages, key=int, default=None)
        base: Wire = {"id": channel.id, "type": channel.kind, "last_message_id": last, "flags": 0}
        if channel.kind == DM:
            return base | {"recipients": [self.user(self.people[channel.person])]}
        base |= {"guild_id": self.guild, "name": channel.name, "parent_id": channel.parent or None}
        if channel.kind == PRIVATE_THREAD:
            return base | self._thread(channel)
        return base | {"position": 0, "permission_overwrites": [], "nsfw": False, "rate_limit_per_user": 0}

    def _thread(self, channel: Channel) -> Wire:
        return {
            "owner_id": self.bot.id,
            "message_count": len(channel.messages),
            "member_count": len(channel.members),
            "rate_limit_per_user": 0,
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": 1440,
                "archive_timestamp": "2026-01-01T00:00:00+00:00",
                "locked": False,
                "invitable": False,
            },
        }

    def guild_object(self) -> Wire:
        """A guild as GUILD_CREATE carries it."""
        everyone = {
            "id": self.guild,
            "name": "@everyone",
            "permissions": "2147483647",
            "position": 0,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
        rooms = self.channels.values()
        empty = ("emojis", "stickers", "features", "presences", "voice_states", "stage_instances")
        return GUILD | {
            "id": self.guild,
            "name": self.guild_name,
            "owner_id": self.bot.id,
            "member_count": len(self.people) + 1,
            "roles": [everyone],
            "members": [self.member(self.bot)],
            "channels": [self.channel(room) for room in rooms if room.kind == TEXT],
            "threads": [self.channel(room) for room in rooms if room.kind == PRIVATE_THREAD],
            **{part: [] for part in (*empty, "guild_scheduled_events", "soundboard_sounds")},
        }

    def write(self, channel: Channel, author: Person, content: str = "", **more: Any) -> Wire:
        """A new message object, kept in its channel."""
        message: Wire = {
            "id": self.snowflake(),
            "channel_id": channel.id,
            "author": self.user(author),
            "content": content,
            "timestamp": now(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "type": 0,
            "flags": 0,
        } | more
        channel.messages[message["id"]] = message
        channel.typing_until = 0.0 if author is self.bot else channel.typing_until
        return message

    def keep_file(self, name: str, data: bytes, mime: str, *, description: str | None = None) -> Wire:
        """An attachment object; its bytes are served from the CDN address in it."""
        file = self.snowflake()
        self.files[f"{file}/{name}"] = (mime, data)
        address = f"{self.origin}/attachments/{file}/{name}?ex=1&is=1&hm=1"
        found: Wire = {"id": file, "filename": name, "size": len(data), "url": address, "proxy_url": address}
        return found | {"content_type": mime} | ({"description": description} if description else {})

    def interact(self, *, kind: int, channel: Channel, person: Person, data: Mapping[str, Any]) -> Wire:
        """A new interaction object as INTERACTION_CREATE carries it."""
        made = Interaction(
            id=self.snowflake(),
            token=secrets.token_urlsafe(48),
            kind=kind,
            channel=channel.id,
            person=person.id,
            born=self.clock(),
        )
        self.interactions[made.id] = made
        base: Wire = {
            "id": made.id,
            "application_id": self.application,
            "type": kind,
            "token": made.token,
            "version": 1,
            "data": dict(data),
            "channel_id": channel.id,
            "channel": self.channel(channel),
            "locale": person.locale,
            "app_permissions": "2147483647",
            "attachment_size_limit": 10_485_760,
            "entitlements": [],
            "authorizing_integration_owners": {},
            "context": 1 if channel.kind == DM else 0,
        }
        if channel.kind == DM:
            return base | {"user": self.user(person)}
        guild = {"id": self.guild, "locale": "en-US", "features": []}
        return base | {
            "guild_id": self.guild,
            "guild": guild,
            "guild_locale": "en-US",
            "member": self.member(person),
        }

    def by_token(self, token: str) -> Interaction | None:
        """The interaction with this token while it still works."""
        for interaction in self.interactions.values():
            if secrets.compare_digest(interaction.token, token):
                alive = self.clock() - interaction.born < TOKEN_SECONDS
                return interaction if alive else None
        return None


def now() -> str:
    """Discord's time format."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
