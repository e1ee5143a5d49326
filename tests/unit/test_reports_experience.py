"""How a session went, and the files that hold sessions."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

from domain.answer import Author
from domain.emotion import Feeling
from domain.errors import BadInput, Unavailable
from domain.ids import CompanyId, Platform
from domain.log import Kind
from reports import files, parse
from reports.experience import Experience, Maker, Reviewer, Said, Session, quoted
from tests.unit.diary import Diary

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
ACME = CompanyId("acme")


def said(minute: float, author: Author, text: str, emotion: Feeling | None = None) -> Said:
    return Said(author=author, text=text, at=START + timedelta(minutes=minute), emotion=emotion)


def session(**more: object) -> Session:
    messages = (
        said(0, Author.CUSTOMER, "Hello", Feeling.NEUTRAL),
        said(1, Author.CUSTOMER, "Where is my parcel 123456789?", Feeling.ANGER),
        said(45, Author.AGENT, "It arrives today."),
        said(46, Author.CUSTOMER, "Wonderful, thank you!", Feeling.JOY),
    )
    return Session(id="s1", customer="kim", messages=messages, **more)


class TestExperience:
    def test_without_a_model_it_quotes_and_says_so(self):
        found = quoted(session())
        assert found.wanted == "“Where is my parcel [number]?”"
        assert found.went_well == "“Wonderful, thank you!”"
        assert found.went_badly == "“Where is my parcel [number]?”"
        assert found.suggestion == "Answer sooner, or say how long it will take."
        assert found.label == "Put together from quotes"

    def test_a_low_rating_and_its_comment_say_what_went_badly(self):
        found = quoted(session(rating=1, comment="Nobody called kim@example.com"))
        assert found.went_badly == "Rated 1 of 5: “Nobody called [email]”"

    def test_a_refusal_asks_for_a_document(self):
        assert quoted(session(refused=True)).suggestion == "Add what was asked to the documents."

    def test_an_empty_session_has_a_report_too(self):
        found = quoted(Session(id="s", customer="kim", messages=()))
        assert found.wanted == "The customer wrote no words."
        assert found.suggestion == "Nothing stands out: keep it like this."

    async def test_the_model_writes_it_where_there_is_one(self):
        written = Experience(wanted="a", went_well="b", went_badly="c", suggestion="d", by=Maker.MODEL)
        assert await Reviewer(writer=Model(written)).review(session()) == written
        assert written.label == "Written by the language model"

    async def test_a_failing_model_is_no_reason_for_none(self):
        found = await Reviewer(writer=Model(None)).review(session())
        assert found.by is Maker.QUOTES


class Model:
    def __init__(self, written: Experience | None) -> None:
        self.written = written

    async def write(self, session: Session) -> Experience:
        if self.written is None:
            raise Unavailable
        return self.written


def valid(raw: bytes, name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(json.loads(raw))


class TestFiles:
    line = files.FeedbackLine(
        session="s1", rating=4, at=START, comment="gut ✓", agent="ann", platform=Platform.TELEGRAM
    )

    def test_feedback_is_read_as_it_was_written_and_fits_its_schema(self):
        bare = files.FeedbackLine(session="s2", rating=1, at=START)
        raw = files.write_feedback([self.line, bare])
        valid(raw, "feedback")
        assert parse.read_feedback(raw) == (self.line, bare)

    def test_sessions_are_read_as_they_were_written_and_fit_their_schema(self):
        raw = files.write_sessions([session()])
        valid(raw, "session")
        assert parse.read_sessions(raw) == (session(),)

    def test_an_analysis_is_read_as_it_was_written_and_fits_its_schema(self):
        analysis = files.analyse(session(rating=5), quoted(session(rating=5)))
        raw = files.write_analyses([analysis])
        valid(raw, "session_analysis")
        assert parse.read_analyses(raw) == (analysis,)
        assert analysis.emotions == {Feeling.ANGER: 1, Feeling.JOY: 1, Feeling.NEUTRAL: 1}

    def test_one_object_is_as_good_as_a_list(self):
        raw = json.dumps({"session_id": "s", "rating": 3, "timestamp": "2026-11-24T10:00:00+01:00"}).encode()
        valid(raw, "feedback")
        assert parse.read_feedback(raw)[0].at == START

    @pytest.mark.parametrize(
        ("raw", "message"),
        [
            (b"{", "not valid JSON"),
            (b"\xff\xfe", "not valid JSON"),
            (b"[" * 100_000, "not valid JSON"),
            (b"[1]", "item 1 must be an object"),
            (b'[{"session_id": "s", "rating": 6, "timestamp": "2026-11-24T09:00:00Z"}]', "from 1 to 5"),
            (b'[{"session_id": "s", "rating": true, "timestamp": "2026-11-24T09:00:00Z"}]', "from 1 to 5"),
            (b'[{"session_id": "s", "rating": 5, "timestamp": "yesterday"}]', "timestamp must be a time"),
            (b'[{"session_id": "s", "rating": 5, "timestamp": "2026-11-24T09:00:00"}]', "with its zone"),
            (b'[{"session_id": "", "rating": 5, "timestamp": "2026-11-24T09:00:00Z"}]', "session_id must be"),
            (b'[{"session": "s"}]', "I don't know .session."),
            (
                b'[{"session_id":"s","rating":5,"timestamp":"2026-11-24T09:00:00Z","platform":"fax"}]',
                "one of",
            ),
        ],
    )
    def test_a_fault_is_named_with_its_place(self, raw, message):
        with pytest.raises(BadInput, match=message) as caught:
            parse.read_feedback(raw)
        assert "feedback.json" in str(caught.value)

    @pytest.mark.parametrize(
        ("messages", "message"),
        [
            ("hello", "messages must be a list"),
            ([{"text": "hi", "at": "2026-11-24T09:00:00Z"}], "message 1: author is missing"),
            ([{"author": "cat", "at": "2026-11-24T09:00:00Z"}], "one of customer, agent, bot, system"),
            ([{"author": "bot", "at": "2026-11-24T09:00:00Z", "emotion": "bored"}], "emotion must be one of"),
        ],
    )
    def test_faults_in_sessions_are_named_too(self, messages, message):
        raw = json.dumps([{"id": "s", "customer": "kim", "messages": messages}]).encode()
        with pytest.raises(BadInput, match=message):
            parse.read_sessions(raw)

    def test_importing_feedback_twice_changes_nothing(self):
        once = files.feedback_entries([self.line], ACME)
        again = files.feedback_entries([self.line], ACME)
        assert [entry.id for entry in once] == [entry.id for entry in again]
        assert [entry.kind for entry in once] == [Kind.RATED, Kind.COMMENTED]

    def test_what_was_imported_is_exported_the_same(self):
        assert files.feedback_of(files.feedback_entries([self.line], ACME)) == [self.line]

    def test_only_the_latest_rating_of_a_resolution_is_exported(self):
        diary = Diary()
        diary.rated(0, 1)
        diary.rated(5, 5)
        assert [line.rating for line in files.feedback_of(diary.entries)] == [5]

    def test_imported_sessions_count_in_the_metrics(self):
        entries = files.session_entries([session()], ACME)
        assert [entry.kind for entry in entries] == [
            Kind.CUSTOMER_WROTE,
            Kind.CUSTOMER_WROTE,
            Kind.AGENT_REPLIED,
            Kind.CUSTOMER_WROTE,
        ]
        assert entries[1].data == {"emotion": "anger"}
