"""What every implementation of the reports' ports does; a database's adapters join by the fixtures."""

from datetime import date, datetime, timedelta

import pytest

from domain.log import Kind
from reports.memory import MemoryClaims, MemoryDays, MemoryLog
from reports.ports import Days, EventLog
from tests.unit.diary import MONDAY, Diary

ZONE = "Europe/Berlin"


def noted() -> Diary:
    diary = Diary()
    diary.wrote(0)
    diary.answered(10)
    diary.wrote(20)
    return diary


@pytest.fixture
def days() -> Days:
    return MemoryDays()


@pytest.fixture
def claims() -> MemoryClaims:
    return MemoryClaims()


@pytest.fixture
def log() -> EventLog:
    return MemoryLog(noted().entries)


async def ids(log: EventLog, start: datetime, end: datetime, **more: object) -> set[str]:
    return {entry.id async for entry in log.between(start, end, **more)}


async def test_entries_between_two_moments_without_the_second(log):
    assert await ids(log, MONDAY, MONDAY + timedelta(minutes=20)) == {"e0000", "e0001"}


async def test_only_entries_of_the_kinds_asked_for(log):
    end = MONDAY + timedelta(days=1)
    assert await ids(log, MONDAY, end, kinds={Kind.CUSTOMER_WROTE}) == {"e0000", "e0002"}


async def test_only_the_newest_entries_if_so_many_are_enough(log):
    end = MONDAY + timedelta(days=1)
    assert await ids(log, MONDAY, end, newest=2) == {"e0001", "e0002"}
    assert await ids(log, MONDAY, end, kinds={Kind.CUSTOMER_WROTE}, newest=1) == {"e0002"}


async def test_when_the_log_begins(log):
    assert await log.first() == MONDAY


async def keep(days: Days, day: int, zone: str = ZONE, sums: bytes = b"s") -> None:
    await days.keep(day=date(2026, 11, day), zone=zone, sums=sums, carry=b"c%d" % day)


async def test_days_are_read_back_as_they_were_kept(days):
    for day in (1, 2, 4):
        await keep(days, day, sums=b"s%d" % day)
    read = await days.sums(first=date(2026, 11, 2), last=date(2026, 11, 9), zone=ZONE)
    assert dict(read) == {date(2026, 11, 2): b"s2", date(2026, 11, 4): b"s4"}
    assert await days.carry(day=date(2026, 11, 4), zone=ZONE) == b"c4"
    assert await days.carry(day=date(2026, 11, 3), zone=ZONE) is None


async def test_keeping_a_day_again_replaces_it(days):
    await keep(days, 1, sums=b"old")
    await keep(days, 1, sums=b"new")
    assert list((await days.sums(first=date(2026, 11, 1), last=date(2026, 11, 1), zone=ZONE)).values()) == [
        b"new"
    ]


async def test_the_newest_day_before_another(days):
    await keep(days, 1)
    await keep(days, 3)
    assert await days.newest(before=date(2026, 11, 3), zone=ZONE) == date(2026, 11, 1)
    assert await days.newest(before=date(2026, 11, 1), zone=ZONE) is None


async def test_days_of_another_time_zone_are_other_days(days):
    await keep(days, 1)
    assert await days.carry(day=date(2026, 11, 1), zone="UTC") is None
    assert await days.newest(before=date(2026, 11, 9), zone="UTC") is None


async def test_dropping_from_a_day_on_keeps_those_before(days):
    for day in (1, 2, 3):
        await keep(days, day)
    await days.drop(since=date(2026, 11, 2))
    assert await days.newest(before=date(2026, 12, 1), zone=ZONE) == date(2026, 11, 1)
    await days.drop()
    assert await days.newest(before=date(2026, 12, 1), zone=ZONE) is None


async def test_what_is_claimed_is_known_to_be(claims):
    assert not await claims.claimed("digest:1")
    assert await claims.claim("digest:1")
    assert await claims.claimed("digest:1")
    assert not await claims.claimed("digest:2")
