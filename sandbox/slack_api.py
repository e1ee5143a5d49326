"""The Web API of the Slack stand-in: one function a method, errors by Slack's own names."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from mimetypes import guess_type
from typing import Any, Protocol
from uuid import uuid4

from sandbox.slack_check import TEXT_LIMIT, block_faults, view_faults
from sandbox.slack_payloads import (
    changed_event,
    deleted_event,
    file_object,
    message,
    message_event,
    view_object,
)
from sandbox.slack_state import APP, BOT, BOT_USER, TEAM, Person, Post, Stored, View, Workspace

Arguments = Mapping[str, Any]


@dataclass(slots=True)
class SlackError(Exception):
    """An answer with ``ok: false``."""

    code: str
    messages: list[str] = field(default_factory=list)


class Outgoing(Protocol):
    """Where events go."""

    def post(self, payload: Mapping[str, Any]) -> None:
        """Tell the app, in the background."""
        ...


class Context(Protocol):
    """What the methods need of the stand-in."""

    workspace: Workspace
    origin: str

    def emit(self, event: Mapping[str, Any]) -> None:
        """Send an event to the app."""
        ...

    def socket_url(self) -> str:
        """An address for one Socket Mode connection."""
        ...


Method = Callable[[Context, Arguments], Awaitable[dict[str, Any]]]


async def auth_test(_: Context, __: Arguments) -> dict[str, Any]:
    """Who the token is."""
    return {
        "url": "https://deskmate.slack.com/",
        "team": "Deskmate",
        "user": "deskmate",
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


async def connections_open(stand: Context, _: Arguments) -> dict[str, Any]:
    """An address for Socket Mode."""
    return {"url": stand.socket_url()}


async def post_message(stand: Context, args: Arguments) -> dict[str, Any]:
    """chat.postMessage."""
    room = _room(stand, args)
    _content(args)
    post = _posted(stand, args, room)
    stand.workspace.posts.append(post)
    stand.emit(message_event(stand.workspace, post, stand.origin))
    return {"channel": room, "ts": post.ts, "message": message(stand.workspace, post, stand.origin)}


def _posted(stand: Context, args: Arguments, room: str) -> Post:
    thread = str(args.get("thread_ts") or "")
    if thread and stand.workspace.find(room, thread) is None:
        raise SlackError("thread_not_found")
    return Post(
        channel=room,
        ts=stand.workspace.stamp(),
        user=BOT_USER,
        bot=True,
        text=str(args.get("text") or ""),
        blocks=list(args.get("blocks") or []),
        thread_ts=thread,
        metadata=dict(args.get("metadata") or {}),
    )


async def post_ephemeral(stand: Context, args: Arguments) -> dict[str, Any]:
    """chat.postEphemeral."""
    room = _room(stand, args)
    _content(args)
    if args.get("user") not in stand.workspace.rooms[room].members:
        raise SlackError("user_not_in_channel")
    post = _posted(stand, args, room)
    post.only_for = str(args["user"])
    stand.workspace.posts.append(post)
    return {"message_ts": post.ts}


async def update(stand: Context, args: Arguments) -> dict[str, Any]:
    """chat.update."""
    post = _own(stand, args, "cant_update_message")
    _content(args)
    before = message(stand.workspace, post, stand.origin)
    post.old.append(post.text)
    post.text = str(args.get("text") or "")
    post.blocks = list(args.get("blocks") or [])
    post.metadata = dict(args.get("metadata") or post.metadata)
    stand.emit(changed_event(stand.workspace, post, before, stand.origin))
    return {"channel": post.channel, "ts": post.ts, "text": post.text}


async def delete(stand: Context, args: Arguments) -> dict[str, Any]:
    """chat.delete."""
    post = _own(stand, args, "cant_delete_message")
    before = message(stand.workspace, post, stand.origin)
    post.deleted = True
    stand.emit(deleted_event(stand.workspace, post, before))
    return {"channel": post.channel, "ts": post.ts}


async def permalink(stand: Context, args: Arguments) -> dict[str, Any]:
    """chat.getPermalink."""
    post = _post(stand, args, "message_ts")
    address = f"https://deskmate.slack.com/archives/{post.channel}/p{post.ts.replace('.', '')}"
    return {"channel": post.channel, "permalink": address}


async def history(stand: Context, args: Arguments) -> dict[str, Any]:
    """conversations.history: the newest first, without replies in threads."""
    room = _room(stand, args)
    found = [p for p in stand.workspace.visible(room) if p.root == p.ts]
    return _page(stand, list(reversed(found)), args)


async def replies(stand: Context, args: Arguments) -> dict[str, Any]:
    """conversations.replies: the oldest first, the parent included."""
    room = _room(stand, args)
    found = stand.workspace.thread(room, str(args.get("ts")))
    if not found:
        raise SlackError("thread_not_found")
    return _page(stand, found, args)


def _page(stand: Context, posts: list[Post], args: Arguments) -> dict[str, Any]:
    start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
    page = posts[start : start + limit]
    more = start + limit < len(posts)
    shown = []
    for post in page:
        one = message(stand.workspace, post, stand.origin)
        if post.metadata and str(args.get("include_all_metadata", "")).lower() in {"1", "true"}:
            one["metadata"] = post.metadata
        shown.append(one)
    cursor = str(start + limit) if more else ""
    return {"messages": shown, "has_more": more, "response_metadata": {"next_cursor": cursor}}


async def info(stand: Context, args: Arguments) -> dict[str, Any]:
    """conversations.info."""
    room = stand.workspace.rooms[_room(stand, args)]
    return {"channel": _channel(stand, room.id)}


async def rooms(stand: Context, _: Arguments) -> dict[str, Any]:
    """conversations.list."""
    found = [_channel(stand, room.id) for room in stand.workspace.rooms.values() if room.kind == "channel"]
    return {"channels": found, "response_metadata": {"next_cursor": ""}}


def _channel(stand: Context, ident: str) -> dict[str, Any]:
    room = stand.workspace.rooms[ident]
    return {
        "id": room.id,
        "name": room.name,
        "is_channel": room.kind == "channel",
        "is_im": room.kind == "im",
        "is_private": room.kind == "im",
        "is_archived": False,
        "is_member": BOT_USER in room.members,
    }


async def members(stand: Context, args: Arguments) -> dict[str, Any]:
    """conversations.members."""
    room = stand.workspace.rooms[_room(stand, args)]
    return {"members": room.members, "response_metadata": {"next_cursor": ""}}


async def open_direct(stand: Context, args: Arguments) -> dict[str, Any]:
    """conversations.open: the direct messages with one person."""
    person = stand.workspace.people.get(str(args.get("users")))
    if person is None:
        raise SlackError("user_not_found")
    return {"channel": {"id": stand.workspace.direct(person.id).id}, "already_open": True, "no_op": True}


async def react(stand: Context, args: Arguments) -> dict[str, Any]:
    """reactions.add."""
    people = _post(stand, args, "timestamp").reactions.setdefault(str(args.get("name")), [])
    if BOT_USER in people:
        raise SlackError("already_reacted")
    people.append(BOT_USER)
    return {}


async def unreact(stand: Context, args: Arguments) -> dict[str, Any]:
    """reactions.remove."""
    post, name = _post(stand, args, "timestamp"), str(args.get("name"))
    if BOT_USER not in post.reactions.get(name, []):
        raise SlackError("no_reaction")
    post.reactions[name].remove(BOT_USER)
    if not post.reactions[name]:
        del post.reactions[name]
    return {}


async def upload_url(stand: Context, args: Arguments) -> dict[str, Any]:
    """files.getUploadURLExternal."""
    name, length = str(args.get("filename") or ""), int(args.get("length") or 0)
    if not name or length <= 0:
        raise SlackError("invalid_arguments")
    mime = guess_type(name)[0] or "application/octet-stream"
    stored = Stored(id=stand.workspace.ident("F"), name=name, mime=mime, user=BOT_USER, length=length)
    stand.workspace.files[stored.id] = stored
    return {"upload_url": f"{stand.origin}/upload/v1/{stored.id}", "file_id": stored.id}


async def complete_upload(stand: Context, args: Arguments) -> dict[str, Any]:
    """files.completeUploadExternal: shares the uploaded files as one message."""
    stored = [stand.workspace.files.get(str(one.get("id"))) for one in args.get("files") or []]
    if not stored or any(one is None or one.data is None for one in stored):
        raise SlackError("file_not_found")
    found = [one for one in stored if one is not None]
    room = args.get("channel_id")
    if room:
        post = _posted(stand, {**args, "text": args.get("initial_comment")}, _room(stand, {"channel": room}))
        post.files = [one.id for one in found]
        stand.workspace.posts.append(post)
        for one in found:
            one.shared.append(post)
        stand.emit(message_event(stand.workspace, post, stand.origin))
    return {"files": [{"id": one.id, "title": one.name} for one in found]}


async def file_info(stand: Context, args: Arguments) -> dict[str, Any]:
    """files.info."""
    stored = stand.workspace.files.get(str(args.get("file")))
    if stored is None:
        raise SlackError("file_not_found")
    return {"file": file_object(stored, stand.origin)}


async def open_view(stand: Context, args: Arguments) -> dict[str, Any]:
    """views.open."""
    try:
        person = stand.workspace.triggered(str(args.get("trigger_id")))
    except KeyError as error:
        raise SlackError(str(error.args[0])) from error
    view = View(id=stand.workspace.ident("V"), hash=_hash(), person=person, body=_view(args))
    stand.workspace.views[view.id] = view
    return {"view": view_object(view)}


async def update_view(stand: Context, args: Arguments) -> dict[str, Any]:
    """views.update."""
    view = stand.workspace.views.get(str(args.get("view_id")))
    if view is None or not view.open:
        raise SlackError("not_found")
    view.body, view.hash = _view(args), _hash()
    return {"view": view_object(view)}


async def publish_view(stand: Context, args: Arguments) -> dict[str, Any]:
    """views.publish: a person's home page."""
    person = str(args.get("user_id"))
    if person not in stand.workspace.people:
        raise SlackError("user_not_found")
    view = View(id=f"VHOME{person}", hash=_hash(), person=person, body=_view(args))
    stand.workspace.homes[person] = view
    return {"view": view_object(view)}


