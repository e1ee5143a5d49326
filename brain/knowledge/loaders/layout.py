"""Reading order from positions: runs of text on a page become rows, cells, tables and paragraphs.

A PDF has no lines and no tables, only pieces of text at places. Rows are pieces at one height,
cells are pieces with a wide gap between them, a table is neighbouring rows with several cells.
So a price always stays in the row of its label, whatever order the file has them in.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

_GAP = 0.9  # a wider gap, in font sizes, starts a cell
_PROSE = 25  # a cell with as many characters is a line of prose, where columns are looked for
_GUTTER_ROWS = 8
_OPENING = frozenset({"$", "€", "£", "¥", "(", "$(", "US$", "•", "–", "-", "●", "▪", "■", "o"})
_CLOSING = frozenset({")", "%", ")%", "%)", "]"})
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of text with one font; points, y grows downwards."""

    x0: float
    x1: float
    y0: float
    y1: float
    text: str
    size: float
    bold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Neighbouring runs of a row."""

    x0: float
    x1: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What stands at one height."""

    cells: tuple[Cell, ...]
    y0: float
    y1: float
    size: float
    bold: bool

    @property
    def text(self) -> str:
        """Its words on one line."""
        return " ".join(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; every row has a cell for each column where the columns are clear."""

    rows: tuple[tuple[str, ...], ...]


Part = Row | Table


def parts(runs: Sequence[Run]) -> list[Part]:
    """A page from top to bottom, columns one after the other."""
    rows = _rows(runs)
    gutter = _gutter(rows)
    if gutter is None:
        return list(_tables(rows))
    found: list[Part] = []
    for group in _columns(runs, gutter):
        found += _tables(_rows(group))
    return found


def _rows(runs: Sequence[Run]) -> list[Row]:
    groups: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (run.y0 + run.y1) / 2):
        middle = (run.y0 + run.y1) / 2
        if groups and _same_height(groups[-1], middle):
            groups[-1].append(run)
        else:
            groups.append([run])
    return [_row(group) for group in groups]


def _same_height(group: list[Run], middle: float) -> bool:
    tallest = max(group, key=lambda run: run.size)
    return abs(middle - (tallest.y0 + tallest.y1) / 2) < 0.45 * tallest.size


def _row(group: list[Run]) -> Row:
    letters = sum(len(run.text) for run in group)
    size = max(group, key=lambda run: len(run.text)).size
    bold = 2 * sum(len(run.text) for run in group if run.bold) > letters
    cells = _cells(sorted(group, key=lambda run: run.x0), size)
    if _right_to_left(" ".join(cell.text for cell in cells)):
        cells = cells[::-1]
    return Row(
        cells=tuple(cells),
        y0=min(run.y0 for run in group),
        y1=max(run.y1 for run in group),
        size=size,
        bold=bold,
    )


def _cells(runs: Iterable[Run], size: float) -> list[Cell]:
    cells: list[Cell] = []
    for run in runs:
        before = cells[-1] if cells else None
        if before and _joined(before, run, size):
            space = "" if run.x0 - before.x1 < 0.12 * size or before.text in _OPENING - {"•"} else " "
            words = (
                f"{run.text}{space}{before.text}"
                if _right_to_left(run.text)
                else f"{before.text}{space}{run.text}"
            )
            cells[-1] = Cell(x0=before.x0, x1=max(before.x1, run.x1), text=" ".join(words.split()))
        else:
            cells.append(Cell(x0=run.x0, x1=run.x1, text=" ".join(run.text.split())))
    return cells


def _joined(before: Cell, run: Run, size: float) -> bool:
    near = run.x0 - before.x1 < _GAP * size
    return near or before.text in _OPENING or run.text.strip() in _CLOSING


def _right_to_left(words: str) -> bool:
    return 2 * len(_RTL.findall(words)) > len(_LETTER.findall(words)) > 0


def _gutter(rows: Sequence[Row]) -> float | None:
    """The place between two columns of prose, if the page has them."""
    ends: list[float] = []
    starts: list[float] = []
    for row in rows:
        if len(row.cells) == 2 and all(len(cell.text) >= _PROSE for cell in row.cells):
            one, two = sorted(row.cells, key=lambda cell: cell.x0)
            ends.append(one.x1)
            starts.append(two.x0)
    if len(ends) < max(_GUTTER_ROWS, len(rows) // 3):
        return None
    right = median(starts)
    left = max((end for end in ends if end < right), default=right)
    return (left + right) / 2


def _columns(runs: Sequence[Run], gutter: float) -> Iterator[list[Run]]:
    """Runs of bands across the page, and between them of the left and then the right column."""
    left: list[Run] = []
    right: list[Run] = []
    for run in sorted(runs, key=lambda run: run.y0):
        if run.x0 < gutter < run.x1 and min(gutter - run.x0, run.x1 - gutter) > run.size:
            yield from (group for group in (left, right, [run]) if group)
            left, right = [], []
        else:
            (left if (run.x0 + run.x1) / 2 < gutter else right).append(run)
    yield from (group for group in (left, right) if group)


def _tables(rows: Sequence[Row]) -> Iterator[Part]:
    at = 0
    while at < len(rows):
        end = _table_end(rows, at)
        if end > at:
            yield Table(_grid(_unwrapped(rows[at:end])))
            at = end
        else:
            yield rows[at]
            at += 1


def _table_end(rows: Sequence[Row], start: int) -> int:
    """The end of the table that starts here; the start itself if none does."""
    if len(rows[start].cells) < 2 or _bullet(rows[start]):
        return start
    end, several = start + 1, 1
    while end < len(rows):
        ahead = next((at for at in range(end, min(end + 4, len(rows))) if len(rows[at].cells) > 1), None)
        near = ahead is not None and all(_close(one, two) for one, two in pairwise(rows[end - 1 : ahead + 1]))
        if ahead is None or not near or any(_apart(row, rows[start]) for row in rows[end:ahead]):
            break
        end, several = ahead + 1, several + 1
    return _tail(rows, end) if several > 1 else start


def _tail(rows: Sequence[Row], end: int) -> int:
    """Rows below that only continue the last row's cells belong to the table too."""
    while (
        end < len(rows)
        and 0 <= rows[end].y0 - rows[end - 1].y1 < 0.3 * rows[end].size
        and not _prose(rows[end])
    ):
        if rows[end].size > rows[end - 1].size or (rows[end].bold and not rows[end - 1].bold):
            break
        end += 1
    return end


def _close(one: Row, two: Row) -> bool:
    return two.y0 - one.y1 < 2.5 * max(one.size, two.size)


def _apart(row: Row, first: Row) -> bool:
    """Whether a lone row between two table rows is prose or a heading, so that the table ends above it."""
    return _prose(row) or row.size > 1.12 * first.size


def _prose(row: Row) -> bool:
    return len(row.cells) == 1 and len(row.text) > 90


def _bullet(row: Row) -> bool:
    return len(row.cells) == 2 and len(row.cells[0].text) <= 3 and row.cells[0].text[-1:] in "•●▪■-–.)"


def _unwrapped(rows: Sequence[Row]) -> list[Row]:
    """Rows without those that only continue the cells above, told by their tighter spacing."""
    gaps = sorted(max(0.0, below.y0 - above.y1) for above, below in pairwise(rows))
    usual = gaps[(3 * len(gaps)) // 4] if gaps else 0.0
    size = median(row.size for row in rows)
    if usual < 0.35 * size:
        return list(rows)
    merged = [rows[0]]
    for row in rows[1:]:
        if row.y0 - merged[-1].y1 < 0.4 * usual:
            merged[-1] = _continued(merged[-1], row)
        else:
            merged.append(row)
    return merged


def _continued(row: Row, below: Row) -> Row:
    cells = list(row.cells)
    for cell in below.cells:
        at = next((at for at, over in enumerate(cells) if cell.x0 < over.x1 and over.x0 < cell.x1), None)
        if at is None:
            cells = sorted([*cells, cell], key=lambda each: each.x0)
        else:
            over = cells[at]
            cells[at] = Cell(
                x0=min(over.x0, cell.x0), x1=max(over.x1, cell.x1), text=f"{over.text} {cell.text}"
            )
    return replace(row, cells=tuple(cells), y1=below.y1)


def _grid(rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    columns = _column_spans([row for row in rows if len(row.cells) > 1])
    return tuple(_placed(row, columns) for row in rows)


def _column_spans(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Where columns are: the cells' places, joined while they overlap; widest rows count."""
    most = max(len(row.cells) for row in rows)
    spans: list[tuple[float, float]] = []
    for x0, x1 in sorted((cell.x0, cell.x1) for row in rows if len(row.cells) == most for cell in row.cells):
        if spans and x0 < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(x1, spans[-1][1]))
        else:
            spans.append((x0, x1))
    return spans if len(spans) == most else []


def _placed(row: Row, columns: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """The row's cells under their columns; as they are where one column would hold two."""
    words = tuple(cell.text for cell in row.cells)
    if len(row.cells) in (1, len(columns)) or not columns:
        return words
    cells = [""] * len(columns)
    for cell in row.cells:
        at = min(range(len(columns)), key=lambda at: _distance(cell, columns[at]))
        if cells[at]:
            return words
        cells[at] = cell.text
    return tuple(cells)


def _distance(cell: Cell, column: tuple[float, float]) -> float:
    overlap = min(cell.x1, column[1]) - max(cell.x0, column[0])
    return -overlap if overlap > 0 else abs(cell.x0 + cell.x1 - column[0] - column[1]) / 2
