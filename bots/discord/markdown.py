"""Discord's Markdown, as people write it, as `Content` and as plain text. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

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
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>])")


def read(text: str, *, names: Mapping[str, str]) -> tuple[str, Content | None]:
    """The plain words, and the content where there was formatting. ``names``: ``@id`` -> ``@name``."""
    told = _told(text, names)
    content = Content(
        tuple(_blocks(MarkdownIt("zero").enable(list(RULES)).parse(_told(text, names, safe=True))))
    )
    if not any(_formatted(block) for block in content.blocks):
        return told, None
    return plain(content), content


def _told(text: str, names: Mapping[str, str], *, safe: bool = False) -> str:
    """Mentions, emoji and times in words; ``safe``: escaped, so that a name's underscores stay."""

    def words(found: str) -> str:
        return SPECIAL.sub(r"\\\1", found) if safe else found

    def mention(match: re.Match[str]) -> str:
        key = match[1].replace("!", "") + match[2]
        return words(names.get(key, match[1].rstrip("&!") + "…"))

    def time(match: re.Match[str]) -> str:
        return words(datetime.fromtimestamp(int(match[1]), UTC).strftime("%Y-%m-%d %H:%M UTC"))

    text = MENTION.sub(mention, text)
    text = EMOJI.sub(lambda match: words(match[1]), text)
    text = TIME.sub(time, text)
    return COMMAND.sub(lambda match: words(match[1]), text)


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
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            yield Bullets(tuple(_items(inside, 0)), ordered=token.type.startswith("ordered"))
        position = end + 1


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
