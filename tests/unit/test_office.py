"""Stopping ends what runs, even where an SDK takes the first cancellation for something else."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from desk.office import Office, ended
from desk.ports import Channel
from domain.errors import RateLimited
from domain.ids import BotId, CompanyId


async def test_a_connection_that_swallows_a_cancellation_is_ended_all_the_same() -> None:
    swallowed = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await ended([task])
    assert swallowed.is_set()
    assert task.cancelled()


async def test_nothing_to_end_is_fine() -> None:
    await ended([])


async def test_a_platform_that_asks_for_a_pause_while_connecting_gets_it() -> None:
    waited: list[float] = []
    twice = asyncio.Event()

    class Busy:
        connected = False

        async def run(self, accept: object) -> None:
            raise RateLimited(7.5)

    class Hurried(Office):
        async def _rest(self, bot: BotId, seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 2:
                twice.set()
            await asyncio.sleep(0)

    bot = BotId("discord")
    office = _office(Hurried, bot, cast(Channel, Busy()))
    task = asyncio.create_task(office._connected(bot, cast(Channel, Busy())))
    async with asyncio.timeout(5):
        await twice.wait()
    await ended([task])
    assert min(waited) >= 7.5
    assert office.standing() == {bot: "reconnecting"}


async def test_health_does_not_call_connected_what_is_only_trying() -> None:
    tried = asyncio.Event()

    class Trying:
        connected = False

        async def run(self, accept: object) -> None:
            tried.set()
            await asyncio.Event().wait()

    bot, channel = BotId("telegram"), Trying()
    office = _office(Office, bot, cast(Channel, channel))
    task = asyncio.create_task(office._connected(bot, cast(Channel, channel)))
    async with asyncio.timeout(5):
        await tried.wait()
    assert office.standing() == {bot: "connecting"}
    channel.connected = True
    assert office.standing() == {bot: "connected"}
    await ended([task])


def _office(kind: type[Office], bot: BotId, channel: Channel) -> Office:
    nothing = cast(Any, SimpleNamespace(work=None, drain=None, assign=None, accept=None))
    return kind(
        company=CompanyId("acme"),
        desk=nothing,
        delivery=nothing,
        channels={bot: channel},
        inbox=nothing,
        outbox=nothing,
        records=nothing,
        overdue=nothing,
        agents=nothing,
        wakeups=nothing,
        workers=1,
        claim_limit=timedelta(),
        clock=lambda: datetime.now(UTC),
    )
