"""Counts what is being handled, so that stopping can wait for it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

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
