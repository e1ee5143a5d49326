"""Digests and nightly jobs over a real database: once, whoever and however many run them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.changes import Outgoing
from desk.posting import DigestDesk
from desk.schedule import Timetable
from domain.content import Content, File, plain
from domain.errors import Unavailable
from domain.ids import Address, BotId, CompanyId, Platform
from domain.log import Entry, Kind
from reports.advisor import Advisor
from reports.digests import Cadence, Digester, Schedule
from reports.service import Reporter
from sandbox.stand import until
from settings import Settings
from store.blobs import MongoBlobs
from store.jobs import MongoClaims, MongoDays
from store.log import MongoLog
from store.outbox import MongoOutbox
from store.scoped import Db
from tests.e2e.demo_case import Scene
from tests.e2e.repositories import Repositories, firm_of

ACME = CompanyId("acme")
BERLIN = ZoneInfo("Europe/Berlin")
STAFF = Address(platform=Platform.SLACK, bot=BotId("slack"), workspace="", channel="C1")
MONDAY_NINE = datetime(2026, 11, 23, 8, tzinfo=UTC)  # 09:00 in Berlin
PNG = b"\x89PNG\r\n\x1a\n"


class Scheduler:
    """One process that posts digests."""

    def __init__(
        self, db: Db, *, at: datetime = MONDAY_NINE, catch_up: timedelta = timedelta(hours=6)
    ) -> None:
        self.repositories = Repositories(db, ACME)
        self.blobs = MongoBlobs(db=db, company=ACME)
        self.woken: list[str] = []
        reporter = Reporter(
            company_name="Acme",
            timezone="Europe/Berlin",
            log=self.repositories.log,
            days=MongoDays(db=db, company=ACME),
            clock=lambda: at,
        )
        daily = Schedule(cadence=Cadence.DAILY, at=time(9), zone=BERLIN, catch_up=catch_up)
        weekly = replace(daily, cadence=Cadence.WEEKLY, weekday=0)
        digester = Digester(
            reporter=reporter,
            claims=MongoClaims(db=db, company=ACME),
            schedules=(daily, weekly),
            advisor=Advisor(reporter=reporter, log=self.repositories.log),
        )
        self.desk = DigestDesk(
            firm=replace(firm_of(ACME), staff=STAFF),
            digester=digester,
            outbox=self.repositories.outbox,
            channels={},
            keep=self.blobs.put,
            clock=lambda: at,
            wake=self.woken.append,
        )


async def queued(db: Db) -> list[Content]:
    """What waits for the staff channel, in order."""
    outbox = Repositories(db, ACME).outbox
    rows = [await outbox.posted(row["key"]) async for row in db["outbox"].find({}).sort("at", 1)]
    return [row.row.content for row in rows if row]


async def a_rated_sunday(db: Db) -> None:
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    data = {"rating": 5, "resolution": "r1"}
    await Repositories(db, ACME).log.note([Entry(id="e1", company=ACME, at=at, kind=Kind.RATED, data=data)])


async def at_work_since(log: MongoLog, company: CompanyId, at: datetime) -> None:
    """The company isn't new: of the days before its first entry no digest tells."""
    await log.note([Entry(id="first", company=company, at=at, kind=Kind.AGENT_AVAILABILITY)])


async def test_daily_and_weekly_digests_go_to_the_staff_channel_with_pictures(db: Db) -> None:
    await a_rated_sunday(db)
    scheduler = Scheduler(db)
    await scheduler.desk.post_due()
    contents = await queued(db)
    assert [plain(one).splitlines()[0] for one in contents] == ["Yesterday: Acme", "The last week: Acme"]
    assert scheduler.woken == ["slack|C1|", "slack|C1|"]
    pictures = [file for file in contents[0].of(File) if isinstance(file, File)]
    assert pictures
    for file in pictures:
        assert (await scheduler.blobs(file.blob)).startswith(PNG)
        assert file.alt


async def test_several_schedulers_at_once_post_each_digest_once(db: Db) -> None:
    await a_rated_sunday(db)
    await asyncio.gather(*(Scheduler(db).desk.post_due() for _ in range(4)))
    assert len(await queued(db)) == 2


