"""Looks into DOCX and XLSX files before any library unpacks them: they are ZIP archives of XML."""

import io
import zipfile

from domain.errors import BadInput

_MOST_FILES = 2_000
_MOST_UNPACKED = 200 * 1024 * 1024
_MOST_RATIO = 200  # a spreadsheet of repeated rows packs to about 1/30
_SMALL = 1024 * 1024


def check(data: bytes, name: str, *, holds: str) -> None:
    """Raise BadInput for a broken, encrypted or exploding archive, and for entity tricks.

    ``holds`` is a file that the format can't be without.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if holds not in archive.namelist():
                raise BadInput(f"“{name}” isn't what its name says.")
            _check_sizes(entries, name)
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    _check_entities(archive, entry, name)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise BadInput(f"“{name}” is damaged and can't be opened.") from error


def _check_sizes(entries: list[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    exploding = unpacked > _SMALL and unpacked / packed > _MOST_RATIO
    if len(entries) > _MOST_FILES or unpacked > _MOST_UNPACKED or exploding:
        raise BadInput(f"“{name}” unpacks to far more than it should, so it was not opened.")


def _check_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    """Office files never declare a document type; one that does is an entity bomb or reads files."""
    with archive.open(entry) as part:
        start = part.read(64 * 1024)
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start or b"<\x00!\x00D\x00O\x00C" in start:
        raise BadInput(f"“{name}” holds unsafe XML, so it was not opened.")
