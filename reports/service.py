"""Reports on demand."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.errors import BadInput
from domain.ids import AgentId
from domain.log import Kind
from reports import lines as words
from reports.advisor import Advisor
from reports.gaps import MOST_QUESTIONS, Gap, find_gaps, question_of, unanswered
from reports.history import History, Stretch
from reports.periods import Period, parse_period
from reports.ports import Days, EventLog, Grouping, People
from reports.result import Chart, Report
from reports.table import table
from reports.tally import Tally, merge
from reports.themes import Theme, find_themes, rated_comments
from reports.view import View

__all__ = ["KINDS", "Chart", "Report", "Reporter"]

KINDS = ("csat", "emotions", "workload", "speed", "gaps", "advice", "all")

_PARTS: Mapping[str, frozenset[str]] = {
    "csat": frozenset({"themes"}),
    "gaps": frozenset({"gaps"}),
    "advice": frozenset({"advice"}),
    "all": frozenset({"gaps", "themes", "advice"}),
}
"""What is read from the log besides the stored days."""


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
        grouping: Grouping | None = None,
    ) -> None:
        self._company = company_name
        self.zone = ZoneInfo(timezone)
        self._log = log
        self._clock = clock
        self._people = people
        self._grouping = grouping
        self.history = History(log=log, days=days, zone=self.zone)

    async def report(
        self,
        *,
        kind: str = "all",
        period: str = "7d",
        agent: str | None = None,
        now: datetime | None = None,
        full: bool = False,
        theme: str = "light",
    ) -> Report:
        """A report in words; with charts, CSV and PDF if ``full``. Raises BadInput on what it can't make.

        ``kind`` is one of KINDS; ``period`` today, 7d, 30d or two days; ``agent`` an id or a name;
        ``theme`` of the charts light or dark.
        """
        kind = kind.strip().lower() or "all"
        if kind not in KINDS:
            raise BadInput(f"I don't know the report “{kind[:40]}”. Choose one of: {', '.join(KINDS)}.")
        now = now or self._clock()
        view = await self.view(period=period, agent=agent, now=now, parts=_PARTS.get(kind, frozenset()))
        title = f"{'Report' if kind == 'all' else f'Report: {kind}'}, {view.period}"
        plain = Report(
            title=title,
            headline=words.headline(view, kind),
            lines=words.lines(view, kind),
            period=f"{view.period.first}..{view.period.last}",
            advice=view.advice,
        )
        return await asyncio.to_thread(_complete, plain, view, kind, theme) if full else plain

    async def began_after(self, moment: datetime) -> bool:
        """Whether nothing at all had happened before a moment."""
        first = await self._log.first()
        return first is None or first >= moment

    async def view(
        self,
        *,
        period: str,
        agent: str | None = None,
        now: datetime | None = None,
        parts: Collection[str] = ("gaps",),
    ) -> View:
        """The figures of a period that a person named."""
        now = now or self._clock()
        days = parse_period(period, now=now, zone=self.zone)
        known = await self._agent(agent)
        view = await self.view_of(days, agent=known, now=now, parts=parts)
        if "advice" not in parts or known:
            return view
        advisor = Advisor(reporter=self, log=self._log)
        return replace(view, advice=await advisor.advice(now=now, view=view))

    async def view_of(
        self, period: Period, *, agent: str | None, now: datetime, parts: Collection[str] = ("gaps",)
    ) -> View:
        """The figures of a period; ``parts``: gaps and themes, which read the log."""
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
            names=await self._names(),
            gaps=await self._gaps(period, tally) if "gaps" in parts and not agent else (),
            themes=await self._themes(period, tally, agent) if "themes" in parts else (),
        )

    async def _names(self) -> Mapping[AgentId, str]:
        return await self._people.names() if self._people else {}

    async def _agent(self, said: str | None) -> str | None:
        """The id of who was meant by an id or a name; without known names every id is taken."""
        names = await self._names()
        if not said or said in names or not names:
            return said or None
        wanted = said.strip().lstrip("@").casefold()
        found = [agent for agent, name in names.items() if name.casefold() == wanted]
        if len(found) != 1:
            known = ", ".join(sorted(names.values()))
            raise BadInput(f"I don't know which agent “{said[:40]}” is. There are: {known}.")
        return found[0]

    async def _gaps(self, period: Period, tally: Tally) -> tuple[Gap, ...]:
        asked = self._log.between(
            period.start, period.end, kinds={Kind.QUESTION_UNANSWERED}, newest=MOST_QUESTIONS
        )
        entries = unanswered([entry async for entry in asked])
        numbers = await self._grouping([question_of(one) for one in entries]) if self._grouping else None
        return await asyncio.to_thread(find_gaps, entries, tally, numbers)

    async def _themes(self, period: Period, tally: Tally, agent: str | None) -> tuple[Theme, ...]:
        said = self._log.between(period.start, period.end, kinds={Kind.COMMENTED})
        comments = rated_comments([entry async for entry in said], tally.ratings, agent)
        return await asyncio.to_thread(find_themes, comments)


def _complete(report: Report, view: View, kind: str, theme: str) -> Report:
    from reports import charts

    told = (*report.lines, *words.advice(view))
    pages = charts.pdf(view, kind, title=report.title, headline=report.headline, lines=told)
    pictures = charts.draw(view, kind, theme=charts.THEMES[theme])
    return replace(report, charts=pictures, csv=table(view, kind), pdf=pages)
