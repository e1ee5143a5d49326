"""Replies suggested to agents."""

import pytest

from brain.extractive import ExtractiveResponder
from brain.suggest import Suggester, asked
from domain.answer import Action, Author, Line
from domain.errors import Unavailable
from tests.unit.brain_parts import ACME, LANGUAGES, TONE, Shelf, Writer, customer, found, reply

DAMAGE = "How many days do I have to report damage?"


def said(author: Author, text: str) -> Line:
    return Line(author=author, text=text)


THREAD = (
    customer("Hello"),
    said(Author.BOT, "Hello! How can I help you?"),
    customer("It broke."),
    customer(DAMAGE),
    said(Author.SYSTEM, "Maya has joined."),
)


def suggester(**parts: object) -> Suggester:
    chosen = {
        "languages": LANGUAGES,
        "retriever": Shelf(),
        "responder": Writer(),
        "fallback": ExtractiveResponder(),
        "threshold": 0.5,
    }
    return Suggester(**{**chosen, **parts})  # type: ignore[arg-type]


async def test_what_the_customer_wrote_last_is_answered() -> None:
    writer = Writer()
    words = await suggester(responder=writer).suggest(ACME, THREAD, tone=TONE)
    assert words == "Report damage within 7 days after delivery."
    assert writer.prompts[0].question == f"It broke.\n{DAMAGE}"


async def test_an_agents_last_word_does_not_hide_the_question() -> None:
    thread = (*THREAD, said(Author.AGENT, "One moment please."))
    assert asked(thread)[0] == f"It broke.\n{DAMAGE}"
    assert await suggester().suggest(ACME, thread, tone=TONE)


@pytest.mark.parametrize(
    "draft",
    [
        Unavailable(),
        reply("You may report it within 90 days.", "passage-1"),
        reply("I don't know."),
        reply("Which parcel?", action=Action.CLARIFY),
    ],
)
async def test_without_a_usable_draft_the_documents_are_quoted(draft: object) -> None:
    words = await suggester(responder=Writer(draft)).suggest(ACME, THREAD, tone=TONE)  # type: ignore[arg-type]
    assert words.startswith("Report damage within 7 days after delivery.")


async def test_nothing_relevant_is_no_suggestion() -> None:
    assert not await suggester(retriever=Shelf(found(relevance=0.1))).suggest(ACME, THREAD, tone=TONE)
    assert not await suggester(retriever=Shelf([])).suggest(ACME, THREAD, tone=TONE)


async def test_a_thread_without_a_customer_has_no_suggestion() -> None:
    assert not await suggester().suggest(ACME, (said(Author.AGENT, "Hello?"),), tone=TONE)
