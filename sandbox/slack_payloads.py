"""The payloads that Slack sends, after docs.slack.dev/reference/events and /interaction-payloads."""

import html
import re
import time
from collections.abc import Mapping
from typing import Any

from sandbox.slack_state import APP, BOT, BOT_USER, TEAM, Person, Post, Stored, View, Workspace

MENTION = re.compile(r"@([A-Z]\w+)")
PIECES = re.compile(r"(:[a-z0-9_+-]+:)|(https?://\S+)|(@[A-Z]\w+)")


def event_body(event: Mapping[str, Any], *, event_id: str, team: str = TEAM) -> dict[str, Any]:
    """The envelope around an event."""
    return {
        "token": "verification-token",
        "team_id": team,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-sandbox",
    }


def typed(workspace: Workspace, words: str) -> tuple[str, list[dict[str, Any]]]:
    """What Slack makes of typed words: escaped mrkdwn and a rich_text block."""
    elements: list[dict[str, Any]] = []
    text, at = "", 0
    for piece in PIECES.finditer(words):
        before = words[at : piece.start()]
        mrkdwn, element = _piece(workspace, piece)
        text += html.escape(before, quote=False) + mrkdwn
        elements += [{"type": "text", "text": before}] if before else []
        elements.append(element)
        at = piece.end()
    rest = words[at:]
    elements += [{"type": "text", "text": rest}] if rest else []
    text += html.escape(rest, quote=False)
    section = {"type": "rich_text_section", "elements": elements}
    return text, [{"type": "rich_text", "block_id": workspace.ident("b"), "elements": [section]}]


def _piece(workspace: Workspace, piece: re.Match[str]) -> tuple[str, dict[str, Any]]:
    emoji, link, mention = piece.groups()
    if emoji:
        return emoji, {"type": "emoji", "name": emoji.strip(":")}
    if link:
        return f"<{html.escape(link, quote=False)}>", {"type": "link", "url": link}
    try:
        person = workspace.person(mention[1:])
    except KeyError:
        return mention, {"type": "text", "text": mention}
    return f"<@{person.id}>", {"type": "user", "user_id": person.id}


def message(workspace: Workspace, post: Post, origin: str) -> dict[str, Any]:
    """A message as `conversations.history` and events show it."""
    shown: dict[str, Any] = {
        "type": "message",
        "user": post.user,
        "ts": post.ts,
        "text": post.text,
        "team": workspace.team,
    }
    if post.subtype:
        shown["subtype"] = post.subtype
    if post.blocks:
        shown["blocks"] = post.blocks
    if post.bot:
        shown |= {"bot_id": BOT, "app_id": APP, "bot_profile": {"id": BOT, "name": "Deskmate", "app_id": APP}}
    replies = [p for p in workspace.thread(post.channel, post.ts) if p.ts != post.ts]
    if post.thread_ts or replies:
        shown["thread_ts"] = post.root
    if replies:
        shown |= {"reply_count": len(replies), "latest_reply": replies[-1].ts}
    if post.edited:
        shown["edited"] = {"user": post.user, "ts": post.edited}
    if post.reactions:
        shown["reactions"] = [{"name": n, "users": u, "count": len(u)} for n, u in post.reactions.items()]
    if post.files:
        shown["files"] = [file_object(workspace.files[ident], origin) for ident in post.files]
    return shown


def message_event(workspace: Workspace, post: Post, origin: str) -> dict[str, Any]:
    """``message`` for a new post."""
    event = message(workspace, post, origin) | _where(workspace, post) | {"event_ts": post.ts}
    if post.metadata:
        event["metadata"] = post.metadata
    if post.files:
        event |= {"subtype": "file_share", "upload": False}
    return event


