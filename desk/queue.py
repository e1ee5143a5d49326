"""Wake-ups: hints that a lane or a queue has something to do. The rows are the truth; a lost hint costs
one sweep."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from taskiq import AsyncTaskiqDecoratedTask, InMemoryBroker

from domain.errors import Misconfigured, Unavailable

log = structlog.get_logger()

Job = Callable[[str], Awaitable[None]]


class Wakeups:
    """Named jobs that are started by a hint, in this process (through taskiq's in-memory broker)."""

    def __init__(self, *, url: str = "") -> None:
        if url:
            raise Misconfigured("queue.url: only the empty value works so far; remove it.")
        self._broker = InMemoryBroker(max_stored_results=1)
        self._tasks: dict[str, AsyncTaskiqDecoratedTask[Any, Any]] = {}
        self._hints: set[asyncio.Task[None]] = set()

    def on(self, topic: str, job: Job) -> None:
        """Start this job for every wake-up of a topic."""

        async def run(key: str) -> None:  # taskiq names functions, and methods can't be renamed
            await job(key)

        self._tasks[topic] = self._broker.register_task(run, task_name=topic)

    async def wake(self, topic: str, key: str) -> None:
        """Give a hint; returns at once."""
        await self._tasks[topic].kiq(key)

    def soon(self, topic: str, key: str) -> None:
        """Give a hint from code that doesn't wait."""
        task = asyncio.get_running_loop().create_task(self.wake(topic, key))
        self._hints.add(task)
        task.add_done_callback(self._hints.discard)

    async def start(self) -> None:
        """Begin to take hints."""
        await self._broker.startup()

    async def stop(self) -> None:
        """Wait for what was started."""
        await asyncio.gather(*self._hints, return_exceptions=True)
        await self._broker.wait_all()
        await self._broker.shutdown()


class OneByOne:
    """Runs a job for many keys at once, but never twice at a time for one key.

    A key that is woken while its job runs is run once more afterwards.
    """

    def __init__(self, *, job: Job, limit: int) -> None:
        self._job = job
        self._slots = asyncio.Semaphore(limit)
        self._busy: set[str] = set()
        self._again: set[str] = set()
        self._stopping = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, key: str) -> None:
        """Run the job for a key now, or once more after the run in progress."""
        if key in self._busy:
            self._again.add(key)
            return
        if self._stopping:
            return
        self._busy.add(key)
        self._idle.clear()
        try:
            await self._until_done(key)
        finally:
            self._busy.discard(key)
            if not self._busy:
                self._idle.set()

    async def _until_done(self, key: str) -> None:
        async with self._slots:
            while not self._stopping:
                self._again.discard(key)
                try:
                    await self._job(key)
                except Unavailable as fault:
                    log.warning("job_postponed", key=key, why=str(fault))
                except Exception:  # the next sweep tries again; other keys go on
                    log.exception("job_failed", key=key)
                if key not in self._again:
                    return

    async def stop(self, seconds: float) -> None:
        """Start nothing new; wait this long for what runs."""
        self._stopping = True
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return
