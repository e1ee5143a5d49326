"""Whether a draft may be shown: its citations exist, its claims stand in them, it leaks nothing.

A cheap lexical check. A sentence is supported when most of its meaningful words and all of its numbers
are found in the passages (or, but for money, in the customer's own message). Where the answer's language
is not that of the passages only numbers and addresses can be compared.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from brain.lexical import numbers, sentences, share, stems, words
from brain.markdown import parse
from brain.ports import Draft
from brain.prompt import RULES
from domain.answer import Action
from domain.content import Content, plain
from domain.ids import PassageId
from domain.knowledge import Found

SUPPORTED = 0.5
"""Share of a sentence's stems that must be found."""

CLAIM = 4
"""A sentence with fewer meaningful stems ("Happy to help!") claims nothing."""

LOOSE = 0.25
"""Share of an answer's claims that may be loosely worded, as long as their numbers are right."""

LEAK = 9
"""So many words in a row of the instruction are no coincidence."""

_ADDRESS = re.compile(
    r"(?:https?://|www\.|mailto:)[^\s<>\"')\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE
)
_LABEL = re.compile(
    r"\s*[\[(]\s*(?:passages?\s*)?(?:p\d+|\d{1,2})(?:\s*[,;]\s*(?:p\d+|\d{1,2}))*\s*[\])](?!\()"
)


class Verdict(StrEnum):
    """What becomes of a draft."""

    GOOD = "good"
    REFUSED = "refused"
    """The model says that the passages do not answer the question."""
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A draft as it may be shown. ``cited`` holds only given passages, none on a refusal."""

    verdict: Verdict
    content: Content
    cited: tuple[PassageId, ...] = ()


def review(draft: Draft, passages: Sequence[Found], *, question: str, same_language: bool) -> Reviewed:
    """Judge a draft by the passages that it was written from."""
    given = {found.passage.id: found for found in passages}
    cited = tuple(dict.fromkeys(passage for passage in draft.cited if passage in given))
    content = parse(draft.text if draft.quoted else _LABEL.sub("", draft.text))
    if draft.quoted:
        return Reviewed(verdict=Verdict.GOOD if cited else Verdict.UNSUPPORTED, content=content, cited=cited)
    said = plain(content)
    if leaks(said) or foreign_address(draft.text, passages):
        return Reviewed(verdict=Verdict.UNSUPPORTED, content=content)
    if draft.action is not Action.REPLY:
        return Reviewed(verdict=Verdict.GOOD, content=content)
    if not draft.cited:
        return Reviewed(verdict=Verdict.REFUSED, content=content)
    reviewed = Reviewed(verdict=Verdict.GOOD, content=content, cited=cited)
    return _judged(reviewed, said, passages, question=question, same_language=same_language)


def _judged(
    reviewed: Reviewed,
    said: str,
    passages: Sequence[Found],
    *,
    question: str,
    same_language: bool,
) -> Reviewed:
    named = [found for found in passages if found.passage.id in reviewed.cited]
    if named and supported(said, named, question=question, same_language=same_language):
        return reviewed
    if same_language and supported(said, passages, question=question, same_language=True):
        return replace(reviewed, cited=_best(said, passages))
    return replace(reviewed, verdict=Verdict.UNSUPPORTED, cited=())


def supported(said: str, passages: Sequence[Found], *, question: str, same_language: bool) -> bool:
    """Whether the claims of a text stand in the passages."""
    source = " ".join(map(_read, passages))
    stated = numbers(source)
    if not numbers(said) <= stated | numbers(question) | _COUNTING:
        return False
    if not numbers(" ".join(match.group() for match in _AMOUNT.finditer(said))) <= stated:
        return False
    if not same_language:
        return True
    known = frozenset(stems(f"{question} {source}"))
    claims = [found for sentence in sentences(said) if len(found := set(stems(sentence))) >= CLAIM]
    loose = [claim for claim in claims if share(claim, known) < SUPPORTED]
    return len(loose) <= LOOSE * len(claims)


_MONEY = (
    r"(?:[€$£₹%]|euros?\b|eur\b|usd\b|dollars?\b|d[oó]lar(?:es)?\b|pounds?\b|rupees?\b|per\s?cent\b|prozent\b"
    r"|por\s?cien(?:to)?\b|pour\s?cent\b|por\s?cento\b|रुपये|यूरो|डॉलर|प्रतिशत|يورو|دولار|بالمئة|في المئة)"
)
_AMOUNT = re.compile(rf"\d[\d.,]*\s?{_MONEY}|{_MONEY}\s?\d[\d.,]*", re.IGNORECASE)
"""Money and percentages: these must stand in the passages, even if the customer named them first."""
_COUNTING = frozenset(map(str, range(1, 10)))
"""Numbers of list items and of things counted up in words."""


def _best(said: str, passages: Sequence[Found]) -> tuple[PassageId, ...]:
    """The passage that a well-supported text without a usable citation rests on."""
    wanted = stems(said)
    best = max(passages, key=lambda found: share(wanted, frozenset(stems(_read(found)))))
    return (best.passage.id,)


def _read(found: Found) -> str:
    passage = found.passage
    return f"{passage.title} {passage.heading} {passage.text} {found.context}"


def foreign_address(text: str, passages: Sequence[Found]) -> bool:
    """Whether a text names a web or mail address that stands in none of the passages."""
    source = " ".join(map(_read, passages)).casefold()
    return any(_bare(address) not in source for address in _ADDRESS.findall(text))


def _bare(address: str) -> str:
    bare = re.sub(r"^(?:https?://|mailto:)?(?:www\.)?", "", address.casefold())
    return bare.rstrip("/.,;:!?*_`")


def leaks(text: str) -> bool:
    """Whether a text repeats the instruction of the model."""
    said = words(text)
    return any(tuple(said[at : at + LEAK]) in _INSTRUCTION for at in range(len(said) - LEAK + 1))


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    told = words(text)
    return frozenset(tuple(told[at : at + LEAK]) for at in range(len(told) - LEAK + 1))


_INSTRUCTION = _runs(RULES)
