"""What discord.py hands us, as our own events. Pure."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import discord

from bots.discord import forms, markdown
from domain.content import plain
from domain.ids import Address, BotId, Identity, MessageRef, Platform
from domain.inbound import (
    Actor,
    Attachment,
    ButtonPressed,
    CommandReceived,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
)

KINDS = ("image", "audio", "video")
WRITTEN = (discord.MessageType.default, discord.MessageType.reply)
"""Message types that a person wrote; the others are Discord's own notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """Parses for one bot. ``several`` names the commands whose arguments are only told apart by name."""

    bot: BotId
    several: frozenset[str] = frozenset()

    def address(self, channel: int | str, private_to: str = "") -> Address:
        """A channel as an address."""
        return Address(
            platform=Platform.DISCORD,
            bot=self.bot,
            workspace=str(self.bot),
            channel=str(channel),
            private_to=private_to,
        )

    def ref(self, channel: int | str, message: int | str, private_to: str = "") -> MessageRef:
        """A message as a reference."""
        return MessageRef(address=self.address(channel, private_to), id=str(message))

    def actor(self, user: discord.abc.User | None, locale: str = "") -> Actor:
        """A person; nobody in particular where Discord doesn't say who."""
        name = user.display_name if user else ""
        return Actor(identity=self.identity(str(user.id) if user else ""), name=name, language=locale)

    def identity(self, user: str) -> Identity:
        """A person's identity."""
        return Identity(platform=Platform.DISCORD, workspace=str(self.bot), user=user)

    def source(self, *parts: object) -> str:
        """The unique key of an event."""
        return ":".join(("discord", str(self.bot), *map(str, parts)))

    def message(self, message: discord.Message) -> MessageReceived:
        """A message somebody wrote."""
        channel = message.channel.id
        text, content = markdown.read(_words(message), names=_names(message))
        quoted = message.reference if message.type is discord.MessageType.reply else None
        return MessageReceived(
            source=self.source(message.id),
            at=message.created_at,
            actor=self.actor(message.author),
            address=self.address(channel),
            ref=self.ref(channel, message.id),
            text=text,
            content=content,
            attachments=tuple(_attachments(message)),
            reply_to=self.ref(channel, quoted.message_id) if quoted and quoted.message_id else None,
        )

    def edited(self, message: discord.Message) -> MessageEdited | None:
        """A changed message; None when only Discord changed it (a preview appeared)."""
        if message.edited_at is None:
            return None
        text, content = markdown.read(_words(message), names=_names(message))
        channel = message.channel.id
        return MessageEdited(
            source=self.source(message.id, message.edited_at.isoformat()),
            at=message.edited_at,
            actor=self.actor(message.author),
            address=self.address(channel),
            ref=self.ref(channel, message.id),
            text=text,
            content=content,
        )

    def deleted(self, channel: int, message: int, *, actor: Actor, at: datetime) -> MessageDeleted:
        """A deleted message. Discord doesn't say who or when."""
        return MessageDeleted(
            source=self.source(message, "deleted"),
            at=at,
            actor=actor,
            address=self.address(channel),
            ref=self.ref(channel, message),
        )

    def interaction(self, interaction: discord.Interaction, *, home: str, hidden: bool) -> Event | None:
        """A press, a command or a form; None for what we don't use (autocompletion).

        ``home`` is the channel where the person is answered; ``hidden``: this answer is for their
        eyes only.
        """
        read = READERS.get(interaction.type)
        return read(self, interaction, home, hidden) if read else None

    def _pressed(self, interaction: discord.Interaction, home: str, hidden: bool) -> Event:
        action, value = forms.meant(data_of(interaction)["custom_id"])
        message = interaction.message.id if interaction.message else ""
        token = interaction.token if hidden else ""
        return ButtonPressed(
            **self._inbound(interaction, home, token),
            action=action,
            value=value,
            ref=self.ref(home if hidden else interaction.channel_id or home, message, token),
        )

    def _command(self, interaction: discord.Interaction, home: str, hidden: bool) -> Event:
        data = data_of(interaction)
        options = data.get("options", [])
        files = [_resolved(data, str(one["value"])) for one in options if one["type"] == 11]
        texts = {one["name"]: str(one["value"]) for one in options if one["type"] != 11}
        return CommandReceived(
            **self._inbound(interaction, home, interaction.token),
            name=data["name"],
            text="" if data["name"] in self.several else " ".join(texts.values()),
            options=texts,
            attachments=tuple(files),
        )

    def _submitted(self, interaction: discord.Interaction, home: str, hidden: bool) -> Event:
        data = data_of(interaction)
        form, value = forms.meant(data["custom_id"])
        inner = [_inner(row) for row in data["components"]]
        files = [one for one in inner if one["type"] == forms.FILE]
        token = interaction.token if hidden or interaction.message is None else ""
        return FormSubmitted(
            **self._inbound(interaction, home, token),
            form=form,
            value=value,
            fields={one["custom_id"]: _filled(one) for one in inner if one["type"] != forms.FILE},
            attachments=tuple(_resolved(data, key) for one in files for key in one.get("values", ())),
        )

    def _inbound(self, interaction: discord.Interaction, home: str, token: str) -> dict[str, Any]:
        return {
            "source": self.source(interaction.id),
            "at": interaction.created_at,
            "actor": self.actor(interaction.user, str(interaction.locale)),
            "address": self.address(home, token),
        }


