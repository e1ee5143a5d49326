"""The outbox at work over a real database, with a clock that is set by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.changes import Act, Outgoing, Purpose
from desk.delivery import Delivery
from domain.content import text
from domain.errors import RateLimited
from domain.ids import Address, BotId, CompanyId, Lane, Platform
from store.scoped import Db
from tests.contract.fake_channel import ACME, FAKE, FakeChannel
from tests.e2e.repositories import Repositories

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


async def _no_blobs(key: str) -> bytes:
    raise KeyError(key)


class Bench:
    """A delivery whose clock stands still until it is moved."""

    def __init__(self, db: Db) -> None:
        self.now = START
        self.kept = Repositories(db, CompanyId(ACME))
        self.channel = FakeChannel(blobs=_no_blobs)
        self.queues: set[str] = set()
        self.delivery = Delivery(
            company=ACME,
            outbox=self.kept.outbox,
            leases=self.kept.leases,
            channels={FAKE: self.channel},
            staff=None,
            clock=lambda: self.now,
            wake=self.queues.add,
            renew_seconds=60,
        )

    async def add(self, count: int, *, channel: str = "dana") -> None:
        to = Address(platform=Platform.TELEGRAM, bot=BotId(FAKE), workspace="fake", channel=channel)
        rows = [
            Outgoing(
                key=f"{channel}-{number}",
                lane=Lane("lane"),
                act=Act.SEND,
                purpose=Purpose.NOTICE,
                to=to,
                at=START,
                due_at=START,
                n=number,
                content=text(f"{channel} {number}"),
            )
            for number in range(count)
        ]
        await self.kept.outbox.add(rows)
        self.queues.add(rows[0].queue)

    async def later(self, seconds: float = 0) -> list[str]:
        """What is shown after a while."""
        self.now += timedelta(seconds=seconds)
        for queue in list(self.queues):
            await self.delivery.drain(queue)
        return [one.text for one in self.channel.sent]


@pytest.mark.trap(11)
async def test_a_group_that_had_its_share_of_a_minute_waits_and_nothing_is_lost_or_reordered(db: Db) -> None:
    bench = Bench(db)
    bench.channel.limits = replace(
        bench.channel.limits, per_second=0, per_minute=2, shared=lambda channel: channel == "group"
    )
    await bench.add(5, channel="group")
    await bench.add(3, channel="dana")
    assert len(await bench.later()) == 5
    assert sorted(await bench.later()) == ["dana 0", "dana 1", "dana 2", "group 0", "group 1"]
    assert len(await bench.later(59)) == 5
    assert len(await bench.later(2)) == 7
    shown = await bench.later(61)
    assert [one for one in shown if "group" in one] == [f"group {number}" for number in range(5)]


@pytest.mark.trap(11)
async def test_waiting_for_a_limit_is_no_failed_attempt(db: Db) -> None:
    bench = Bench(db)
    bench.channel.limits = replace(bench.channel.limits, per_second=1, burst=1)
    await bench.add(2)
    await bench.later()
    posted = await bench.kept.outbox.posted("dana-1")
    assert posted
    assert (posted.state, posted.attempts) == ("pending", 0)


@pytest.mark.trap(11)
async def test_a_place_that_was_asked_to_slow_down_waits_and_another_does_not(db: Db) -> None:
    bench = Bench(db)
    bench.channel.world.fail_next(RateLimited(30))
    await bench.add(2, channel="dana")
    await bench.later()
    await bench.add(1, channel="eve")
    assert await bench.later(1) == ["eve 0"]
    assert await bench.later(30) == ["eve 0", "dana 0", "dana 1"]
