"""Daily and weekly digests: when one is due, and what it says."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import structlog

from domain.content import Bullets, Content, Heading, Item, Paragraph, Span, Style, paragraph, text
from domain.log import Kind
from reports import lines as words
from reports import metrics
from reports.advice import Advice, Remeasured
from reports.advisor import Advisor
from reports.periods import Period, local_day
from reports.ports import Claims
from reports.result import Chart
from reports.service import Reporter
from reports.view import View
from reports.words import cut, many, money, percent, times

log = structlog.get_logger()

WEEK = 7
TOLD_DAYS = 35
"""For how many weeks a digest tells what became of something that was done."""
OWN = frozenset({Kind.EXPERIENCE_WRITTEN, Kind.ADVICE_DONE, "prompt_tokens", "answer_tokens", "cost"})
"""What the service and its admins do by themselves: no reason for a digest."""


class Cadence(StrEnum):
    """How often."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a digest is posted, in the company's time zone. ``weekday`` 0 is Monday (weekly only).

    ``catch_up``: a digest missed by more than this (the service was down) is left out.
    """

    cadence: Cadence
    at: time
    zone: ZoneInfo
    weekday: int = 0
    catch_up: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """``key`` names the posting: sending it twice under this key sends it once."""

    key: str
    content: Content
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """What only the weekly digest tells: what is worth doing, and what became of what was done."""

    weekly: bool = False
    advice: Sequence[Advice] = ()
    tried: Sequence[Remeasured] = ()


Post = Callable[[Digest], Awaitable[None]]
"""Posts a digest and claims its key, both or neither; of several that post one key the first one does."""


def due(schedule: Schedule, last: datetime | None, now: datetime) -> datetime | None:
    """The moment for which a digest is to be posted now, UTC; None: nothing is due.

    ``last`` is the moment of the one posted last. Of several missed ones only the newest is due.
    """
    slot = _latest_slot(schedule, now)
    if now - slot > schedule.catch_up or (last is not None and last >= slot):
        return None
    return slot


def _latest_slot(schedule: Schedule, now: datetime) -> datetime:
    day = local_day(now, schedule.zone)
    step = timedelta(days=1)
    while True:
        slot = datetime.combine(day, schedule.at, schedule.zone).astimezone(UTC)
        if slot <= now and (schedule.cadence is Cadence.DAILY or day.weekday() == schedule.weekday):
            return slot
        day -= step


def period_of(schedule: Schedule, slot: datetime) -> Period:
    """The days a digest is about: those that were over when it was due."""
    yesterday = local_day(slot, schedule.zone) - timedelta(days=1)
    days = 1 if schedule.cadence is Cadence.DAILY else WEEK
    return Period(first=yesterday - timedelta(days=days - 1), last=yesterday, zone=schedule.zone)


class Digester:
    """Makes one company's digests and has each posted once."""

    def __init__(
        self, *, reporter: Reporter, claims: Claims, schedules: Sequence[Schedule], advisor: Advisor
    ) -> None:
        self._reporter = reporter
        self._claims = claims
        self._schedules = tuple(schedules)
        self._advisor = advisor
        self._last: dict[Schedule, datetime] = {}

    async def post_due(self, now: datetime, post: Post) -> None:
        """Post what is due and not claimed yet. What fails is due again the next time."""
        for schedule in self._schedules:
            slot = due(schedule, self._last.get(schedule), now)
            if slot is None:
                continue
            if await self._reporter.began_after(period_of(schedule, slot).end):
                continue  # a new installation has nothing to tell of days before it
            if not await self._claims.claimed(_key(schedule, slot)):
                await post(await self.compose(schedule, slot, now=now))
            self._last[schedule] = slot

    async def compose(self, schedule: Schedule, slot: datetime, *, now: datetime) -> Digest:
        """The digest of a moment, whoever posts it."""
        daily = schedule.cadence is Cadence.DAILY
        more = More() if daily else await self._more(now=now)
        period, title = period_of(schedule, slot), "Yesterday" if daily else "The last week"
        content, charts = await self._told(period, title, more, now=now)
        log.info("digest_composed", cadence=schedule.cadence.value, charts=len(charts))
        return Digest(key=_key(schedule, slot), content=content, charts=charts)

    async def so_far(self, *, now: datetime) -> Digest:
        """Today until now, for somebody who does not want to wait for the next one."""
        today = local_day(now, self._reporter.zone)
        period = Period(first=today, last=today, zone=self._reporter.zone)
        content, charts = await self._told(period, "Today so far", More(), now=now)
        return Digest(key=f"digest:now:{now.isoformat()}", content=content, charts=charts)

    async def _more(self, *, now: datetime) -> More:
        tried = await self._advisor.remeasured(now=now)
        today = local_day(now, self._reporter.zone)
        recent = [one for one in tried if not one.early and (today - one.done).days <= TOLD_DAYS]
        return More(weekly=True, advice=await self._advisor.advice(now=now), tried=recent)

    async def _told(
        self, period: Period, title: str, more: More, *, now: datetime
    ) -> tuple[Content, tuple[Chart, ...]]:
        parts = ("gaps", "themes") if more.weekly else ("gaps",)
        view = await self._reporter.view_of(period, agent=None, now=now, parts=parts)
        if quiet(view):
            return text(f"{view.company}, {period}: quiet, nothing to report."), ()
        before = await self._reporter.view_of(period.before(), agent=None, now=now, parts=())
        content = compose(view, before=before, title=title, more=more)
        return content, await asyncio.to_thread(_charts, view)


