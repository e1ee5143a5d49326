"""What every loader returns, and the lines that most of them share."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from domain.knowledge import Section

Pages = Callable[[int, int], None]
"""Told how many pages are read, and of how many."""
MOST_PAGES = 3000
"""Of a PDF."""
LONGEST_HEADING = 200
"""Characters of a heading and of a title."""
PATH = " > "
CELL = " | "
_SPACE = re.compile(r"[^\S\n]+")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff]")
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\u00ad": ""}
_BY_LIGATURE = str.maketrans(_LIGATURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """A file's words. ``pages`` is 0 where the format has none."""

    title: str
    sections: tuple[Section, ...]
    pages: int = 0


def unheard(done: int, total: int) -> None:
    """Nobody wants to know how far it is."""


def tidy(words: str) -> str:
    """One space between words, no control characters; line breaks stay."""
    words = _INVISIBLE.sub("", words.translate(_BY_LIGATURE).replace("\r\n", "\n").replace("\r", "\n"))
    return _SPACE.sub(" ", words).strip()


def one_line(words: str) -> str:
    """The words on one line."""
    return tidy(words).replace("\n", " ").strip()


def path_of(headings: Iterable[str]) -> str:
    """``Prices > Express``."""
    return PATH.join(heading for heading in headings if heading)


def table_text(rows: Iterable[Sequence[object]]) -> str:
    """One row a line, cells joined by `` | ``; rows without a word are dropped."""
    lines = ([one_line("" if cell is None else str(cell)) for cell in row] for row in rows)
    return "\n".join(CELL.join(line).strip() for line in lines if any(line))


def title_from(name: str) -> str:
    """A title for a document that has none: its file name in words."""
    return re.sub(r"[_\-\s]+", " ", PurePath(name).stem).strip() or name


class Outline:
    """Keeps the path of headings while a document is read from top to bottom."""

    def __init__(self) -> None:
        self._levels: list[tuple[int, str]] = []

    def open(self, level: int, heading: str) -> None:
        """Start a heading; those of the same or a deeper level end."""
        while self._levels and self._levels[-1][0] >= level:
            self._levels.pop()
        self._levels.append((level, heading))

    @property
    def path(self) -> str:
        """The headings in force."""
        return path_of(heading for _, heading in self._levels)


class SectionWriter:
    """Collects paragraphs under headings; a heading or a table closes the section before it."""

    def __init__(self) -> None:
        self.outline = Outline()
        self.sections: list[Section] = []
        self._lines: list[str] = []
        self._page = 0
        self._bare = (0, "")

    def heading(self, level: int, words: str, page: int = 0) -> None:
        """Start a section. A heading with nothing below it is kept as text: no word gets lost.

        Neither does a heading as long as a paragraph, which would be repeated above each of its sections.
        """
        if len(words) > LONGEST_HEADING and len(one_line(words)) > LONGEST_HEADING:
            self.paragraph(one_line(words), page)
            return
        self.close()
        if level <= self._bare[0]:
            self._keep_bare()
        self.outline.open(level, one_line(words))
        self._page, self._bare = page, (level, one_line(words))

    def paragraph(self, words: str, page: int = 0) -> None:
        """Add a paragraph; a new page starts a new section, so that citations name the right one."""
        if page != self._page:
            self.close()
            self._page = page
        if words := tidy(words):
            self._lines.append(words)

    def table(self, rows: Iterable[Sequence[object]], page: int = 0) -> None:
        """Add a table as a section of its own."""
        self.close()
        self._page = page
        if words := table_text(rows):
            self._bare = (0, "")
            self.sections.append(Section(heading=self.outline.path, page=page, text=words, table=True))

    def close(self) -> None:
        """End the open section, if it has words."""
        if self._lines:
            text = "\n".join(self._lines)
            self._bare = (0, "")
            self.sections.append(Section(heading=self.outline.path, page=self._page, text=text))
            self._lines = []

    def _keep_bare(self) -> None:
        words = self._bare[1]
        self._bare = (0, "")
        if words:
            self.sections.append(Section(heading=self.outline.path, page=self._page, text=words))

    def extract(self, title: str, pages: int = 0) -> Extract:
        """Everything collected."""
        self.close()
        self._keep_bare()
        return Extract(title=title, sections=tuple(self.sections), pages=pages)
