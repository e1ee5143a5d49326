"""Word documents through python-docx."""

import io
import re
from typing import Any

from brain.knowledge.loaders import archive
from brain.knowledge.loaders.extract import Extract, SectionWriter, one_line, title_from
from domain.errors import BadInput

_LEVEL = re.compile(r"(?:heading|titre|überschrift|título|titolo|kop)\s*(\d)", re.IGNORECASE)


def parse(data: bytes, name: str) -> Extract:
    """Sections by heading styles; tables in their place. Word files know no pages."""
    archive.check(data, name, holds="word/document.xml")
    document = _opened(data, name)
    writer = SectionWriter()
    title = one_line(document.core_properties.title or "")
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            writer.table(_row(row) for row in block.rows)
            continue
        style = (block.style.name or "") if block.style is not None else ""
        words = one_line(block.text)
        if style.lower() == "title" and words:
            title = words
        elif (level := _level(style)) and words:
            writer.heading(level, words)
        else:
            writer.paragraph(words)
    return writer.extract(title or title_from(name))


def _opened(data: bytes, name: str) -> Any:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        return docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, SyntaxError, KeyError, ValueError, AttributeError) as error:
        raise BadInput(f"“{name}” is damaged and can't be opened.") from error


def _level(style: str) -> int:
    found = _LEVEL.match(style)
    return int(found[1]) if found else 0


def _row(row: Any) -> list[str]:
    """The row's cells; a cell that spans columns comes once."""
    cells: list[str] = []
    # python-docx has no public way to tell that two cells are one.
    seen: list[Any] = []
    for cell in row.cells:
        if not any(cell._tc is one for one in seen):
            seen.append(cell._tc)
            cells.append(cell.text)
    return cells
