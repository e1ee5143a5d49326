"""PDF through PyMuPDF: headings by size, boldness and the outline; tables by positions.

PyMuPDF is AGPL. `brain.knowledge.loaders.pdfium` reads the same files under a permissive licence.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from brain.knowledge.loaders import image
from brain.knowledge.loaders.extract import (
    MOST_PAGES,
    Extract,
    Pages,
    SectionWriter,
    one_line,
    tidy,
    title_from,
    unheard,
)
from brain.knowledge.loaders.layout import Part, Row, Run, Table, parts
from domain.errors import BadInput

# TEXT_PRESERVE_LIGATURES, _WHITESPACE, _MEDIABOX_CLIP and _CID_FOR_UNKNOWN_UNICODE: words without pictures.
_FLAGS = 1 | 2 | 64 | 128
_BOLD = 16  # bit of a span's flags
_EDGE = 0.09  # share of the page's height where running heads and page numbers stand
_BULLET = re.compile(r"^([•●▪■◦‣–-]|\(?[0-9a-z]{1,3}[.)])\s")
_DIGITS = re.compile(r"\d+")
_HEADING_END = (".", ",", ";", ":", "|")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A page's parts, without its running head and foot."""

    number: int
    parts: list[Part]


@dataclass(slots=True, kw_only=True)
class _Look:
    """What a document's headings look like. ``outline``: (page, words) -> level."""

    body: float
    levels: dict[int, int]
    outline: dict[tuple[int, str], int] = field(default_factory=dict)

    def level(self, row: Row, page: int) -> int:
        """The level of a heading; 0: the row is text."""
        if level := self.outline.get((page, _key(row.text))):
            return level
        if len(row.cells) > 1 or len(row.text) > 120 or row.text.endswith(_HEADING_END) or self.outline:
            return 0
        if not any(letter.isalpha() for letter in row.text) or _BULLET.match(row.text):
            return 0
        if row.size >= 1.12 * self.body:
            return self.levels.get(round(row.size), 0)
        return len(self.levels) + 1 if row.bold and row.size >= 0.9 * self.body and len(row.text) < 90 else 0


def parse(data: bytes, name: str, told: Pages = unheard) -> Extract:
    """Raises BadInput for damaged, encrypted and image-only files."""
    document = _opened(data, name)
    pages = _without_edges(list(_read(document, told)), [page.rect.height for page in document])
    if not any(page.parts for page in pages):
        return image.from_pages(_pictures(document), name, pages=len(document), told=told)
    look = _look(pages, document.get_toc(simple=True))
    writer = SectionWriter()
    for page in pages:
        _write(page, look, writer)
    return writer.extract(_title(document, pages, name), len(document))


def _opened(data: bytes, name: str) -> Any:
    pymupdf: Any = import_module("pymupdf")  # its type information is partial
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        document = pymupdf.open(stream=data, filetype="pdf")
    except (RuntimeError, ValueError) as error:
        raise BadInput(f"“{name}” is damaged and can't be opened.") from error
    if document.needs_pass:
        raise BadInput(f"“{name}” is protected with a password; please send it without one.")
    if len(document) == 0:
        raise BadInput(f"“{name}” has no pages, or is damaged.")
    if len(document) > MOST_PAGES:
        raise BadInput(f"“{name}” has {len(document)} pages; please send at most {MOST_PAGES} at once.")
    return document


def _read(document: Any, told: Pages) -> Iterator[_Page]:
    for page in document:
        yield _page(page)
        told(page.number + 1, len(document))


def _page(page: Any) -> _Page:
    words = page.get_text("dict", flags=_FLAGS)
    return _Page(number=page.number + 1, parts=parts(list(_runs(words["blocks"]))))


def _runs(blocks: Sequence[Any]) -> Iterator[Run]:
    for block in blocks:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                if span["text"].strip():
                    x0, y0, x1, y1 = span["bbox"]
                    bold = bool(span["flags"] & _BOLD) or "bold" in span["font"].lower()
                    yield Run(x0=x0, x1=x1, y0=y0, y1=y1, text=span["text"], size=span["size"], bold=bold)


