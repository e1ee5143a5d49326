"""What Slack sends, to the domain's events; pure.

Shapes: docs.slack.dev/reference/events and docs.slack.dev/reference/interaction-payloads.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bots.slack import mrkdwn, rich
from bots.slack.mrkdwn import Names
from bots.slack.render import action_of
from domain.content import Content, plain
from domain.ids import Address, BotId, Identity, MessageRef, Platform
from domain.inbound import (
    Actor,
    AppHomeOpened,
    Attachment,
    ButtonPressed,
    CommandReceived,
    Event,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
)

Json = Mapping[str, Any]
WRITTEN = {None, "file_share", "thread_broadcast", "me_message"}
"""Subtypes of messages that people write."""
KINDS = {"image": "image", "audio": "audio", "video": "video"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Who we are and where: the app in its workspace, and the agents' channel ("" : every channel)."""

    bot: BotId
    team: str
    bot_id: str
    bot_user: str
    channel: str = ""
    names: Names


def parse(body: Json, here: Here, *, now: datetime) -> Event | None:
    """One payload; None for what is not ours to handle. ``now`` stamps what carries no time of its own."""
    if body.get("type") == "event_callback":
        return _event(body.get("event") or {}, here, body)
    if body.get("command"):
        return _command(body, here, now)
    reader = INTERACTIONS.get(str(body.get("type")))
    return reader(body, here, now) if reader else None


def _event(event: Json, here: Here, body: Json) -> Event | None:
    if event.get("type") == "app_home_opened":
        return _home(event, here)
    if event.get("type") not in {"message", "app_mention"}:
        return None
    if not _heard(event, here):
        return None
    subtype = event.get("subtype")
    if subtype in WRITTEN:
        return _written(event, here)
    reader = CHANGES.get(str(subtype))
    return reader(event, here) if reader else None


def _heard(event: Json, here: Here) -> bool:
    """The agents' channel, direct messages with the app, and where the app was called by name."""
    direct = event.get("channel_type") in {"im", "app_home"} or str(event.get("channel", "")).startswith("D")
    return (
        not here.channel
        or event.get("channel") == here.channel
        or direct
        or event.get("type") == "app_mention"
    )


def _by_a_person(message: Json, here: Here) -> bool:
    """Told by ids alone: what apps post carries ``bot_id``."""
    return bool(message.get("user")) and not message.get("bot_id") and message.get("user") != here.bot_user


def _written(event: Json, here: Here) -> MessageReceived | None:
    if not _by_a_person(event, here):
        return None
    content = content_of(event, here.names)
    address = _address(here, event["channel"], event, event["ts"])
    return MessageReceived(
        source=_source(here, event["channel"], event["ts"]),
        at=moment(event["ts"]),
        actor=_actor(here, str(event["user"])),
        address=address,
        ref=MessageRef(address=address, id=str(event["ts"])),
        text=plain(content),
        content=content if rich.formatted(content) else None,
        attachments=attachments(event.get("files") or ()),
    )


def _edited(event: Json, here: Here) -> MessageEdited | MessageDeleted | None:
    message, before = event.get("message") or {}, event.get("previous_message") or {}
    if message.get("subtype") == "tombstone":
        # A deleted message that has replies stays as a tombstone.
        return _gone(event, here, before or message, str(message.get("ts")))
    if not _by_a_person(message, here) or not _rewritten(message, before):
        return None
    edited = message.get("edited") or {"ts": event.get("event_ts") or event["ts"]}
    content = content_of(message, here.names)
    address = _address(here, event["channel"], message, message["ts"])
    return MessageEdited(
        source=f"{_source(here, event['channel'], message['ts'])}:edited:{edited['ts']}",
        at=moment(edited["ts"]),
        actor=_actor(here, str(message["user"])),
        address=address,
        ref=MessageRef(address=address, id=str(message["ts"])),
        text=plain(content),
        content=content if rich.formatted(content) else None,
    )


def _rewritten(message: Json, before: Json) -> bool:
    """Slack also "changes" a message when a link unfolds or a reply comes."""
    if edited := message.get("edited"):
        return bool(before.get("edited") != edited)
    return bool(before) and message.get("text") != before.get("text")


def _deleted(event: Json, here: Here) -> MessageDeleted | None:
    before = event.get("previous_message") or {}
    return _gone(event, here, before, str(event.get("deleted_ts") or before.get("ts")))


def _gone(event: Json, here: Here, before: Json, stamp: str) -> MessageDeleted | None:
    if not _by_a_person(before, here) or before.get("subtype") == "tombstone":
        return None
    address = _address(here, event["channel"], before, stamp)
    return MessageDeleted(
        source=f"{_source(here, event['channel'], stamp)}:deleted",
        at=moment(event.get("event_ts") or stamp),
        actor=_actor(here, str(before["user"])),
        address=address,
        ref=MessageRef(address=address, id=stamp),
    )


def _home(event: Json, here: Here) -> AppHomeOpened | None:
    if event.get("tab", "home") != "home":
        return None
    user = str(event["user"])
    return AppHomeOpened(
        source=f"slack:{here.team}:home:{user}:{event['event_ts']}",
        at=moment(event["event_ts"]),
        actor=_actor(here, user),
        address=_private(here, here.channel or str(event.get("channel") or ""), "", user),
    )


