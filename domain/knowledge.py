"""Documents and what is found in them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
    """A version of a document. ``version`` counts from 1; one is current, older ones can be restored.

    Every upload takes a number, also one that is never published, so that no number is used twice.
    """

    id: DocumentId
    company: CompanyId
    name: str
    title: str
    version: int
    pages: int
    passages: int
    sha256: str
    at: datetime


class Stage(StrEnum):
    """What became of a version."""

    DRAFT = "draft"  # waits for somebody to publish or discard it
    PUBLISHED = "published"  # is in service, or was
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"  # a newer draft of the same document came before anybody published this one
    EXPIRED = "expired"  # nobody published it in time


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version and what became of it.

    ``base`` is the version it was compared with (0: none was in service). ``by`` brought it in;
    ``settled_by`` and ``settled_at`` say who published or discarded it, and when.
    """

    document: Document
    stage: Stage
    current: bool = False
    base: int = 0
    by: str = ""
    settled_by: str = ""
    settled_at: datetime | None = None

    @property
    def key(self) -> str:
        """Names the version in a button: at most 40 characters of ASCII."""
        return f"{self.document.id}-{self.document.version}"


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
