"""A person's formatting: text with entities -> `Content`. Pure."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from telegram import MessageEntity

from domain.content import Block, Code, Content, Paragraph, Quote, Span, Spans, Style

QUOTES = frozenset({MessageEntity.BLOCKQUOTE, MessageEntity.EXPANDABLE_BLOCKQUOTE})
STYLES = {  # the first that applies wins: spans have one style
    MessageEntity.CODE: Style.MONO,
    MessageEntity.BOLD: Style.BOLD,
    MessageEntity.ITALIC: Style.ITALIC,
    MessageEntity.STRIKETHROUGH: Style.STRIKE,
}
KEPT = {*QUOTES, *STYLES, MessageEntity.PRE, MessageEntity.TEXT_LINK}


def formatted(text: str, entities: Sequence[MessageEntity]) -> Content | None:
    """The content of a formatted text; None where plain text says it all."""
    kept = [entity for entity in entities if entity.type in KEPT]
    return Content(tuple(_blocks(text.encode("utf-16-le"), kept))) if kept else None


def _blocks(raw: bytes, entities: Sequence[MessageEntity]) -> Iterator[Block]:
    """Code blocks and quotes are blocks of their own; what is between them are paragraphs."""
    done = 0
    for entity in sorted(entities, key=lambda one: one.offset):
        if entity.type != MessageEntity.PRE and entity.type not in QUOTES:
            continue
        if entity.offset < done:
            continue
        yield from _paragraphs(raw, entities, done, entity.offset)
        done = entity.offset + entity.length
        if entity.type == MessageEntity.PRE:
            yield Code(_cut(raw, entity.offset, done), entity.language or "")
        else:
            yield Quote(_spans(raw, entities, entity.offset, done))
    yield from _paragraphs(raw, entities, done, len(raw) // 2)


def _paragraphs(raw: bytes, entities: Sequence[MessageEntity], start: int, end: int) -> Iterator[Block]:
    words = _cut(raw, start, end)
    if not words.strip():
        return
    start += len(words) - len(words.lstrip())  # white space is one unit a character
    yield Paragraph(_spans(raw, entities, start, end - (len(words) - len(words.rstrip()))))


def _spans(raw: bytes, entities: Sequence[MessageEntity], start: int, end: int) -> Spans:
    edges = {start, end}
    for entity in entities:
        edges |= {edge for edge in (entity.offset, entity.offset + entity.length) if start < edge < end}
    return tuple(_span(raw, entities, one, other) for one, other in pairwise(sorted(edges)))


def _span(raw: bytes, entities: Sequence[MessageEntity], start: int, end: int) -> Span:
    over = [entity for entity in entities if entity.offset <= start and end <= entity.offset + entity.length]
    kinds = {entity.type for entity in over}
    style = next((style for kind, style in STYLES.items() if kind in kinds), Style.PLAIN)
    url = next((entity.url for entity in over if entity.url), "")
    return Span(_cut(raw, start, end), style, url if url.startswith(("http://", "https://")) else "")


def _cut(raw: bytes, start: int, end: int) -> str:
    return raw[start * 2 : end * 2].decode("utf-16-le", "replace")
