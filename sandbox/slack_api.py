"""The Web API of the Slack stand-in: one function a method, errors by Slack's own names."""

import json
from collections.abc import Awaitable, Callable, Mapping
from mimetypes import guess_type
from typing import Any
from uuid import uuid4

from sandbox import slack_assistant as assistant
from sandbox import slack_chat as chat
from sandbox.slack_call import Arguments, Context, SlackError, new_post, room_of
from sandbox.slack_check import view_faults
from sandbox.slack_payloads import file_object, message_event, view_object
from sandbox.slack_state import BOT, BOT_USER, Person, Stored, View

Method = Callable[[Context, Arguments], Awaitable[dict[str, Any]]]


async def auth_test(stand: Context, __: Arguments) -> dict[str, Any]:
    """Who the token is."""
    return {
        "url": "https://deskmate.slack.com/",
        "team": stand.workspace.name,
        "user": "deskmate",
        "team_id": stand.workspace.team,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


async def connections_open(stand: Context, _: Arguments) -> dict[str, Any]:
    """An address for Socket Mode."""
    return {"url": stand.socket_url()}


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
        place = room_of(stand, {"channel": room})
        post = new_post(stand, {**args, "text": args.get("initial_comment")}, place)
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


async def delete_file(stand: Context, args: Arguments) -> dict[str, Any]:
    """files.delete: an app's own file, and with it the message if nothing else is in it."""
    stored = stand.workspace.files.get(str(args.get("file")))
    if stored is None:
        raise SlackError("file_not_found")
    if stored.user != BOT_USER:
        raise SlackError("cant_delete_file")
    del stand.workspace.files[stored.id]
    for post in stored.shared:
        post.files.remove(stored.id)
        post.deleted = not (post.files or post.text)
    return {}


async def open_view(stand: Context, args: Arguments) -> dict[str, Any]:
    """views.open."""
    try:
        person = stand.workspace.triggered(str(args.get("trigger_id")))
    except KeyError as error:
        raise SlackError(str(error.args[0])) from error
    view = View(
        id=stand.workspace.ident("V"),
        hash=_hash(),
        person=person,
        body=_view(args),
        team=stand.workspace.team,
    )
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
    view = View(id=f"VHOME{person}", hash=_hash(), person=person, body=_view(args), team=stand.workspace.team)
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
        "team_id": person.team,
        "name": first.lower(),
        "real_name": person.name,
        "deleted": False,
        "is_bot": person.bot,
        "is_admin": person.admin,
        "profile": {"display_name": first, "real_name": person.name, "email": f"{first.lower()}@example.com"},
    }


def _view(args: Arguments) -> dict[str, Any]:
    view = args.get("view")
    faults = view_faults(view)
    if faults:
        raise SlackError("invalid_arguments", faults)
    return dict(view or {})


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "apps.connections.open": connections_open,
    "assistant.threads.setStatus": assistant.status,
    "assistant.threads.setSuggestedPrompts": assistant.prompts,
    "assistant.threads.setTitle": assistant.title,
    "chat.postMessage": chat.post_message,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.update": chat.update,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.permalink,
    "conversations.history": chat.history,
    "conversations.replies": chat.replies,
    "conversations.info": chat.info,
    "conversations.list": chat.rooms,
    "conversations.members": chat.members,
    "conversations.open": chat.open_direct,
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.delete": delete_file,
    "files.info": file_info,
    "reactions.add": chat.react,
    "reactions.remove": chat.unreact,
    "views.open": open_view,
    "views.update": update_view,
    "views.publish": publish_view,
    "users.info": user_info,
    "users.list": users,
}
JSON_FIELDS = ("prompts", "blocks", "view", "metadata", "files", "attachments")


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
