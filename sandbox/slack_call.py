"""What the methods of the Slack stand-in's Web API have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.slack_check import TEXT_LIMIT, block_faults
from sandbox.slack_state import BOT_USER, Post, Workspace

Arguments = Mapping[str, Any]


@dataclass(slots=True)
class SlackError(Exception):
    """An answer with ``ok: false``."""

    code: str
    messages: list[str] = field(default_factory=list)


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


def room_of(stand: Context, args: Arguments) -> str:
    """The channel that a call names, if the app is in it."""
    room = stand.workspace.rooms.get(str(args.get("channel")))
    if room is None:
        raise SlackError("channel_not_found")
    if BOT_USER not in room.members:
        raise SlackError("not_in_channel")
    return room.id


def post_of(stand: Context, args: Arguments, name: str) -> Post:
    """The message that a call names."""
    post = stand.workspace.find(room_of(stand, args), str(args.get(name)))
    if post is None:
        raise SlackError("message_not_found")
    return post


def own_post(stand: Context, args: Arguments, refusal: str) -> Post:
    """The app's own message that a call names, or a refusal."""
    post = post_of(stand, args, "ts")
    if not post.bot:
        raise SlackError(refusal)
    return post


def check_content(args: Arguments) -> None:
    """Refuse what Slack refuses in a message."""
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


def new_post(stand: Context, args: Arguments, room: str) -> Post:
    """A message that the app is about to write."""
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
