"""What an admin is shown of a draft before customers see it."""

from collections.abc import Iterable, Sequence

from brain.knowledge.trial import Change, Effect
from brain.rehearsal import Checked, Rehearsed
from domain.content import (
    Block,
    Bullets,
    Button,
    Buttons,
    ButtonStyle,
    Content,
    Heading,
    Item,
    Paragraph,
    Span,
    Style,
    paragraph,
)
from domain.knowledge import Document, Found, Version
from reports.mask import mask

SHOWN = 8
"""Questions of each kind that are spelled out; the others are counted."""
_MOST_QUESTION = 120
_MARKS = {Effect.LOST: "❌ lost", Effect.CHANGED: "🔁 changed", Effect.ANSWERED: "✅ newly answered"}


def preview(shown: Rehearsed) -> Content:
    """What is new in a draft, which answers change, and the choice."""
    document = shown.version.document
    blocks: list[Block] = [
        Heading((Span(f"{document.name}, version {document.version}: not published yet"),)),
        paragraph(f"{size(document)}. {_difference(shown)}"),
        *_golden(shown.golden),
        *_changes(shown.changes),
    ]
    if shown.gaps.closed or shown.gaps.open:
        blocks.append(paragraph(shown.gaps.line("would be")))
    if shown.left:
        blocks.append(paragraph(f"There was no time for {_many(shown.left, 'more question')}.", Style.ITALIC))
    return Content((*blocks, choice(shown.version)))


def draft(version: Version) -> Content:
    """A draft in a list of them."""
    document = version.document
    by = f" by {version.by}" if version.by else ""
    words = f", version {document.version}: {size(document)}; uploaded{by} on {document.at:%d %b %H:%M} UTC"
    return Content((Paragraph((Span(document.name, Style.BOLD), Span(words))), choice(version)))


def choice(version: Version) -> Buttons:
    """Publish or discard."""
    publish = Button("kb_publish", "Publish", version.key, ButtonStyle.PRIMARY)
    return Buttons((publish, Button("kb_discard", "Discard", version.key)))


def size(document: Document) -> str:
    """``18 pages, 64 passages``."""
    pages = f"{_many(document.pages, 'page')}, " if document.pages else ""
    return f"{pages}{_many(document.passages, 'passage')}"


def _difference(shown: Rehearsed) -> str:
    if not shown.version.base:
        return "It is new: no document of this name is in service."
    found = shown.difference
    counts = (
        (found.added, "new"),
        (found.changed, "changed"),
        (found.removed, "gone"),
        (found.same, "as before"),
    )
    words = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"Compared with version {shown.version.base}, which is in service: {words}."


def _golden(checked: Sequence[Checked]) -> Iterable[Block]:
    if not checked:
        return
    before, after = (
        sum(row.passed for row in rows) for rows in zip(*((c.before, c.after) for c in checked), strict=True)
    )
    words = f"Golden questions: {after} of {len(checked)} go well"
    yield _strong(words + (f" ({before} before)." if before != after else ", as before."))
    lost = [one.after for one in checked if one.before.passed and not one.after.passed]
    yield from _listed([f"❌ {_asked(row.question)}: {'; '.join(row.faults)}" for row in lost])


def _changes(changes: Sequence[Change]) -> Iterable[Block]:
    if not changes:
        return
    counts = ", ".join(
        f"{count} {effect.value if effect is not Effect.ANSWERED else 'newly answered'}"
        for effect in _MARKS
        if (count := sum(one.effect is effect for one in changes))
    )
    yield _strong(f"{_many(len(changes), 'question')} asked again: {counts or 'no answer changes'}.")
    yield from _listed([_change(one) for one in changes if one.effect in _MARKS])


def _change(one: Change) -> str:
    return f"{_MARKS[one.effect]}: {_asked(one.question)} {_where(one.before)} → {_where(one.after)}"


def _where(found: Found | None) -> str:
    if found is None:
        return "no answer"
    passage = found.passage
    return f"p. {passage.page}" if passage.page else (passage.heading.rpartition(" > ")[2] or passage.title)


def _asked(question: str) -> str:
    words = " ".join(mask(question).split())
    return f"“{words if len(words) <= _MOST_QUESTION else words[: _MOST_QUESTION - 1] + '…'}”"


def _listed(lines: Sequence[str]) -> Iterable[Block]:
    if lines:
        more = [f"… and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
        yield Bullets(tuple(Item((Span(line),)) for line in [*lines[:SHOWN], *more]))


def _strong(words: str) -> Paragraph:
    return paragraph(words, Style.BOLD)


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
