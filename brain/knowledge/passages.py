"""Documents in pieces that an encoder can read whole and a person can check."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from brain.knowledge.loaders.extract import CELL, PATH, path_of
from domain.ids import CompanyId, DocumentId, PassageId, derived
from domain.knowledge import ParsedDocument, Passage, Section

Count = Callable[[Sequence[str]], list[int]]

TARGET_TOKENS = 200  # best recall within an equal context among 64, 128, 200, 350 and 500
MAX_TOKENS = 250  # prefix included; the encoder reads 256 with its special tokens
PREFIX_TOKENS = 48
_CHARACTERS_A_TOKEN = 8  # words unknown to a tokenizer count as one token however long they are
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[^\sa-z])|(?<=[。！？।؟۔])\s*|\n+")
_CLAUSE = re.compile(r"(?<=[;:,،、])\s*")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words that stay together, with their length in tokens."""

    words: str
    tokens: int


def indexed(passage: Passage) -> str:
    """What encoders and word indexes read: the passage under its title and headings."""
    return f"{_prefix(passage.title, passage.heading)}\n{passage.text}"


def split(
    parsed: ParsedDocument, *, company: CompanyId, document: DocumentId, version: int, count: Count
) -> list[Passage]:
    """Passages of at most 250 tokens, on sentence boundaries and never across sections."""
    passages: list[Passage] = []
    for section in parsed.sections:
        heading = _fitting(parsed.title, section.heading, count)
        for text in _texts(section, TARGET_TOKENS, count):
            position = len(passages)
            passages.append(
                Passage(
                    id=passage_id(company, document, version, position),
                    document=document,
                    version=version,
                    title=parsed.title,
                    heading=heading,
                    page=section.page,
                    position=position,
                    text=text,
                )
            )
    return passages


def passage_id(company: CompanyId, document: DocumentId, version: int, position: int) -> PassageId:
    """The id of a passage, which follows from where it stands."""
    return PassageId(derived(company, document, str(version), str(position)))


def _prefix(title: str, heading: str) -> str:
    return path_of((title, heading))


def _fitting(title: str, heading: str, count: Count) -> str:
    """The heading without its outermost levels, until it fits beside the title."""
    levels = heading.split(PATH)
    while len(levels) > 1 and count([_prefix(title, PATH.join(levels))])[0] > PREFIX_TOKENS:
        levels = levels[1:]
    return PATH.join(levels)[:200]


def _texts(section: Section, room: int, count: Count) -> Iterator[str]:
    if section.table:
        yield from _table(section.text.split("\n"), room, count)
        return
    for pieces in _packed(_measured(_sentences(section.text, count, room), count), room):
        yield " ".join(piece.words for piece in pieces)


def _sentences(words: str, count: Count, room: int) -> list[str]:
    sentences = [sentence.strip() for sentence in _SENTENCE.split(words) if sentence and sentence.strip()]
    short: list[str] = []
    for piece in _measured(sentences, count):
        short += [piece.words] if piece.tokens <= room else _cut(piece.words, count, room)
    return short


def _cut(words: str, count: Count, room: int) -> list[str]:
    """A sentence that is too long, cut at clauses, else at words, else at characters."""
    parts = [part for part in _CLAUSE.split(words) if part.strip()]
    if len(parts) == 1:
        parts = words.split()
    if len(parts) == 1:
        width = room * _CHARACTERS_A_TOKEN // 2
        return [words[at : at + width] for at in range(0, len(words), width)]
    lines = [" ".join(piece.words for piece in pieces) for pieces in _packed(_measured(parts, count), room)]
    return [
        part
        for piece in _measured(lines, count)
        for part in ([piece.words] if piece.tokens <= room else _cut(piece.words, count, room))
    ]


def _measured(texts: Sequence[str], count: Count) -> list[_Piece]:
    if not texts:
        return []
    return [
        _Piece(text, max(tokens, len(text) // _CHARACTERS_A_TOKEN))
        for text, tokens in zip(texts, count(texts), strict=True)
    ]


def _packed(pieces: Iterable[_Piece], room: int) -> Iterator[list[_Piece]]:
    """Groups of neighbours that fit; the groups of one section are about equally long."""
    pieces = list(pieces)
    total = sum(piece.tokens for piece in pieces)
    goal = total / max(1, -(-total // room))
    group: list[_Piece] = []
    used = 0
    for piece in pieces:
        if group and (used + piece.tokens > room or used >= goal):
            yield group
            group, used = [], 0
        group.append(piece)
        used += piece.tokens
    if group:
        yield group


def _table(rows: list[str], room: int, count: Count) -> Iterator[str]:
    """Rows in groups, each under the header row, so that a number keeps its column's name."""
    header, *body = rows
    taken = _measured([header], count)[0].tokens
    if not body or taken > room // 2:  # such a header is no header
        header, body, taken = "", rows, 0
    cut = [row for line in body for row in _row(line, count, room - taken)]
    for group in _packed(_measured(cut, count), room - taken):
        lines = (piece.words for piece in group)
        yield "\n".join((header, *lines) if header else lines)


def _row(line: str, count: Count, room: int) -> list[str]:
    """A row too long for a passage, as several rows that repeat its label."""
    if _measured([line], count)[0].tokens <= room:
        return [line]
    label, _, cells = line.partition(CELL)
    return [f"{label[:80]}{CELL}{part}" for part in _cut(cells or line, count, room - 20)]
