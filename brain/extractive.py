"""Answers by quoting: no language model, no key. It says that it quotes."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from brain.kindness import kindly
from brain.lexical import CELL, is_table, sentences_of_passage, stems, stems_of_line
from brain.markdown import escape
from brain.ports import Draft, Prompt
from domain.answer import Action, Author
from domain.errors import Unavailable
from domain.ids import PassageId
from domain.knowledge import Found
from domain.texts import Key

MOST_QUOTES = 3
MOST_CHARACTERS = 900
NEAR = 0.5
"""A further quote must score at least this share of the best one."""
RELEVANT = 0.65
"""A passage must fit at least so well, compared to the best one, to be quoted."""
EARLIER = 0.3
"""Weight of the words of the customer's message before, for follow-up questions."""
MOST_OF_PASSAGE = 500
MOST_OF_FURTHER = 250
"""Characters of the best passage and of each further one, unless one sentence is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Lines of one passage; of a table, the first is its header."""

    passage: PassageId
    lines: tuple[str, ...]
    score: float
    table: bool = False
    heading: str = ""

    @property
    def words(self) -> str:
        """For a person to read in a line: a row says which column each of its cells is of."""
        if not self.table:
            return " ".join(self.lines)
        header, *rows = (line.split(CELL) for line in self.lines)
        return "\n".join(
            f"{row[0]}: " + ", ".join(" ".join(cell) for cell in zip(header[1:], row[1:], strict=False))
            for row in rows
        )


class ExtractiveResponder:
    """Quotes the best sentences or rows of the best passages."""

    async def respond(self, prompt: Prompt) -> Draft:
        """Raises Unavailable when there is nothing to quote."""
        quotes = quotations(prompt)
        if not quotes:
            raise Unavailable("nothing to quote")
        opening = kindly(Key.QUOTED, prompt.language, prompt.emotion)
        shown = map(_markdown if len(quotes) == 1 else _under_its_heading, quotes)
        text = "\n\n".join((escape(opening), *shown))
        return Draft(
            action=Action.REPLY, text=text, cited=tuple(quote.passage for quote in quotes), quoted=True
        )


def quotations(prompt: Prompt) -> tuple[Quotation, ...]:
    """The best quotations, best first, within the limits of number and length."""
    wanted = _wanted(prompt)
    enough = RELEVANT * max((found.relevance for found in prompt.passages), default=0.0)
    fitting = [f for f in prompt.passages if f.passage.text.strip() and f.relevance >= enough]
    rare = _rarity(fitting)
    long = {found.passage.id: _best(found, wanted, rare, MOST_OF_PASSAGE) for found in fitting}
    ranked = sorted(fitting, key=lambda found: -long[found.passage.id].score)
    enough = NEAR * max((quote.score for quote in long.values()), default=0.0)
    first = [long[found.passage.id] for found in ranked[:1]]
    further = [_best(found, wanted, rare, MOST_OF_FURTHER) for found in ranked[1:]]
    return tuple(_fitting([*first, *(quote for quote in further if quote.score >= enough)]))


def _fitting(quotes: Iterable[Quotation]) -> Iterable[Quotation]:
    room = MOST_CHARACTERS
    for count, quote in enumerate(quotes):
        room -= _length(quote.lines)
        if count and (count >= MOST_QUOTES or room < 0):
            return
        yield quote


def _wanted(prompt: Prompt) -> dict[str, float]:
    """How much each stem of the question counts; those of the message before it a little."""
    before = next((line.text for line in reversed(prompt.history) if line.author is Author.CUSTOMER), "")
    return dict.fromkeys(stems(before), EARLIER) | dict.fromkeys(stems(prompt.question), 1.0)


def _rarity(passages: Sequence[Found]) -> dict[str, float]:
    """Inverse document frequency among the lines of what was found: words in all of them say little."""
    lines = [line for found in passages for line in _lines(found.passage.text)]
    counts = Counter(stem for line in lines for stem in set(stems_of_line(line)))
    return {stem: math.log(1 + len(lines) / count) for stem, count in counts.items()}


def _lines(text: str) -> Sequence[str]:
    return text.split("\n") if is_table(text) else sentences_of_passage(text)


def _best(found: Found, wanted: dict[str, float], rare: dict[str, float], room: int) -> Quotation:
    passage = found.passage
    around = set(stems_of_line(f"{passage.title} {passage.heading}"))
    lines = _lines(passage.text)
    scores = [_score(line, wanted, rare, around) for line in lines]
    quoted, score = _rows(lines, scores) if is_table(passage.text) else _sentences(lines, scores, room)
    return Quotation(
        passage=passage.id,
        lines=quoted,
        score=(score + 0.1) * (0.2 + found.relevance),
        table=is_table(passage.text),
        heading=passage.heading.split(" > ")[-1],
    )


def _score(line: str, wanted: dict[str, float], rare: dict[str, float], around: set[str]) -> float:
    """Weight of the wanted stems in a line; a heading's stem counts half, as it is there for all lines."""
    inside = set(stems_of_line(line))
    own = sum(weight * rare.get(stem, 1.0) for stem, weight in wanted.items() if stem in inside)
    shared = sum(
        weight * rare.get(stem, 1.0) / 2 for stem, weight in wanted.items() if stem in around - inside
    )
    return own + shared


def _sentences(lines: Sequence[str], scores: Sequence[float], room: int) -> tuple[tuple[str, ...], float]:
    """The sentences in a row, the best one among them, that fit and say most; one more if there is room."""
    best = max(range(len(lines)), key=lambda index: scores[index])
    rows = [
        (first, last)
        for first in range(best + 1)
        for last in range(best, len(lines))
        if first == last or _length(lines[first : last + 1]) <= room
    ]
    first, last = max(rows, key=lambda row: (sum(scores[row[0] : row[1] + 1]), row[0] - row[1]))
    more = lines[first : last + 2]
    return tuple(more if _length(more) <= room else lines[first : last + 1]), scores[best]


def _length(lines: Iterable[str]) -> int:
    return sum(map(len, lines))


def _rows(lines: Sequence[str], scores: Sequence[float]) -> tuple[tuple[str, ...], float]:
    """The header and the rows that fit about equally well; all of a small table when none stands out."""
    header, body = lines[0], range(1, len(lines))
    top = max(scores[index] for index in body)
    chosen = [index for index in body if scores[index] >= NEAR * top]
    return (header, *(lines[index] for index in chosen[:6])), top + scores[0] / 2


def _under_its_heading(quote: Quotation) -> str:
    """Two tables of prices look the same without their headings."""
    return f"**{escape(quote.heading)}**\n\n{_markdown(quote)}" if quote.heading else _markdown(quote)


def _markdown(quote: Quotation) -> str:
    if quote.table:
        rows = [[escape(cell) for cell in line.split(CELL)] for line in quote.lines]
        rule = ["---"] * len(rows[0])
        return "\n".join(f"| {' | '.join(cells)} |" for cells in [rows[0], rule, *rows[1:]])
    return "> " + " ".join(escape(" ".join(line.split())) for line in quote.lines)
