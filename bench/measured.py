"""What measurements have in common: percentiles, the machine's load, tables."""

import math
import os
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

Figures = dict[str, float]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share (0 to 1) of all values does not exceed (nearest rank); 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def spread(values: Sequence[float]) -> Figures:
    """Median and 99th percentile, rounded, with their number."""
    return {
        "p50_ms": round(percentile(values, 0.5), 2),
        "p99_ms": round(percentile(values, 0.99), 2),
        "n": len(values),
    }


def load_average() -> list[float]:
    """The machine's load over 1, 5 and 15 minutes: figures of a busy machine say little."""
    return [round(one, 2) for one in os.getloadavg()]


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; the first column is words, the others are figures."""
    table = Table(title=title)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*(f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in row))
    Console(width=110, stderr=True).print(table)