def _hash() -> str:
    return uuid4().hex[:16]


async def user_info(stand: Context, args: Arguments) -> dict[str, Any]:
    """users.info."""
    person = stand.workspace.people.get(str(args.get("user")))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": _user(person)}


async def users(stand: Context, _: Arguments) -> dict[str, Any]:
    """users.list."""
    found = [_user(person) for person in stand.workspace.people.values()]
    return {"members": found, "response_metadata": {"next_cursor": ""}}


def _user(person: Person) -> dict[str, Any]:
    first = person.name.split()[0]
    return {
        "id": person.id,
        "team_id": TEAM,
        "name": first.lower(),
        "real_name": person.name,
        "deleted": False,
        "is_bot": person.bot,
        "is_admin": person.admin,
        "profile": {"display_name": first, "real_name": person.name, "email": f"{first.lower()}@example.com"},
    }


async def oauth_access(stand: Context, args: Arguments) -> dict[str, Any]:
    """oauth.v2.access."""
    if args.get("code") not in stand.workspace.codes:
        raise SlackError("invalid_code")
    stand.workspace.codes.remove(str(args["code"]))
    return {
        "access_token": "xoxb-sandbox",
        "token_type": "bot",
        "scope": "chat:write",
        "bot_user_id": BOT_USER,
        "app_id": APP,
        "team": {"id": TEAM, "name": "Deskmate"},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": "U0ALMA"},
    }


