"""A content in pieces that each fit one message, in order, nothing dropped. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bots.discord.escape import units
from bots.discord.render import EMBED, ROW, ROWS, TEXT, render, source_lines
from domain.content import (
    Block,
    Bullets,
    Buttons,
    Code,
    Content,
    Heading,
    Item,
    Paragraph,
    Quote,
    Sources,
    Span,
    Spans,
    Style,
)

LONGEST_LINK = 512
BREAKS = ("\n\n", "\n", ". ", "! ", "? ", "。", "؟ ", "। ", "; ", ", ", " ")
"""Where a text is best cut, best first."""


def split(content: Content) -> tuple[Content, ...]:
    """Pieces for `Channel.send`; a content that fits is its only piece."""
    if render(content).fits:
        return (content,)
    pieces: list[tuple[Block, ...]] = [()]
    for block in content.blocks:
        for part in _parts(block):
            if pieces[-1] and not _fits((*pieces[-1], part)):
                pieces.append(())
            pieces[-1] = (*pieces[-1], part)
    return tuple(Content(piece) for piece in pieces)


def _fits(blocks: tuple[Block, ...]) -> bool:
    return render(Content(blocks)).fits


def _parts(block: Block) -> Iterable[Block]:
    """A block as it is, or cut into blocks of its kind that fit."""
    if type(block) is Buttons or type(block) is Sources or not _fits((block,)):
        return CUTS[type(block)](block) if type(block) in CUTS else (block,)
    return (block,)


def _cut_text(block: Paragraph | Heading | Quote) -> Iterator[Block]:
    kind = Paragraph if isinstance(block, Heading) else type(block)
    rest: Spans = tuple(map(_tamed, block.spans))

    def fits(spans: Spans) -> bool:
        return _fits((kind(spans),))

    while rest:
        head, rest = _head(rest, fits)
        if head:
            yield kind(head)


def _head(spans: Spans, fits: Callable[[Spans], bool]) -> tuple[Spans, Spans]:
    """As many spans as fit, the last one cut at a sensible place, and what remains."""
    kept: Spans = ()
    for position, span in enumerate(spans):
        if fits((*kept, span)):
            kept = (*kept, span)
            continue
        whole = span.url or span.style is Style.MONO
        if kept and whole and fits((span,)):
            return kept, spans[position:]
        first, second = _cut(span, partial(_fits_after, fits, kept), must=not kept)
        rest = spans[position + 1 :]
        return (*kept, *_some(first)), (*_some(second), *rest)
    return kept, ()


def _fits_after(fits: Callable[[Spans], bool], kept: Spans, part: Span) -> bool:
    return fits((*kept, part))


def _tamed(span: Span) -> Span:
    """A link whose address is too long to be repeated in pieces, as words."""
    return Span(f"{span.text} ({span.url})") if len(span.url) > LONGEST_LINK else span


def _some(span: Span) -> Spans:
    return (span,) if span.text else ()


def _cut(span: Span, fits: Callable[[Span], bool], *, must: bool) -> tuple[Span, Span]:
    """The longest start of a span that fits, up to a break in the text where there is one."""
    low, high = 0, min(len(span.text), TEXT)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(replace(span, text=span.text[:middle])):
            low = middle
        else:
            high = middle - 1
    at = _break(span.text, low) or (max(low, 1) if must else 0)
    head, tail = span.text[:at], span.text[at:]
    return replace(span, text=head.rstrip()), replace(span, text=tail.lstrip() if at else tail)


def _break(text: str, end: int) -> int:
    """The best place to cut before ``end``; 0: there is none. Far breaks are left for nearer ones."""
    if end >= len(text):
        return end
    for mark in BREAKS:
        found = text.rfind(mark, end // 2, end)
        if found > 0:
            return found + len(mark)
    return text.rfind(" ", 0, end) + 1


def _cut_code(block: Code) -> Iterator[Block]:
    lines: list[str] = []
    for line in _short_lines(block):
        if lines and not _fits((replace(block, text="\n".join([*lines, line])),)):
            yield replace(block, text="\n".join(lines))
            lines = []
        lines.append(line)
    if lines:
        yield replace(block, text="\n".join(lines))


def _short_lines(block: Code) -> Iterator[str]:
    width = TEXT // 4
    for line in block.text.split("\n"):
        if _fits((replace(block, text=line),)):
            yield line
        else:
            yield from (line[start : start + width] for start in range(0, len(line), width))


def _cut_bullets(block: Bullets) -> Iterator[Block]:
    """Items in groups. An ordered list goes on as written numbers: Discord would start at 1 again."""
    group: list[Item] = []
    number, started = 0, False
    for item in block.items:
        number += not item.depth
        if _fits((replace(block, items=(*group, item)),)) and not (started and block.ordered):
            group.append(item)
            continue
        if group:
            yield replace(block, items=tuple(group))
        group, started = [], True
        if block.ordered or not _fits((replace(block, items=(item,)),)):
            yield from _loose(item, f"{number}. " if block.ordered and not item.depth else "• ")
        else:
            group.append(item)
    if group:
        yield replace(block, items=tuple(group))


def _loose(item: Item, mark: str) -> Iterator[Block]:
    return _cut_text(Paragraph((Span("\u2003" * item.depth + mark), *item.spans)))


def _cut_sources(block: Sources) -> Iterator[Block]:
    start, size = 0, 0
    for position, line in enumerate(source_lines(block)):
        if size + units(line) + 1 > EMBED - 500:
            yield Sources(block.items[start:position])
            start, size = position, 0
        size += units(line) + 1
    if block.items[start:]:
        yield Sources(block.items[start:])


def _cut_buttons(block: Buttons) -> Iterator[Block]:
    for start in range(0, len(block.items), ROW * ROWS):
        yield Buttons(block.items[start : start + ROW * ROWS])


CUTS: Mapping[type, Callable[[Any], Iterable[Block]]] = {
    Paragraph: _cut_text,
    Heading: _cut_text,
    Quote: _cut_text,
    Code: _cut_code,
    Bullets: _cut_bullets,
    Sources: _cut_sources,
    Buttons: _cut_buttons,
}
