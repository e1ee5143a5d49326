"""Messages, conversations and reactions of the Slack stand-in's Web API."""

from typing import Any

from sandbox.slack_call import (
    Arguments,
    Context,
    SlackError,
    check_content,
    new_post,
    own_post,
    post_of,
    room_of,
)
from sandbox.slack_payloads import changed_event, deleted_event, message, message_event
from sandbox.slack_state import BOT_USER, Post


async def post_message(stand: Context, args: Arguments) -> dict[str, Any]:
    """chat.postMessage."""
    room = room_of(stand, args)
    check_content(args)
    post = new_post(stand, args, room)
    stand.workspace.posts.append(post)
    stand.emit(message_event(stand.workspace, post, stand.origin))
    return {"channel": room, "ts": post.ts, "message": message(stand.workspace, post, stand.origin)}


async def post_ephemeral(stand: Context, args: Arguments) -> dict[str, Any]:
    """chat.postEphemeral."""
    room = room_of(stand, args)
    check_content(args)
    if args.get("user") not in stand.workspace.rooms[room].members:
        raise SlackError("user_not_in_channel")
    post = new_post(stand, args, room)
    post.only_for = str(args["user"])
    stand.workspace.posts.append(post)
    return {"message_ts": post.ts}


async def update(stand: Context, args: Arguments) -> dict[str, Any]:
    """chat.update."""
    post = own_post(stand, args, "cant_update_message")
    check_content(args)
    before = message(stand.workspace, post, stand.origin)
    post.old.append(post.text)
    post.text = str(args.get("text") or "")
    if "blocks" in args:
        post.blocks = list(args["blocks"] or [])
    post.metadata = dict(args.get("metadata") or post.metadata)
    stand.emit(changed_event(stand.workspace, post, before, stand.origin))
    return {"channel": post.channel, "ts": post.ts, "text": post.text}


async def delete(stand: Context, args: Arguments) -> dict[str, Any]:
    """chat.delete."""
    post = own_post(stand, args, "cant_delete_message")
    before = message(stand.workspace, post, stand.origin)
    post.deleted = True
    stand.emit(deleted_event(stand.workspace, post, before))
    return {"channel": post.channel, "ts": post.ts}


async def permalink(stand: Context, args: Arguments) -> dict[str, Any]:
    """chat.getPermalink."""
    post = post_of(stand, args, "message_ts")
    address = f"https://deskmate.slack.com/archives/{post.channel}/p{post.ts.replace('.', '')}"
    return {"channel": post.channel, "permalink": address}


async def history(stand: Context, args: Arguments) -> dict[str, Any]:
    """conversations.history: the newest first, without replies in threads."""
    room = room_of(stand, args)
    found = [p for p in stand.workspace.visible(room) if p.root == p.ts]
    return _page(stand, list(reversed(found)), args)


async def replies(stand: Context, args: Arguments) -> dict[str, Any]:
    """conversations.replies: the oldest first, the parent included."""
    room = room_of(stand, args)
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
    room = stand.workspace.rooms[room_of(stand, args)]
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
    room = stand.workspace.rooms[room_of(stand, args)]
    return {"members": room.members, "response_metadata": {"next_cursor": ""}}


async def open_direct(stand: Context, args: Arguments) -> dict[str, Any]:
    """conversations.open: the direct messages with one person."""
    person = stand.workspace.people.get(str(args.get("users")))
    if person is None:
        raise SlackError("user_not_found")
    return {"channel": {"id": stand.workspace.direct(person.id).id}, "already_open": True, "no_op": True}


async def react(stand: Context, args: Arguments) -> dict[str, Any]:
    """reactions.add."""
    people = post_of(stand, args, "timestamp").reactions.setdefault(str(args.get("name")), [])
    if BOT_USER in people:
        raise SlackError("already_reacted")
    people.append(BOT_USER)
    return {}


async def unreact(stand: Context, args: Arguments) -> dict[str, Any]:
    """reactions.remove."""
    post, name = post_of(stand, args, "timestamp"), str(args.get("name"))
    if BOT_USER not in post.reactions.get(name, []):
        raise SlackError("no_reaction")
    post.reactions[name].remove(BOT_USER)
    if not post.reactions[name]:
        del post.reactions[name]
    return {}
