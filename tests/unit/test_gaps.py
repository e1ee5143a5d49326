"""Questions without an answer: grouped, weighed, tried again."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from brain.gaps import Gaps, Retried, Unanswered, grouped
from brain.ports import Query
from domain.emotion import CALM, Feeling
from domain.knowledge import Found
from tests.unit.brain_parts import ACME, feels, found, passage

SUBJECTS = ("customs", "insurance", "banana")


class BySubject:
    """A vector that says which subject a text is about."""

    id = "by-subject"
    dimensions = len(SUBJECTS) + 1

    async def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
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


def gaps(retriever: Answers | None = None) -> Gaps:
    return Gaps(company=ACME, encoder=BySubject(), retriever=retriever or Answers(), threshold=0.5)


def asked(*questions: str, feeling: Feeling | None = None) -> list[Unanswered]:
    emotion = feels(feeling) if feeling else CALM
    return [Unanswered(question=question, emotion=emotion) for question in questions]


async def test_questions_about_the_same_thing_are_one_gap() -> None:
    unanswered = asked("customs to Norway?", "banana prices?", "what about customs?", "customs forms?")
    first, second = await gaps().find(unanswered)
    assert (first.count, second.count) == (3, 1)
    assert "customs" in first.question
    assert set(first.questions) == {"customs to Norway?", "what about customs?", "customs forms?"}


async def test_an_unhappy_question_weighs_double() -> None:
    unanswered = asked("customs?", "customs forms?", "customs fee?")
    unanswered += asked("insurance?", "no insurance!", feeling=Feeling.ANGER)
    first, second = await gaps().find(unanswered)
    assert "insurance" in first.question
    assert (first.weight, first.negative, second.weight) == (4, 2, 3)


async def test_no_questions_are_no_gaps() -> None:
    assert await gaps().find([]) == ()
    assert await gaps().find(asked(" ")) == ()


@pytest.mark.trap(29)
async def test_an_upload_closes_the_gaps_that_it_answers() -> None:
    open_gaps = await gaps().find(asked("customs?", "customs forms?", "banana?", "insurance?"))
    retried = await gaps(Answers("customs", "insurance")).retry(open_gaps)
    assert len(retried.closed) == 2
    assert [gap.question for gap in retried.open] == ["banana?"]
    assert retried.line() == "2 of 3 gaps are closed by this document."


async def test_half_an_answer_does_not_close_a_gap() -> None:
    (gap,) = await gaps().find(asked("customs to Norway?", "customs to Peru?"))
    assert (await gaps(Answers("Norway")).retry([gap])).open == (gap,)


def test_the_line_is_right_for_one_and_for_none() -> None:
    assert Retried(closed=(), open=()).line() == "There are no open gaps."


def test_groups_are_the_same_every_time() -> None:
    vectors = np.random.default_rng(1).normal(size=(60, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    groups = grouped(vectors)
    assert groups == grouped(vectors)
    assert sorted(row for group in groups for row in group) == list(range(60))
