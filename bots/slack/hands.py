"""What is being handled: counted, so that stopping can wait for it, and in the order of each place."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

DRAIN_SECONDS = 5.0


class Hands:
    """What is in hand now."""

    def __init__(self) -> None:
        self._count = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """One thing in hand."""
        self._count += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._empty.set()

    async def drained(self) -> None:
        """Wait until nothing is in hand, but not for ever: the platform delivers the rest again."""
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._empty.wait()
        except TimeoutError:
            return


class Turns:
    """One thing after the other in each place, in order of arrival.

    The SDK handles every envelope in a task of its own, so that a later message could overtake.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, place: str) -> asyncio.Lock:
        """The turn to wait for."""
        lock = self._locks.get(place)
        if lock is None:
            lock = self._locks[place] = asyncio.Lock()
        return lock
