"""Content to Block Kit and to the plain mrkdwn that stands in for it; pure."""

import re
from collections.abc import Mapping
from string import whitespace
from typing import Any

from bots.slack.mrkdwn import GAP, escape, fenced, from_spans
from bots.slack.split import length, pieces, small
from domain.content import (
    Block,
    Bullets,
    Button,
    Buttons,
    ButtonStyle,
    Code,
    Content,
    File,
    Heading,
    Item,
    Paragraph,
    Quote,
    Sources,
    Span,
    Style,
    source_line,
)

LABEL = 75
"""Characters of a button: docs.slack.dev/reference/block-kit/block-elements/button-element."""
BULLET_MARKS = ("•", "◦", "▪")
STYLES = {ButtonStyle.PRIMARY: "primary", ButtonStyle.DANGER: "danger"}
EMPTY = "…"
BLANK = whitespace + GAP
MENTION = re.compile(r"<(?=[!@#])")
Json = dict[str, Any]


def split(content: Content) -> tuple[Content, ...]:
    """Pieces that each fit one message."""
    return pieces(content, _length)


def _length(block: Block) -> int:
    return length(mrkdwn(block))


def blocks(content: Content) -> list[Json]:
    """Block Kit; files are not in it, they are uploaded."""
    parts = (part for block in content.blocks for part in small(block, _length))
    return [shown for part in parts if (shown := _block(part))]


def text(content: Content) -> str:
    """The whole message as mrkdwn: for notifications, and where blocks are refused."""
    lines = [line for block in content.blocks if (line := mrkdwn(block)).strip(BLANK)]
    return "\n".join(lines) or EMPTY


def caption(content: Content) -> str:
    """The words that go with the files of a message, "" if there are none."""
    said = Content(tuple(block for block in content.blocks if not isinstance(block, File | Buttons)))
    return text(said) if any(mrkdwn(block).strip() for block in said.blocks) else ""


def files(content: Content) -> tuple[File, ...]:
    """The files of a message."""
    return tuple(block for block in content.blocks if isinstance(block, File))


def mrkdwn(block: Block) -> str:
    """One block as mrkdwn."""
    match block:
        case Paragraph(spans):
            return from_spans(spans)
        case Heading(spans):
            return from_spans(tuple(_bold(span) for span in spans))
        case Quote(spans):
            return "\n".join("> " + line for line in from_spans(spans).split("\n"))
        case Bullets(items, ordered):
            return "\n".join(_item(number, item, ordered=ordered) for number, item in _numbered(items))
        case Code(code, _):
            return fenced(code) if code.strip() else ""
        case Sources(items):
            return "\n".join(escape(source_line(number, source)) for number, source in enumerate(items, 1))
        case Buttons(items):
            return " · ".join(escape(button.label) for button in items)
        case File():
            return ""


def _bold(span: Span) -> Span:
    return Span(span.text, Style.BOLD, span.url) if span.style is Style.PLAIN else span


def _numbered(items: tuple[Item, ...]) -> list[tuple[int, Item]]:
    """Only the outermost items count."""
    number, out = 0, []
    for item in items:
        number += not item.depth
        out.append((number, item))
    return out


def _item(number: int, item: Item, *, ordered: bool) -> str:
    mark = f"{number}." if ordered and not item.depth else BULLET_MARKS[min(item.depth, 2)]
    return "    " * item.depth + mark + " " + from_spans(item.spans)


def _block(block: Block) -> Json | None:
    if isinstance(block, Buttons):
        return _actions(block) if block.items else None
    words = mrkdwn(block)
    if not words.strip(BLANK):
        return None
    body = {"type": "mrkdwn", "text": words}
    if isinstance(block, Sources):
        return {"type": "context", "elements": [body]}
    return {"type": "section", "text": body}


def _actions(row: Buttons) -> Json:
    seen: dict[str, int] = {}
    elements = []
    for button in row.items:
        seen[button.action] = seen.get(button.action, 0) + 1
        elements.append(_button(button, seen[button.action]))
    return {"type": "actions", "elements": elements}


def _button(button: Button, time: int) -> Json:
    """Action ids must differ within a row: the second ``rate`` is ``rate#2``."""
    element: Json = {
        "type": "button",
        "text": {"type": "plain_text", "text": label(button.label), "emoji": True},
        "action_id": button.action if time == 1 else f"{button.action}#{time}",
    }
    if button.value:
        element["value"] = button.value
    return element | ({"style": STYLES[button.style]} if button.style in STYLES else {})


def action_of(action_id: str) -> str:
    """The action that a button's ``action_id`` stands for."""
    return action_id.partition("#")[0]


def label(words: str, most: int = LABEL) -> str:
    """Plain text of limited length, never empty."""
    short = MENTION.sub(f"<{GAP}", " ".join(words.split())) or EMPTY
    return shortened(short, most)


def shortened(words: str, most: int) -> str:
    """At most so many characters as Slack counts them, ending in an ellipsis where some are left out."""
    if length(words) <= most:
        return words
    while length(words) > most - 1:
        words = words[:-1]
    return words + "…"


def home(content: Content) -> Json:
    """A home page."""
    return {"type": "home", "blocks": blocks(content)[:100]}


def metadata(key: str) -> Mapping[str, Any]:
    """Marks a message with our own key, so that a repeated attempt finds it."""
    return {"event_type": "deskmate", "event_payload": {"key": key}}


def key_of(message: Mapping[str, Any]) -> str:
    """The key that a message was marked with, "" if it isn't ours."""
    found = message.get("metadata") or {}
    return (
        str((found.get("event_payload") or {}).get("key") or "")
        if found.get("event_type") == "deskmate"
        else ""
    )
