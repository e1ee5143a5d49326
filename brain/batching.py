"""Joins what concurrent callers ask of a model into one batch.

A model takes little longer for eight short texts than for one, so what arrives while a batch
is running waits for it and then goes together. An idle batcher starts at once; a busy one
waits for as many callers as it just served, and never longer than a few milliseconds.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from brain.models import TextEncoder

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True, eq=False)
class _Call(Generic[Item, Result]):
    """One caller's items and the future it awaits."""

    items: Sequence[Item]
    done: asyncio.Future[list[Result]]


class Batcher(Generic[Item, Result]):
    """Runs `run` over the joined items of all waiting callers, off the event loop.

    `run` takes a sequence and returns one result for each, in order. `size` bounds the items
    of a batch (one caller that brings more is run alone and whole); `wait` is in seconds.
    """

    def __init__(
        self,
        *,
        run: Callable[[Sequence[Item]], Sequence[Result]],
        executor: Executor,
        size: int = 64,
        wait: float = 0.002,
    ) -> None:
        self._run = run
        self._executor = executor
        self._size = size
        self._wait = wait
        self._queue: deque[_Call[Item, Result]] = deque()
        self._arrived = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None

    async def submit(self, items: Sequence[Item]) -> list[Result]:
        """Return one result for each item. What `run` raises reaches every caller of its batch."""
        if not items:
            return []
        loop = asyncio.get_running_loop()
        call: _Call[Item, Result] = _Call(items, loop.create_future())
        self._queue.append(call)
        self._arrived.set()
        if self._worker is None or self._worker.done():
            self._worker = loop.create_task(self._work())
        return await call.done

    async def _work(self) -> None:
        served = 1
        while self._queue:
            await self._gather(served)
            calls = self._take()
            served = len(calls)
            if calls:
                await self._serve(calls)

    async def _gather(self, callers: int) -> None:
        """Wait until this many callers are there, or `wait` has passed."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._wait
        while len(self._queue) < callers and (left := deadline - loop.time()) > 0:
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), left)
            except TimeoutError:
                return

    def _take(self) -> list[_Call[Item, Result]]:
        """Take callers off the queue, oldest first, while their items fit one batch."""
        taken: list[_Call[Item, Result]] = []
        room = self._size
        while self._queue and (not taken or len(self._queue[0].items) <= room):
            call = self._queue.popleft()
            if not call.done.cancelled():
                room -= len(call.items)
                taken.append(call)
        return taken

    async def _serve(self, calls: Sequence[_Call[Item, Result]]) -> None:
        joined = [item for call in calls for item in call.items]
        loop = asyncio.get_running_loop()
        try:
            results = list(await loop.run_in_executor(self._executor, self._run, joined))
        except Exception as error:
            for call in calls:
                if not call.done.done():
                    call.done.set_exception(error)
            return
        start = 0
        for call in calls:
            end = start + len(call.items)
            if not call.done.done():
                call.done.set_result(results[start:end])
            start = end


class BatchedEncoder:
    """The brain's Encoder port over a model that knows nothing of the event loop."""

    def __init__(
        self, encoder: TextEncoder, *, executor: Executor, size: int = 64, wait: float = 0.002
    ) -> None:
        self.id = encoder.id
        self.dimensions = encoder.dimensions
        self._encoder = encoder
        self._batcher: Batcher[str, NDArray[np.float32]] = Batcher(
            run=self._rows, executor=executor, size=size, wait=wait
        )

    async def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 vectors of length 1: [texts, dimensions]."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return np.stack(await self._batcher.submit(texts))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones."""
        return self._encoder.count_tokens(texts)

    def _rows(self, texts: Sequence[str]) -> Sequence[NDArray[np.float32]]:
        return list(self._encoder.encode(texts))
