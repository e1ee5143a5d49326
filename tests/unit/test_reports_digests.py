"""Digests: when they come, and what they say."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.content import plain
from domain.log import Kind
from reports.advisor import Advisor
from reports.digests import Cadence, Digest, Digester, Schedule, due, period_of
from reports.memory import MemoryClaims, MemoryDays, MemoryLog
from reports.service import Reporter
from tests.unit.diary import Diary

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = Schedule(cadence=Cadence.DAILY, at=time(9), zone=BERLIN)
WEEKLY = Schedule(cadence=Cadence.WEEKLY, at=time(9), zone=BERLIN, weekday=0)
MONDAY_NINE = datetime(2026, 11, 23, 8, tzinfo=UTC)  # 09:00 in Berlin


class TestDue:
    def test_at_its_time_and_not_before(self):
        yesterday = MONDAY_NINE - timedelta(days=1)
        assert due(DAILY, yesterday, MONDAY_NINE - timedelta(seconds=1)) is None
        assert due(DAILY, yesterday, MONDAY_NINE) == MONDAY_NINE

    def test_not_again_once_posted(self):
        assert due(DAILY, MONDAY_NINE, MONDAY_NINE + timedelta(hours=1)) is None

    def test_after_a_short_outage_it_is_caught_up(self):
        assert due(DAILY, None, MONDAY_NINE + timedelta(hours=11)) == MONDAY_NINE

    def test_after_a_long_outage_it_is_left_out(self):
        assert due(DAILY, None, MONDAY_NINE + timedelta(hours=13)) is None

    def test_of_several_missed_only_the_newest(self):
        assert due(DAILY, MONDAY_NINE - timedelta(days=5), MONDAY_NINE) == MONDAY_NINE

    def test_weekly_on_its_weekday(self):
        assert due(WEEKLY, None, MONDAY_NINE) == MONDAY_NINE
        assert due(WEEKLY, None, MONDAY_NINE + timedelta(days=1)) is None
        patient = Schedule(
            cadence=Cadence.WEEKLY, at=time(9), zone=BERLIN, weekday=0, catch_up=timedelta(days=2)
        )
        assert due(patient, None, MONDAY_NINE + timedelta(days=1)) == MONDAY_NINE

    def test_nine_o_clock_stays_nine_when_the_clocks_change(self):
        summer = datetime(2026, 10, 24, 7, tzinfo=UTC)
        winter = datetime(2026, 10, 25, 8, tzinfo=UTC)
        assert due(DAILY, None, summer) == summer
        assert due(DAILY, summer, winter - timedelta(minutes=1)) is None
        assert due(DAILY, summer, winter) == winter

    def test_a_time_that_the_clock_skips_still_comes_once(self):
        night = Schedule(cadence=Cadence.DAILY, at=time(2, 30), zone=BERLIN)
        noon = datetime(2026, 3, 29, 10, tzinfo=UTC)
        assert due(night, None, noon) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)

    def test_it_tells_of_days_that_are_over(self):
        assert period_of(DAILY, MONDAY_NINE).first == date(2026, 11, 22)
        week = period_of(WEEKLY, MONDAY_NINE)
        assert (week.first, week.last) == (date(2026, 11, 16), date(2026, 11, 22))


def digester(diary: Diary, claims: MemoryClaims | None = None, schedules=(DAILY,)) -> Digester:
    log = MemoryLog(diary.entries)
    reporter = Reporter(
        company_name="Acme", timezone="Europe/Berlin", log=log, days=MemoryDays(), clock=lambda: MONDAY_NINE
    )
    advisor = Advisor(reporter=reporter, log=log)
    return Digester(reporter=reporter, claims=claims or MemoryClaims(), schedules=schedules, advisor=advisor)


async def posted(
    posting: Digester, now: datetime = MONDAY_NINE, by: MemoryClaims | None = None
) -> list[Digest]:
    claims, seen = by or MemoryClaims(), []

    async def post(digest: Digest) -> None:
        if await claims.claim(digest.key):
            seen.append(digest)

    await posting.post_due(now, post)
    return seen


def sunday() -> Diary:
    diary = Diary(datetime(2026, 11, 22, 9, tzinfo=UTC))
    diary.wrote(0, "anger")
    diary.answered(0, action="handoff")
    diary.handed_off(0)
    diary.note(5, Kind.SLA_BREACHED, ticket="t1", target="first_response")
    diary.rated(6, 2, talk="old", resolution="r0")
    diary.rated(6, 4, talk="old", resolution="r1")
    for number in range(3):
        diary.note(
            7,
            Kind.QUESTION_UNANSWERED,
            question="What are the customs fees?",
            talk=f"q{number}",
            customer=f"c{number}",
        )
    return diary


class TestDigest:
    async def test_it_tells_satisfaction_feelings_work_overdue_and_gaps(self):
        [digest] = await posted(digester(sunday()))
        words = plain(digest.content)
        assert "CSAT 50 % (1 of 2), small sample" in words
        assert "anger 100 % (n = 1 message)" in words
        assert "1 open ticket" in words
        assert "Overdue: 1 ticket" in words
        assert "3 × “What are the customs fees?”" in words
        assert [chart.name for chart in digest.charts] == [
            "csat.png",
            "emotions.png",
            "workload.png",
            "gaps.png",
        ]

    async def test_it_says_how_satisfaction_moved(self):
        diary = sunday()
        diary.rated(6 - 24 * 60, 1, talk="older", resolution="r00")
        [digest] = await posted(digester(diary))
        assert "+50 points on the day before (n = 1)" in plain(digest.content)

    async def test_the_weekly_one_says_what_is_worth_doing(self):
        [digest] = await posted(digester(sunday(), schedules=(WEEKLY,)))
        assert "Add a document that answers “What are the customs fees?”" in plain(digest.content)
        assert "3 people asked about customs fees, no document answers it" in plain(digest.content)

    async def test_the_weekly_one_tells_what_comments_are_about_with_hidden_addresses(self):
        diary = sunday()
        for number, said in enumerate(("Rude driver, ask kim@example.com", "The driver was rude")):
            diary.rated(8, 1, talk=f"k{number}", resolution=f"k{number}")
            diary.note(9, Kind.COMMENTED, comment=said, talk=f"k{number}", resolution=f"k{number}")
        [daily] = await posted(digester(diary))
        assert "What comments are about" not in plain(daily.content)
        [weekly] = await posted(digester(diary, schedules=(WEEKLY,)))
        words = plain(weekly.content)
        assert "What comments are about\n- 2 × driver rude, 2 low ratings" in words
        assert "kim@example.com" not in words

    async def test_the_weekly_one_tells_what_became_of_what_was_done(self):
        diary = sunday()
        told = {"advice": "a1", "what": "Add a document about returns", "cases": 12}
        diary.note(-14 * 24 * 60, Kind.ADVICE_DONE, talk=None, customer=None, **told)
        soon = {"advice": "a2", "what": "Something of yesterday", "cases": 12}
        diary.note(-60, Kind.ADVICE_DONE, talk=None, customer=None, **soon)
        [digest] = await posted(digester(diary, schedules=(WEEKLY,)))
        line = "Add a document about returns: 2.8 cases a week before, 0.0 since; it helped"
        assert f"What was tried\n- {line}" in plain(digest.content)
        assert "Something of yesterday" not in plain(digest.content)

    async def test_it_tells_what_the_language_model_cost(self):
        diary = sunday()
        usage = {"prompt_tokens": 12_000, "answer_tokens": 800, "cost": 0.0056}
        diary.note(1, Kind.BOT_ANSWERED, action="reply", **usage)
        diary.note(2, Kind.EXPERIENCE_WRITTEN, by="model", **usage)
        [digest] = await posted(digester(diary))
        told = "Language model: $0.01 for 24,000 tokens read and 1,600 written"
        assert told in plain(digest.content)

    async def test_what_the_service_does_by_itself_is_no_reason_for_a_digest(self):
        diary = Diary(MONDAY_NINE - timedelta(days=30))
        diary.note(0, Kind.CONVERSATION_RESOLVED, by="bot", confirmed=True)
        diary.start = MONDAY_NINE - timedelta(days=1)
        diary.note(0, Kind.EXPERIENCE_WRITTEN, by="model", talk=None, customer=None, prompt_tokens=9)
        [digest] = await posted(digester(diary))
        assert "quiet, nothing to report" in plain(digest.content)

    async def test_a_day_with_the_clocks_going_back_has_its_25_hours(self):
        diary = Diary(datetime(2026, 10, 24, 22, 30, tzinfo=UTC))  # 0:30 on the day
        diary.rated(0, 5, talk="a", resolution="a")
        diary.rated(24 * 60, 5, talk="b", resolution="b")  # 23:30 on the same day
        diary.rated(24 * 60 + 40, 1, talk="c", resolution="c")  # 0:10 on the next
        [digest] = await posted(digester(diary), datetime(2026, 10, 26, 8, tzinfo=UTC))
        assert "CSAT 100 % (2 of 2)" in plain(digest.content)

    async def test_a_new_installation_tells_nothing_of_days_before_it(self):
        assert await posted(digester(Diary())) == []
        started = Diary(MONDAY_NINE - timedelta(minutes=5))
        started.wrote(0)
        assert await posted(digester(started)) == []
        [digest] = await posted(digester(started), MONDAY_NINE + timedelta(days=1))
        assert digest.key.endswith("2026-11-24T08:00Z")

    async def test_without_data_it_is_one_line(self):
        long_ago = Diary(MONDAY_NINE - timedelta(days=30))
        long_ago.wrote(0)
        [digest] = await posted(digester(long_ago))
        assert plain(digest.content) == "Acme, 22 Nov 2026: quiet, nothing to report."
        assert digest.charts == ()

    async def test_several_schedulers_post_it_once(self):
        claims = MemoryClaims()
        first, second = digester(sunday(), claims), digester(sunday(), claims)
        seen = [*await posted(first, by=claims), *await posted(second, by=claims)]
        assert len(seen) == 1

    async def test_a_restart_does_not_make_it_again(self):
        claims = MemoryClaims()
        await posted(digester(sunday(), claims), by=claims)
        again = digester(sunday(), claims)
        assert await posted(again, MONDAY_NINE + timedelta(hours=1)) == []

    async def test_the_next_day_has_its_own(self):
        posting = digester(sunday())
        days = [await posted(posting, MONDAY_NINE + timedelta(days=day)) for day in range(3)]
        assert len({digest.key for [digest] in days}) == 3

    async def test_one_that_fails_while_it_is_made_is_due_again(self, monkeypatch):
        failing = digester(sunday())
        with monkeypatch.context() as broken:
            broken.setattr(failing, "compose", _fail)
            with pytest.raises(RuntimeError):
                await posted(failing)
        assert len(await posted(failing)) == 1

    async def test_one_that_fails_while_it_is_posted_is_due_again(self):
        posting = digester(sunday())
        with pytest.raises(RuntimeError):
            await posting.post_due(MONDAY_NINE, _fail)
        assert len(await posted(posting)) == 1

    async def test_today_so_far_can_be_had_at_any_time(self):
        later = datetime(2026, 11, 22, 20, tzinfo=UTC)
        digest = await digester(sunday()).so_far(now=later)
        assert "Today so far: Acme" in plain(digest.content)
        assert "CSAT 50 %" in plain(digest.content)


async def _fail(*_args: object, **_kwargs: object) -> None:
    raise RuntimeError
