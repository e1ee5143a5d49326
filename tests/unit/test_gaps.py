"""Questions without an answer: grouped, weighed, tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from brain.gaps import Grouping, Retried, grouped, retry
from brain.ports import Query
from domain.knowledge import Found
from tests.unit.brain_parts import ACME, found, passage

SUBJECTS = ("customs", "insurance", "banana")


class BySubject:
    """A vector that says which subject a text is about."""

    id = "by-subject"
    dimensions = len(SUBJECTS) + 1

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        rows = [[float(subject in text) for subject in SUBJECTS] + [0.1] for text in texts]
        vectors = np.array(rows, dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


class Answers:
    """Finds something for questions about these subjects."""

    def __init__(self, *subjects: str) -> None:
        self.subjects = subjects

    async def search(self, query: Query) -> list[Found]:
        fits = any(subject in query.text for subject in self.subjects)
        return found(passage(1, "words"), relevance=0.9 if fits else 0.1)


@dataclass(frozen=True)
class Gap:
    question: str
    questions: tuple[str, ...]


async def groups(*questions: str) -> list[Gap]:
    numbers = await Grouping(encoder=BySubject())(questions)
    found: dict[int, list[str]] = {}
    for number, question in zip(numbers, questions, strict=True):
        found.setdefault(number, []).append(question)
    return [Gap(members[0], tuple(members)) for members in found.values()]


async def tried(gaps: Sequence[Gap], *subjects: str, **more: Any) -> Retried:
    return await retry(gaps, Answers(*subjects), company=ACME, threshold=0.5, **more)


async def test_questions_about_the_same_thing_are_one_gap() -> None:
    first, second = await groups("customs to Norway?", "banana prices?", "what about customs?", "customs?")
    assert first.questions == ("customs to Norway?", "what about customs?", "customs?")
    assert second.questions == ("banana prices?",)


async def test_no_questions_are_no_groups() -> None:
    assert await Grouping(encoder=BySubject())([]) == []


async def test_a_question_is_encoded_once() -> None:
    encoder = BySubject()
    grouping = Grouping(encoder=encoder)
    assert await grouping(["customs?", "banana?", "customs?"]) == [0, 1, 0]
    assert await grouping(["banana?", "insurance?"]) == [0, 1]
    assert encoder.asked == ["customs?", "banana?", "insurance?"]


@pytest.mark.trap(29)
async def test_an_upload_closes_the_gaps_that_it_answers() -> None:
    gaps = await groups("customs?", "customs forms?", "banana?", "insurance?")
    retried = await tried(gaps, "customs", "insurance")
    assert retried == Retried(closed=("customs?", "insurance?"), open=("banana?",))
    assert retried.line() == "2 of 3 gaps are closed by this document."
    assert retried.line("would be") == "2 of 3 gaps would be closed by this document."


async def test_half_an_answer_does_not_close_a_gap() -> None:
    gaps = await groups("customs to Norway?", "customs to Peru?")
    assert (await tried(gaps, "Norway")).closed == ()


async def test_gaps_that_there_was_no_time_for_are_left_out() -> None:
    times = iter([True, False])
    retried = await tried(await groups("customs?", "banana?"), "customs", go_on=lambda: next(times))
    assert retried == Retried(closed=("customs?",))


def test_the_line_is_right_for_one_and_for_none() -> None:
    assert Retried().line() == "There are no open gaps."
    assert Retried(open=("customs?",)).line() == "0 of 1 gap is closed by this document."
    assert Retried(closed=("customs?",)).line("would be") == "1 of 1 gap would be closed by this document."


def test_groups_are_the_same_every_time() -> None:
    vectors = np.random.default_rng(1).normal(size=(60, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    groups = grouped(vectors)
    assert groups == grouped(vectors)
    assert sorted(row for group in groups for row in group) == list(range(60))
