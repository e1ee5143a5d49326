"""What a customer gets from the brain, whatever its parts do."""

import asyncio

import pytest

from brain.usage import NoUsableAnswer
from domain.answer import Action, Author, Line, Reason, Usage
from domain.content import Paragraph, plain
from domain.emotion import Feeling
from domain.errors import Unavailable
from domain.texts import LANGUAGES, Key, say
from tests.unit.brain_parts import (
    PASSAGES,
    SURCHARGES,
    Feelings,
    Shelf,
    Writer,
    brain,
    customer,
    feels,
    found,
    reply,
    turn,
)

DAMAGE = "How many days do I have to report damage?"


async def test_an_answer_comes_with_its_source() -> None:
    answer = await brain().answer(turn(DAMAGE))
    assert answer.action is Action.REPLY
    assert plain(answer.content) == "Report damage within 7 days after delivery."
    (source,) = answer.sources
    assert (source.title, source.section, source.page) == (
        "Handbook",
        "Damage and claims > Reporting damage",
        9,
    )
    assert not answer.refused
    assert answer.confidence == 0.8


@pytest.mark.trap(28)
async def test_nothing_relevant_is_an_honest_refusal_without_citations() -> None:
    answer = await brain(retriever=Shelf(found(relevance=0.2))).answer(turn("Do you sell bananas?"))
    assert answer.refused
    assert answer.action is Action.REPLY
    assert answer.sources == ()
    assert plain(answer.content) == say(Key.REFUSAL, "en")


async def test_a_company_without_documents_refuses_honestly() -> None:
    answer = await brain(retriever=Shelf([])).answer(turn("Do you sell bananas?"))
    assert answer.refused


async def test_a_second_refusal_in_a_row_brings_a_person() -> None:
    answer = await brain(retriever=Shelf([])).answer(turn("And apples, do you sell these?", refusals=1))
    assert (answer.action, answer.reason) == (Action.HANDOFF, Reason.UNANSWERED)
    assert answer.refused


async def test_yes_to_the_offer_of_a_person_brings_one() -> None:
    answer = await brain().answer(turn("Yes please", refusals=1))
    assert (answer.action, answer.reason) == (Action.HANDOFF, Reason.ASKED)


async def test_no_to_the_offer_of_a_person_is_taken_kindly() -> None:
    answer = await brain().answer(turn("no thanks", refusals=1, platform_language="en"))
    assert plain(answer.content) == say(Key.ALL_RIGHT, "en")
    assert not answer.refused


@pytest.mark.trap(23)
@pytest.mark.trap(26)
async def test_asking_for_a_person_hands_off_as_a_typed_action() -> None:
    answer = await brain().answer(turn("I want to talk to a person", history=[customer(DAMAGE)]))
    assert (answer.action, answer.reason) == (Action.HANDOFF, Reason.ASKED)
    assert answer.summary == f"{DAMAGE} (2 messages)"
    assert "Report damage within 7 days" in answer.suggestion


async def test_what_is_said_besides_asking_for_a_person_is_the_question() -> None:
    said = "My parcel is three weeks late and the box is damaged. Get me a human being, now!"
    answer = await brain().answer(turn(said, history=[customer("How much is a 5 kg parcel?")]))
    assert (answer.action, answer.reason) == (Action.HANDOFF, Reason.ASKED)
    assert answer.summary == "My parcel is three weeks late and the box is damaged. (2 messages)"


async def test_a_row_of_a_table_is_suggested_with_its_columns() -> None:
    answer = await brain(retriever=Shelf(found(SURCHARGES))).answer(
        turn("What does a signature on delivery cost? I want to talk to a person.")
    )
    assert answer.suggestion == "Signature on delivery: Price in euros 1.80"


@pytest.mark.trap(23)
async def test_magic_words_in_the_models_text_do_not_hand_off() -> None:
    draft = reply("Report damage within 7 days after delivery. HANDOFF [ESCALATE] handoff", "passage-1")
    answer = await brain(responder=Writer(draft)).answer(turn(DAMAGE))
    assert answer.action is Action.REPLY


async def test_the_model_may_hand_off() -> None:
    writer = Writer(reply("", action=Action.HANDOFF))
    answer = await brain(responder=writer).answer(turn(DAMAGE))
    assert (answer.action, answer.reason) == (Action.HANDOFF, Reason.MODEL_ASKED)


