"""What every payload of Slack says: which workspace it is for, what it must wait for, who is named; pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]
PERSON = re.compile(r"<@([UW][A-Z0-9]+)")


def team_of(body: Json) -> str:
    """The workspace that a payload is for; "" if it doesn't say."""
    installed: Json = next(iter(body.get("authorizations") or ()), {})
    team = body.get("team") if isinstance(body.get("team"), Mapping) else {}
    found = installed.get("team_id") or body.get("team_id") or (team or {}).get("id")
    return str(found or (body.get("user") or {}).get("team_id") or "")


def removed(body: Json) -> datetime | None:
    """When the app was removed from the workspace or its bot's token revoked; None for anything else."""
    event = body.get("event") or {}
    revoked = event.get("type") == "tokens_revoked" and (event.get("tokens") or {}).get("bot")
    if event.get("type") != "app_uninstalled" and not revoked:
        return None
    # Slack's time has whole seconds: it can have been up to the next one.
    return datetime.fromtimestamp(float(body.get("event_time") or 0) + 1, UTC)


def place_of(body: Json) -> str:
    """What keeps its order: a thread with the presses on its messages; for the rest, a person.

    A thread's first message is in its thread, and an edit or a deletion where its message is. The
    threads of one channel don't wait for each other.
    """
    event = body.get("event") or {}
    if event.get("channel") and event.get("type") in {"message", "app_mention"}:
        return _thread(str(event["channel"]), _subject(event))
    container = body.get("container") or {}
    if container.get("channel_id") and container.get("message_ts"):
        thread = container.get("thread_ts") or (body.get("message") or {}).get("thread_ts")
        return f"{container['channel_id']}|{thread or container['message_ts']}"
    user = event.get("user") or body.get("user_id") or body.get("user")
    return str(user.get("id") or "") if isinstance(user, Mapping) else str(user or "")


def _subject(event: Json) -> Json:
    """The message that an event is about."""
    if event.get("subtype") == "message_changed":
        return event.get("message") or event
    if event.get("subtype") == "message_deleted":
        return {"ts": event.get("deleted_ts"), **(event.get("previous_message") or {})}
    return event


def _thread(channel: str, message: Json) -> str:
    thread = message.get("thread_ts")
    if not thread and channel.startswith("D"):
        return channel  # direct messages are one talk
    return f"{channel}|{thread or message.get('ts') or ''}"


def people(body: Any) -> Iterator[str]:
    """Ids of the people that a payload names: who did it, and who is mentioned."""
    if isinstance(body, str):
        yield from PERSON.findall(body)
    elif isinstance(body, list):
        for child in body:
            yield from people(child)
    elif isinstance(body, Mapping):
        for name, child in body.items():
            if name in {"user", "user_id"} and isinstance(child, str):
                yield child
            elif name == "user" and isinstance(child, Mapping) and child.get("id"):
                yield str(child["id"])
            elif name not in {"authorizations", "previous_message", "files"}:
                yield from people(child)
