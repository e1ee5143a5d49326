"""The process that a file is parsed in, so that a hostile one can hurt nothing else.

Reads the file from standard input and writes one line of JSON: the document, ``{"file": ...}`` or
``{"error": ...}``.
Started by `brain.knowledge.load`; memory, processor time and file sizes are limited before a byte is read.
"""

import argparse
import base64
import contextlib
import importlib
import json
import os
import resource
import sys

from brain.knowledge.loaders.extract import LONGEST_HEADING, Extract, Pages
from domain.errors import BadInput

# Loaded by name, so that a text file doesn't wait for PyMuPDF.
LOADERS = {
    "pdf": ("pdf", "parse"),
    "pdfium": ("pdfium", "parse"),
    "docx": ("docx", "parse"),
    "xlsx": ("sheet", "parse_xlsx"),
    "csv": ("sheet", "parse_csv"),
    "html": ("html", "parse"),
    "markdown": ("markdown", "parse"),
    "text": ("text", "parse"),
    "image": ("image", "parse"),
    "image_to_pdf": ("convert", "image_to_pdf"),
}
PAGED = {"pdf", "pdfium", "image", "image_to_pdf"}
"""Those that tell how far they are."""


MOST_SECTIONS = 20_000
"""Each is a passage at least, and passages take time."""


def main() -> None:
    """Parse standard input under the limits given as arguments."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("loader", choices=LOADERS)
    arguments.add_argument("name")
    arguments.add_argument("--memory", type=int, required=True, help="bytes")
    arguments.add_argument("--seconds", type=int, required=True, help="of processor time")
    arguments.add_argument("--words", type=int, required=True)
    arguments.add_argument("--progress", type=int, help="a file descriptor; gets lines such as 40 120")
    given = arguments.parse_args()
    _limit(memory=given.memory, seconds=given.seconds)
    with contextlib.redirect_stdout(sys.stderr):  # a chatty library must not spoil the answer
        answer = _answer(given.loader, given.name, given.words, _teller(given.progress))
    sys.stdout.write(json.dumps(answer))


LARGEST_FILE = 512 * 2**20
"""Bytes of one temporary file that a parser may write."""


def _limit(*, memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def _teller(descriptor: int | None) -> Pages:
    """Tells the parent how many pages are read; a parent that doesn't listen any more is no trouble."""

    def tell(done: int, total: int) -> None:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.write(descriptor, f"{done} {total}\n".encode())

    return tell


def _answer(loader: str, name: str, words: int, told: Pages) -> dict[str, object]:
    module, function = LOADERS[loader]
    more = (told,) if loader in PAGED else ()
    try:
        parse = getattr(importlib.import_module(f"brain.knowledge.loaders.{module}"), function)
        made = parse(sys.stdin.buffer.read(), name, *more)
        if isinstance(made, bytes):
            return {"file": base64.b64encode(made).decode()}
        return _document(_checked(made, name, words))
    except BadInput as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"“{name}” needs more memory than it may use, so it was not read."}
    except RecursionError:
        return {"error": f"“{name}” is nested too deeply to be read."}
    except Exception as error:  # parsers raise anything on damaged files
        print(type(error).__name__, file=sys.stderr)
        return {"error": f"“{name}” is damaged and can't be read."}


def _checked(extract: Extract, name: str, most: int) -> Extract:
    words = sum(len(section.text.split()) for section in extract.sections)
    # With the headings, which are kept with each section: the whole must fit one document of MongoDB.
    characters = sum(len(section.heading) + len(section.text) for section in extract.sections)
    if not any(letter.isalnum() for section in extract.sections for letter in section.text):
        raise BadInput(f"“{name}” has no text in it.")
    if len(extract.sections) > MOST_SECTIONS:
        raise BadInput(f"“{name}” has more than {MOST_SECTIONS:,} sections; please split it.")
    if words > most or characters > 12 * most:
        raise BadInput(f"“{name}” has more than {most:,} words; please split it into smaller documents.")
    return extract


def _document(extract: Extract) -> dict[str, object]:
    sections = [[each.heading, each.page, each.text, each.table] for each in extract.sections]
    return {"title": extract.title[:LONGEST_HEADING], "pages": extract.pages, "sections": sections}


if __name__ == "__main__":
    main()