async def test_the_model_may_ask_back() -> None:
    writer = Writer(reply("Was the box damaged, too?", action=Action.CLARIFY))
    answer = await brain(responder=writer).answer(turn(DAMAGE))
    assert answer.action is Action.CLARIFY
    assert plain(answer.content).endswith("Was the box damaged, too?")
    assert not answer.sources


@pytest.mark.trap(25)
async def test_an_old_request_for_a_person_does_not_hand_off_again() -> None:
    history = [customer("agent please"), customer("I want to talk to a person")]
    answer = await brain().answer(turn(DAMAGE, history=history))
    assert answer.action is Action.REPLY


@pytest.mark.parametrize("feeling", [Feeling.ANGER, Feeling.DISGUST])
async def test_a_very_angry_customer_gets_a_person(feeling: Feeling) -> None:
    answer = await brain(emotions=Feelings(feels(feeling, 0.9))).answer(turn(DAMAGE))
    assert (answer.action, answer.reason) == (Action.HANDOFF, Reason.ANGRY)
    assert plain(answer.content).startswith(say(Key.SORRY_ANGER, "en"))


async def test_anger_that_rises_from_message_to_message_brings_a_person() -> None:
    earlier = (feels(Feeling.ANGER, 0.1), feels(Feeling.ANGER, 0.35))
    answer = await brain(emotions=Feelings(feels(Feeling.ANGER, 0.6))).answer(turn(DAMAGE, emotions=earlier))
    assert answer.reason is Reason.ANGRY


async def test_the_same_anger_without_a_rise_is_answered() -> None:
    earlier = (feels(Feeling.ANGER, 0.7), feels(Feeling.ANGER, 0.65))
    answer = await brain(emotions=Feelings(feels(Feeling.ANGER, 0.6))).answer(turn(DAMAGE, emotions=earlier))
    assert answer.action is Action.REPLY


@pytest.mark.trap(31)
async def test_a_failing_emotion_model_is_not_noticed() -> None:
    answer = await brain(emotions=Feelings(error=RuntimeError("broken"))).answer(turn(DAMAGE))
    assert answer.action is Action.REPLY
    assert answer.emotion.label is Feeling.NEUTRAL


@pytest.mark.trap(31)
async def test_a_search_that_fails_once_is_tried_again() -> None:
    answer = await brain(retriever=Shelf(errors=[Unavailable()])).answer(turn(DAMAGE))
    assert answer.sources


@pytest.mark.trap(31)
@pytest.mark.parametrize("error", [Unavailable(), RuntimeError("a bug")])
async def test_a_search_that_keeps_failing_brings_a_person(error: Exception) -> None:
    answer = await brain(retriever=Shelf(errors=[error, error])).answer(turn(DAMAGE))
    assert (answer.action, answer.reason) == (Action.HANDOFF, Reason.MODEL_FAILED)
    assert plain(answer.content)


@pytest.mark.trap(31)
async def test_parts_that_hang_do_not_silence_the_customer() -> None:
    class Hanging:
        async def search(self, query: object) -> list[object]:
            await asyncio.Event().wait()
            return []

        async def read(self, text: str) -> object:
            return await self.search(text)

    answer = await brain(emotions=Hanging(), retriever=Hanging(), patience=0.01).answer(turn(DAMAGE))
    assert answer.action is Action.HANDOFF


@pytest.mark.trap(31)
async def test_without_the_model_the_documents_are_quoted_and_it_says_so() -> None:
    usage = Usage(prompt_tokens=7, cost=0.1)
    answer = await brain(responder=Writer(NoUsableAnswer(usage=usage))).answer(turn(DAMAGE))
    assert answer.quoted
    assert answer.usage == usage
    assert plain(answer.content).startswith(say(Key.QUOTED, "en"))
    assert answer.sources[0].passage == "passage-1"


@pytest.mark.trap(31)
async def test_without_model_and_quotation_a_person_comes() -> None:
    broken = Writer(Unavailable())
    answer = await brain(responder=broken, fallback=broken).answer(turn(DAMAGE))
    assert (answer.action, answer.reason) == (Action.HANDOFF, Reason.MODEL_FAILED)


@pytest.mark.trap(31)
async def test_a_bug_in_a_responder_is_no_silence() -> None:
    answer = await brain(responder=Writer(ValueError("bug"))).answer(turn(DAMAGE))
    assert answer.quoted


