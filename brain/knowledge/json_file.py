"""A parsed document as JSON, to be read by people and other programs."""

import json
from dataclasses import asdict

from domain.errors import BadInput
from domain.knowledge import ParsedDocument, Section

VERSION = 1


def to_json(parsed: ParsedDocument) -> str:
    """The document with its sections in order; a table's rows are lists of cells as well as text."""
    sections = [
        {**asdict(section), "rows": [line.split(" | ") for line in section.text.split("\n")]}
        if section.table
        else asdict(section)
        for section in parsed.sections
    ]
    document = {
        "format": VERSION,
        "title": parsed.title,
        "pages": parsed.pages,
        "mime": parsed.mime,
        "sha256": parsed.sha256,
        "sections": sections,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def from_json(words: str) -> ParsedDocument:
    """The document again. Raises BadInput."""
    try:
        found = json.loads(words)
        return ParsedDocument(
            title=found["title"],
            sections=tuple(
                Section(heading=each["heading"], page=each["page"], text=each["text"], table=each["table"])
                for each in found["sections"]
            ),
            pages=found["pages"],
            mime=found["mime"],
            sha256=found["sha256"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput("That isn't a parsed document.") from error
