"""Advice from the log: what is worth doing now, and what became of what was done."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from domain.ids import CompanyId, derived
from domain.log import Entry, Kind
from reports.advice import ENOUGH, Advice, Basis, Remeasured, advise
from reports.periods import Period, hour_of_week, local_day
from reports.ports import EventLog
from reports.tally import Tally
from reports.themes import rated_comments
from reports.view import View

if TYPE_CHECKING:
    from reports.service import Reporter

LOOKS_BACK_DAYS = 30
REMEMBERS_DAYS = 90
"""How long what was done is measured again."""
MEASURED_AFTER_DAYS = 7
"""Fewer days since something was done say nothing about whether it helped."""


@dataclass(slots=True, kw_only=True)
class _Since:
    """What is found in the days after a day, looked up once for everything that was done on it."""

    found: dict[date, Mapping[str, Advice]] = field(default_factory=dict)


class Advisor:
    """One company's advice."""

    def __init__(self, *, reporter: "Reporter", log: EventLog) -> None:
        self._reporter = reporter
        self._log = log

    async def advice(self, *, now: datetime, view: View | None = None) -> tuple[Advice, ...]:
        """What is worth doing, best first; what was done only if it goes on a week later.

        ``view``: figures at hand, used if they are of the right days.
        """
        found = await self._advise(self._last(LOOKS_BACK_DAYS, now), now=now, view=view)
        settled = {one.advice.id for one in await self.remeasured(now=now) if one.helped or one.early}
        return tuple(advice for advice in found if advice.id not in settled)

    async def remeasured(self, *, now: datetime) -> tuple[Remeasured, ...]:
        """What was marked done in the last 90 days: cases a week before and since, newest first."""
        cache = _Since()
        found = [await self._again(entry, cache, now=now) for entry in await self._done(now)]
        return tuple(reversed(found))

    async def _again(self, entry: Entry, cache: _Since, *, now: datetime) -> Remeasured:
        done = local_day(entry.at, self._reporter.zone)
        since = Period(
            first=done + timedelta(days=1), last=local_day(now, self._reporter.zone), zone=self._reporter.zone
        )
        if done not in cache.found:
            later = await self._advise(since, now=now, enough=1) if since.length > 0 else ()
            cache.found[done] = {advice.id: advice for advice in later}
        known = _known(entry)
        again = cache.found[done].get(known.id)
        return Remeasured(
            advice=known,
            before=7 * known.cases / LOOKS_BACK_DAYS,
            since=7 * (again.cases if again else 0) / max(since.length, 1),
            early=since.length < MEASURED_AFTER_DAYS,
            done=done,
        )

    async def _advise(
        self, period: Period, *, now: datetime, enough: int = ENOUGH, view: View | None = None
    ) -> tuple[Advice, ...]:
        if view is None or view.period != period:
            view = await self._reporter.view_of(period, agent=None, now=now)
        said = self._log.between(period.start, period.end, kinds={Kind.COMMENTED})
        comments = rated_comments([entry async for entry in said], view.tally.ratings)
        basis = Basis(view=view, comments=comments, waited=_waited(view.tally, period), enough=enough)
        return await asyncio.to_thread(advise, basis)

    async def _done(self, now: datetime) -> list[Entry]:
        """The latest note of each thing that was done, oldest first."""
        start = now - timedelta(days=REMEMBERS_DAYS)
        noted = self._log.between(start, now, kinds={Kind.ADVICE_DONE})
        entries = sorted([one async for one in noted if one.data.get("what")], key=lambda entry: entry.at)
        latest = {str(one.data.get("advice")): one for one in entries}
        return sorted(latest.values(), key=lambda entry: entry.at)

    def _last(self, days: int, now: datetime) -> Period:
        zone = self._reporter.zone
        today = local_day(now, zone)
        return Period(first=today - timedelta(days=days - 1), last=today, zone=zone)


def done(company: CompanyId, advice: Advice, *, at: datetime, day: date) -> Entry:
    """The note that an improvement was made; once a day, however many say so."""
    return Entry(
        id=derived(company, "advice_done", advice.id, day.isoformat()),
        company=company,
        at=at,
        kind=Kind.ADVICE_DONE,
        data={"advice": advice.id, "what": advice.what, "cases": advice.cases},
    )


def _known(entry: Entry) -> Advice:
    """The improvement as it was when it was marked done."""
    cases = entry.data.get("cases")
    return Advice(
        id=str(entry.data.get("advice") or ""),
        what=str(entry.data.get("what") or ""),
        evidence=(),
        cases=cases if isinstance(cases, int) else 0,
        weight=0.0,
    )


def _waited(tally: Tally, period: Period) -> dict[str, int]:
    """In which hour of the week somebody began to wait for a person, by conversation."""
    begun = {talk: at for talk, (at, _) in tally.handoffs.items()}
    for at, talk, _ in tally.reopened.values():
        begun[talk] = max(at, begun.get(talk, 0))
    return {talk: hour_of_week(_moment(at), period.zone) for talk, at in begun.items()}


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
