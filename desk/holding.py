"""Holding a lease while work goes on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from desk.storage import Lease, Leases
from domain.errors import Unavailable


@contextlib.asynccontextmanager
async def held(leases: Leases, lease: Lease, *, every: float) -> AsyncIterator[None]:
    """Keep renewing a lease each ``every`` seconds; it is given back only after the block."""
    keeper = asyncio.create_task(_keep(leases, lease, every))
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        with contextlib.suppress(Unavailable):  # it runs out by itself
            await leases.release(lease)


async def _keep(leases: Leases, lease: Lease, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        with contextlib.suppress(Unavailable):
            await leases.renew(lease)