async def thread_status(stand: Context, args: Arguments) -> dict[str, Any]:
    """assistant.threads.setStatus."""
    _room(stand, {"channel": args.get("channel_id")})
    return {}


def _room(stand: Context, args: Arguments) -> str:
    room = stand.workspace.rooms.get(str(args.get("channel")))
    if room is None:
        raise SlackError("channel_not_found")
    if BOT_USER not in room.members:
        raise SlackError("not_in_channel")
    return room.id


def _post(stand: Context, args: Arguments, name: str) -> Post:
    post = stand.workspace.find(_room(stand, args), str(args.get(name)))
    if post is None:
        raise SlackError("message_not_found")
    return post


def _own(stand: Context, args: Arguments, refusal: str) -> Post:
    post = _post(stand, args, "ts")
    if not post.bot:
        raise SlackError(refusal)
    return post


def _content(args: Arguments) -> None:
    if not (args.get("text") or args.get("blocks") or args.get("attachments")):
        raise SlackError("no_text")
    if len(str(args.get("text") or "")) > TEXT_LIMIT:
        raise SlackError("msg_too_long")
    faults = block_faults(args["blocks"]) if args.get("blocks") else []
    if faults:
        raise SlackError("invalid_blocks", faults)
    metadata = args.get("metadata")
    if metadata and not (isinstance(metadata, dict) and {"event_type", "event_payload"} <= metadata.keys()):
        raise SlackError("invalid_metadata_format")


def _view(args: Arguments) -> dict[str, Any]:
    view = args.get("view")
    faults = view_faults(view)
    if faults:
        raise SlackError("invalid_arguments", faults)
    return dict(view or {})


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "apps.connections.open": connections_open,
    "assistant.threads.setStatus": thread_status,
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": permalink,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.info": info,
    "conversations.list": rooms,
    "conversations.members": members,
    "conversations.open": open_direct,
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": file_info,
    "reactions.add": react,
    "reactions.remove": unreact,
    "views.open": open_view,
    "views.update": update_view,
    "views.publish": publish_view,
    "users.info": user_info,
    "users.list": users,
    "oauth.v2.access": oauth_access,
}
JSON_FIELDS = ("blocks", "view", "metadata", "files", "attachments")


def decoded(form: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a form: JSON in the fields that hold JSON."""
    args = dict(form)
    for name in JSON_FIELDS:
        if isinstance(args.get(name), str) and args[name]:
            try:
                args[name] = json.loads(args[name])
            except ValueError as error:
                raise SlackError("invalid_arguments", [f"{name} is not JSON"]) from error
    return args
