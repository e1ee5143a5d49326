"""When a human takes over."""

import pytest

from brain.policy import Policy, hostility
from domain.answer import Reason
from domain.emotion import CALM, Emotion, Feeling
from tests.unit.brain_parts import customer, feels, turn

POLICY = Policy()


@pytest.mark.trap(26)
@pytest.mark.parametrize(
    "text",
    [
        "agent please",
        "hablar con una persona",
        "Je veux parler à un conseiller",
        "Ich möchte mit einem Menschen sprechen",
        "Quero falar com um atendente",
        "मुझे इंसान से बात करनी है",
        "أريد التحدث مع موظف",
    ],
)
def test_typed_words_for_a_person_work_in_each_language(text: str) -> None:
    assert POLICY.before(turn(text), CALM) is Reason.ASKED


@pytest.mark.trap(25)
def test_a_request_of_an_earlier_message_does_not_count() -> None:
    asked_before = turn("What does express cost?", history=[customer("agent please")])
    assert POLICY.before(asked_before, CALM) is None


@pytest.mark.parametrize("word", ["yes", "sí", "oui", "ja bitte", "sim", "हाँ", "نعم", "Sure!"])
def test_yes_means_a_person_only_after_a_refusal(word: str) -> None:
    assert POLICY.before(turn(word, refusals=1), CALM) is Reason.ASKED
    assert POLICY.before(turn(word), CALM) is None


@pytest.mark.parametrize(
    ("earlier", "now", "angry"),
    [
        ([], 0.75, True),
        ([], 0.65, False),
        ([], 0.5, False),
        ([0.1], 0.5, True),
        ([0.1, 0.3], 0.5, True),
        ([0.6], 0.5, False),
        ([0.05], 0.2, False),
        ([0.5, 0.5], 0.5, False),
        ([0.9, 0.65, 0.5], 0.46, False),
    ],
)
def test_strong_or_rising_anger_hands_over(earlier: list[float], now: float, angry: bool) -> None:
    emotions = tuple(feels(Feeling.ANGER, probability) for probability in earlier)
    reason = POLICY.before(turn("Where is it?", emotions=emotions), feels(Feeling.ANGER, now))
    assert reason is (Reason.ANGRY if angry else None)


def test_anger_and_disgust_add_up() -> None:
    mixed = Emotion(label=Feeling.ANGER, scores={Feeling.ANGER: 0.5, Feeling.DISGUST: 0.35})
    assert hostility(mixed) == pytest.approx(0.85)
    assert POLICY.before(turn("Where is it?"), mixed) is Reason.ANGRY


@pytest.mark.parametrize("feeling", [Feeling.SADNESS, Feeling.FEAR, Feeling.JOY, Feeling.SURPRISE])
def test_other_feelings_alone_do_not_hand_over(feeling: Feeling) -> None:
    assert POLICY.before(turn("Where is it?"), feels(feeling, 0.99)) is None


@pytest.mark.parametrize(
    ("limit", "before", "reason"), [(2, 0, None), (2, 1, Reason.UNANSWERED), (1, 0, Reason.UNANSWERED)]
)
def test_refusals_in_a_row_hand_over(limit: int, before: int, reason: Reason | None) -> None:
    assert Policy(refusals=limit).after_refusal(turn("?", refusals=before)) is reason


def test_an_uncertain_feeling_does_not_set_the_tone() -> None:
    assert POLICY.mood(feels(Feeling.ANGER, 0.3)) is CALM
    assert POLICY.mood(feels(Feeling.ANGER, 0.7)).label is Feeling.ANGER
