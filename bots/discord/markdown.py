"""Discord's Markdown, as people write it, as `Content` and as plain text. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from markdown_it import MarkdownIt
from markdown_it.token import Token

from domain.content import (
    Block,
    Bullets,
    Code,
    Content,
    Heading,
    Item,
    Paragraph,
    Quote,
    Span,
    Spans,
    Style,
    plain,
)

MENTION = re.compile(r"<(@&?|@!|#)(\d+)>")
EMOJI = re.compile(r"<a?(:\w+:)\d+>")
TIME = re.compile(r"<t:(-?\d{1,12})(?::[a-zA-Z])?>")
COMMAND = re.compile(r"<(/[^:<>]+):\d+>")
STYLES = {"strong_open": Style.BOLD, "em_open": Style.ITALIC, "s_open": Style.STRIKE}
RULES = (
    "fence",
    "blockquote",
    "list",
    "heading",
    "emphasis",
    "strikethrough",
    "backticks",
    "escape",
    "newline",
    "link",
    "autolink",
)
ADDRESS = re.compile(r"(?<!\]\()(?<!<)https?://[^\s<>]*[^\s<>*_~|.,:;!?)\]]")
OPEN, CLOSE = "\ue000", "\ue001"
"""Private characters around the number of what was set aside."""
RESERVED = {ord(OPEN): None, ord(CLOSE): None}
HELD = re.compile(f"{OPEN}(\\d+){CLOSE}")


def read(text: str, *, names: Mapping[str, str]) -> tuple[str, Content | None]:
    """The plain words, and the content where there was formatting. ``names``: ``@id`` -> ``@name``."""
    fixed: list[str] = []
    held = _hold(text.translate(RESERVED), names, fixed)
    content = Content(tuple(map(partial(_put_back, fixed=fixed), _blocks(_parser().parse(held)))))
    if not any(_formatted(block) for block in content.blocks):
        return _restored(held, fixed), None
    return plain(content), content


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero").enable(list(RULES))
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]  # addresses stay as written
    return parser


def _hold(text: str, names: Mapping[str, str], fixed: list[str]) -> str:
    """The text with mentions, emoji, times and addresses set aside, for marks in them mean nothing."""

    def mention(match: re.Match[str]) -> str:
        key = match[1].replace("!", "") + match[2]
        return names.get(key, match[1].rstrip("&!") + "…")

    def time(match: re.Match[str]) -> str:
        return datetime.fromtimestamp(int(match[1]), UTC).strftime("%Y-%m-%d %H:%M UTC")

    for pattern, words in (
        (MENTION, mention),
        (EMOJI, _first),
        (TIME, time),
        (COMMAND, _first),
        (ADDRESS, _all),
    ):
        text = pattern.sub(partial(_aside, words=words, fixed=fixed), text)
    return text


def _aside(match: re.Match[str], *, words: Callable[[re.Match[str]], str], fixed: list[str]) -> str:
    fixed.append(words(match))
    return f"{OPEN}{len(fixed) - 1}{CLOSE}"


def _first(match: re.Match[str]) -> str:
    return match[1]


def _all(match: re.Match[str]) -> str:
    return match[0]


def _restored(text: str, fixed: Sequence[str]) -> str:
    return HELD.sub(lambda match: fixed[int(match[1])], text)


def _put_back(block: Block, *, fixed: Sequence[str]) -> Block:
    """What was set aside, in its place again."""

    def spans(parts: Spans) -> Spans:
        return tuple(replace(part, text=_restored(part.text, fixed)) for part in parts)

    match block:
        case Paragraph() | Heading() | Quote():
            return replace(block, spans=spans(block.spans))
        case Bullets():
            return replace(block, items=tuple(replace(item, spans=spans(item.spans)) for item in block.items))
        case Code():
            return replace(block, text=_restored(block.text, fixed))
    return block


def _formatted(block: Block) -> bool:
    if not isinstance(block, Paragraph):
        return True
    return any(span.url or span.style is not Style.PLAIN for span in block.spans)


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    position = 0
    while position < len(tokens):
        token = tokens[position]
        end = _end(tokens, position)
        inside = tokens[position + 1 : end]
        if token.type == "fence":
            yield Code(token.content.rstrip("\n"), token.info.strip())
        elif token.type == "paragraph_open":
            yield Paragraph(_spans(inside))
        elif token.type == "heading_open":
            yield Heading(_spans(inside))
        elif token.type == "blockquote_open":
            yield Quote(_spans(inside))
        elif token.type == "bullet_list_open" or _counts_from_one(token):
            yield Bullets(tuple(_items(inside, 0)), ordered=token.type.startswith("ordered"))
        elif token.type == "ordered_list_open":
            yield Paragraph(tuple(_numbered(inside, int(token.attrs.get("start", 1)), token.markup)))
        position = end + 1


def _counts_from_one(token: Token) -> bool:
    return token.type == "ordered_list_open" and "start" not in token.attrs and token.markup == "."


def _numbered(tokens: Sequence[Token], start: int, mark: str) -> Iterator[Span]:
    """A list that counts from elsewhere, in words: its numbers mean something to who wrote them."""
    number = start
    for item in _items(tokens, 0):
        lead = f"{number}{mark} " if not item.depth else "  " * item.depth + "- "
        yield Span(("\n" if (number, item.depth) != (start, 0) else "") + lead)
        yield from item.spans
        number += not item.depth


def _end(tokens: Sequence[Token], start: int) -> int:
    """Where the block that opens here closes."""
    depth = 0
    for position in range(start, len(tokens)):
        depth += tokens[position].nesting
        if depth <= 0:
            return position
    return len(tokens) - 1


def _items(tokens: Sequence[Token], depth: int) -> Iterator[Item]:
    for position, token in enumerate(tokens):
        if token.type == "list_item_open" and token.level == _level(tokens):
            inside = tokens[position + 1 : _end(tokens, position)]
            nested = [at for at, one in enumerate(inside) if one.type.endswith("list_open")]
            own = inside[: nested[0]] if nested else inside
            yield Item(_spans(own), depth)
            if nested:
                yield from _items(inside[nested[0] + 1 : _end(inside, nested[0])], depth + 1)


def _level(tokens: Sequence[Token]) -> int:
    return min((token.level for token in tokens), default=0)


def _spans(tokens: Sequence[Token]) -> Spans:
    """The spans of the inline tokens among these, lines between them."""
    found: list[Span] = []
    for token in tokens:
        if token.type in ("inline", "fence"):
            found += [Span("\n")] if found else []
            found += _inline(token.children or []) if token.type == "inline" else [Span(token.content)]
    return tuple(_joined(found))


def _inline(tokens: Sequence[Token]) -> Iterator[Span]:
    styles: list[Style] = []
    url = ""
    for token in tokens:
        if token.type in STYLES:
            styles.append(STYLES[token.type])
        elif token.type.endswith("_close") and token.type != "link_close":
            styles.pop()
        elif token.type == "link_open":
            url = str(token.attrs.get("href", ""))
        elif token.type == "link_close":
            url = ""
        elif token.type == "code_inline":
            yield Span(token.content, Style.MONO)
        elif token.type in ("softbreak", "hardbreak"):
            yield Span("\n")
        elif token.content:
            yield Span(token.content, styles[-1] if styles else Style.PLAIN, url)


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """Neighbours of one look become one span."""
    last: Span | None = None
    for span in spans:
        if last is not None and (last.style, last.url) == (span.style, span.url):
            last = Span(last.text + span.text, span.style, span.url)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last