async def test_after_a_restart_a_digest_is_not_posted_again_even_if_the_numbers_have_changed(db: Db) -> None:
    await at_work_since(MongoLog(db=db, company=ACME), ACME, MONDAY_NINE - timedelta(days=30))
    await Scheduler(db).desk.post_due()
    await a_rated_sunday(db)
    await Scheduler(db, at=MONDAY_NINE + timedelta(hours=1)).desk.post_due()
    assert len(await queued(db)) == 2


async def test_a_crash_before_it_is_kept_loses_nothing_and_doubles_nothing(
    db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_rated_sunday(db)
    scheduler = Scheduler(db)

    async def crash(self: MongoOutbox, rows: Sequence[Outgoing], session: object) -> None:
        raise Unavailable("gone in the middle of the transaction")

    with monkeypatch.context() as broken:
        broken.setattr(MongoOutbox, "put", crash)
        with pytest.raises(Unavailable):
            await scheduler.desk.post_due()
    assert await queued(db) == []
    await Scheduler(db).desk.post_due()
    assert len(await queued(db)) == 2


async def test_one_missed_while_the_service_was_down_is_caught_up_within_the_limit(db: Db) -> None:
    await at_work_since(MongoLog(db=db, company=ACME), ACME, MONDAY_NINE - timedelta(days=30))
    await Scheduler(db, at=MONDAY_NINE + timedelta(hours=7)).desk.post_due()
    assert await queued(db) == []
    await Scheduler(db, at=MONDAY_NINE + timedelta(hours=5)).desk.post_due()
    assert len(await queued(db)) == 2


async def test_a_digest_with_no_data_says_so_in_one_line(db: Db) -> None:
    await at_work_since(MongoLog(db=db, company=ACME), ACME, MONDAY_NINE - timedelta(days=30))
    await Scheduler(db, at=MONDAY_NINE + timedelta(days=1)).desk.post_due()
    [only] = await queued(db)
    assert plain(only) == "Acme, 23 Nov 2026: quiet, nothing to report."


async def test_without_a_staff_channel_nothing_is_posted(db: Db) -> None:
    scheduler = Scheduler(db)
    scheduler.desk._firm = firm_of(ACME)
    await scheduler.desk.post_due()
    assert await queued(db) == []


@pytest.mark.asyncio(loop_scope="session")
async def test_a_digest_arrives_in_slack_by_itself_and_not_again_after_a_restart(scene: Scene) -> None:
    adapted = scene.adapt
    a_minute_ago = datetime.now(BERLIN) - timedelta(minutes=1)

    def daily(settings: Settings) -> Settings:
        section = settings.digest.model_copy(update={"daily": f"{a_minute_ago:%H:%M}"})
        return adapted(settings.model_copy(update={"digest": section}))

    def digests() -> list[str]:
        slack = scene.stands.slack
        room = next(pane for pane in slack.panes() if pane.id == slack.channel)
        told = ("Yesterday: Parcelo", "quiet, nothing to report")
        return [one.text for one in room.bubbles if any(words in one.text for words in told)]

    scene.adapt = daily
    two_days_ago = datetime.now(UTC) - timedelta(days=2)
    await at_work_since(scene.branch.stores.log, scene.branch.firm.id, two_days_ago)
    try:
        await scene.restart()
        await until(digests)
        await scene.restart()
        await scene.branch.digests.post_due()
        await scene.settled()
        assert len(digests()) == 1
    finally:
        scene.adapt = adapted
        await scene.restart()


async def test_jobs_run_at_the_start_and_one_that_fails_stops_no_other() -> None:
    ran: list[str] = []

    async def failing() -> None:
        ran.append("failing")
        raise RuntimeError("broken")

    async def working() -> None:
        ran.append("working")

    table = Timetable(zone=BERLIN)
    table.every_minute("failing", failing)
    table.nightly("working", working)
    table.start()
    await until(lambda: {"failing", "working"} <= set(ran))
    await table.stop(5)


async def test_a_stop_waits_for_the_job_in_hand() -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def job() -> None:
        begun.set()
        await may_end.wait()
        ended.set()

    table = Timetable(zone=BERLIN)
    table.every_minute("job", job)
    table.start()
    await begun.wait()
    stopping = asyncio.create_task(table.stop(30))
    await asyncio.sleep(0)
    may_end.set()
    await stopping
    assert ended.is_set()


async def test_a_timetable_that_never_started_stops_at_once() -> None:
    await Timetable(zone=BERLIN).stop(5)
