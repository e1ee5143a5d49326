"""Tables of CSV and XLSX files: each sheet a section, each row a line under its header."""

import csv
import io
import warnings
from collections.abc import Iterable, Sequence
from itertools import islice

from brain.knowledge.loaders import archive
from brain.knowledge.loaders.extract import Extract, SectionWriter, title_from
from brain.knowledge.loaders.text import decode
from domain.errors import BadInput

_MOST_ROWS = 50_000
_MOST_COLUMNS = 200


def parse_csv(data: bytes, name: str) -> Extract:
    """Comma, semicolon, tab or bar, whichever the file uses."""
    words = decode(data)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(words[:8192], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = list(islice(csv.reader(io.StringIO(words, newline=""), dialect), _MOST_ROWS + 1))
    except csv.Error as error:
        raise BadInput(f"“{name}” is damaged and can't be opened.") from error
    writer = SectionWriter()
    writer.table(_bounded(rows, name))
    return writer.extract(title_from(name))


def parse_xlsx(data: bytes, name: str) -> Extract:
    """Values as last computed by the program that saved the file."""
    archive.check(data, name, holds="xl/workbook.xml")
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that don't matter here
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            writer = SectionWriter()
            for sheet in book.worksheets:
                writer.heading(1, sheet.title)
                writer.table(_bounded(list(islice(sheet.iter_rows(values_only=True), _MOST_ROWS + 1)), name))
    except (KeyError, ValueError, TypeError, SyntaxError, EOFError, OSError) as error:
        raise BadInput(f"“{name}” is damaged and can't be opened.") from error
    return writer.extract(title_from(name))


def _bounded(rows: Sequence[Sequence[object]], name: str) -> Iterable[Sequence[object]]:
    if len(rows) > _MOST_ROWS:
        raise BadInput(f"“{name}” has more than {_MOST_ROWS} rows; please send a smaller table.")
    return (tuple(row)[:_MOST_COLUMNS] for row in rows)
