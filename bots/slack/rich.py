"""Slack's rich_text blocks (what people's own clients send) to content."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bots.slack.emoji import EMOJI
from bots.slack.mrkdwn import Names, joined
from domain.content import Block, Bullets, Code, Content, Item, Paragraph, Quote, Span, Spans, Style, plain

Node = Mapping[str, Any]
STYLE_NAMES = {"code": Style.MONO, "bold": Style.BOLD, "italic": Style.ITALIC, "strike": Style.STRIKE}


def to_content(blocks: Sequence[Node], names: Names) -> Content | None:
    """The rich text of a message; None where it has none."""
    rich = [block for block in blocks if block.get("type") == "rich_text"]
    if not rich:
        return None
    elements = [element for block in rich for element in block.get("elements") or ()]
    return Content(tuple(_blocks(elements, names)))


def _blocks(elements: Sequence[Node], names: Names) -> Iterator[Block]:
    items: list[Item] = []
    ordered = False
    for element in elements:
        kind = element.get("type")
        if kind == "rich_text_list":
            if items and not element.get("indent") and (element.get("style") == "ordered") != ordered:
                yield Bullets(tuple(items), ordered)
                items = []
            ordered = element.get("style") == "ordered" if not element.get("indent") else ordered
            items += _items(element, names)
            continue
        if items:
            yield Bullets(tuple(items), ordered)
            items = []
        yield from _single(element, names)
    if items:
        yield Bullets(tuple(items), ordered)


def _single(element: Node, names: Names) -> Iterator[Block]:
    spans = _trimmed(_spans(element.get("elements") or (), names))
    if not spans:
        return
    if element.get("type") == "rich_text_preformatted":
        yield Code("".join(span.text for span in spans))
    elif element.get("type") == "rich_text_quote":
        yield Quote(spans)
    else:
        yield Paragraph(spans)


def _items(element: Node, names: Names) -> list[Item]:
    depth = int(element.get("indent") or 0)
    return [Item(_spans(row.get("elements") or (), names), depth) for row in element.get("elements") or ()]


def _spans(elements: Sequence[Node], names: Names) -> Spans:
    return joined([_span(element, names) for element in elements])


def _span(element: Node, names: Names) -> Span:
    kind = element.get("type")
    style = _style(element.get("style"))
    if kind == "link":
        url = str(element.get("url") or "")
        return Span(str(element.get("text") or url.removeprefix("mailto:")), style, url)
    return Span(READERS.get(str(kind), _other)(element, names), style)


def _emoji(element: Node, _: Names) -> str:
    points = str(element.get("unicode") or "")
    name = str(element.get("name") or "")
    return (
        "".join(chr(int(point, 16)) for point in points.split("-"))
        if points
        else EMOJI.get(name, f":{name}:")
    )


def _user(element: Node, names: Names) -> str:
    ident = str(element.get("user_id"))
    return "@" + names.get(ident, ident)


def _other(element: Node, _: Names) -> str:
    return str(element.get("text") or element.get("fallback") or element.get("value") or "")


READERS: Mapping[str, Callable[[Node, Names], str]] = {
    "emoji": _emoji,
    "user": _user,
    "channel": lambda element, names: (
        f"#{names.get(str(element.get('channel_id')), element.get('channel_id'))}"
    ),
    "usergroup": lambda element, _: f"@{element.get('usergroup_id')}",
    "broadcast": lambda element, _: f"@{element.get('range')}",
}


def _style(style: Any) -> Style:
    if not isinstance(style, Mapping):
        return Style.PLAIN
    return next((found for name, found in STYLE_NAMES.items() if style.get(name)), Style.PLAIN)


def _trimmed(spans: Spans) -> Spans:
    """Without the line breaks at the end, which only part the blocks."""
    if not spans or not spans[-1].text.endswith("\n"):
        return spans
    last = spans[-1]
    return joined([*spans[:-1], Span(last.text.rstrip("\n"), last.style, last.url)])


def formatted(content: Content) -> bool:
    """Whether there is more to it than plain words."""
    return any(
        not isinstance(block, Paragraph)
        or any(span.url or span.style is not Style.PLAIN for span in block.spans)
        for block in content.blocks
    )


def words(content: Content) -> str:
    """Its plain words."""
    return plain(content)