READERS: Mapping[discord.InteractionType, Callable[[Parser, discord.Interaction, str, bool], Event]] = {
    discord.InteractionType.component: Parser._pressed,
    discord.InteractionType.application_command: Parser._command,
    discord.InteractionType.modal_submit: Parser._submitted,
}


def moved(event: MessageReceived, address: Address) -> MessageReceived:
    """The same message, to be answered elsewhere (in the thread that it opened)."""
    return replace(event, address=address)


def data_of(interaction: discord.Interaction) -> Mapping[str, Any]:
    """The interaction's own part, as Discord sent it: its keys depend on its type."""
    return interaction.data or {}


def _inner(row: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = row["component"] if "component" in row else row["components"][0]
    return found


def _filled(component: Mapping[str, Any]) -> str:
    return str(component["value"]) if "value" in component else ",".join(component.get("values", ()))


def _words(message: discord.Message) -> str:
    """The text, with what a forwarded message and stickers say."""
    forwarded = [snapshot.content for snapshot in message.message_snapshots]
    stickers = [f"[{sticker.name}]" for sticker in message.stickers]
    return "\n".join(part for part in (message.content, *forwarded, *stickers) if part)


def _names(message: discord.Message) -> Mapping[str, str]:
    """What mentions in the text stand for."""
    people = {f"@{user.id}": f"@{user.display_name}" for user in message.mentions}
    roles = {f"@&{role.id}": f"@{role.name}" for role in message.role_mentions}
    rooms = {f"#{room.id}": f"#{room.name}" for room in message.channel_mentions}
    return people | roles | rooms


def _attachments(message: discord.Message) -> Iterable[Attachment]:
    forwarded = [one for snapshot in message.message_snapshots for one in snapshot.attachments]
    for one in (*message.attachments, *forwarded):
        mime = one.content_type or "application/octet-stream"
        yield Attachment(
            handle=handle(one.url, channel=message.channel.id, message=message.id, file=one.id),
            name=one.filename,
            mime=mime,
            size=one.size,
            kind="voice" if message.flags.voice else _kind(mime),
        )


def _kind(mime: str) -> str:
    family = mime.partition("/")[0]
    return family if family in KINDS else "file"


def handle(url: str, *, channel: object = "", message: object = "", file: object = "") -> str:
    """Where a file is, and where its address can be had anew: Discord's addresses expire after a day."""
    return json.dumps([url, str(channel), str(message), str(file)])


def unhandle(text: str) -> tuple[str, str, str, str]:
    """Address, channel, message and file id of a handle."""
    url, channel, message, file = json.loads(text)
    return url, channel, message, file


def _resolved(data: Mapping[str, Any], key: str) -> Attachment:
    one = data["resolved"]["attachments"][key]
    mime = one.get("content_type") or "application/octet-stream"
    return Attachment(
        handle=handle(one["url"]), name=one["filename"], mime=mime, size=int(one["size"]), kind=_kind(mime)
    )


def preview(event: MessageReceived) -> str:
    """A few words of a message, to name a thread by."""
    return " ".join((plain(event.content) if event.content else event.text).split())[:60]
