"""A question and its answer, drafted from a conversation for the knowledge base; pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.answer import Author, Line
from reports.mask import mask

LONGEST_QUESTION = 200
NAME = 60
LINK = re.compile(r"(https?://\S+)")
NOT_IN_NAMES = re.compile(r"[^\w\s-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the knowledge base is to say. Empty parts are for a person to fill in."""

    question: str
    answer: str

    @property
    def name(self) -> str:
        """The document's name: the same question replaces its earlier answer."""
        words = " ".join(NOT_IN_NAMES.sub(" ", self.question).split())
        return f"FAQ {words[:NAME].strip() or 'entry'}.md"

    @property
    def markdown(self) -> str:
        """The document."""
        return f"# {self.question}\n\n{self.answer}\n"


def draft(lines: Sequence[Line], chosen: str, suggestion: str) -> Entry:
    """The customer's question and the agent's reply around the message that somebody chose.

    ``chosen`` is that message as it is shown, ``suggestion`` what was suggested where nobody replied yet.
    Whatever identifies a person is hidden.
    """
    said = [line for line in lines if line.text.strip() and line.author is not Author.SYSTEM]
    at = next((i for i in reversed(range(len(said))) if said[i].text.strip() in chosen), None)
    if at is None:
        asked, replied = ("", chosen) if not chosen.rstrip().endswith("?") else (chosen, suggestion)
    elif said[at].author is Author.CUSTOMER:
        asked, replied = _run(said, at), _next(said, at) or suggestion
    else:
        asked, replied = _before(said, at), said[at].text
    return Entry(question=_line(mask(asked)), answer=mask(replied.strip()))


def written(question: str, answer: str) -> Entry:
    """What a person has put down; links that they kept stay, whatever else identifies somebody is hidden."""
    parts = LINK.split(answer.strip())
    kept = "".join(part if LINK.fullmatch(part) else mask(part) for part in parts)
    return Entry(question=_line(mask(question)), answer=kept)


def _line(words: str) -> str:
    return " ".join(words.split()).lstrip("# ")[:LONGEST_QUESTION]


def _run(said: Sequence[Line], at: int) -> str:
    """What the same author said in a row around a line."""
    first = last = at
    while first and said[first - 1].author is said[at].author:
        first -= 1
    while last + 1 < len(said) and said[last + 1].author is said[at].author:
        last += 1
    return "\n".join(line.text for line in said[first : last + 1])


def _next(said: Sequence[Line], at: int) -> str:
    """The agent's next words."""
    after = next((i for i in range(at, len(said)) if said[i].author is Author.AGENT), None)
    return _run(said, after) if after is not None else ""


def _before(said: Sequence[Line], at: int) -> str:
    """What the customer said last before a line."""
    before = next((i for i in reversed(range(at)) if said[i].author is Author.CUSTOMER), None)
    return _run(said, before) if before is not None else ""
