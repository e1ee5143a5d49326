"""What Telegram tells us: `telegram.Update` -> event. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, MessageEntity, Update, User

from bots.telegram.attachments import attachments, described
from bots.telegram.formatting import formatted
from domain.content import Content
from domain.ids import Address, BotId, Identity, MessageRef, Platform
from domain.inbound import (
    Actor,
    AddressMoved,
    Blocked,
    ButtonPressed,
    CommandReceived,
    Event,
    MessageEdited,
    MessageReceived,
)

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
GONE = frozenset({ChatMember.BANNED, ChatMember.LEFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Which bot reads. ``groups``: ids of the groups that are customers' places, besides private chats."""

    bot: BotId
    username: str = ""
    groups: frozenset[str] = frozenset()


def parse(update: Update, *, here: Here, now: datetime) -> Event | None:
    """The event of an update; None for what does not concern a desk (unknown kinds, bots, other groups).

    ``now`` (aware UTC) stands for the time where Telegram gives none.
    """
    for name, read in READERS.items():
        value = getattr(update, name)
        if value is not None:
            return read(value, here, f"telegram:{here.bot}:{update.update_id}", now)
    return None


def address_of(chat: Chat, here: Here, thread: str = "") -> Address:
    """Where messages to a chat go."""
    return Address(
        platform=Platform.TELEGRAM, bot=here.bot, workspace=here.bot, channel=str(chat.id), thread=thread
    )


def _message(message: Message, here: Here, source: str, now: datetime) -> Event | None:
    if message.migrate_to_chat_id:
        return _moved(message, here, source)
    inbound = _inbound(message, here, source)
    if inbound is None:
        return None
    files = attachments(message)
    text = message.text or message.caption or described(message)
    if not text and not files:
        return None
    command = _command(message, text)
    if command is not None:
        return _command_event(command, text, here, inbound | {"attachments": files})
    return MessageReceived(
        **inbound,
        ref=_ref(message, inbound["address"]),
        text=text,
        content=_content(message),
        attachments=files,
        reply_to=_reply_to(message, inbound["address"]),
        group=message.media_group_id or "",
    )


def _edited(message: Message, here: Here, source: str, now: datetime) -> Event | None:
    inbound = _inbound(message, here, source)
    text = message.text or message.caption or ""
    if inbound is None or not (text or attachments(message)):
        return None  # a live location that moves
    return MessageEdited(
        **inbound | {"at": message.edit_date or now},
        ref=_ref(message, inbound["address"]),
        text=text,
        content=_content(message),
    )


def _pressed(query: CallbackQuery, here: Here, source: str, now: datetime) -> Event | None:
    message = query.message
    if message is None or not query.data or not _ours(message.chat, here):
        return None
    address = address_of(message.chat, here, _thread(message))
    action, _, value = query.data.partition(":")
    return ButtonPressed(
        source=source,
        at=now,
        actor=_actor(query.from_user, here),
        address=address,
        action=action,
        value=value,
        ref=MessageRef(address=address, id=str(message.message_id)),
    )


def _membership(change: ChatMemberUpdated, here: Here, source: str, now: datetime) -> Event | None:
    before, after = change.old_chat_member.status in GONE, change.new_chat_member.status in GONE
    if before == after or not _ours(change.chat, here):
        return None
    return Blocked(
        source=source,
        at=change.date,
        actor=_actor(change.from_user, here),
        address=address_of(change.chat, here),
        blocked=after,
    )


def _moved(message: Message, here: Here, source: str) -> Event | None:
    old = address_of(message.chat, here)
    if message.from_user is None or not _ours(message.chat, here):
        return None
    return AddressMoved(
        source=source,
        at=message.date,
        actor=_actor(message.from_user, here),
        address=old,
        to=Address(
            platform=old.platform,
            bot=old.bot,
            workspace=old.workspace,
            channel=str(message.migrate_to_chat_id),
        ),
    )


READERS: dict[str, Callable[[Any, Here, str, datetime], Event | None]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _pressed,
    "my_chat_member": _membership,
}


def _inbound(message: Message, here: Here, source: str) -> dict[str, Any] | None:
    """The common fields; None if a bot wrote (ours included) or the place is none of ours."""
    user = message.from_user
    if user is None or user.is_bot or not _ours(message.chat, here):
        return None
    address = address_of(message.chat, here, _thread(message))
    return {"source": source, "at": message.date, "actor": _actor(user, here), "address": address}


def _ours(chat: Chat, here: Here) -> bool:
    return chat.type == Chat.PRIVATE or str(chat.id) in here.groups


def _thread(message: Any) -> str:
    """The forum topic; other groups use the same field for replies, which is no place."""
    return str(message.message_thread_id) if getattr(message, "is_topic_message", None) else ""


def _actor(user: User, here: Here) -> Actor:
    return Actor(
        identity=Identity(platform=Platform.TELEGRAM, workspace=here.bot, user=str(user.id)),
        name=user.full_name,
        language=user.language_code or "",
    )


def _ref(message: Message, address: Address) -> MessageRef:
    return MessageRef(address=address, id=str(message.message_id))


def _reply_to(message: Message, address: Address) -> MessageRef | None:
    """The quoted message; a topic's first message is quoted by everything in it, which says nothing."""
    quoted = message.reply_to_message
    if quoted is None or (message.is_topic_message and quoted.message_id == message.message_thread_id):
        return None
    return MessageRef(address=address, id=str(quoted.message_id))


def _content(message: Message) -> Content | None:
    if message.text:
        return formatted(message.text, message.entities)
    return formatted(message.caption, message.caption_entities) if message.caption else None


def _command(message: Message, text: str) -> str | None:
    """``start@deskmate_bot`` of a message that begins with such a command."""
    for entity in (*message.entities, *message.caption_entities):
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            return text[1 : entity.length]  # commands are ASCII: units are characters
    return None


def _command_event(command: str, text: str, here: Here, inbound: dict[str, Any]) -> Event | None:
    name, _, addressee = command.partition("@")
    if addressee and here.username and addressee.casefold() != here.username.casefold():
        return None
    return CommandReceived(**inbound, name=name.lower(), text=text[len(command) + 1 :].strip())
