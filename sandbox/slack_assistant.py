"""The assistant's pane of the Slack stand-in: threads, suggestions, titles and "is writing".

After docs.slack.dev/reference/methods (assistant.threads.*) and its event assistant_thread_started.
"""

from dataclasses import dataclass, field
from typing import Any

from sandbox.slack_call import Arguments, Context, SlackError, room_of
from sandbox.slack_payloads import message_event
from sandbox.slack_state import BOT_USER, Person, Post, Room, Workspace

MOST_PROMPTS = 4


@dataclass(slots=True)
class Talk:
    """One thread in somebody's pane, and every status it has had."""

    title: str = ""
    prompts: list[dict[str, str]] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)


def opened(
    workspace: Workspace, person: Person, room: Room, origin: str
) -> tuple[Post, list[dict[str, Any]]]:
    """Somebody opens a new thread: its first message, and what the app is told."""
    root = Post(
        channel=room.id,
        ts=workspace.stamp(),
        user=BOT_USER,
        bot=True,
        text="New Assistant Thread",
        subtype="assistant_app_thread",
    )
    workspace.posts.append(root)
    workspace.talks[room.id, root.ts] = Talk()
    started = {
        "type": "assistant_thread_started",
        "assistant_thread": {
            "user_id": person.id,
            "context": {"team_id": workspace.team},
            "channel_id": room.id,
            "thread_ts": root.ts,
        },
        "event_ts": workspace.stamp(),
    }
    return root, [message_event(workspace, root, origin), started]


def _place(stand: Context, args: Arguments) -> tuple[str, str]:
    """The thread that a call names: in a direct message with the app."""
    room = room_of(stand, {"channel": args.get("channel_id")})
    stamp = str(args.get("thread_ts") or "")
    if stand.workspace.rooms[room].kind != "im":
        raise SlackError("channel_not_found")
    if not stamp or stand.workspace.find(room, stamp) is None:
        raise SlackError("invalid_thread_ts")
    return room, stamp


def _talk(stand: Context, args: Arguments) -> Talk:
    place = _place(stand, args)
    found: Talk = stand.workspace.talks.setdefault(place, Talk())
    return found


async def status(stand: Context, args: Arguments) -> dict[str, Any]:
    """assistant.threads.setStatus."""
    if "status" not in args:
        raise SlackError("invalid_arguments", ["status is missing"])
    _talk(stand, args).statuses.append(str(args["status"]))
    return {}


async def title(stand: Context, args: Arguments) -> dict[str, Any]:
    """assistant.threads.setTitle."""
    if not args.get("title"):
        raise SlackError("invalid_arguments", ["title is missing"])
    _talk(stand, args).title = str(args["title"])
    return {}


async def prompts(stand: Context, args: Arguments) -> dict[str, Any]:
    """assistant.threads.setSuggestedPrompts."""
    given = args.get("prompts")
    if not isinstance(given, list) or not 0 < len(given) <= MOST_PROMPTS:
        raise SlackError("invalid_arguments", [f"prompts must be 1 to {MOST_PROMPTS}"])
    if any(set(one) != {"title", "message"} or not all(one.values()) for one in given):
        raise SlackError("invalid_arguments", ["a prompt has a title and a message"])
    _talk(stand, args).prompts = list(given)
    return {}
