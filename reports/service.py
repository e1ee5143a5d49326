"""Reports on demand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.errors import BadInput
from domain.log import Kind
from reports import lines as words
from reports.gaps import Gap, find_gaps
from reports.history import History, Stretch
from reports.periods import Period, parse_period
from reports.ports import Days, EventLog, People
from reports.tally import Tally, merge
from reports.view import View

KINDS = ("csat", "emotions", "workload", "speed", "gaps", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture with words for those who can't see it. ``name`` is a file name without folder."""

    name: str
    png: bytes
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``charts``, ``csv`` and ``pdf`` are empty unless the full report was asked for."""

    title: str
    headline: str
    lines: tuple[str, ...]
    charts: tuple[Chart, ...] = ()
    csv: bytes = b""
    pdf: bytes = b""


class Reporter:
    """Makes one company's reports."""

    def __init__(
        self,
        *,
        company_name: str,
        timezone: str,
        log: EventLog,
        days: Days,
        clock: Callable[[], datetime],
        people: People | None = None,
    ) -> None:
        self._company = company_name
        self._zone = ZoneInfo(timezone)
        self._log = log
        self._clock = clock
        self._people = people
        self.history = History(log=log, days=days, zone=self._zone)

    async def report(
        self,
        *,
        kind: str = "all",
        period: str = "7d",
        agent: str | None = None,
        now: datetime | None = None,
        full: bool = False,
    ) -> Report:
        """A report in words; with charts, CSV and PDF if ``full``. Raises BadInput on what it can't make.

        ``kind`` is one of KINDS; ``period`` today, 7d, 30d or two days; ``agent`` an id.
        """
        kind = kind.strip().lower() or "all"
        if kind not in KINDS:
            raise BadInput(f"I don't know the report “{kind[:40]}”. Choose one of: {', '.join(KINDS)}.")
        view = await self.view(period=period, agent=agent, now=now, gaps=kind in ("gaps", "all"))
        title = f"{'Report' if kind == 'all' else f'Report: {kind}'}, {view.period}"
        return Report(title=title, headline=words.headline(view, kind), lines=words.lines(view, kind))

    async def view(
        self, *, period: str, agent: str | None = None, now: datetime | None = None, gaps: bool = True
    ) -> View:
        """The figures of a period that a person named."""
        now = now or self._clock()
        return await self.view_of(
            parse_period(period, now=now, zone=self._zone), agent=agent, now=now, gaps=gaps
        )

    async def view_of(self, period: Period, *, agent: str | None, now: datetime, gaps: bool = True) -> View:
        """The figures of a period."""
        stretch: Stretch = await self.history.read(period, now=now)
        tally = merge(stretch.days[day] for day in sorted(stretch.days))
        return View(
            company=self._company,
            period=period,
            now=now,
            tally=tally,
            days=stretch.days,
            carry=stretch.carry,
            agent=agent or None,
            names=await self._people.names() if self._people else {},
            gaps=await self._gaps(period, tally) if gaps and not agent else (),
        )

    async def _gaps(self, period: Period, tally: Tally) -> tuple[Gap, ...]:
        asked = self._log.between(period.start, period.end, kinds={Kind.QUESTION_UNANSWERED})
        return find_gaps([entry async for entry in asked], tally)
