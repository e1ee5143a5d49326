"""What may be shown of a draft."""

from dataclasses import replace

import pytest

from brain.review import Verdict, leaks, review, supported
from domain.answer import Action
from domain.content import plain
from domain.ids import PassageId
from tests.unit.brain_parts import DAMAGE, PICKUP, found, prompt, reply

GIVEN = found()
QUESTION = "How many days do I have to report damage?"


def verdict(text: str, *cited: str, same_language: bool = True, question: str = QUESTION) -> Verdict:
    return review(reply(text, *cited), GIVEN, question=question, same_language=same_language).verdict


@pytest.mark.trap(28)
def test_citations_that_were_not_given_are_dropped() -> None:
    draft = reply("Report damage within 7 days after delivery.", "passage-1", "passage-99", "passage-1")
    reviewed = review(draft, GIVEN, question=QUESTION, same_language=True)
    assert reviewed.verdict is Verdict.GOOD
    assert reviewed.cited == ("passage-1",)


@pytest.mark.trap(28)
def test_a_true_answer_with_an_unknown_citation_gets_the_right_one() -> None:
    draft = reply("A courier picks up your parcel at home for 3.50 euros a visit.", "nonsense")
    reviewed = review(draft, GIVEN, question="What is a pick-up?", same_language=True)
    assert reviewed.cited == ("passage-3",)


@pytest.mark.trap(28)
def test_a_true_answer_with_a_wrong_citation_gets_the_right_one() -> None:
    draft = reply("A courier picks up your parcel at home for 3.50 euros a visit.", "passage-1")
    reviewed = review(draft, GIVEN, question="What is a pick-up?", same_language=True)
    assert (reviewed.verdict, reviewed.cited) == (Verdict.GOOD, ("passage-3",))


@pytest.mark.trap(28)
def test_no_citation_means_a_refusal() -> None:
    assert verdict("I don't know.") is Verdict.REFUSED


@pytest.mark.parametrize(
    "text",
    [
        "Report damage within 7 days after delivery.",
        "You have 7 days after delivery to report damage. Please keep the parcel and its padding.",
        "I'm sorry about that! You can report the damage within 7 days. Happy to help!",
        "Please do this:\n\n1. Keep the parcel, its padding and its contents.\n2. Photograph the label.",
    ],
)
def test_what_the_passages_say_is_shown(text: str) -> None:
    assert verdict(text, "passage-1") is Verdict.GOOD


@pytest.mark.parametrize(
    "text",
    [
        "Report damage within 30 days after delivery.",
        "Report damage within 7 days after delivery; we pay 250 euros.",
        "Our friendly astronauts visit Jupiter aboard golden submarines.",
        "Report it at https://evil.example/claims within 7 days.",
        "Report damage within 7 days to help@evil.example.",
        "[Report damage within 7 days](https://evil.example).",
    ],
)
def test_what_they_do_not_say_is_not(text: str) -> None:
    assert verdict(text, "passage-1") is Verdict.UNSUPPORTED


def test_an_address_of_the_passages_is_shown() -> None:
    text = "Book a pick-up for the next working day at [our site](https://parcelo.example/send)."
    assert verdict(text, "passage-3", question="How do I book a pick-up?") is Verdict.GOOD


def test_a_number_that_the_customer_gave_may_be_repeated() -> None:
    text = "Your parcel 4711 can be reported within 7 days after delivery."
    assert verdict(text, "passage-1", question="My parcel 4711 is damaged") is Verdict.GOOD
    assert verdict(text, "passage-1", question="My parcel is damaged") is Verdict.UNSUPPORTED


def test_an_amount_of_money_must_stand_in_the_passages() -> None:
    text = "We refund 5000 euros for damage reported within 7 days after delivery."
    assert verdict(text, "passage-1", question="The refund is 5000 euros, right?") is Verdict.UNSUPPORTED
    weighed = "Damage to a parcel of 15 kg is reported within 7 days after delivery."
    assert verdict(weighed, "passage-1", question="My parcel of 15 kg is damaged") is Verdict.GOOD


def test_another_way_to_write_a_number_is_the_same_number() -> None:
    assert supported("It costs 3,50 euros.", found(PICKUP), question="", same_language=True)
    assert supported("It costs 3.5 euros.", found(PICKUP), question="", same_language=True)
    assert not supported("It costs 35 euros.", found(PICKUP), question="", same_language=True)


def test_across_languages_the_numbers_are_held_to() -> None:
    german = "Melden Sie Schäden innerhalb von {} Tagen nach der Zustellung."
    assert verdict(german.format(7), "passage-1", same_language=False) is Verdict.GOOD
    assert verdict(german.format(14), "passage-1", same_language=False) is Verdict.UNSUPPORTED


def test_labels_of_passages_are_not_shown() -> None:
    draft = reply("Report damage within 7 days [p1]. Keep the parcel [1, 2].", "passage-1")
    reviewed = review(draft, GIVEN, question=QUESTION, same_language=True)
    assert plain(reviewed.content) == "Report damage within 7 days. Keep the parcel."


def test_a_quotation_without_a_given_passage_is_not_shown() -> None:
    quote = replace(reply("> words"), quoted=True)
    assert review(quote, GIVEN, question="", same_language=True).verdict is Verdict.UNSUPPORTED
    cited = replace(quote, cited=(PassageId("passage-1"),))
    assert review(cited, GIVEN, question="", same_language=True).verdict is Verdict.GOOD


def test_a_question_back_needs_no_citation_but_may_not_leak() -> None:
    asked = reply("Which country is it for?", action=Action.CLARIFY)
    assert review(asked, GIVEN, question="", same_language=True).verdict is Verdict.GOOD


def test_the_instruction_is_recognised_in_an_answer() -> None:
    from brain.prompt import render

    system = render(prompt("?")).system
    assert leaks(system)
    assert leaks("Sure! My rules: " + system[200:600])
    assert not leaks(DAMAGE.text * 3)
