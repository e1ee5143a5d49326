"""The model's Markdown -> `domain.content.Content`, once; each platform renders that late.

Raw HTML stays visible text, images become links, links other than http, https and mailto become text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from domain.content import Block, Bullets, Code, Content, Heading, Item, Paragraph, Quote, Span, Spans, Style

SCHEMES = frozenset({"http", "https", "mailto"})

_MATHS = re.compile(r"\$\$(.+?)\$\$|\$(?!\s)([^$\n]+?)(?<!\s)\$(?!\d)|\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
"""``$5 and $10`` is money: a formula has no space inside its dollars and no digit after them."""
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$!&:@]|^[ \t]+|^[-+=]|(?<=\d)[.)](?=\s)", re.MULTILINE)


def parse(markdown: str) -> Content:
    """The content tree of a Markdown text."""
    root = SyntaxTreeNode(_parser().parse(markdown))
    return Content(tuple(_blocks(root.children)))


def escape(text: str) -> str:
    """Markdown that shows a text exactly as it is, but for white space at the start of its lines.

    Entities and not backslashes: ``\\[`` would begin a formula.
    """
    return _SPECIAL.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    special = match.group()
    return f"&#{ord(special)};" if special.strip() else ""


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.inline.ruler.before("escape", "maths", _maths)
    # Every address is kept by the parser and judged in `_allowed`: its own list would leave raw syntax.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def _maths(state: StateInline, silent: bool) -> bool:
    match = _MATHS.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        state.push("maths", "", 0).content = match.group().strip()
    state.pos = match.end()
    return True


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> Iterator[Block]:
    for node in nodes:
        if make := _BLOCKS.get(node.type):
            yield from make(node)


def _paragraph(node: SyntaxTreeNode) -> Iterator[Block]:
    if spans := _spans(node.children):
        yield Paragraph(spans)


def _heading(node: SyntaxTreeNode) -> Iterator[Block]:
    if spans := _spans(node.children):
        yield Heading(spans)


def _code(node: SyntaxTreeNode) -> Iterator[Block]:
    yield Code(node.content.rstrip("\n"), node.info.split(maxsplit=1)[0] if node.info.strip() else "")


def _quote(node: SyntaxTreeNode) -> Iterator[Block]:
    if spans := _flat(node.children):
        yield Quote(spans)


def _table(node: SyntaxTreeNode) -> Iterator[Block]:
    rows = [
        [_words(_spans(cell.children)).replace("\n", " ") for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    yield Code(align(rows))


def _list(node: SyntaxTreeNode) -> Iterator[Block]:
    items = tuple(_items(node, 0))
    ordered = node.type == "ordered_list"
    start = int(node.attrs.get("start", 1)) if ordered else 1
    if start == 1:
        yield Bullets(items, ordered)
    else:  # a list that goes on after a code block keeps its numbers
        yield Paragraph(_merged(tuple(_numbered(items, start))))


def _numbered(items: Sequence[Item], start: int) -> Iterator[Span]:
    number = start
    for position, item in enumerate(items):
        mark = "  " * item.depth + "- " if item.depth else f"{number}. "
        number += not item.depth
        yield Span(("\n" if position else "") + mark)
        yield from item.spans


def _items(node: SyntaxTreeNode, depth: int) -> Iterator[Item]:
    for entry in node.children:
        inner = [child for child in entry.children if child.type in _LISTS]
        own = [child for child in entry.children if child.type not in _LISTS]
        yield Item(_flat(own), depth)
        for child in inner:
            yield from _items(child, depth + 1)


def _flat(nodes: Sequence[SyntaxTreeNode]) -> Spans:
    """Blocks where only spans fit: joined by line breaks, code in a fixed-width font."""
    spans: list[Span] = []
    for block in _blocks(nodes):
        if spans:
            spans.append(Span("\n"))
        spans.extend(_as_spans(block))
    return _merged(spans)


def _as_spans(block: Block) -> Iterator[Span]:
    match block:
        case Paragraph(spans) | Heading(spans) | Quote(spans):
            yield from spans
        case Code(text, _):
            yield Span(text, Style.MONO)
        case Bullets(items, ordered):
            for number, item in enumerate(items, 1):
                mark = f"{number}. " if ordered else "- "
                yield Span(("\n" if number > 1 else "") + "  " * item.depth + mark)
                yield from item.spans


def _spans(nodes: Sequence[SyntaxTreeNode]) -> Spans:
    return _merged([span for node in nodes for span in _inline(node, Span(""))])


def _inline(node: SyntaxTreeNode, form: Span) -> Iterator[Span]:
    """The spans of an inline node; ``form`` carries the style and the link from outside."""
    if node.type in _LEAVES:
        text, style = _LEAVES[node.type](node)
        yield replace(form, text=text, style=style or form.style)
    elif node.type == "image":
        yield _link(node, "src", replace(form, text=node.content or "image"))
    elif node.type == "link":
        yield from _children(node, _link(node, "href", form))
    else:
        yield from _children(node, replace(form, style=_STYLES.get(node.type, form.style)))


def _children(node: SyntaxTreeNode, form: Span) -> Iterator[Span]:
    for child in node.children:
        yield from _inline(child, form)


def _link(node: SyntaxTreeNode, attribute: str, form: Span) -> Span:
    url = str(node.attrs.get(attribute, ""))
    return replace(form, url=url) if _allowed(url) else form


def _allowed(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in SCHEMES and bool(parts.netloc or parts.scheme == "mailto")


def _merged(spans: Sequence[Span]) -> Spans:
    """Neighbours of one form joined, empty ones dropped, no white space at either end."""
    merged: list[Span] = []
    for span in spans:
        if merged and (merged[-1].style, merged[-1].url) == (span.style, span.url):
            merged[-1] = replace(merged[-1], text=merged[-1].text + span.text)
        elif span.text:
            merged.append(span)
    if merged:
        merged[0] = replace(merged[0], text=merged[0].text.lstrip("\n"))
        merged[-1] = replace(merged[-1], text=merged[-1].text.rstrip())
    return tuple(span for span in merged if span.text)


def _words(spans: Spans) -> str:
    return "".join(span.text for span in spans)


def align(rows: Sequence[Sequence[str]]) -> str:
    """A table as fixed-width text; the first row is the header."""
    columns = max(map(len, rows), default=0)
    full = [[*row, *[""] * (columns - len(row))] for row in rows]
    widths = [max(_width(row[column]) for row in full) for column in range(columns)]
    rule = ["-" * width for width in widths]
    return "\n".join(_row(row, widths) for row in [full[0], rule, *full[1:]]) if full else ""


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Columns in a fixed-width font: combining marks take none, East Asian wide letters two."""
    return sum(
        2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
        if unicodedata.category(letter) not in {"Mn", "Me", "Cf"}
    )


_LISTS = frozenset({"bullet_list", "ordered_list"})
_BLOCKS: dict[str, Callable[[SyntaxTreeNode], Iterator[Block]]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "fence": _code,
    "code_block": _code,
    "blockquote": _quote,
    "table": _table,
    "bullet_list": _list,
    "ordered_list": _list,
}
_STYLES = {"strong": Style.BOLD, "em": Style.ITALIC, "s": Style.STRIKE}
_LEAVES: dict[str, Callable[[Any], tuple[str, Style | None]]] = {
    "text": lambda node: (node.content, None),
    "softbreak": lambda node: ("\n", None),
    "hardbreak": lambda node: ("\n", None),
    "code_inline": lambda node: (node.content, Style.MONO),
    "maths": lambda node: (node.content, Style.MONO),
}