def _without_edges(pages: list[_Page], heights: list[float]) -> list[_Page]:
    """Drop rows near the top or bottom that repeat on several pages, whatever number they hold."""
    seen = Counter(
        key
        for page, height in zip(pages, heights, strict=True)
        for key in {_edge_key(part) for part in page.parts if _at_edge(part, height)}
    )
    often = {key for key, count in seen.items() if count >= max(3, len(pages) // 5)}
    return [
        _Page(
            number=page.number, parts=_unnumbered([p for p in page.parts if not _running(p, height, often)])
        )
        for page, height in zip(pages, heights, strict=True)
    ]


def _unnumbered(found: list[Part]) -> list[Part]:
    """The parts without a lone number above or below all others."""
    while found and _edge_key(found[-1]) == "#":
        found = found[:-1]
    return found[1:] if found and _edge_key(found[0]) == "#" else found


def _running(part: Part, height: float, often: set[str]) -> bool:
    return _at_edge(part, height) and (_edge_key(part) in often or _edge_key(part) == "#")


def _at_edge(part: Part, height: float) -> bool:
    return isinstance(part, Row) and (part.y1 < _EDGE * height or part.y0 > (1 - _EDGE) * height)


def _edge_key(part: Part) -> str:
    return _DIGITS.sub("#", part.text) if isinstance(part, Row) else ""


def _look(pages: list[_Page], outline: list[list[Any]]) -> _Look:
    letters: Counter[float] = Counter()
    for page in pages:
        for part in page.parts:
            if isinstance(part, Row):
                letters[round(part.size, 1)] += len(part.text)
    body = letters.most_common(1)[0][0] if letters else 10.0
    larger = {round(size) for size, count in letters.items() if size >= 1.12 * body and count > 2}
    levels = {size: level for level, size in enumerate(sorted(larger, reverse=True), 1)}
    marked = {(page, _key(words)): level for level, words, page in outline if words.strip()}
    return _Look(body=body, levels=levels, outline=marked if len(marked) >= max(2, len(pages) // 10) else {})


def _key(words: str) -> str:
    return "".join(words.lower().split())


def _write(page: _Page, look: _Look, writer: SectionWriter) -> None:
    lines: list[Row] = []
    for part in page.parts:
        if isinstance(part, Table):
            _paragraph(lines, writer, page.number)
            writer.table(part.rows, page.number)
        elif level := look.level(part, page.number):
            _paragraph(lines, writer, page.number)
            writer.heading(level, part.text, page.number)
        else:
            if lines and _starts_paragraph(lines[-1], part):
                _paragraph(lines, writer, page.number)
            lines.append(part)
    _paragraph(lines, writer, page.number)


def _starts_paragraph(above: Row, row: Row) -> bool:
    return row.y0 - above.y1 > 0.55 * row.size or row.y0 < above.y0 or bool(_BULLET.match(row.text))


def _paragraph(lines: list[Row], writer: SectionWriter, page: int) -> None:
    words = ""
    for row in lines:
        text = tidy(row.text)
        broken = words.endswith("-") and words[-2:-1].isalpha() and text[:1].islower()
        words = words[:-1] + text if broken else f"{words} {text}"
    lines.clear()
    if words.strip():
        writer.paragraph(words.strip(), page)


def _title(document: Any, pages: list[_Page], name: str) -> str:
    """The file's own title where it reads like one, else the largest line of the first page."""
    title = one_line((document.metadata or {}).get("title") or "")
    if (
        3 < len(title) < 150
        and " " in title
        and not title.lower().endswith((".doc", ".docx", ".pdf", ".indd"))
    ):
        return title
    rows = [part for part in pages[0].parts if isinstance(part, Row) and 3 < len(part.text) < 100]
    top = max(rows, key=lambda row: row.size, default=None)
    sizes = {round(row.size) for row in rows}
    return one_line(top.text) if top and len(sizes) > 1 else title_from(name)


def _pictures(document: Any) -> Iterator[bytes]:
    """Pages as PNG, for text recognition."""
    for page in document:
        yield page.get_pixmap(dpi=200).tobytes("png")