def changed_event(workspace: Workspace, post: Post, before: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """``message_changed``."""
    stamp = workspace.stamp()
    return {
        "type": "message",
        "subtype": "message_changed",
        "message": message(workspace, post, origin),
        "previous_message": before,
        "hidden": True,
        "ts": stamp,
        "event_ts": stamp,
        **_where(workspace, post),
    }


def deleted_event(workspace: Workspace, post: Post, before: Mapping[str, Any]) -> dict[str, Any]:
    """``message_deleted``."""
    stamp = workspace.stamp()
    return {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": before,
        "deleted_ts": post.ts,
        "hidden": True,
        "ts": stamp,
        "event_ts": stamp,
        **_where(workspace, post),
    }


def _where(workspace: Workspace, post: Post) -> dict[str, str]:
    return {"channel": post.channel, "channel_type": workspace.rooms[post.channel].kind}


def file_object(stored: Stored, origin: str) -> dict[str, Any]:
    """A file as Slack describes it."""
    kind = stored.name.rpartition(".")[2].lower()
    path = f"{origin}/files-pri/{TEAM}-{stored.id}"
    shares: dict[str, list[dict[str, str]]] = {}
    for post in stored.shared:
        shares.setdefault(post.channel, []).append({"ts": post.ts, "thread_ts": post.root})
    return {
        "id": stored.id,
        "name": stored.name,
        "title": stored.name,
        "mimetype": stored.mime,
        "filetype": kind,
        "user": stored.user,
        "size": stored.length,
        "mode": "hosted",
        "url_private": f"{path}/{stored.name}",
        "url_private_download": f"{path}/download/{stored.name}",
        "shares": {"public": shares} if shares else {},
    }


def _common(person: Person) -> dict[str, Any]:
    handle = person.name.split()[0].lower()
    return {
        "user": {"id": person.id, "username": handle, "name": handle, "team_id": person.team},
        "team": {"id": person.team, "domain": "deskmate"},
        "api_app_id": APP,
        "token": "verification-token",
        "enterprise": None,
        "is_enterprise_install": False,
    }


def press_body(
    workspace: Workspace, person: Person, place: Post | View, action: Mapping[str, Any], origin: str
) -> dict[str, Any]:
    """``block_actions`` for a button of a message or of a home page."""
    body = _common(person) | {
        "type": "block_actions",
        "trigger_id": workspace.trigger(person.id),
        "actions": [{**action, "action_ts": workspace.stamp()}],
        "state": {"values": {}},
    }
    if isinstance(place, View):
        return body | {"container": {"type": "view", "view_id": place.id}, "view": view_object(place)}
    container: dict[str, Any] = {"type": "message", "message_ts": place.ts, "channel_id": place.channel}
    container["is_ephemeral"] = bool(place.only_for)
    if place.thread_ts:
        container["thread_ts"] = place.thread_ts
    body |= {
        "container": container,
        "channel": {"id": place.channel, "name": workspace.rooms[place.channel].name},
        "response_url": f"{origin}/actions/{workspace.team}/{place.channel}/{person.id}",
    }
    if not place.only_for:
        body["message"] = message(workspace, place, origin)
    return body


def shortcut_body(
    workspace: Workspace, person: Person, callback: str, post: Post, origin: str
) -> dict[str, Any]:
    """``message_action``: a shortcut of a message's menu."""
    return _common(person) | {
        "type": "message_action",
        "callback_id": callback,
        "action_ts": workspace.stamp(),
        "trigger_id": workspace.trigger(person.id),
        "message_ts": post.ts,
        "message": message(workspace, post, origin),
        "channel": {"id": post.channel, "name": workspace.rooms[post.channel].name},
        "response_url": f"{origin}/actions/{workspace.team}/{post.channel}/{person.id}",
    }


def command_body(
    workspace: Workspace, person: Person, channel: str, *, command: tuple[str, str], origin: str
) -> dict[str, Any]:
    """A slash command."""
    return {
        "token": "verification-token",
        "team_id": workspace.team,
        "team_domain": "deskmate",
        "channel_id": channel,
        "channel_name": workspace.rooms[channel].name,
        "user_id": person.id,
        "user_name": person.name.split()[0].lower(),
        "command": "/" + command[0],
        "text": command[1],
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": f"{origin}/commands/{workspace.team}/{channel}/{person.id}",
        "trigger_id": workspace.trigger(person.id),
    }


def view_object(view: View, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A view as Slack answers and sends it."""
    body = {"private_metadata": "", "callback_id": "", **view.body}
    return body | {
        "id": view.id,
        "team_id": view.team,
        "hash": view.hash,
        "app_id": APP,
        "bot_id": BOT,
        "root_view_id": view.id,
        "previous_view_id": None,
        "state": {"values": dict(values or {})},
    }


def submission_body(person: Person, view: View, values: Mapping[str, Any]) -> dict[str, Any]:
    """``view_submission``."""
    return _common(person) | {
        "type": "view_submission",
        "view": view_object(view, values),
        "response_urls": [],
        "trigger_id": f"1337.{view.hash}",
    }
