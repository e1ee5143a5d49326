"""What an admin asked for, however they wrote it."""

from datetime import UTC, datetime

import pytest

from desk.reporting import Wanted, told, wanted
from domain.content import plain
from domain.ids import Address, BotId, Identity, Platform
from domain.inbound import Actor, CommandReceived
from reports.advice import Advice
from reports.result import Report

WHO = Actor(identity=Identity(platform=Platform.SLACK, workspace="T", user="U1"), name="Ana")
PLACE = Address(platform=Platform.SLACK, bot=BotId("slack"), workspace="T", channel="C1")


def command(text: str = "", **options: str) -> CommandReceived:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return CommandReceived(
        source="s", at=at, actor=WHO, address=PLACE, name="report", text=text, options=options
    )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", Wanted()),
        ("csat", Wanted(kind="csat")),
        ("30d", Wanted(period="30d")),
        ("csat 7 d Ana Lee", Wanted(kind="csat", period="7d", agent="Ana Lee")),
        ("speed today <@U2|bo>", Wanted(kind="speed", period="today", agent="<@U2|bo>")),
        ("all 2026-11-01..2026-11-20", Wanted(kind="all", period="2026-11-01..2026-11-20")),
        (
            "all 2026-11-01 to 2026-11-20 Bo",
            Wanted(kind="all", period="2026-11-01 to 2026-11-20", agent="Bo"),
        ),
        ("gaps 2026-11-01", Wanted(kind="gaps", period="2026-11-01..2026-11-01")),
        ("workload Ana Lee", Wanted(kind="workload", agent="Ana Lee")),
    ],
)
def test_words_are_understood_in_any_number(words: str, found: Wanted) -> None:
    assert wanted(command(words)) == found


def test_named_options_are_understood_with_days_of_ones_own() -> None:
    options = {"kind": "csat", "from": "2026-11-01", "to": "2026-11-20", "agent": "Ana"}
    assert wanted(command(**options)) == Wanted(kind="csat", period="2026-11-01..2026-11-20", agent="Ana")
    assert wanted(command(**{"from": "2026-11-01"})).period == "2026-11-01.."


def test_each_piece_of_advice_shows_its_evidence_and_can_be_done() -> None:
    advice = Advice(id="a1", what="Add a document", evidence=("12 people asked",), cases=12, weight=1.0)
    made = Report(title="Report", headline="Acme", lines=("CSAT",), advice=(advice,))
    content = told(made, files_in_private=True)
    assert "1. Add a document\n- 12 people asked" in plain(content)
    assert "direct messages" in plain(content)
    assert "a1" in str(content)
