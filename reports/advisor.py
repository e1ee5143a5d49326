"""Advice from the log: what is worth doing now, and what became of what was done."""

import asyncio
from datetime import datetime, timedelta

from domain.log import Kind
from reports.advice import ENOUGH, Advice, Basis, Remeasured, advise, remeasure
from reports.periods import Period, hour_of_week, local_day
from reports.ports import EventLog
from reports.service import Reporter
from reports.themes import Comment, Theme, find_themes, read_comments

LOOKS_BACK_DAYS = 30
REMEMBERS_DAYS = 90
"""How long what was done is measured again."""


class Advisor:
    """One company's advice."""

    def __init__(self, *, reporter: Reporter, log: EventLog) -> None:
        self._reporter = reporter
        self._log = log

    async def advice(self, *, now: datetime) -> tuple[Advice, ...]:
        """What is worth doing, best first; what was done only if it has come back since."""
        found = await self._advise(self._last(LOOKS_BACK_DAYS, now), now=now)
        settled = {one.advice.id for one in await self.remeasured(now=now) if one.helped}
        return tuple(advice for advice in found if advice.id not in settled)

    async def remeasured(self, *, now: datetime) -> tuple[Remeasured, ...]:
        """What was marked done in the last 90 days: cases a week before and since, newest first."""
        done = await self._done(now)
        found = [one for key, at in done.items() if (one := await self._again(key, at, now=now))]
        return tuple(reversed(found))

    async def themes(self, period: Period) -> tuple[Theme, ...]:
        """What the comments of a period are about."""
        return await asyncio.to_thread(find_themes, await self._comments(period))

    async def _again(self, key: str, at: datetime, *, now: datetime) -> Remeasured | None:
        done = local_day(at, self._reporter.zone)
        before = Period(first=done - timedelta(days=LOOKS_BACK_DAYS), last=done, zone=self._reporter.zone)
        since = Period(first=done + timedelta(days=1), last=local_day(now, before.zone), zone=before.zone)
        known = await self._advise(before, now=now)
        after = await self._advise(since, now=now, enough=1) if since.length > 0 else ()
        days = {"days_before": before.length, "days_since": max(since.length, 0)}
        return remeasure(known, after, **days).get(key)

    async def _advise(self, period: Period, *, now: datetime, enough: int = ENOUGH) -> tuple[Advice, ...]:
        view = await self._reporter.view_of(period, agent=None, now=now)
        comments = await self._comments(period)
        waited = await self._waited(period, {one.conversation for one in comments})
        basis = Basis(view=view, comments=comments, waited=waited, enough=enough)
        return await asyncio.to_thread(advise, basis)

    async def _waited(self, period: Period, talks: set[str]) -> dict[str, int]:
        kinds = {Kind.HANDED_OFF, Kind.TICKET_REOPENED}
        if not talks:
            return {}
        begun = self._log.between(period.start, period.end, kinds=kinds)
        found = [one async for one in begun if one.conversation in talks]
        found.sort(key=lambda entry: entry.at)
        return {str(one.conversation): hour_of_week(one.at, period.zone) for one in found}

    async def _comments(self, period: Period) -> list[Comment]:
        kinds = {Kind.RATED, Kind.COMMENTED}
        found = self._log.between(period.start, period.end, kinds=kinds)
        return read_comments([entry async for entry in found])

    async def _done(self, now: datetime) -> dict[str, datetime]:
        start = now - timedelta(days=REMEMBERS_DAYS)
        entries = [one async for one in self._log.between(start, now, kinds={Kind.ADVICE_DONE})]
        entries.sort(key=lambda entry: entry.at)
        return {str(entry.data.get("advice") or ""): entry.at for entry in entries}

    def _last(self, days: int, now: datetime) -> Period:
        zone = self._reporter.zone
        today = local_day(now, zone)
        return Period(first=today - timedelta(days=days - 1), last=today, zone=zone)
