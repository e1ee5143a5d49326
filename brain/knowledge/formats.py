"""Which files can be read, and whether a file is what its name says."""

from dataclasses import dataclass
from pathlib import PurePath

from domain.errors import BadInput

READABLE = "PDF, DOCX, HTML, Markdown, text, CSV, XLSX or an image"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_BINARY = (
    b"%PDF-",
    *_ZIP,
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
    b"MZ\x90",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
)
_HEAD = 1024  # PDF readers accept the mark anywhere in the first kilobyte


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of file. ``loader`` is a key of the parser process; ``marks`` start such files, if any do."""

    loader: str
    mime: str
    called: str
    marks: tuple[bytes, ...] = ()


_PDF = Format(loader="pdf", mime="application/pdf", called="a PDF", marks=(b"%PDF-",))
_OFFICE = "application/vnd.openxmlformats-officedocument."
_DOCX = Format(
    loader="docx", mime=_OFFICE + "wordprocessingml.document", called="a Word document", marks=_ZIP
)
_XLSX = Format(loader="xlsx", mime=_OFFICE + "spreadsheetml.sheet", called="an Excel workbook", marks=_ZIP)
_HTML = Format(loader="html", mime="text/html", called="a web page")
_MARKDOWN = Format(loader="markdown", mime="text/markdown", called="a Markdown file")
_TEXT = Format(loader="text", mime="text/plain", called="a text file")
_CSV = Format(loader="csv", mime="text/csv", called="a CSV table")
_PNG = Format(loader="image", mime="image/png", called="a PNG image", marks=(b"\x89PNG\r\n\x1a\n",))
_JPEG = Format(loader="image", mime="image/jpeg", called="a JPEG image", marks=(b"\xff\xd8\xff",))
_TIFF = Format(loader="image", mime="image/tiff", called="a TIFF image", marks=(b"II*\x00", b"MM\x00*"))
_WEBP = Format(loader="image", mime="image/webp", called="a WebP image", marks=(b"RIFF",))
_BMP = Format(loader="image", mime="image/bmp", called="a BMP image", marks=(b"BM",))

FORMATS = {
    ".pdf": _PDF,
    ".docx": _DOCX,
    ".xlsx": _XLSX,
    ".html": _HTML,
    ".htm": _HTML,
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
    ".txt": _TEXT,
    ".text": _TEXT,
    ".csv": _CSV,
    ".tsv": _CSV,
    ".png": _PNG,
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".webp": _WEBP,
    ".bmp": _BMP,
}


def format_of(data: bytes, name: str) -> Format:
    """The format of a file by its name, checked against its first bytes. Raises BadInput."""
    known = FORMATS.get(PurePath(name).suffix.lower())
    if known is None:
        raise BadInput(f"“{name}” is a kind of file I can't read; please send {READABLE}.")
    if not data.strip(b"\x00 \t\r\n"):
        raise BadInput(f"“{name}” is empty.")
    if not _matches(data, known):
        raise BadInput(f"“{name}” isn't {known.called}, although its name says so.")
    return known


def _matches(data: bytes, known: Format) -> bool:
    if known.loader == "pdf":
        return b"%PDF-" in data[:_HEAD]
    if known.marks:
        return data.startswith(known.marks)
    return not data.startswith(_BINARY)
