"""Blocks as runs of text with marks: what rendering and splitting have in common. Pure.

Telegram counts in UTF-16 code units, so lengths here do too.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from telegram import MessageEntity

from domain.content import (
    Block,
    Bullets,
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
    source_line,
)

DEEPEST = 8
MARKS = {
    Style.PLAIN: "",
    Style.BOLD: MessageEntity.BOLD,
    Style.ITALIC: MessageEntity.ITALIC,
    Style.STRIKE: MessageEntity.STRIKETHROUGH,
    Style.MONO: MessageEntity.CODE,
}
WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Run:
    """Text with the types of its entities; ``url`` for a link."""

    text: str
    marks: frozenset[str] = frozenset()
    url: str = ""


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def length(block: Block) -> int:
    """Length of a block as it will be shown."""
    return units("".join(run.text for run in runs(block)))


def normalised(content: Content) -> Content:
    """The same content in what Telegram takes: no broken characters, links of http(s) only."""
    return Content(tuple(_normalised(block) for block in content.blocks))


def runs(block: Block) -> list[Run]:
    """The runs of a normalised block without white space around them; empty for buttons and files."""
    match block:
        case Paragraph(spans) | Quote(spans):
            return stripped([_run(span) for span in spans])
        case Heading(spans):
            return stripped([_run(span, MessageEntity.BOLD) for span in spans])
        case Bullets():
            return stripped([_run(span) for span in bullet_spans(block)])
        case Sources():
            return stripped([_run(span) for span in source_spans(block)])
        case Code(text):
            return [Run(text.strip("\n"))] if text.strip() else []
        case _:
            return []


def bullet_spans(bullets: Bullets) -> Spans:
    """A list as lines of text; the outermost items are numbered if it is ordered."""
    spans: list[Span] = []
    number = 0
    for item in bullets.items:
        number += not item.depth
        mark = f"{number}. " if bullets.ordered and not item.depth else "• " if not item.depth else "◦ "
        spans += [Span("\n" if spans else ""), Span("  " * min(item.depth, DEEPEST) + mark), *item.spans]
    return tuple(spans)


def source_spans(sources: Sources) -> Spans:
    """Citations, a line each."""
    lines = (source_line(number, source) for number, source in enumerate(sources.items, 1))
    return (Span("\n".join(lines), Style.ITALIC),)


def stripped(given: Sequence[Run]) -> list[Run]:
    """Runs without white space at either end."""
    left = _without(given, str.lstrip)
    return list(reversed(_without(list(reversed(left)), str.rstrip)))


def _without(given: Sequence[Run], strip: Callable[[str], str]) -> list[Run]:
    for index, run in enumerate(given):
        rest = strip(run.text)
        if rest:
            return [replace(run, text=rest), *given[index + 1 :]]
    return []


def _run(span: Span, *more: str) -> Run:
    """Code can't be part of a link or of bold text on Telegram: a link wins over code, code over bold."""
    marks = {mark for mark in (MARKS[span.style], *more) if mark}
    if span.url:
        return Run(span.text, frozenset(marks - {MessageEntity.CODE}), span.url)
    return Run(
        span.text, frozenset({MessageEntity.CODE}) if MessageEntity.CODE in marks else frozenset(marks)
    )


def _normalised(block: Block) -> Block:
    match block:
        case Paragraph(spans):
            return Paragraph(_spans(spans))
        case Heading(spans):
            return Heading(_spans(spans))
        case Quote(spans):
            return Quote(_spans(spans))
        case Bullets(items, ordered):
            return Bullets(tuple(Item(_spans(item.spans), item.depth) for item in items), ordered)
        case Code(text, language):
            return Code(_clean(text), _clean(language))
        case Sources(sources):
            return Sources(
                tuple(replace(one, title=_clean(one.title), section=_clean(one.section)) for one in sources)
            )
        case _:
            return block


def _spans(spans: Iterable[Span]) -> Spans:
    return tuple(part for span in spans for part in _span(span))


def _span(span: Span) -> Iterator[Span]:
    text = _clean(span.text)
    if span.url.startswith(WEB):
        yield Span(text, span.style, span.url)
        return
    yield Span(text, span.style)
    address = _clean(span.url.removeprefix("mailto:"))
    if span.url.startswith("mailto:") and address not in text:
        yield Span(f" ({address})")


def _clean(text: str) -> str:
    """Without halves of characters (they can't be sent) and with one kind of line break."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
