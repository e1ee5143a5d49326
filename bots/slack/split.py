"""Cuts content into pieces that each fit one Slack message; pure, and nothing is dropped."""

import unicodedata
from collections.abc import Callable, Iterator

from domain.content import (
    Block,
    Bullets,
    Buttons,
    Code,
    Content,
    File,
    Heading,
    Item,
    Paragraph,
    Quote,
    Sources,
    Span,
    Spans,
    source_line,
)

SECTION = 2900
"""Characters a block: docs.slack.dev allows 3000 a section; the rest is for marks and escapes at cuts."""
MESSAGE = 3900
"""Characters a message: over 4000 Slack advises against, and the plain text must fit as well."""
BLOCKS = 45
"""Blocks a message; docs.slack.dev allows 50."""
ROW = 25
"""Buttons a row: docs.slack.dev/reference/block-kit/blocks/actions-block."""
FILES = 10
"""Files a message."""
SENSIBLE = ("\n\n", "\n", ". ", "! ", "? ", "; ", ", ", " ")
Measure = Callable[[Block], int]


def length(text: str) -> int:
    """Characters as Slack counts them at worst: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def pieces(content: Content, measure: Measure) -> tuple[Content, ...]:
    """One content a message: words, then files with the words before them as their caption, and buttons."""
    parts = [part for block in content.blocks for part in small(block, measure)]
    out: list[Content] = []
    room: list[Block] = []
    for block in parts:
        if room and not _fits(room, block, measure):
            out.append(Content(tuple(room)))
            room = []
        room.append(block)
    return (*out, Content(tuple(room))) if room else tuple(out)


def _fits(room: list[Block], block: Block, measure: Measure) -> bool:
    files = [one for one in room if isinstance(one, File)]
    if isinstance(block, File):
        # A message with files has no blocks: buttons before it stay in their own message.
        return len(files) < FILES and not any(isinstance(one, Buttons) for one in room)
    if files:
        return False
    return len(room) < BLOCKS and sum(measure(one) + 1 for one in room) + measure(block) <= MESSAGE


def small(block: Block, measure: Measure) -> Iterator[Block]:
    """A block as several that each fit a section."""
    if isinstance(block, Buttons):
        yield from (Buttons(block.items[at : at + ROW]) for at in range(0, len(block.items), ROW))
    elif isinstance(block, File) or measure(block) <= SECTION:
        yield block
    elif isinstance(block, Code):
        yield from (Code(part, block.language) for part in _code(block, measure))
    elif isinstance(block, Bullets):
        yield from _bullets(block, measure)
    elif isinstance(block, Sources):
        lines = "\n".join(source_line(number, source) for number, source in enumerate(block.items, 1))
        yield from small(Paragraph((Span(lines),)), measure)
    elif isinstance(block, Paragraph | Heading | Quote):
        kind = type(block)
        yield from (
            kind(spans) for spans in _spans(block.spans, lambda spans: measure(kind(spans)) <= SECTION)
        )


def _bullets(block: Bullets, measure: Measure) -> Iterator[Block]:
    """A long list as several. A numbered one becomes lines of text, so that the numbers go on."""
    if block.ordered:
        for number, item in enumerate(block.items, 1):
            mark = f"{number}. " if not item.depth else "    " * item.depth + "◦ "
            yield from small(Paragraph((Span(mark), *item.spans)), measure)
        return
    room: list[Item] = []
    for item in _items(block, measure):
        if room and measure(Bullets((*room, item))) > SECTION:
            yield Bullets(tuple(room))
            room = []
        room.append(item)
    if room:
        yield Bullets(tuple(room))


def _items(block: Bullets, measure: Measure) -> Iterator[Item]:
    for item in block.items:
        depth = item.depth

        def fits(spans: Spans, depth: int = depth) -> bool:
            return measure(Bullets((Item(spans, depth),))) <= SECTION

        yield from (Item(spans, depth) for spans in _spans(item.spans, fits))


def _code(block: Code, measure: Measure) -> Iterator[str]:
    rest = block.text
    while rest:
        at = cut(rest, lambda words: measure(Code(words)) <= SECTION, sensible=("\n",))
        yield rest[:at].removesuffix("\n") or rest[:at]
        rest = rest[at:]


def _spans(spans: Spans, fits: Callable[[Spans], bool]) -> Iterator[Spans]:
    """Runs of spans that fit; a link is only cut if it alone is too long."""
    room: list[Span] = []
    waiting = list(spans)
    while waiting:
        span = waiting.pop(0)
        if fits((*room, span)):
            room.append(span)
            continue
        if room and (span.url or not fits((*room, Span(span.text[:1], span.style, span.url)))):
            yield tuple(room)
            room, waiting = [], [span, *waiting]
            continue
        yield from _cut_span(room, span, waiting, fits)
        room = []
    if room:
        yield tuple(room)


def _cut_span(
    room: list[Span], span: Span, waiting: list[Span], fits: Callable[[Spans], bool]
) -> Iterator[Spans]:
    if not fits((Span(span.text[:1], span.style, span.url),)):
        # An address longer than a message can't be shown as a link; its words can.
        waiting.insert(0, Span(span.text, span.style))
        if room:
            yield tuple(room)
        return
    at = cut(span.text, lambda words: fits((*room, Span(words, span.style, span.url))))
    yield (*room, Span(span.text[:at], span.style, span.url))
    waiting.insert(0, Span(span.text[at:], span.style, span.url))


def cut(text: str, fits: Callable[[str], bool], *, sensible: tuple[str, ...] = SENSIBLE) -> int:
    """Where to cut so that the first part fits: after a paragraph, a line, a sentence or a word."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle - 1)
    if low == len(text):
        return low
    for mark in sensible:
        at = text.rfind(mark, low // 2, low)
        if at >= 0:
            return at + len(mark)
    return _whole(text, low)


def _whole(text: str, at: int) -> int:
    """Not inside one visible character (combining marks, joined emoji)."""
    wanted = at
    while at > 1 and (_joins(text[at]) or text[at - 1] == "\u200d"):
        at -= 1
    return at if at > 1 else wanted


def _joins(character: str) -> bool:
    return (
        bool(unicodedata.combining(character))
        or character in "\u200d\ufe0f"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
