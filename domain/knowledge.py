"""Documents and what is found in them."""

from dataclasses import dataclass
from datetime import datetime

from domain.ids import CompanyId, DocumentId, PassageId


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Part of a document. ``heading`` is the path (``Prices > Express``); ``page`` counts from 1, 0: none.

    ``text`` keeps tables readable: one row a line, cells joined by `` | ``, labels beside numbers.
    """

    heading: str
    page: int
    text: str
    table: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDocument:
    """What a loader makes of a file; written as JSON beside the source."""

    title: str
    sections: tuple[Section, ...]
    pages: int
    mime: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A published document. ``version`` counts from 1; one version is current, older ones can be restored."""

    id: DocumentId
    company: CompanyId
    name: str
    title: str
    version: int
    pages: int
    passages: int
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of one section, at most 250 tokens. ``position`` orders the passages of a document."""

    id: PassageId
    document: DocumentId
    version: int
    title: str
    heading: str
    page: int
    position: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A passage with how well it fits. ``relevance`` 0 to 1, comparable between questions.

    ``context`` is what the model reads: the passage with its heading and neighbours.
    """

    passage: Passage
    relevance: float
    context: str = ""
