"""A company's own golden questions, asked to its brain: what must be answered, cited, refused."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import yaml

from domain.answer import Action, Answer, Author, Line, Tone, Turn
from domain.content import plain
from domain.errors import BadInput
from domain.ids import CompanyId

KEYS = frozenset(
    {"question", "before", "language", "must_contain", "must_not_contain", "must_cite_page", "must_refuse"}
    | {"must_hand_off"}
)


class Answering(Protocol):
    """What is evaluated: `brain.brain.Brain`."""

    async def answer(self, turn: Turn) -> Answer:
        """Answer one turn."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """A question and what its answer must do. ``before``: the customer's earlier messages.

    ``must_contain``: every word, upper and lower case alike. ``must_cite_page``: one of these pages.
    """

    question: str
    before: tuple[str, ...] = ()
    language: str = ""
    must_contain: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()
    must_cite_page: tuple[int, ...] = ()
    must_refuse: bool = False
    must_hand_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one question went. ``faults`` is empty when all is well."""

    question: str
    answer: str
    pages: tuple[int, ...]
    confidence: float
    milliseconds: float
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the answer does all it must."""
        return not self.faults


def load(words: str) -> list[Golden]:
    """Golden questions in YAML: a list under ``questions``. Raises BadInput naming the entry."""
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(words)):
            raise BadInput("Please write it without aliases (*name): a few of them can stand for gigabytes.")
        read = yaml.safe_load(words)
    except RecursionError as error:
        raise BadInput("This is nested too deeply.") from error
    except yaml.YAMLError as error:
        raise BadInput(f"This is not YAML: {error}") from error
    entries = read.get("questions") if isinstance(read, Mapping) else read
    if not isinstance(entries, list) or not entries:
        raise BadInput("There must be a list under `questions`.")
    return [_golden(entry, number) for number, entry in enumerate(entries, 1)]


async def evaluate(
    brain: Answering, questions: Sequence[Golden], *, company: CompanyId, tone: Tone
) -> AsyncIterator[Row]:
    """Ask one after the other, so that progress can be shown."""
    for golden in questions:
        history = tuple(Line(author=Author.CUSTOMER, text=text) for text in golden.before)
        turn = Turn(
            company=company, text=golden.question, history=history, language=golden.language, tone=tone
        )
        yield judged(golden, await brain.answer(turn))


def judged(golden: Golden, answer: Answer) -> Row:
    """Compare an answer with what it must do."""
    shown = plain(answer.content)
    pages = tuple(dict.fromkeys(source.page for source in answer.sources))
    return Row(
        question=golden.question,
        answer=shown,
        pages=pages,
        confidence=answer.confidence,
        milliseconds=answer.timings.total,
        faults=tuple(_faults(golden, answer, _plain(shown), pages)),
    )


def _faults(golden: Golden, answer: Answer, shown: str, pages: Sequence[int]) -> Iterable[str]:
    if golden.must_refuse != answer.refused:
        yield "should have been refused" if golden.must_refuse else "was refused"
    if golden.must_hand_off and answer.action is not Action.HANDOFF:
        yield "should have been handed to a person"
    for words in golden.must_contain:
        if _plain(words) not in shown:
            yield f"does not say {words!r}"
    for words in golden.must_not_contain:
        if _plain(words) in shown:
            yield f"says {words!r}"
    if golden.must_cite_page and not set(golden.must_cite_page) & set(pages):
        wanted = " or ".join(map(str, golden.must_cite_page))
        yield f"cites page {', '.join(map(str, pages)) or 'none'}, not {wanted}"


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def _golden(entry: Any, number: int) -> Golden:
    where = f"question {number}"
    if not isinstance(entry, Mapping) or not str(entry.get("question") or "").strip():
        raise BadInput(f"{where}: `question` is missing.")
    if unknown := sorted(map(str, set(entry) - KEYS)):
        raise BadInput(f"{where}: unknown key {', '.join(unknown)}; known are {', '.join(sorted(KEYS))}.")
    try:
        return Golden(
            question=str(entry["question"]),
            before=_texts(entry.get("before")),
            language=str(entry.get("language") or ""),
            must_contain=_texts(entry.get("must_contain")),
            must_not_contain=_texts(entry.get("must_not_contain")),
            must_cite_page=tuple(map(int, _texts(entry.get("must_cite_page")))),
            must_refuse=_truth(entry.get("must_refuse")),
            must_hand_off=_truth(entry.get("must_hand_off")),
        )
    except ValueError as error:
        raise BadInput(f"{where}: {error}") from error


def _texts(value: Any) -> tuple[str, ...]:
    """One text or a list of them."""
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def _truth(value: Any) -> bool:
    if value in {None, True, False}:
        return bool(value)
    raise ValueError(f"must be true or false, not {value!r}")
