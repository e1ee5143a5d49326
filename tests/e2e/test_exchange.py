"""Files in and out: what is exported fits its schema, and importing twice changes nothing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest

from desk.exchange import Exchange, Format, named
from desk.experience import Wait
from domain.errors import BadInput
from domain.ids import CompanyId
from reports.periods import Period, parse_period
from reports.service import Reporter
from store.experiences import MongoExperiences
from store.jobs import MongoDays
from store.scoped import Db
from tests.e2e.demo_case import Scene
from tests.e2e.repositories import Repositories
from wiring.reporting import exchange

ACME = CompanyId("acme")
SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MONTH = Period(first=(NOW - timedelta(days=29)).date(), last=NOW.date(), zone=ZoneInfo("Europe/Berlin"))
FEEDBACK = [
    {
        "session_id": "s1",
        "rating": 5,
        "timestamp": "2026-11-20T09:30:00Z",
        "comment": "Great",
        "agent": "ann",
    },
    {"session_id": "s2", "rating": 1, "timestamp": "2026-11-21T09:30:00Z"},
]
ANALYSIS = {
    "session_id": "s1",
    "summary": "Wanted a refund.",
    "emotions": {"anger": 2},
    "rating": 1,
    "suggestions": ["Answer sooner."],
}
SESSION = {
    "id": "s1",
    "customer": "kim",
    "messages": [
        {"author": "customer", "text": "Hello", "at": "2026-11-20T09:00:00Z", "emotion": "joy"},
        {"author": "bot", "text": "Hi", "at": "2026-11-20T09:00:02Z"},
    ],
}


def files(db: Db) -> Exchange:
    kept = Repositories(db, ACME)
    experiences = MongoExperiences(db=db, company=ACME, log=kept.log, outbox=kept.outbox)
    return Exchange(company=ACME, log=kept.log, note=kept.log.note, sessions=experiences, clock=lambda: NOW)


def fits(data: bytes, format: Format) -> None:
    schema = json.loads((SCHEMAS / f"{format}.schema.json").read_text())
    jsonschema.validate(json.loads(data), schema, format_checker=jsonschema.FormatChecker())


async def test_feedback_comes_back_as_it_went_in_and_twice_is_once(db: Db) -> None:
    data = json.dumps(FEEDBACK).encode()
    for _ in range(2):
        assert (await files(db).take(data)).items == 2
    made = await files(db).export(Format.FEEDBACK, MONTH)
    fits(made, Format.FEEDBACK)
    found = {one["session_id"]: (one["rating"], one["comment"], one["agent"]) for one in json.loads(made)}
    assert found == {"s1": (5, "Great", "ann"), "s2": (1, "", None)}
    assert await db["events"].count_documents({}) == 3


async def test_imported_feedback_counts_in_a_report_that_was_made_before(db: Db) -> None:
    kept = Repositories(db, ACME)
    reporter = Reporter(
        company_name="Acme",
        timezone="Europe/Berlin",
        log=kept.log,
        days=MongoDays(db=db, company=ACME),
        clock=lambda: NOW,
    )
    await files(db).take(json.dumps(SESSION).encode())
    assert "no ratings yet" in (await reporter.report(kind="csat", period="30d")).headline
    await files(db).take(json.dumps(FEEDBACK).encode())
    assert "CSAT 50 % (1 of 2)" in (await reporter.report(kind="csat", period="30d")).headline


async def test_an_analysis_comes_back_as_it_went_in_and_twice_is_once(db: Db) -> None:
    for _ in range(2):
        assert (await files(db).take(json.dumps(ANALYSIS).encode())).format is Format.SESSION_ANALYSIS
    made = await files(db).export(Format.SESSION_ANALYSIS, MONTH)
    fits(made, Format.SESSION_ANALYSIS)
    assert json.loads(made) == [ANALYSIS]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "not valid JSON"),
        (b'{"a": 1}', "none of the formats"),
        (b'[{"session_id": "s", "rating": 6, "timestamp": "2026-11-20T09:30:00Z"}]', "item 1: rating"),
        (b'[{"session_id": "s", "rating": 5, "timestamp": "yesterday"}]', "item 1, timestamp"),
        (b'{"id": "s", "customer": "k", "messages": [{"text": "x"}]}', "author is missing"),
    ],
)
async def test_a_file_that_is_wrong_says_where_and_changes_nothing(db: Db, data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        await files(db).take(data)
    assert await db["events"].count_documents({}) == 0


def test_a_format_is_named_with_or_without_its_ending() -> None:
    assert named("feedback.json") is Format.FEEDBACK
    with pytest.raises(BadInput, match="feedback, session, session_analysis"):
        named("spreadsheet")


@pytest.mark.asyncio(loop_scope="session")
async def test_a_real_chat_is_exported_in_all_three_formats(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = scene.customer()
    await customer.resolved()
    await customer.press("4")
    await customer.thread("4 of 5")
    await scene.settled()
    wait = Wait(rated=timedelta(), unrated=timedelta(days=1))
    monkeypatch.setattr(scene.branch.experience, "_wait", wait)
    await scene.branch.experience.write_due()
    [talk] = await customer.conversations()
    made = exchange(scene.branch.firm.id, scene.branch.stores)
    today = parse_period("today", now=datetime.now(UTC), zone=scene.branch.reporter.zone)
    for format in Format:
        data = await made.export(format, today)
        fits(data, format)
        assert talk["id"] in data.decode()
