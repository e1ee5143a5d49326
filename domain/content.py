"""What is said, independent of any platform: a small tree that each adapter renders late."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

from domain.ids import PassageId


class Style(StrEnum):
    """How a span looks."""

    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"
    STRIKE = "strike"
    MONO = "mono"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text. ``url`` makes it a link (http, https or mailto only)."""

    text: str
    style: Style = Style.PLAIN
    url: str = ""


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; spans may contain line breaks."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; platforms without headings show it bold."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list; ``depth`` 0 is the outermost level."""

    spans: Spans
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; ``ordered`` numbers the items of depth 0."""

    items: tuple[Item, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A block shown as is, in a fixed-width font. Tables of the model are aligned into this."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody else's words."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from. ``page`` counts from 1; 0: the document has no pages."""

    passage: PassageId
    title: str
    section: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Sources:
    """The citations of an answer, shown small."""

    items: tuple[Source, ...]


class ButtonStyle(StrEnum):
    """How a button looks."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """A press comes back as `ButtonPressed(action, value)`.

    ``action`` is a short static name (``claim``, ``rate``), ``value`` at most 40 bytes of ASCII
    (Telegram allows 64 bytes of callback data for both together).
    """

    action: str
    label: str
    value: str = ""
    style: ButtonStyle = ButtonStyle.PLAIN


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of buttons (renderers wrap where the platform's row is shorter)."""

    items: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file to upload. ``blob`` is the key of its bytes in the blob store; ``image`` shows it inline."""

    blob: str
    name: str
    mime: str
    size: int = 0
    image: bool = False
    alt: str = ""


Block = Paragraph | Heading | Bullets | Code | Quote | Sources | Buttons | File


@dataclass(frozen=True, slots=True)
class Content:
    """A message: blocks from top to bottom."""

    blocks: tuple[Block, ...] = ()

    def plus(self, *blocks: Block) -> "Content":
        """The same content with blocks added at the end."""
        return Content((*self.blocks, *blocks))

    def without(self, kind: type) -> "Content":
        """The same content without the blocks of one kind."""
        return Content(tuple(block for block in self.blocks if not isinstance(block, kind)))

    def of(self, kind: type) -> Iterator[Block]:
        """The blocks of one kind, in order."""
        return (block for block in self.blocks if isinstance(block, kind))


def text(words: str, style: Style = Style.PLAIN) -> Content:
    """Content of one paragraph."""
    return Content((paragraph(words, style),))


def paragraph(words: str, style: Style = Style.PLAIN) -> Paragraph:
    """A paragraph of one span."""
    return Paragraph((Span(words, style),))


def plain(content: Content) -> str:
    """The words of a content without any markup: for logs of size, search, history and previews."""
    return "\n".join(words for block in content.blocks if (words := _plain(block)))


def _plain(block: Block) -> str:
    match block:
        case Paragraph(spans) | Heading(spans) | Quote(spans):
            return _join(spans)
        case Bullets(items, ordered):
            numbers = accumulate(int(not item.depth) for item in items)  # nested items don't count
            return "\n".join(
                _bullet(number, item, ordered) for number, item in zip(numbers, items, strict=True)
            )
        case Code(code, _):
            return code
        case Sources(items):
            return "\n".join(source_line(number, source) for number, source in enumerate(items, 1))
        case File(name=name):
            return f"[{name}]"
        case Buttons():
            return ""


def _bullet(number: int, item: Item, ordered: bool) -> str:
    mark = f"{number}. " if ordered and not item.depth else "- "
    return "  " * item.depth + mark + _join(item.spans)


def source_line(number: int, source: Source) -> str:
    """``[1] Handbook, Prices, p. 4``."""
    page = f"p. {source.page}" if source.page else ""
    return f"[{number}] " + ", ".join(part for part in (source.title, source.section, page) if part)


def _join(spans: Spans) -> str:
    return "".join(span.text for span in spans)
