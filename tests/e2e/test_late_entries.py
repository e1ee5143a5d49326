"""Whatever the order in which entries arrive, a report says the same as one made anew."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bench.made_up_log import MadeUpLog
from domain.ids import CompanyId
from domain.log import Entry, Kind
from reports.history import History
from reports.periods import Period, local_day
from reports.tally import packed
from store.jobs import MongoDays
from store.log import MongoLog
from store.scoped import Db

ACME = CompanyId("acme")
ZONE = ZoneInfo("America/Los_Angeles")
START = datetime(2026, 10, 28, 8, tzinfo=UTC)  # the clocks change on 1 November
NOW = START + timedelta(days=12)


def company(db: Db) -> tuple[MongoLog, History]:
    log = MongoLog(db=db, company=ACME)
    return log, History(log=log, days=MongoDays(db=db, company=ACME), zone=ZONE)


async def told(history: History) -> list[object]:
    """Everything that the period holds."""
    period = Period(first=local_day(START, ZONE), last=local_day(NOW, ZONE), zone=ZONE)
    stretch = await history.read(period, now=NOW)
    return [(day, packed(tally)) for day, tally in sorted(stretch.days.items())] + [stretch.carry]


@pytest.mark.parametrize("seed", [1, 2])
async def test_late_arrivals_change_the_stored_days_as_if_they_had_come_in_time(db: Db, seed: int) -> None:
    log, history = company(db)
    entries = MadeUpLog(start=START, days=8, seed=seed).entries(500)
    shuffled = random.Random(seed).sample(entries, len(entries))
    for place in range(0, len(shuffled), 125):
        await log.note(shuffled[place : place + 125])
        await told(history)
    found = await told(history)
    assert await db["days"].count_documents({}) > 8
    await history.rebuild(now=NOW)
    assert found == await told(history)


async def test_an_entry_at_midnight_of_another_zone_takes_its_own_day_away(db: Db) -> None:
    log, history = company(db)
    await log.note([Entry(id="a", company=ACME, at=START, kind=Kind.CUSTOMER_WROTE)])
    await told(history)
    evening = datetime(2026, 10, 31, 6, 30, tzinfo=UTC)  # still the 30th in Los Angeles
    await log.note([Entry(id="b", company=ACME, at=evening, kind=Kind.CUSTOMER_WROTE)])
    days = {row["day"] async for row in db["days"].find({})}
    assert max(days) < "2026-10-30"
    period = Period(first=local_day(evening, ZONE), last=local_day(evening, ZONE), zone=ZONE)
    [tally] = (await history.read(period, now=NOW)).days.values()
    assert tally.counts == {"customer_wrote": 1}


async def test_the_database_gives_all_entries_in_order_or_only_the_newest(db: Db) -> None:
    log, _ = company(db)
    entries = MadeUpLog(start=START, days=8).entries(2500)
    await log.note(entries)
    found = [entry async for entry in log.between(START, NOW)]
    assert {entry.id for entry in found} == {entry.id for entry in entries if entry.at < NOW}
    assert [entry.at for entry in found] == sorted(entry.at for entry in found)
    newest = [entry.id async for entry in log.between(START, NOW, newest=3)]
    assert newest == [entry.id for entry in reversed(found[-3:])]


async def test_what_comes_in_time_leaves_the_stored_days_alone(db: Db) -> None:
    log, history = company(db)
    await log.note([Entry(id="a", company=ACME, at=START, kind=Kind.CUSTOMER_WROTE)])
    await told(history)
    before = await db["days"].count_documents({})
    assert before
    await log.note([Entry(id="b", company=ACME, at=datetime.now(UTC), kind=Kind.CUSTOMER_WROTE)])
    assert await db["days"].count_documents({}) == before
