"""A question and its answer, taken out of a conversation."""

from desk.drafting import Entry, draft, written
from domain.answer import Author, Line


def talk(*said: tuple[str, str]) -> list[Line]:
    return [Line(author=Author(author), text=words) for author, words in said]


TALK = talk(
    ("customer", "Hi"),
    ("bot", "Hello! What can I do for you?"),
    ("customer", "I am ana@example.com."),
    ("customer", "Do you deliver to the Faroe Islands?"),
    ("system", "Ben has joined."),
    ("agent", "Yes, in 5 days."),
    ("agent", "Call me at +49 30 901820 if it takes longer."),
    ("customer", "Thanks!"),
)


def test_an_agents_reply_takes_the_question_before_it() -> None:
    found = draft(TALK, "Yes, in 5 days.", "unused")
    assert found == Entry(
        question="I am [email]. Do you deliver to the Faroe Islands?", answer="Yes, in 5 days."
    )


def test_a_customers_question_takes_the_reply_after_it_and_hides_who_is_meant() -> None:
    found = draft(TALK, "Dana 🙂\nDo you deliver to the Faroe Islands?", "unused")
    assert found.answer == "Yes, in 5 days.\nCall me at [phone] if it takes longer."


def test_what_nobody_answered_yet_takes_what_was_suggested() -> None:
    found = draft(talk(("customer", "Why?")), "Why?", "Because.")
    assert found == Entry(question="Why?", answer="Because.")


def test_a_message_outside_of_conversations_is_an_answer_or_a_question() -> None:
    assert draft([], "Parcels to Norway take 5 days", "") == Entry(
        question="", answer="Parcels to Norway take 5 days"
    )
    assert draft([], "Is it free?", "") == Entry(question="Is it free?", answer="")


def test_links_that_a_person_kept_stay_and_numbers_and_addresses_go() -> None:
    found = written(
        "How?\nReally?", "See https://example.com/track, or write to me@example.com, 0171 2345678"
    )
    assert found.question == "How? Really?"
    assert found.answer == "See https://example.com/track, or write to [email], [phone]"


def test_the_same_question_is_the_same_document_whatever_its_punctuation() -> None:
    assert written("Is it free?", "Yes").name == written("# Is it: free!", "No").name == "FAQ Is it free.md"
    assert written("???", "Yes").name == "FAQ entry.md"
    assert written("Is it free?", "Yes").markdown == "# Is it free?\n\nYes\n"
