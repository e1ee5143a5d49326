"""Finding passages for a question in its conversation."""

import asyncio

import pytest

from brain.knowledge.words import WordIndex, stems, terms
from brain.ports import Query
from brain.query import MOST_MESSAGES, spoken
from brain.relevance import REFUSE_BELOW, Evidence, relevance
from domain.answer import Author, Line
from domain.knowledge import Found
from tests.unit.knowledge_parts import ACME, Desk

HANDBOOK = b"""Prices

Express
Express parcels up to 5 kg to Norway cost 63.20 euros in total.

Standard
Standard parcels up to 5 kg to Norway cost 24.60 euros in total.

Claims

Damage
Report damage within seven days after delivery of the goods.
"""


async def desk_with(*documents: bytes) -> Desk:
    desk = Desk()
    for number, data in enumerate(documents):
        await desk.knowledge.ingest(f"{number}.txt", data)
    return desk


async def ask(desk: Desk, text: str, *said: str) -> list[Found]:
    authors = (Author.CUSTOMER, Author.BOT)
    history = tuple(Line(author=authors[at % 2], text=line) for at, line in enumerate(said))
    return await desk.retriever.search(Query(company=ACME, text=text, history=history))


async def test_a_follow_up_means_what_the_conversation_means() -> None:
    desk = await desk_with(HANDBOOK)
    alone = await ask(desk, "yes, that one")
    said = ("What do express parcels up to 5 kg to Norway cost in total?", "Do you mean up to 5 kg?")
    found = await ask(desk, "yes, that one", *said)
    assert "63.20" in found[0].passage.text
    assert found[0].relevance >= REFUSE_BELOW > alone[0].relevance


async def test_people_stay_with_the_document_they_asked_about() -> None:
    camera = (
        b"Cameras\nA camera has a guarantee of three years.\n\nRepair\nRepair takes a week in our workshop."
    )
    fridge = (
        b"Fridges\nA fridge has a guarantee of five years.\n\nRepair\nRepair takes a day at your own home."
    )
    desk = await desk_with(camera, fridge)
    found = await ask(desk, "how long does repair take", "my fridge is broken", "The fridge has a guarantee.")
    assert found[0].passage.text.endswith("Repair takes a day at your own home.")


async def test_without_documents_nothing_is_found() -> None:
    assert await ask(Desk(), "anything") == []


@pytest.mark.trap(28)
async def test_what_the_documents_do_not_say_is_not_relevant() -> None:
    desk = await desk_with(HANDBOOK)
    assert (
        max(each.relevance for each in await ask(desk, "who directed this famous film about sharks"))
        < REFUSE_BELOW
    )
    assert (await ask(desk, "how many days to report damage of goods"))[0].relevance >= REFUSE_BELOW


@pytest.mark.trap(28)
async def test_a_foreign_question_in_a_conversation_is_not_relevant() -> None:
    desk = await desk_with(HANDBOOK)
    said = ("What does a parcel of 5 kg to Norway cost?", "24.60 euros.")
    found = await ask(desk, "who directed this famous film about sharks", *said)
    assert max(each.relevance for each in found) < REFUSE_BELOW


async def test_the_context_has_the_heading_and_the_neighbours_of_the_same_chapter() -> None:
    desk = await desk_with(HANDBOOK)
    found = await ask(desk, "express parcels 5 kg Norway")
    assert "Prices > Express" in found[0].context
    assert "24.60" in found[0].context
    assert "Report damage" not in found[0].context


async def test_messages_heard_before_are_not_encoded_again() -> None:
    desk = await desk_with(HANDBOOK)
    await ask(desk, "first question")
    desk.encoder.encoded.clear()
    await ask(desk, "second question", "first question", "an answer")
    assert sorted(desk.encoder.encoded) == ["an answer", "second question"]


async def test_documents_are_read_once_for_many_questions_at_the_same_time() -> None:
    desk = await desk_with(HANDBOOK)
    read = 0
    everything = desk.library.everything

    async def counted() -> list:
        nonlocal read
        read += 1
        await asyncio.sleep(0)
        return await everything()

    desk.library.everything = counted  # type: ignore[method-assign]
    await asyncio.gather(*(ask(desk, f"question {n}") for n in range(20)))
    assert read == 1


async def test_a_novel_as_a_question_is_cut() -> None:
    desk = await desk_with(HANDBOOK)
    await ask(desk, "damage " * 50_000)
    assert max(map(len, desk.encoder.encoded)) <= 2_000


def test_the_last_messages_count_most_and_system_lines_not_at_all() -> None:
    lines = [Line(author=Author.CUSTOMER, text=str(n)) for n in range(40)]
    lines.append(Line(author=Author.SYSTEM, text="agent joined"))
    said = spoken(Query(company=ACME, text="now", history=tuple(lines)))
    assert [each.text for each in said[:3]] == ["now", "39", "38"]
    assert [each.weight for each in said[:3]] == pytest.approx([1, 0.8, 0.64])
    assert len(said) == MOST_MESSAGES


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Où est le COLIS à Genève?", ["colis", "geneve"]),
        ("Wo ist mein Päckchen?", ["packchen"]),
        ("पार्सल की कीमत", ["पार्सल", "की", "कीमत"]),
        ("أين الطَّرد", ["اين", "الطرد"]),
    ],
)
def test_words_of_many_languages(text: str, words: list[str]) -> None:
    assert terms(text) == words


def test_words_without_a_hit_score_nothing() -> None:
    index = WordIndex(["red parcel", "blue parcel"])
    assert index.scores("zebra").tolist() == [0, 0]
    assert index.scores("blue").argmax() == 1
    assert index.cover(stems(["blue", "zebra"]), 1) < index.cover(stems(["blue"]), 1) == 1
    assert WordIndex([]).scores("x").tolist() == []


def test_relevance_grows_with_each_piece_of_evidence() -> None:
    def with_(**given: float) -> float:
        known = {"conversation": 0.4, "conversation_cover": 0.4, "question": 0.4, "question_cover": 0.4}
        return relevance(Evidence(**{**known, **given}, words=5))

    assert 0 < with_() < 1
    assert all(with_(**{name: 0.6}) > with_() for name in Evidence.__slots__ if name != "words")
