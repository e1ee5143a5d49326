"""The measurements of the search count what they say they count."""

import json
from pathlib import Path

from bench.corpus import _question, _spans, read
from bench.pipeline import conversations
from bench.pipeline_ours import make
from bench.refusal import Asked
from bench.refusal import summed as refusals
from bench.retrieval import Hit, summed
from brain.relevance import Evidence
from domain.answer import Author
from domain.ids import DocumentId, PassageId
from domain.knowledge import Passage


def passage(id: str, text: str, heading: str = "") -> Passage:
    return Passage(
        id=PassageId(id),
        document=DocumentId("d"),
        version=1,
        title="T",
        heading=heading,
        page=0,
        position=0,
        text=text,
    )


def hits(right_at: int | None, *, tokens: int = 100) -> list[Hit]:
    return [Hit(right=at == right_at, document=at == right_at, tokens=tokens) for at in range(12)]


def test_recall_and_ranks() -> None:
    found = summed([hits(0), hits(3), hits(9), hits(None)])
    assert (found["recall@1"], found["recall@5"], found["recall@10"]) == (0.25, 0.5, 0.75)
    assert found["mrr@10"] == round((1 + 1 / 4 + 1 / 10) / 4, 4)


def test_a_hit_beyond_the_context_does_not_count() -> None:
    assert summed([hits(3, tokens=300)])["recall_1000_tokens"] == 0
    assert summed([hits(2, tokens=300)])["recall_1000_tokens"] == 1


def test_a_passage_holds_its_own_heading_but_not_the_text_before() -> None:
    text = "Intro words.\n\nPrices\nFive   euros.\n"
    spans = _spans(text, [passage("a", "Intro words."), passage("b", "Five euros.", "Shop > Prices")])
    assert spans == [("a", 0, 12), ("b", 14, 34)]


def test_messages_since_the_last_reply_are_one_question() -> None:
    turns = [("customer", "hi"), ("agent", "hello"), ("customer", "my parcel"), ("customer", "is late")]
    row = {
        "doc_id": "d",
        "turns": [{"from": who, "text": text} for who, text in turns],
        "answer": "yes",
        "answer_start": 7,
    }
    question = _question(row)
    assert (question.text, question.start, question.length) == ("my parcel is late", 7, 3)
    assert [line.author for line in question.history] == [Author.CUSTOMER, Author.AGENT]


def test_questions_that_follow_one_another_are_a_conversation(tmp_path: Path) -> None:
    row = {"doc_id": "d", "answer": "", "answer_start": 0}
    one = _question({**row, "turns": [{"from": "customer", "text": "a"}]})
    two = _question({**row, "turns": [{"from": x, "text": x} for x in ("customer", "agent", "customer")]})
    assert [len(talk) for talk in conversations([one, two, one, two, two])] == [2, 2, 1]
    assert read(tmp_path) is None


def test_refusals_and_wrong_answers_are_shares() -> None:
    sure = Asked(
        evidence=(Evidence(conversation=1, conversation_cover=1, question=1, question_cover=1, words=5),),
        fresh=True,
    )
    lost = Asked(evidence=(), fresh=True)
    found = refusals(
        {"documents": [sure, sure, sure, lost], "out of scope": [lost, sure], "left out": [lost, lost]}
    )
    assert (found["needless_refusals"], found["wrong_answers"]) == (0.25, 0.25)
    assert 0.5 < found["auc"] < 1


def test_another_data_set_may_lack_titles_and_name_documents_that_are_not_there(tmp_path: Path) -> None:
    docs = [{"doc_id": "a", "text": "Parcels take two days."}, {"doc_id": "empty", "text": " "}]
    asked = [
        {"doc_id": name, "turns": [{"from": "customer", "text": "How long?"}], "answer_start": 0}
        for name in ("a", "empty", "gone")
    ]
    for name, rows in (("docs", docs), ("questions", asked)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    corpus = read(tmp_path)
    assert corpus is not None
    assert [(text.name, text.title) for text in corpus.texts] == [("a", "a")]
    assert [question.document for question in corpus.questions] == ["a"]


async def test_the_measured_pipeline_is_the_products_own() -> None:
    words = "Parcels to Norway take four working days."
    task = {"rows": [["d", "Handbook", "Delivery", words]], "passages": [words], "limit": 3}
    answer = await make(task)
    prompt = await answer("How long do parcels to Norway take?", [("customer", "Hello")])
    assert "How long do parcels to Norway take?" in prompt
    assert words in prompt