def _key(schedule: Schedule, slot: datetime) -> str:
    return f"digest:{schedule.cadence}:{slot:%Y-%m-%dT%H:%M}Z"


def quiet(view: View) -> bool:
    """Whether there is nothing to tell."""
    happened = [name for name in view.tally.counts if name not in OWN]
    return not happened and not any(view.carry.open_jobs())


def compose(view: View, *, before: View, title: str, more: More) -> Content:
    """Satisfaction, feelings, work, what is overdue, what had no answer and what to do about it."""
    told = [
        _csat(view, before),
        *words.lines(view, "emotions")[:1],
        _work(view),
        _overdue(view),
        _speed(view),
        *_cost(view),
    ]
    blocks = Content(
        (
            Heading((Span(f"{title}: {view.company}"),)),
            paragraph(words.headline(view, "all"), Style.BOLD),
            _bullets(told),
        )
    )
    if view.gaps:
        blocks = blocks.plus(_strong("Questions without an answer"), _bullets(words.lines(view, "gaps")[1:4]))
    if view.themes:
        blocks = blocks.plus(_strong("What comments are about"), _bullets(words.themes(view)[1:4]))
    if more.advice:
        ideas = [f"{one.what} ({one.evidence[0]})" for one in more.advice[:3]]
        blocks = blocks.plus(_strong("Worth doing"), _bullets(ideas))
    if more.tried:
        blocks = blocks.plus(_strong("What was tried"), _bullets([one.line for one in more.tried[:3]]))
    return blocks


def _cost(view: View) -> list[str]:
    spent = metrics.spent(view.tally)
    return [f"Language model: {money(spent)}"] if spent else []


def _csat(view: View, before: View) -> str:
    now, then = metrics.csat(view.tally), metrics.csat(before.tally)
    line = words.csat_line(view)
    line = line[0].upper() + line[1:]
    if now.percent is None or then.percent is None:
        return line
    change = round(now.percent) - round(then.percent)
    moved = f"{change:+d} points on" if change else "as in"
    return f"{line}; {moved} the {'day' if view.period.length == 1 else 'week'} before (n = {then.n})"


def _work(view: View) -> str:
    loads = metrics.workload(view.tally, view.carry)
    busiest = ", ".join(
        f"{view.name(name)} {load.open}" for name, load in list(loads.items())[:5] if load.open
    )
    waiting, solved = sum(load.open for load in loads.values()), sum(load.solved for load in loads.values())
    return f"Work: {many(waiting, 'open ticket')}, {solved} solved" + (
        f" (open: {busiest})" if busiest else ""
    )


def _overdue(view: View) -> str:
    return f"Overdue: {many(metrics.overdue(view.carry), 'ticket')}"


def _speed(view: View) -> str:
    bot = percent(metrics.bot_resolution(view.tally))
    return f"First response: {times(metrics.first_response(view.tally))}; resolved by the bot: {bot}"


def _charts(view: View) -> tuple[Chart, ...]:
    from reports.charts import draw

    found = [chart for kind in ("csat", "emotions", "workload", "gaps") for chart in draw(view, kind)]
    return tuple(chart for chart in found if chart.name != "mood-shift.png")


def _bullets(told: Sequence[str]) -> Bullets:
    return Bullets(tuple(Item((Span(cut(line, 300)),)) for line in told))


def _strong(title: str) -> Paragraph:
    return paragraph(title, Style.BOLD)
