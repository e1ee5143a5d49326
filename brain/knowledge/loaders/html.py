"""HTML: the words a reader sees, under their headings."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString

from brain.knowledge.loaders.extract import Extract, SectionWriter, one_line, title_from
from brain.knowledge.loaders.text import decode

_UNSEEN = [
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "object",
    "embed",
    "head",
    "nav",
    "form",
]
_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "br", "dd", "details", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "header", "hr", "li", "main", "ol", "p", "pre"),
        *("section", "summary", "ul"),
    }
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.IGNORECASE)
_DEEPEST = 200


def parse(data: bytes, name: str) -> Extract:
    """Scripts, styles, menus and hidden parts are left out; tables stay tables."""
    soup = BeautifulSoup(_decoded(data), "lxml")
    title = one_line(soup.title.get_text()) if soup.title else ""
    for tag in soup(_UNSEEN):
        tag.decompose()
    for tag in soup.find_all(_hidden):
        tag.decompose()
    writer = SectionWriter()
    words: list[str] = []
    for piece in _pieces(soup.body or soup, 0):
        if isinstance(piece, str):
            words.append(piece)
            continue
        _flush(words, writer)
        if piece is not None and piece.name == "table":
            writer.table(_rows(piece))
        elif piece is not None and one_line(piece.get_text(" ")):
            writer.heading(_HEADINGS[piece.name], piece.get_text(" "))
    _flush(words, writer)
    return writer.extract(title or title_from(name))


def _decoded(data: bytes) -> str:
    """By the page's own charset where it is true, else as any text."""
    named = _CHARSET.search(data[:4096])
    if named:
        try:
            return data.decode(named[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)


def _hidden(tag: Tag) -> bool:
    style = str(tag.get("style") or "").replace(" ", "").lower()
    return tag.has_attr("hidden") or "display:none" in style or "visibility:hidden" in style


def _pieces(tag: Tag, depth: int) -> Iterator[str | Tag | None]:
    """Words, headings and tables in order; None where a block begins or ends."""
    for child in tag.children:
        if isinstance(child, Tag):
            if child.name in _HEADINGS or (child.name == "table" and not child.find("table")):
                yield child
            elif depth > _DEEPEST:
                yield child.get_text(" ")
            else:
                block = child.name in _BLOCKS
                yield from ((None,) if block else ())
                yield from _pieces(child, depth + 1)
                yield from ((None,) if block else ())
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            yield str(child)


def _flush(words: list[str], writer: SectionWriter) -> None:
    if paragraph := one_line("".join(words)):
        writer.paragraph(paragraph)
    words.clear()


def _rows(table: Tag) -> Iterator[list[str]]:
    for row in table.find_all("tr"):
        yield [one_line(cell.get_text(" ")) for cell in row.find_all(["td", "th"])]
