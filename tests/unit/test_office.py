"""Stopping ends what runs, even where an SDK takes the first cancellation for something else."""

import asyncio

from desk.office import ended


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