async def test_invented_claims_become_a_quotation() -> None:
    invented = reply("You may report damage within 90 days, and we pay 7000 euros at once.", "passage-1")
    answer = await brain(responder=Writer(invented)).answer(turn(DAMAGE))
    assert answer.quoted
    assert "7000" not in plain(answer.content)


async def test_invented_claims_without_a_quotation_bring_a_person() -> None:
    invented = Writer(reply("You may report damage within 90 days.", "passage-1"))
    answer = await brain(responder=invented, fallback=Writer(Unavailable())).answer(turn(DAMAGE))
    assert (answer.action, answer.reason) == (Action.HANDOFF, Reason.UNSUPPORTED)


@pytest.mark.trap(28)
async def test_a_model_that_finds_no_answer_refuses_without_citations() -> None:
    answer = await brain(responder=Writer(reply("The documents do not say this."))).answer(turn(DAMAGE))
    assert answer.refused
    assert not answer.sources


@pytest.mark.parametrize(
    ("words", "language", "key"),
    [
        ("hi", "en", Key.HELLO),
        ("Hello there!", "en", Key.HELLO),
        ("thanks!", "en", Key.WELCOME),
        ("hola", "es", Key.HELLO),
        ("Muchas gracias", "es", Key.WELCOME),
        ("Bonjour", "fr", Key.HELLO),
        ("merci beaucoup !", "fr", Key.WELCOME),
        ("Guten Tag", "de", Key.HELLO),
        ("Vielen Dank!", "de", Key.WELCOME),
        ("Olá", "pt", Key.HELLO),
        ("obrigada", "pt", Key.WELCOME),
        ("नमस्ते", "hi", Key.HELLO),
        ("धन्यवाद", "hi", Key.WELCOME),
        ("مرحبا", "ar", Key.HELLO),
        ("شكراً", "ar", Key.WELCOME),
        ("good bye", "en", Key.GOODBYE),
        ("tschüss", "de", Key.GOODBYE),
        ("👍", "en", Key.GLAD),
        ("are you a bot?", "en", Key.GREETING),
        ("hilfe", "de", Key.HELP),
    ],
)
async def test_small_talk_is_answered_kindly_in_its_language(words: str, language: str, key: Key) -> None:
    shelf = Shelf([])
    answer = await brain(retriever=shelf).answer(turn(words, platform_language="en"))
    assert plain(answer.content) == say(key, language, company="Parcelo")
    assert answer.language == language
    assert not answer.refused
    assert not shelf.queries


async def test_a_question_after_a_greeting_is_a_question() -> None:
    answer = await brain().answer(turn(f"Hi! {DAMAGE}"))
    assert answer.sources


async def test_a_happy_remark_is_no_unanswered_question() -> None:
    happy = Feelings(feels(Feeling.JOY))
    answer = await brain(emotions=happy, retriever=Shelf([])).answer(turn("I love your service!"))
    assert not answer.refused
    asked = await brain(emotions=happy, retriever=Shelf([])).answer(turn("Lovely! Do you sell bananas?"))
    assert asked.refused


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_customers_chosen_language_wins(language: str) -> None:
    answer = await brain(retriever=Shelf([])).answer(turn("Do you sell bananas at all?", language=language))
    assert plain(answer.content) == say(Key.REFUSAL, language)


async def test_a_sad_customer_hears_a_kind_word_before_a_refusal() -> None:
    sad = Feelings(feels(Feeling.SADNESS, 0.7))
    answer = await brain(emotions=sad, retriever=Shelf([])).answer(turn("My gift never reached my mother."))
    assert plain(answer.content).startswith(say(Key.SORRY_SADNESS, "en"))


async def test_the_follow_up_is_searched_with_the_conversation() -> None:
    shelf = Shelf()
    history = [customer("What does a pick-up cost?"), Line(author=Author.BOT, text="3.50 euros a visit.")]
    await brain(retriever=shelf).answer(turn("And for two parcels?", history=history))
    assert shelf.queries[0].history == tuple(history)


async def test_a_huge_message_costs_no_more_than_a_long_one() -> None:
    writer, shelf = Writer(), Shelf()
    await brain(responder=writer, retriever=shelf).answer(turn("damage report days " * 50_000))
    assert len(shelf.queries[0].text) == 8_000
    assert len(writer.prompts[0].question) == 8_000


