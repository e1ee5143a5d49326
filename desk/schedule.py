"""When jobs run: every minute, or every night in the company's time zone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from domain.errors import Unavailable

log = structlog.get_logger()

NIGHT = 3
"""The hour of nightly jobs: few customers write then."""

Job = Callable[[], Awaitable[None]]


class Timetable:
    """Runs one company's jobs. Each also runs when it starts, to catch up with what it missed.

    A job must bear being run again and by several processes at once; one process never runs the same
    job twice at a time.
    """

    def __init__(self, *, zone: ZoneInfo) -> None:
        self._zone = zone
        self._scheduler = AsyncIOScheduler(timezone=zone)
        self._running: set[asyncio.Task[None]] = set()

    def every_minute(self, name: str, job: Job) -> None:
        """Run a job when a minute begins."""
        self._add(name, job, CronTrigger(minute="*", timezone=self._zone))

    def nightly(self, name: str, job: Job) -> None:
        """Run a job once a night."""
        self._add(name, job, CronTrigger(hour=NIGHT, timezone=self._zone))

    def _add(self, name: str, job: Job, trigger: BaseTrigger) -> None:
        async def run() -> None:
            task = asyncio.ensure_future(_guarded(name, job))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            await task

        at_start = datetime.now(self._zone)
        self._scheduler.add_job(
            run, trigger, id=name, next_run_time=at_start, coalesce=True, misfire_grace_time=None
        )

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    async def stop(self, seconds: float) -> None:
        """Start nothing new; wait this long for what runs, then cut it off."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        running = set(self._running)
        if running:
            await asyncio.wait(running, timeout=seconds)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._scheduler.shutdown(wait=False)


async def _guarded(name: str, job: Job) -> None:
    """A job's fault concerns no other, and its next run tries again."""
    try:
        await job()
    except Unavailable as fault:
        log.warning("job_postponed", job=name, why=str(fault))
    except Exception:  # whatever it is, the timetable goes on
        log.exception("job_failed", job=name)
