"""What the people of the Slack stand-in see."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.slack_people import buttons, form_fields
from sandbox.slack_state import Post, Room, View, Workspace
from sandbox.stand import Blank, Bubble, Pane, Sheet

COMMANDS = [
    ("/tickets", "Open tickets"),
    ("/available", "Take new tickets"),
    ("/away", "Take no new tickets"),
    ("/capacity", "How many open tickets you can have"),
    ("/ask", "Ask the assistant"),
    ("/kb", "Knowledge base"),
    ("/upload", "Add a document"),
    ("/report", "A report"),
]
"""What the app's manifest offers."""
FIELD_KINDS = {"static_select": "select", "file_input": "file"}
SPECIAL = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")


def panes(workspace: Workspace) -> list[Pane]:
    """The support channel, the direct messages with the app and the home pages."""
    rooms = [_room(workspace, room) for room in workspace.rooms.values()]
    return rooms + [_home(workspace, home) for home in workspace.homes.values()]


def _room(workspace: Workspace, room: Room) -> Pane:
    people = [workspace.people[ident] for ident in room.members if not workspace.people[ident].bot]
    return Pane(
        id=room.id,
        title=f"#{room.name}" if room.kind == "channel" else f"{room.name}: Deskmate",
        people=[person.name for person in people],
        bubbles=_bubbles(workspace, room.id),
        forms=sheets(workspace, {person.id for person in people}),
        commands=COMMANDS,
    )


def _home(workspace: Workspace, home: View) -> Pane:
    name = workspace.people[home.person].name
    blocks = list(home.body.get("blocks") or [])
    labels = [(place, str(one["text"]["text"])) for place, _, one in buttons(blocks)]
    page = Bubble(id=home.id, author="Deskmate", text=_blocks_text(workspace, blocks), buttons=labels)
    return Pane(
        id=f"home:{home.person}",
        title=f"{name}: Home",
        people=[name],
        bubbles=[page],
        forms=sheets(workspace, {home.person}),
    )


def sheets(workspace: Workspace, people: set[str]) -> list[Sheet]:
    """The modals that these people have open."""
    return [
        Sheet(
            id=view.id,
            title=view.body["title"]["text"],
            submit=(view.body.get("submit") or {}).get("text", ""),
            person=workspace.people[view.person].name,
            blanks=[_blank(workspace, one) for one in form_fields(view)],
            error=view.error,
        )
        for view in workspace.views.values()
        if view.open and view.person in people
    ]


def _blank(workspace: Workspace, one: Mapping[str, Any]) -> Blank:
    options = list(one["options"])
    kind = FIELD_KINDS.get(one["kind"], "long_text" if one["long"] else "text")
    if one["kind"] == "users_select":
        kind = "select"
        options = [(person.id, person.name) for person in workspace.people.values() if not person.bot]
    return Blank(
        name=one["name"],
        label=one["label"],
        kind=kind,
        options=options,
        required=one["required"],
        value=one["value"],
    )


def _bubbles(workspace: Workspace, channel: str) -> list[Bubble]:
    posts = [post for post in workspace.posts if post.channel == channel]
    roots = {post.ts: bubble(workspace, post) for post in posts if not post.thread_ts}
    for post in posts:
        if post.thread_ts in roots:
            roots[post.thread_ts].thread.append(bubble(workspace, post))
    return list(roots.values())


def bubble(workspace: Workspace, post: Post) -> Bubble:
    """One message as it is shown."""
    words = (
        _blocks_text(workspace, post.blocks) if post.blocks and post.bot else readable(workspace, post.text)
    )
    return Bubble(
        id=post.ts,
        author=workspace.people[post.user].name,
        text=words,
        buttons=[(place, str(one["text"]["text"])) for place, _, one in buttons(post.blocks)],
        files=[(workspace.files[i].name, f"/see/{i}/{workspace.files[i].name}") for i in post.files],
        reactions=list(post.reactions),
        old=[readable(workspace, old) for old in post.old],
        deleted=post.deleted,
        only_for=workspace.people[post.only_for].name if post.only_for else "",
        at=float(post.ts),
    )


def _blocks_text(workspace: Workspace | None, blocks: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for block in blocks:
        texts = [block["text"]] if isinstance(block.get("text"), dict) else []
        texts += list(block.get("fields") or [])
        texts += [e for e in block.get("elements") or [] if e.get("type") in {"mrkdwn", "plain_text"}]
        lines += [readable(workspace, str(text["text"])) for text in texts]
    return "\n".join(lines)


def readable(workspace: Workspace | None, mrkdwn: str) -> str:
    """mrkdwn as a person reads it."""

    def shown(found: re.Match[str]) -> str:
        sign, target, label = found.groups()
        if label:
            return label
        if sign == "@" and workspace and target in workspace.people:
            return "@" + workspace.people[target].name
        return {"@": "@", "#": "#", "!": "@"}.get(sign, "") + target

    return html.unescape(SPECIAL.sub(shown, mrkdwn))
