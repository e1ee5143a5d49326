"""Whether numbers in PDF tables keep their labels, and how many pages a second are read.

    python -m bench.pdf_tables [--data DIR] [--json]

A line that consists only of numbers (digits, separators, currency, %, parentheses) has lost the label of
its row: nobody who reads that line alone knows what it says. Share: such lines among all lines with a
number; a row of years above a table counts as well. ``numbers`` are those in all lines: a reader that
drops some could look good by that. Ours drops running heads and page numbers, and joins lines of prose.

Beside our loaders, in the same run and on the same files: PyMuPDF's plain text and pypdfium2's text. Each
reads every file once before the clock starts; parsing happens in this process, so what a process of its
own costs is not in it.
"""

import argparse
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console

from bench.corpus import ROOT, SHARED
from bench.measured import load_average, show
from brain.knowledge.loaders import pdf, pdfium

EXAMPLE = ROOT / "examples" / "company_data.pdf"
MOST_DETACHED = 0.10  # target: a smaller share
LEAST_PAGES = 50.0  # target: pages a second
ROUNDS = 3  # the fastest one counts

Lines = Callable[[bytes, str], list[str]]

_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d[\d.,]*")
_NO_WORD = re.compile(r"[\d.,’'\s$€£%()+\-–—|]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one reader made of all files."""

    numeric: int
    detached: int
    numbers: int
    pages: int
    seconds: float

    def figures(self) -> dict[str, float]:
        """The metrics, as in the JSON."""
        return {
            "numeric_lines": self.numeric,
            "detached_lines": self.detached,
            "detached_share": round(self.detached / max(1, self.numeric), 4),
            "numbers": self.numbers,
            "pages_per_second": round(self.pages / max(self.seconds, 1e-9), 1),
        }


def detached(line: str) -> bool:
    """Whether a line holds numbers and not one word."""
    return bool(_DIGIT.search(line) and _NO_WORD.fullmatch(line))


def ours(data: bytes, name: str) -> list[str]:
    """Lines of the default loader."""
    return _split(section.text for section in pdf.parse(data, name).sections)


def permissive(data: bytes, name: str) -> list[str]:
    """Lines of the loader under a permissive licence."""
    return _split(section.text for section in pdfium.parse(data, name).sections)


def pymupdf_text(data: bytes, name: str) -> list[str]:
    """Lines of PyMuPDF's plain text."""
    library: Any = import_module("pymupdf")  # its type information is partial
    with library.open(stream=data, filetype="pdf") as document:
        return _split(page.get_text() for page in document)


def pdfium_text(data: bytes, name: str) -> list[str]:
    """Lines of pypdfium2's text."""
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        return _split(document[at].get_textpage().get_text_bounded() for at in range(len(document)))


READERS: dict[str, Lines] = {
    "ours (PyMuPDF)": ours,
    "ours (pypdfium2)": permissive,
    "PyMuPDF's plain text": pymupdf_text,
    "pypdfium2's text": pdfium_text,
}


def _split(texts: Iterator[str]) -> list[str]:
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]


def page_count(data: bytes) -> int:
    """How many pages a file has."""
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        return len(document)


def read(reader: Lines, files: Sequence[tuple[str, bytes]], pages: int) -> Reading:
    """Read all files once to count, then again against the clock."""
    lines = [line for name, data in files for line in reader(data, name)]
    numeric = [line for line in lines if _DIGIT.search(line)]
    return Reading(
        numeric=len(numeric),
        detached=sum(map(detached, numeric)),
        numbers=sum(len(_NUMBER.findall(line)) for line in numeric),
        pages=pages,
        seconds=min(_timed(reader, files) for _ in range(ROUNDS)),
    )


def _timed(reader: Lines, files: Sequence[tuple[str, bytes]]) -> float:
    start = perf_counter()
    for name, data in files:
        reader(data, name)
    return perf_counter() - start


def measured(paths: Sequence[Path]) -> dict[str, object]:
    """Everything, as the JSON that the bench prints."""
    files = [(path.name, path.read_bytes()) for path in paths]
    pages = sum(page_count(data) for _, data in files)
    return {
        "files": [name for name, _ in files],
        "pages": pages,
        "readers": {name: read(reader, files, pages).figures() for name, reader in READERS.items()},
        "targets": {"detached_share": MOST_DETACHED, "pages_per_second": LEAST_PAGES},
        "load": load_average(),
    }


def shown(results: dict[str, Any]) -> None:
    """Print the metrics as a table."""
    rows = [
        (
            name,
            str(row["numeric_lines"]),
            str(row["detached_lines"]),
            f"{row['detached_share']:.1%}",
            str(row["numbers"]),
            row["pages_per_second"],
        )
        for name, row in results["readers"].items()
    ]
    rows.append(("target for ours", "", "", f"< {MOST_DETACHED:.0%}", "", f">= {LEAST_PAGES:.0f}"))
    title = f"PDF tables: {len(results['files'])} files, {results['pages']} pages; load {results['load'][0]}"
    show(title, ("", "lines with a number", "only numbers", "share", "numbers", "pages/s"), rows)


def main() -> None:
    """Read the arguments, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--data", type=Path, default=SHARED / "filings", help="a folder of PDF files")
    arguments.add_argument("--json", action="store_true", help="print one JSON object last")
    given = arguments.parse_args()
    paths = sorted(given.data.glob("*.pdf"))
    if not paths:
        Console(stderr=True).print(f"No PDF files in {given.data}: using {EXAMPLE.name} instead.")
    results = measured(paths or [EXAMPLE])
    shown(results)
    if given.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
