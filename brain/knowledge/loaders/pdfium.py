"""PDF through pypdfium2 (BSD and Apache): for those who can't use PyMuPDF's AGPL.

Rows come out whole here too, but headings are known only from the file's outline.
"""

from collections.abc import Iterator
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
from domain.errors import BadInput


def parse(data: bytes, name: str, told: Pages = unheard) -> Extract:
    """Raises BadInput for damaged, encrypted and image-only files."""
    document = _opened(data, name)
    pages = list(_read(document, told))
    if not any(pages):
        return image.from_pages(_pictures(document), name, pages=len(document), told=told)
    outline = _outline(document)
    writer = SectionWriter()
    for number, words in enumerate(pages, 1):
        for line in words.split("\n"):
            if level := outline.get((number, _key(line))):
                writer.heading(level, line, number)
            else:
                writer.paragraph(line, number)
    title = one_line(document.get_metadata_dict().get("Title") or "")
    return writer.extract(title or title_from(name), len(document))


def _read(document: Any, told: Pages) -> Iterator[str]:
    for at in range(len(document)):
        yield tidy(document[at].get_textpage().get_text_bounded())
        told(at + 1, len(document))


def _opened(data: bytes, name: str) -> Any:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        pages = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise BadInput(f"“{name}” is protected with a password; please send it without one.") from error
        raise BadInput(f"“{name}” is damaged and can't be opened.") from error
    if pages == 0:
        raise BadInput(f"“{name}” has no pages, or is damaged.")
    if pages > MOST_PAGES:
        raise BadInput(f"“{name}” has {pages} pages; please send at most {MOST_PAGES} at once.")
    return document


def _outline(document: Any) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for mark in document.get_toc():
        target = mark.get_dest()
        if target is not None and (page := target.get_index()) is not None:
            found[(page + 1, _key(mark.get_title()))] = mark.level + 1
    return found


def _key(words: str) -> str:
    return "".join(words.lower().split())


def _pictures(document: Any) -> Iterator[bytes]:
    import io

    for page in document:
        kept = io.BytesIO()
        page.render(scale=200 / 72).to_pil().save(kept, "PNG")
        yield kept.getvalue()
