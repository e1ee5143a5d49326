"""What the people of the Slack stand-in see."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.slack_people import buttons
from sandbox.slack_state import Post, View, Workspace
from sandbox.stand import Bubble, Pane

SPECIAL = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")


def panes(workspace: Workspace, origin: str) -> list[Pane]:
    """The support channel, the direct messages with the app and the home pages."""
    shown = []
    for room in workspace.rooms.values():
        names = [workspace.people[ident].name for ident in room.members if not workspace.people[ident].bot]
        title = f"#{room.name}" if room.kind == "channel" else f"{room.name} and Deskmate"
        shown.append(
            Pane(id=room.id, title=title, people=names, bubbles=_bubbles(workspace, room.id, origin))
        )
    for home in workspace.homes.values():
        name = workspace.people[home.person].name
        shown.append(
            Pane(id=f"home:{home.person}", title=f"{name}: Home", people=[name], bubbles=[_home(home)])
        )
    return shown


def _bubbles(workspace: Workspace, channel: str, origin: str) -> list[Bubble]:
    posts = [post for post in workspace.posts if post.channel == channel]
    roots = {post.ts: bubble(workspace, post, origin) for post in posts if not post.thread_ts}
    for post in posts:
        if post.thread_ts in roots:
            roots[post.thread_ts].thread.append(bubble(workspace, post, origin))
    return list(roots.values())


def bubble(workspace: Workspace, post: Post, origin: str) -> Bubble:
    """One message as it is shown."""
    words = (
        _blocks_text(workspace, post.blocks) if post.blocks and post.bot else readable(workspace, post.text)
    )
    return Bubble(
        id=post.ts,
        author=workspace.people[post.user].name,
        text=words,
        buttons=[(place, str(one["text"]["text"])) for place, _, one in buttons(post.blocks)],
        files=[
            (workspace.files[i].name, f"{origin}/files-pri/T-{i}/{workspace.files[i].name}")
            for i in post.files
        ],
        reactions=list(post.reactions),
        old=[readable(workspace, old) for old in post.old],
        deleted=post.deleted,
        only_for=workspace.people[post.only_for].name if post.only_for else "",
    )


def _home(view: View) -> Bubble:
    blocks = list(view.body.get("blocks") or [])
    labels = [(place, str(one["text"]["text"])) for place, _, one in buttons(blocks)]
    return Bubble(id=view.id, author="Deskmate", text=_blocks_text(None, blocks), buttons=labels)


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
