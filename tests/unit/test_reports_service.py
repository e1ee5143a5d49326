"""What somebody who asks for a report gets to see."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pymupdf
import pytest

from domain.errors import BadInput
from domain.log import Kind
from reports.memory import MemoryDays, MemoryLog, MemoryPeople
from reports.periods import parse_period
from reports.service import KINDS, Reporter
from reports.words import cut, duration
from tests.unit.diary import MONDAY, Diary

BERLIN = ZoneInfo("Europe/Berlin")
NOW = MONDAY + timedelta(hours=5)


def reporter(diary: Diary) -> Reporter:
    return Reporter(
        company_name="Acme",
        timezone="Europe/Berlin",
        log=MemoryLog(diary.entries),
        days=MemoryDays(),
        clock=lambda: NOW,
        people=MemoryPeople({"ann": "Ann Lee", "bob": "=Bob"}),
    )


def busy_day() -> Diary:
    diary = Diary()
    diary.wrote(0, "anger")
    diary.answered(0, action="handoff")
    diary.note(0, Kind.BOT_DELIVERED, latency_ms=320)
    diary.handed_off(0)
    diary.replied(4)
    diary.wrote(6, "joy")
    diary.solved(20)
    diary.surveyed(20)
    diary.rated(21, 5)
    diary.handed_off(30, ticket="t2", agent="bob", talk="second", customer="lee")
    diary.note(31, Kind.QUESTION_UNANSWERED, question="Do you ship to Norway?", talk="third", customer="max")
    return diary


class TestPeriods:
    @pytest.mark.parametrize(
        ("words", "first", "last"),
        [
            ("today", date(2026, 11, 23), date(2026, 11, 23)),
            ("7d", date(2026, 11, 17), date(2026, 11, 23)),
            (" 30D ", date(2026, 10, 25), date(2026, 11, 23)),
            ("2026-11-01..2026-11-20", date(2026, 11, 1), date(2026, 11, 20)),
            ("2026-11-01..", date(2026, 11, 1), date(2026, 11, 23)),
            ("2026-11-01 to 2026-12-31", date(2026, 11, 1), date(2026, 11, 23)),
            ("", date(2026, 11, 17), date(2026, 11, 23)),
        ],
    )
    def test_what_people_write_is_understood(self, words, first, last):
        period = parse_period(words, now=NOW, zone=BERLIN)
        assert (period.first, period.last) == (first, last)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("yesterdayish", "today, 7d, 30d"),
            ("2026-11-20..2026-11-01", "ends"),
            ("2026-12-24..2026-12-31", "future"),
            ("2026-12-24..", "future"),
            ("2026-02-30..2026-03-01", "no day 2026-02-30"),
            ("2020-01-01..2026-01-01", "at most 366 days"),
        ],
    )
    def test_what_can_not_be_meant_is_said_kindly(self, words, said):
        with pytest.raises(BadInput, match=said):
            parse_period(words, now=NOW, zone=BERLIN)

    def test_today_is_the_companys_today(self):
        late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
        assert parse_period("today", now=late, zone=BERLIN).first == date(2026, 11, 24)

    def test_a_period_reads_well(self):
        assert str(parse_period("today", now=NOW, zone=BERLIN)) == "23 Nov 2026"
        assert str(parse_period("7d", now=NOW, zone=BERLIN)) == "17 Nov to 23 Nov 2026"


class TestReport:
    async def test_the_headline_says_that_the_sample_is_small(self):
        report = await reporter(busy_day()).report(kind="csat", period="today")
        assert report.headline == "Acme, 23 Nov 2026: CSAT 100 % (1 of 1), small sample"

    async def test_all_of_it_in_words(self):
        report = await reporter(busy_day()).report(kind="all", period="today")
        words = "\n".join(report.lines)
        assert "First response: median 4 min, p90 4 min, mean 4 min (n = 1)" in words
        assert "=Bob: 1 open" in words
        assert "1 × “Do you ship to Norway?”" in words
        assert "Handed to a person: 100 % (2 of 2)" in words

    @pytest.mark.parametrize("kind", KINDS)
    async def test_without_any_data_every_kind_says_so(self, kind):
        report = await reporter(Diary()).report(kind=kind, period="30d", full=True)
        assert report.charts == ()
        assert "0 %" not in "\n".join((report.headline, *report.lines))

    async def test_one_agents_report_holds_only_their_figures(self):
        report = await reporter(busy_day()).report(kind="all", period="today", agent="bob")
        words = "\n".join(report.lines)
        assert report.headline == "Acme, =Bob, 23 Nov 2026: no ratings yet; 1 open ticket"
        assert "Ann" not in words
        assert "Questions" not in words

    @pytest.mark.parametrize("said", ["ann", "Ann Lee", "@ann lee"])
    async def test_an_agent_can_be_named(self, said):
        report = await reporter(busy_day()).report(kind="csat", period="today", agent=said)
        assert report.headline.startswith("Acme, Ann Lee, 23 Nov 2026: CSAT 100 %")

    async def test_an_agent_nobody_knows_is_said_kindly(self):
        with pytest.raises(BadInput, match="There are: =Bob, Ann Lee"):
            await reporter(busy_day()).report(agent="zoe")

    async def test_an_unknown_kind_names_those_there_are(self):
        with pytest.raises(BadInput, match="csat, emotions, workload, speed, gaps, advice, all"):
            await reporter(Diary()).report(kind="gossip")

    async def test_words_alone_come_without_files(self):
        report = await reporter(busy_day()).report(kind="all", period="today")
        assert (report.charts, report.csv, report.pdf) == ((), b"", b"")

    async def test_the_full_report_has_charts_a_table_and_a_pdf(self):
        report = await reporter(busy_day()).report(kind="all", period="today", full=True)
        assert [chart.name for chart in report.charts] == [
            "csat.png",
            "emotions.png",
            "mood-shift.png",
            "workload.png",
            "times.png",
            "handoffs.png",
            "hours.png",
            "gaps.png",
        ]
        assert all(chart.alt and len(chart.png) < 60_000 for chart in report.charts)
        with pymupdf.open(stream=report.pdf) as pages:
            assert len(pages) == 9
            assert "First response: median 4 min" in pages[0].get_text()

    async def test_the_table_can_be_read_back_and_runs_no_formula(self):
        report = await reporter(busy_day()).report(kind="all", period="today", full=True)
        rows = list(csv.DictReader(io.StringIO(report.csv.decode("utf-8-sig"))))
        figures = {(row["section"], row["figure"], row["of"]): (row["value"], row["n"]) for row in rows}
        assert figures["csat", "csat_percent", ""] == ("100.0", "1")
        assert figures["speed", "first_response", "median"] == ("240.0", "1")
        assert figures["speed", "sla_met_percent", "resolution"] == ("", "0")
        assert figures["workload", "open", "'=Bob"][0] == "1"


class ByLength:
    """Groups texts of the same length."""

    async def __call__(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]


async def test_gaps_are_what_the_given_grouping_says_belongs_together():
    diary = Diary()
    for minute, question in enumerate(["Customs to Norway?", "Aliens in parcels?", "Fee?"]):
        diary.note(minute, Kind.QUESTION_UNANSWERED, question=question, talk=f"t{minute}")
    made = reporter(diary)
    assert sorted(gap.count for gap in (await made.view(period="today")).gaps) == [1, 1, 1]
    made._grouping = ByLength()
    first, second = (await made.view(period="today")).gaps
    assert set(first.questions) == {"Customs to Norway?", "Aliens in parcels?"}
    assert second.questions == ("Fee?",)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59, "59 s"), (61, "1 min"), (3600, "1 h"), (11_100, "3 h 5 min"), (187_200, "2 d 4 h")],
)
def test_durations_in_words(seconds, words):
    assert duration(seconds) == words


def test_a_long_text_is_cut_with_an_ellipsis():
    assert cut("one  two three", 8) == "one two…"
