"""Days that are added up equal a rebuild, whatever the order in which entries arrive."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ids import AgentId, CompanyId, ConversationId, CustomerId, TicketId
from domain.log import Entry, Kind
from reports import metrics
from reports.carry import Carry, stored
from reports.fold import fold
from reports.history import History
from reports.memory import MemoryDays, MemoryLog
from reports.periods import Period, local_day, midnight
from reports.rollup import Rollup, merge, pack_carry, pack_sums, roll, unpack_carry, unpack_sums
from tests.unit.diary import Diary

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 22, 22, 0, tzinfo=UTC)  # midnight of the 23rd in Berlin; clocks change on the 25th
DAYS = 17
END = midnight(date(2026, 10, 23) + timedelta(days=DAYS), BERLIN)

DATA = {
    Kind.CUSTOMER_WROTE: ({"emotion": "anger"}, {"emotion": "joy"}, {}),
    Kind.BOT_ANSWERED: ({"action": "reply"}, {"action": "handoff", "refused": True}),
    Kind.BOT_DELIVERED: ({"latency_ms": 12.5},),
    Kind.HANDED_OFF: ({"reason": "asked"}, {"reason": "angry"}),
    Kind.CONVERSATION_RESOLVED: ({"by": "bot", "confirmed": True}, {"by": "bot"}, {"by": "agent"}),
    Kind.RATED: ({"rating": 1, "resolution": "r1"}, {"rating": 5, "resolution": "r1"}, {"rating": 4}),
    Kind.SURVEY_SENT: ({"resolution": "r1"}, {}),
    Kind.TICKET_TRANSFERRED: ({"from": "ann", "by": "ann"},),
    Kind.SLA_MET: ({"target": "resolution"},),
    Kind.SLA_BREACHED: ({"target": "first_response"},),
}


@st.composite
def entry(draw: st.DrawFn) -> Entry:
    kind = draw(st.sampled_from(list(Kind)))
    number = draw(st.integers(0, 2))
    minute = draw(st.integers(0, DAYS * 24 * 60 - 1))
    return Entry(
        id=draw(st.uuids()).hex,
        company=CompanyId("acme"),
        at=START + timedelta(minutes=minute),
        kind=kind,
        conversation=draw(st.sampled_from([ConversationId(f"talk{number}"), None])),
        ticket=draw(st.sampled_from([TicketId(f"t{number}"), None])),
        customer=CustomerId(f"c{min(number, 1)}"),
        agent=draw(st.sampled_from([AgentId("ann"), AgentId("bob"), None])),
        data=draw(st.sampled_from(DATA.get(kind, ({},)))),
    )


logs = st.lists(entry(), max_size=40)


def by_days(entries: list[Entry]) -> list[Rollup]:
    """Day after day, through storage."""
    rollups: list[Rollup] = []
    opening: Carry | None = None
    for number in range(DAYS):
        day = date(2026, 10, 23) + timedelta(days=number)
        todays = [one for one in entries if local_day(one.at, BERLIN) == day]
        made = roll(todays, day=day, zone=BERLIN, opening=opening)
        opening = unpack_carry(pack_carry(made.carry))
        tally = unpack_sums(pack_sums(made.tally))
        assert tally is not None
        assert opening is not None
        rollups.append(Rollup(first=day, last=day, tally=tally, carry=opening))
    return rollups


def total(rollups: list[Rollup]) -> Rollup:
    whole = rollups[0]
    for one in rollups[1:]:
        whole = merge(whole, one)
    return whole


@settings(max_examples=60, deadline=None)
@given(logs)
def test_days_added_up_equal_the_whole_log_read_at_once(entries):
    whole, carry = fold(entries, zone=BERLIN, until=END)
    added = total(by_days(entries))
    assert added.tally == whole
    assert stored(added.carry) == stored(carry)


@settings(max_examples=60, deadline=None)
@given(logs, st.randoms(use_true_random=False))
def test_the_order_of_arrival_and_repeats_change_nothing(entries, chance: random.Random):
    shuffled = [*entries, *entries[:5]]
    chance.shuffle(shuffled)
    tally, carry = fold(entries, zone=BERLIN, until=END)
    again, carry_again = fold(shuffled, zone=BERLIN, until=END)
    assert again == tally
    assert stored(carry_again) == stored(carry)


@settings(max_examples=25, deadline=None)
@given(logs, st.integers(1, DAYS - 2), st.integers(1, DAYS - 1))
def test_merging_is_associative(entries, one, two):
    days = by_days(entries)
    cut, other = sorted((one, max(two, one + 1) if two <= one else two))
    a, b, c = total(days[:cut]), total(days[cut:other]), total(days[other:])
    left, right = merge(merge(a, b), c), merge(a, merge(b, c))
    assert (left.tally, left.first, left.last) == (right.tally, right.first, right.last)


@settings(max_examples=30, deadline=None)
@given(logs)
def test_percentages_stay_between_nothing_and_all(entries):
    tally, _ = fold(entries, zone=BERLIN, until=END)
    shares = [
        metrics.csat(tally),
        metrics.response_rate(tally),
        metrics.bot_resolution(tally),
        metrics.handoff_rate(tally),
    ]
    assert all(share.percent is None or 0 <= share.percent <= 100 for share in shares)


class TestDays:
    def test_a_conversation_over_midnight_counts_on_the_day_of_its_answer(self):
        diary = Diary(datetime(2026, 11, 23, 22, 50, tzinfo=UTC))  # 23:50 in Berlin
        diary.handed_off(0)
        diary.replied(20)
        first, second = date(2026, 11, 23), date(2026, 11, 24)
        monday = roll(diary.entries[:3], day=first, zone=BERLIN)
        tuesday = roll(diary.entries[3:], day=second, zone=BERLIN, opening=monday.carry)
        assert metrics.first_response(monday.tally) is None
        assert metrics.first_response(tuesday.tally).median == 20 * 60
        assert metrics.workload(monday.tally, monday.carry)["ann"].open == 1

    @pytest.mark.parametrize(
        ("day", "hours"), [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23), (date(2026, 11, 24), 24)]
    )
    def test_a_day_has_as_many_hours_as_the_clock_says(self, day, hours):
        length = midnight(day + timedelta(days=1), BERLIN) - midnight(day, BERLIN)
        assert length == timedelta(hours=hours)

    def test_an_hour_that_the_clock_repeats_belongs_to_its_day_twice(self):
        diary = Diary(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
        diary.wrote(0)
        diary.wrote(60)
        tally = roll(diary.entries, day=date(2026, 10, 25), zone=BERLIN).tally
        assert tally.hours[6 * 24 + 2] == 2

    def test_days_of_an_older_format_are_not_read(self):
        assert unpack_sums(b"\x00rest") is None
        assert unpack_carry(b"") is None


class TestHistory:
    """Stored days, and those made on demand."""

    def history(self, diary: Diary) -> History:
        self.days = MemoryDays()
        self.log = MemoryLog(diary.entries)
        return History(log=self.log, days=self.days, zone=BERLIN)

    def diary(self) -> Diary:
        diary = Diary(datetime(2026, 11, 20, 9, tzinfo=UTC))
        diary.handed_off(0)
        diary.replied(10)
        diary.solved(3 * 24 * 60)
        return diary

    period = Period(first=date(2026, 11, 18), last=date(2026, 11, 24), zone=BERLIN)
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    async def test_days_that_are_over_are_stored_once_they_have_settled(self):
        history = self.history(self.diary())
        await history.read(self.period, now=datetime(2026, 11, 24, 2, tzinfo=UTC))
        kept = sorted(day for _, day in self.days.kept)
        assert kept == [date(2026, 11, day) for day in (20, 21, 22)]

    async def test_reading_again_gives_the_same_without_the_log(self):
        history = self.history(self.diary())
        over = Period(first=date(2026, 11, 10), last=date(2026, 11, 23), zone=BERLIN)
        fresh = await history.read(over, now=self.now)
        self.log.entries = self.log.entries[:1]
        again = await history.read(over, now=self.now)
        assert again.days == fresh.days
        assert again.days[date(2026, 11, 23)].work["ann"]["solved"] == 1

    async def test_a_rebuild_equals_what_was_kept_day_by_day(self):
        history = self.history(self.diary())
        for day in range(20, 25):
            await history.read(self.period, now=datetime(2026, 11, day, 12, tzinfo=UTC))
        kept = dict(self.days.kept)
        assert await history.rebuild(now=self.now) == 5
        assert self.days.kept == kept

    async def test_an_entry_noted_late_counts_after_the_day_was_forgotten(self):
        diary = self.diary()
        history = self.history(diary)
        await history.read(self.period, now=self.now)
        late = diary.note(30, Kind.RATED, rating=5, resolution="r")
        self.log.entries.append(late)
        await history.forget(since=late.at)
        stretch = await history.read(self.period, now=self.now)
        assert metrics.csat(stretch.days[date(2026, 11, 20)]).n == 1

    async def test_an_old_period_can_be_read_when_newer_days_are_stored(self):
        history = self.history(self.diary())
        await history.read(self.period, now=self.now)
        old = Period(first=date(2026, 11, 1), last=date(2026, 11, 20), zone=BERLIN)
        stretch = await history.read(old, now=self.now)
        assert stretch.days[date(2026, 11, 20)].counts["handed_off"] == 1
        assert [job.agent for job in stretch.carry.open_jobs()] == ["ann"]
