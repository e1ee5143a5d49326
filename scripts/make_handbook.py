"""Make ``examples/company_data.pdf``, the handbook of the made-up delivery company Parcelo.

    python -m scripts.make_handbook [TARGET]

The text is ``scripts/handbook.md``; the same text gives the same bytes.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

ROOT = Path(__file__).parent.parent
TEXT = ROOT / "scripts" / "handbook.md"
TARGET = ROOT / "examples" / "company_data.pdf"
TITLE = "Parcelo Customer Handbook"
INK, BAND, RULE = HexColor("#1f2937"), HexColor("#e8f1ee"), HexColor("#9ca3af")

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10.5, leading=15, textColor=INK, spaceAfter=6)
CELL = ParagraphStyle("cell", parent=BODY, fontSize=9.5, leading=12, spaceAfter=0)
HEAD = ParagraphStyle("head", parent=CELL, fontName="Helvetica-Bold")
HEADINGS = {
    "h1": ParagraphStyle(
        "h1", parent=BODY, fontName="Helvetica-Bold", fontSize=20, leading=26, spaceAfter=10
    ),
    "h2": ParagraphStyle(
        "h2", parent=BODY, fontName="Helvetica-Bold", fontSize=13, leading=17, spaceBefore=10
    ),
}
GRID = [
    ("BACKGROUND", (0, 0), (-1, 0), BAND),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]


class Handbook(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """Pages with a footer, and an outline entry for each heading."""

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - the name is reportlab's
        """Note headings in the outline."""
        style = getattr(getattr(flowable, "style", None), "name", "")
        if style in HEADINGS:
            key = f"{self.page}-{flowable.getPlainText()}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, level=int(style[1]) - 1)


def flowables(tokens: list[Token]) -> Iterator[Flowable]:
    """What stands on the pages, from Markdown's tokens."""
    rows: list[list[str]] = []
    for at, token in enumerate(tokens):
        if token.type == "inline":
            opened = tokens[at - 1]
            if opened.type in ("td_open", "th_open"):
                rows[-1].append(token.content)
            else:
                yield from _words(opened.tag, token.content)
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "table_close":
            yield from (_table(rows), Spacer(0, 8))
            rows = []


def _words(tag: str, words: str) -> Iterator[Flowable]:
    if tag == "h1" and words != TITLE:
        yield PageBreak()
    yield Paragraph(words, HEADINGS.get(tag, BODY))


def _table(rows: list[list[str]]) -> Table:
    width = A4[0] - 44 * mm
    first = 0.34 if len(rows[0]) > 2 else 0.44
    widths = [width * first, *[width * (1 - first) / (len(rows[0]) - 1)] * (len(rows[0]) - 1)]
    cells = [[Paragraph(cell, CELL if at else HEAD) for cell in row] for at, row in enumerate(rows)]
    return Table(cells, colWidths=widths, style=GRID, repeatRows=1)


def _footer(canvas: Any, document: BaseDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(RULE)
    canvas.drawString(22 * mm, 12 * mm, f"{TITLE} 2026")
    canvas.drawRightString(A4[0] - 22 * mm, 12 * mm, f"Page {document.page}")


def make(target: Path) -> None:
    """Write the handbook."""
    margins = {"leftMargin": 22 * mm, "rightMargin": 22 * mm, "topMargin": 20 * mm, "bottomMargin": 20 * mm}
    document = Handbook(str(target), pagesize=A4, title=TITLE, author="Parcelo B.V.", invariant=1, **margins)
    frame = Frame(document.leftMargin, document.bottomMargin, document.width, document.height, id="page")
    document.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=_footer)])
    tokens = MarkdownIt("commonmark").enable("table").parse(TEXT.read_text(encoding="utf-8"))
    document.build(list(flowables(tokens)))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
