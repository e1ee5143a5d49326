"""Long contents in pieces that Telegram takes: 4096 for a text, 1024 for a caption. Pure.

Nothing but white space at the cuts is dropped. Code stays code and links stay links on both sides.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from bots.telegram.albums import together
from bots.telegram.render import GAP
from bots.telegram.runs import bullet_spans, length, normalised, source_spans
from domain.content import (
    Block,
    Bullets,
    Button,
    Buttons,
    Code,
    Content,
    File,
    Heading,
    Paragraph,
    Quote,
    Sources,
    Span,
    Spans,
)

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
BUTTONS_LIMIT = 100
BREAKS = ("\n\n", "\n", ". ", "! ", "? ", "。", "; ", ", ", " ")  # best first
LEAST = 0.5  # a break in the first half of a piece is not worth the many messages
JOINERS = frozenset({"\u200d", "\ufe0e", "\ufe0f", *map(chr, range(0x1F3FB, 0x1F400))})


def split(content: Content) -> tuple[Content, ...]:
    """Pieces in order, each one message or one album, buttons under the last."""
    blocks = [block for block in normalised(content).blocks if isinstance(block, File) or length(block)]
    pieces = _with_caption(blocks) or _in_order(blocks)
    return tuple(
        _with_buttons(pieces, [b for one in content.blocks if isinstance(one, Buttons) for b in one.items])
    )


def _with_caption(blocks: list[Block]) -> list[Content] | None:
    """A short text travels with the first file."""
    files = [block for block in blocks if isinstance(block, File)]
    words = [block for block in blocks if not isinstance(block, File)]
    if not files or _total(words) > CAPTION_LIMIT:
        return None
    first, *rest = together(files)
    return [Content((*words, *first)), *(Content(album) for album in rest)]


def _in_order(blocks: list[Block]) -> list[Content]:
    pieces: list[Content] = []
    for is_files, run in groupby(blocks, key=lambda block: isinstance(block, File)):
        if is_files:
            pieces += [Content(album) for album in together([one for one in run if isinstance(one, File)])]
        else:
            pieces += _packed(list(run))
    return pieces


def _with_buttons(pieces: list[Content], buttons: list[Button]) -> list[Content]:
    rows = [
        Buttons(tuple(buttons[start : start + BUTTONS_LIMIT]))
        for start in range(0, len(buttons), BUTTONS_LIMIT)
    ]
    if not rows:
        return pieces
    alone = not pieces or len(list(pieces[-1].of(File))) > 1  # albums have no buttons
    first = Content((rows[0],)) if alone else pieces.pop().plus(rows[0])
    return [*pieces, first, *(Content((row,)) for row in rows[1:])]


def _total(blocks: Sequence[Block]) -> int:
    return sum(map(length, blocks)) + len(GAP) * max(len(blocks) - 1, 0)


def _packed(blocks: list[Block]) -> Iterator[Content]:
    """Fill messages block by block; a heading goes with what it heads."""
    page: list[Block] = []
    for block in (part for whole in blocks for part in _cut(whole)):
        if page and _total([*page, block]) > TEXT_LIMIT:
            carried = _heading_at_end(page, block)
            yield Content(tuple(page[: len(page) - len(carried)]))
            page = carried
        page.append(block)
    if page:
        yield Content(tuple(page))


def _heading_at_end(page: list[Block], following: Block) -> list[Block]:
    last = page[-1:]
    fits = len(page) > 1 and isinstance(last[0], Heading) and _total([*last, following]) <= TEXT_LIMIT
    return last if fits else []


def _cut(block: Block) -> list[Block]:
    """A block in parts that each fit a message."""
    if length(block) <= TEXT_LIMIT:
        return [block]
    match block:
        case Code(text, language):
            parts = cut_spans((Span(text.strip("\n")),), breaks=("\n",))
            made = [Code("".join(span.text for span in part), language) for part in parts]
            return [code for code in made if length(code)]
        case Bullets():
            return _texts(Paragraph, bullet_spans(block))
        case Sources():
            return _texts(Paragraph, source_spans(block))
        case Paragraph(spans):
            return _texts(Paragraph, spans)
        case Heading(spans):
            return _texts(Heading, spans)
        case Quote(spans):
            return _texts(Quote, spans)
        case _:
            return [block]


def _texts(make: Callable[[Spans], Block], spans: Spans) -> list[Block]:
    made = [make(part) for part in cut_spans(spans)]
    return [block for block in made if length(block)]


def cut_spans(spans: Spans, breaks: tuple[str, ...] = BREAKS) -> list[Spans]:
    """Spans in parts of at most `TEXT_LIMIT`; styles and links go on behind a cut."""
    text = "".join(span.text for span in spans)
    parts: list[Spans] = []
    done = 0
    while done < len(text):
        end = done + _break(text[done : done + TEXT_LIMIT], breaks, last=done + TEXT_LIMIT >= len(text))
        parts.append(_between(spans, done, end))
        done = end
    return parts


def _between(spans: Spans, start: int, end: int) -> Spans:
    kept: list[Span] = []
    at = 0
    for span in spans:
        part = span.text[max(start - at, 0) : max(end - at, 0)]
        if part:
            kept.append(Span(part, span.style, span.url))
        at += len(span.text)
    return tuple(kept)


def _break(window: str, breaks: tuple[str, ...], *, last: bool) -> int:
    """Where to cut: characters of ``window`` (at most `TEXT_LIMIT` of them) that go into this part."""
    fitting = len(window.encode("utf-16-le")[: TEXT_LIMIT * 2].decode("utf-16-le", "ignore"))
    if last and fitting == len(window):
        return fitting
    for mark in breaks:
        found = window.rfind(mark, int(fitting * LEAST), fitting)
        if found >= 0:
            return found + len(mark)
    return _between_characters(window, fitting)


def _between_characters(window: str, end: int) -> int:
    """Step back over accents and joined emoji, so that a cut leaves them whole."""
    for cut in range(end, max(end - 32, 1), -1):
        following = window[cut : cut + 1]
        if not (
            following in JOINERS or unicodedata.combining(following or "a") or window[cut - 1] == "\u200d"
        ):
            return cut
    return end