async def test_an_empty_message_is_greeted() -> None:
    answer = await brain().answer(turn("", platform_language="fr"))
    assert plain(answer.content) == say(Key.HELLO, "fr")


async def test_the_times_of_the_stages_are_told() -> None:
    timings = (await brain().answer(turn(DAMAGE))).timings
    assert timings.language > 0
    assert timings.emotion > 0
    assert timings.retrieval > 0
    assert timings.model > 0
    assert timings.total >= timings.language + timings.model


async def test_emotion_and_search_run_side_by_side() -> None:
    searching, feeling = asyncio.Event(), asyncio.Event()

    class Both:
        async def search(self, query: object) -> list[object]:
            searching.set()
            await feeling.wait()
            return list(found())

        async def read(self, text: str) -> object:
            feeling.set()
            await searching.wait()
            return feels(Feeling.NEUTRAL)

    answer = await brain(emotions=Both(), retriever=Both()).answer(turn(DAMAGE))
    assert answer.sources


async def test_an_answer_in_another_language_than_the_documents_is_held_to_its_numbers() -> None:
    german = "Melden Sie einen Schaden innerhalb von {} Tagen nach der Zustellung."
    right = await brain(responder=Writer(reply(german.format(7), "passage-1"))).answer(
        turn("Wie lange kann ich einen Schaden am Paket melden?")
    )
    assert plain(right.content) == german.format(7)
    wrong = await brain(responder=Writer(reply(german.format(70), "passage-1"))).answer(
        turn("Wie lange kann ich einen Schaden am Paket melden?")
    )
    assert wrong.quoted


async def test_a_table_is_quoted_with_its_header() -> None:
    shelf = Shelf(found(PASSAGES[1]))
    answer = await brain(responder=Writer(Unavailable()), retriever=shelf).answer(
        turn("What does an age check cost?")
    )
    shown = plain(answer.content)
    assert "Price in euros" in shown
    assert "Age check 18+" in shown
    assert "Cash on delivery" not in shown


async def test_a_refusal_names_what_was_found_for_those_who_look() -> None:
    answer = await brain(retriever=Shelf(found(relevance=0.2))).answer(turn("Do you sell bananas?"))
    assert len(answer.found) == 3
    assert all(not isinstance(block, Paragraph) or block.spans for block in answer.content.blocks)


@pytest.mark.parametrize(
    "words",
    [
        "Oh great, another delayed parcel. You guys are AMAZING",
        "love how you never answer",
        "súper, gracias a ti",
    ],
)
async def test_sarcasm_is_not_taken_for_thanks(words: str) -> None:
    joyful = Feelings(feels(Feeling.JOY, 0.9))
    answer = await brain(emotions=joyful, retriever=Shelf([])).answer(turn(words))
    assert plain(answer.content) not in {say(Key.GLAD, code) for code in LANGUAGES}


async def test_a_yes_to_nothing_is_no_question_without_an_answer() -> None:
    answer = await brain(retriever=Shelf([])).answer(turn("yes", platform_language="en"))
    assert plain(answer.content) == say(Key.GO_ON, "en")
    assert not answer.refused


@pytest.mark.parametrize(
    ("words", "key"),
    [("Hola, buenas", Key.HELLO), ("hello good morning", Key.HELLO), ("👍", Key.GLAD)],
)
async def test_several_greetings_are_a_greeting(words: str, key: Key) -> None:
    answer = await brain(retriever=Shelf([])).answer(turn(words))
    assert plain(answer.content) in {say(key, code) for code in LANGUAGES}


async def test_an_unhappy_sign_is_never_answered_with_cheer() -> None:
    answer = await brain(retriever=Shelf([])).answer(turn("😢"))
    assert plain(answer.content) not in {say(Key.GLAD, code) for code in LANGUAGES}


async def test_a_complaint_that_asks_nothing_gets_sympathy_and_the_offer_of_a_person() -> None:
    sad = Feelings(feels(Feeling.SADNESS, 0.9))
    answer = await brain(emotions=sad, retriever=Shelf([])).answer(
        turn("My mother's birthday present did not arrive", platform_language="en")
    )
    assert plain(answer.content) == f"{say(Key.SORRY_SADNESS, 'en')} {say(Key.OFFER, 'en')}"
    assert answer.refused
