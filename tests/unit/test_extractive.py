"""Answers by quoting."""

import pytest

from brain.extractive import MOST_CHARACTERS, ExtractiveResponder, quotations
from brain.markdown import parse
from domain.content import Code, Quote, plain
from domain.emotion import Feeling
from domain.errors import Unavailable
from domain.texts import LANGUAGES, Key, say
from tests.unit.brain_parts import DAMAGE, PICKUP, SURCHARGES, customer, feels, found, passage, prompt


async def quoted(question: str, **more: object) -> str:
    draft = await ExtractiveResponder().respond(prompt(question, **more))
    assert draft.quoted
    return plain(parse(draft.text))


async def test_the_best_sentence_is_quoted_first() -> None:
    shown = await quoted("How many days do I have to report damage?")
    assert shown.startswith(say(Key.QUOTED, "en") + "\nReport damage within 7 days after delivery.")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_says_that_it_quotes(language: str) -> None:
    assert say(Key.QUOTED, language) in await quoted("parcel", language=language)


async def test_a_row_is_quoted_under_its_header() -> None:
    draft = await ExtractiveResponder().respond(prompt("What does cash on delivery cost?"))
    table = next(block for block in parse(draft.text).blocks if isinstance(block, Code))
    assert table.text.splitlines()[0].split() == ["Service", "Price", "in", "euros"]
    assert "6.40" in table.text
    assert "1.80" not in table.text


async def test_every_quotation_is_cited() -> None:
    draft = await ExtractiveResponder().respond(prompt("parcel price"))
    assert set(draft.cited) <= {"passage-1", "passage-2", "passage-3"}
    quotes = [block for block in parse(draft.text).blocks if isinstance(block, Quote | Code)]
    assert len(draft.cited) == len(quotes)


async def test_a_follow_up_question_is_read_with_the_one_before() -> None:
    shown = await quoted("And how many?", history=(customer("When does a courier pick up parcels?"),))
    assert "up to 10 parcels" in shown


async def test_signs_in_a_document_are_shown_and_not_obeyed() -> None:
    hostile = passage(9, "The damage price is *5* euros, see [here](http://evil.example) <b>now</b> # x")
    draft = await ExtractiveResponder().respond(prompt("damage price", passages=found(hostile)))
    (quote,) = [block for block in parse(draft.text).blocks if isinstance(block, Quote)]
    assert plain(parse(draft.text)).endswith(hostile.text)
    assert all(not span.url for span in quote.spans)


async def test_a_long_document_is_quoted_in_part() -> None:
    passages = found(*(passage(number, f"Damage {number}. " + "word " * 150) for number in range(6)))
    quotes = quotations(prompt("damage", passages=passages))
    assert len(quotes) <= 3
    assert sum(len(line) for quote in quotes[1:] for line in quote.lines) <= MOST_CHARACTERS


async def test_an_unhappy_customer_hears_a_kind_word() -> None:
    assert say(Key.SORRY_FEAR, "en") in await quoted("parcel", emotion=feels(Feeling.FEAR))


async def test_a_question_in_another_language_still_gets_the_best_passage() -> None:
    shown = await quoted(
        "Wie melde ich einen Schaden?", passages=found(DAMAGE, PICKUP, SURCHARGES), language="de"
    )
    assert "Report damage within 7 days" in shown


async def test_nothing_to_quote_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await ExtractiveResponder().respond(prompt("damage", passages=found(passage(1, " "))))
