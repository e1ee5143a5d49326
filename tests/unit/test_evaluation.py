"""A company's golden questions."""

from pathlib import Path

import pytest

from brain.evaluation import Golden, evaluate, judged, load
from domain.answer import Action, Answer
from domain.content import Source, text
from domain.errors import BadInput
from domain.ids import PassageId
from tests.unit.brain_parts import ACME, TONE, Shelf, brain

EXAMPLE = Path(__file__).parents[2] / "examples" / "golden.yaml"


def answer(words: str, *pages: int, refused: bool = False, action: Action = Action.REPLY) -> Answer:
    sources = tuple(Source(passage=PassageId(str(page)), title="Handbook", page=page) for page in pages)
    return Answer(action=action, content=text(words), language="en", sources=sources, refused=refused)


def test_the_example_can_be_read() -> None:
    questions = load(EXAMPLE.read_text(encoding="utf-8"))
    assert len(questions) >= 30
    assert any(golden.must_refuse for golden in questions)
    assert any(golden.before for golden in questions)


@pytest.mark.parametrize(
    ("golden", "given", "faults"),
    [
        (Golden(question="?", must_contain=("7 DAYS",)), answer("within 7\n days"), ()),
        (Golden(question="?", must_contain=("8 days",)), answer("7 days"), ("does not say '8 days'",)),
        (Golden(question="?", must_not_contain=("free",)), answer("It's free"), ("says 'free'",)),
        (Golden(question="?", must_cite_page=(4, 9)), answer("x", 2, 9), ()),
        (Golden(question="?", must_cite_page=(4, 9)), answer("x", 2), ("cites page 2, not 4 or 9",)),
        (Golden(question="?", must_cite_page=(4,)), answer("x"), ("cites page none, not 4",)),
        (Golden(question="?", must_refuse=True), answer("x", refused=True), ()),
        (Golden(question="?", must_refuse=True), answer("x"), ("should have been refused",)),
        (Golden(question="?"), answer("x", refused=True), ("was refused",)),
        (Golden(question="?", must_hand_off=True), answer("x", action=Action.HANDOFF), ()),
        (Golden(question="?", must_hand_off=True), answer("x"), ("should have been handed to a person",)),
    ],
)
def test_an_answer_is_compared_with_what_it_must_do(
    golden: Golden, given: Answer, faults: tuple[str, ...]
) -> None:
    row = judged(golden, given)
    assert row.faults == faults
    assert row.passed == (not faults)


async def test_the_questions_are_asked_to_the_brain() -> None:
    questions = load(
        """
        questions:
          - question: How many days do I have to report damage?
            must_contain: [7 days]
            must_cite_page: 9
          - question: Do you sell bananas?
            must_refuse: true
        """
    )
    rows = [row async for row in evaluate(brain(), questions[:1], company=ACME, tone=TONE)]
    rows += [
        row async for row in evaluate(brain(retriever=Shelf([])), questions[1:], company=ACME, tone=TONE)
    ]
    assert [row.passed for row in rows] == [True, True]
    assert rows[0].pages == (9,)
    assert rows[0].milliseconds > 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "list under"),
        ("questions: []", "list under"),
        ("questions: [{must_contain: x}]", "question 1: `question` is missing"),
        ("questions: [{question: a}, {question: b, must_quote: x}]", "question 2: unknown key must_quote"),
        ("questions: [{question: a, must_cite_page: four}]", "question 1"),
        ("questions: [{question: a, must_refuse: maybe}]", "must be true or false"),
        ("a: [", "not YAML"),
    ],
)
def test_a_fault_in_the_file_is_named(words: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        load(words)