def _press(body: Json, here: Here, now: datetime) -> ButtonPressed | None:
    action = next(iter(body.get("actions") or ()), None)
    if action is None or not action.get("action_id"):
        return None
    user, container = str(body["user"]["id"]), body.get("container") or {}
    message = body.get("message") or {}
    place = str((body.get("channel") or {}).get("id") or container.get("channel_id") or here.channel)
    stamp = str(container.get("message_ts") or message.get("ts") or container.get("view_id") or "")
    thread = str(container.get("thread_ts") or message.get("thread_ts") or "")
    address = _private(here, place, "" if thread == stamp else thread, user)
    when = str(action.get("action_ts") or body.get("trigger_id"))
    return ButtonPressed(
        source=f"slack:{here.team}:press:{user}:{when}:{action['action_id']}",
        at=moment(when, now),
        actor=_actor(here, user, body),
        address=address,
        action=action_of(str(action["action_id"])),
        value=_value(action),
        ref=MessageRef(address=_public(address), id=stamp),
    )


def _value(action: Json) -> str:
    chosen = action.get("selected_option") or {}
    return str(action.get("value") or chosen.get("value") or action.get("selected_user") or "")


def _shortcut(body: Json, here: Here, now: datetime) -> CommandReceived:
    """A shortcut of a message: the message's words are the command's text."""
    user, message = str(body["user"]["id"]), body.get("message") or {}
    stamp = str(body.get("message_ts") or message.get("ts") or "")
    where = _address(here, body["channel"]["id"], message, stamp)
    return CommandReceived(
        source=f"slack:{here.team}:shortcut:{body.get('trigger_id') or body.get('action_ts')}",
        at=moment(str(body.get("action_ts") or ""), now),
        actor=_actor(here, user, body),
        address=_private(here, where.channel, where.thread, user),
        name=str(body.get("callback_id") or ""),
        text=plain(content_of(message, here.names)),
        options={"message": stamp},
    )


def _command(body: Json, here: Here, now: datetime) -> CommandReceived:
    user = str(body["user_id"])
    return CommandReceived(
        source=f"slack:{here.team}:command:{body['trigger_id']}",
        at=now,
        actor=_actor(here, user, {"user": {"name": body.get("user_name")}}),
        address=_private(here, str(body["channel_id"]), "", user),
        name=str(body["command"]).lstrip("/"),
        text=plain(mrkdwn.to_content(str(body.get("text") or "").strip(), here.names)),
    )


def content_of(message: Json, names: Names) -> Content:
    """What a message says: its rich text, or its mrkdwn where it has none."""
    found = rich.to_content(message.get("blocks") or (), names)
    return found if found is not None else mrkdwn.to_content(str(message.get("text") or ""), names)


def attachments(files: Any) -> tuple[Attachment, ...]:
    """The files that Slack still has."""
    return tuple(_attachment(one) for one in files if one.get("id") and one.get("mode") not in GONE)


GONE = {"tombstone", "hidden_by_limit", "external"}


def _attachment(one: Json) -> Attachment:
    mime = str(one.get("mimetype") or "application/octet-stream")
    kind = "voice" if one.get("subtype") == "slack_audio" else KINDS.get(mime.partition("/")[0], "file")
    address = one.get("url_private_download") or one.get("url_private") or ""
    return Attachment(
        handle=f"{one['id']} {address}".strip(),
        name=str(one.get("name") or one.get("title") or one["id"]),
        mime=mime,
        size=int(one.get("size") or 0),
        kind=kind,
    )


def moment(stamp: str, now: datetime | None = None) -> datetime:
    """A ts as a time; ``now`` if it isn't one."""
    try:
        return datetime.fromtimestamp(float(stamp), UTC)
    except ValueError:
        if now is None:
            raise
        return now


def _source(here: Here, channel: str, stamp: str) -> str:
    """One key for a message, under however many event ids Slack delivers it."""
    return f"slack:{here.team}:{channel}:{stamp}"


def _actor(here: Here, user: str, body: Json | None = None) -> Actor:
    said = (body or {}).get("user") or {}
    name = here.names.get(user) or said.get("name") or said.get("username") or user
    return Actor(identity=Identity(platform=Platform.SLACK, workspace=here.team, user=user), name=str(name))


def _address(here: Here, channel: str, message: Json, stamp: str) -> Address:
    """The thread that a message is in; a thread's first message is in the channel."""
    thread = str(message.get("thread_ts") or "")
    return Address(
        platform=Platform.SLACK,
        bot=here.bot,
        workspace=here.team,
        channel=str(channel),
        thread="" if thread == stamp else thread,
    )


def _private(here: Here, channel: str, thread: str, user: str) -> Address:
    return Address(
        platform=Platform.SLACK,
        bot=here.bot,
        workspace=here.team,
        channel=channel,
        thread=thread,
        private_to=user,
    )


def _public(address: Address) -> Address:
    return Address(
        platform=address.platform,
        bot=address.bot,
        workspace=address.workspace,
        channel=address.channel,
        thread=address.thread,
    )


CHANGES: Mapping[str, Callable[[Json, Here], Event | None]] = {
    "message_changed": _edited,
    "message_deleted": _deleted,
}
INTERACTIONS: Mapping[str, Callable[[Json, Here, datetime], Event | None]] = {
    "block_actions": _press,
    "message_action": _shortcut,
}
