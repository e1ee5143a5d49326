"""Which days a report is about, in the company's own time zone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from domain.errors import BadInput

LONGEST_DAYS = 366
NAMED_DAYS = {"today": 1, "7d": 7, "30d": 30}
CUSTOM = re.compile(
    r"(\d{4}-\d{2}-\d{2})\s*(?:\.\.|…|\s+to\s+|\s+)\s*(\d{4}-\d{2}-\d{2})|(\d{4}-\d{2}-\d{2})\.\."
)
HELP = "Use today, 7d, 30d or two days such as 2026-11-01..2026-11-20."


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole local days, ``first`` to ``last``, both included."""

    first: date
    last: date
    zone: ZoneInfo

    def days(self) -> Iterator[date]:
        """Each day, oldest first."""
        return (self.first + timedelta(days=n) for n in range(self.length))

    @property
    def length(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        """The first moment, UTC."""
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The moment after the last one, UTC."""
        return midnight(self.last + timedelta(days=1), self.zone)

    def before(self) -> "Period":
        """The same number of days just before."""
        step = timedelta(days=self.length)
        return Period(first=self.first - step, last=self.last - step, zone=self.zone)

    def __str__(self) -> str:
        """``24 Nov 2026`` or ``18 Nov to 24 Nov 2026``."""
        if self.first == self.last:
            return _words(self.last, year=True)
        return (
            f"{_words(self.first, year=self.first.year != self.last.year)} to {_words(self.last, year=True)}"
        )


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local day begins, in UTC: days have 23 or 25 hours where the clocks change."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The local date of a moment."""
    return at.astimezone(zone).date()


def hour_of_week(at: datetime, zone: tzinfo) -> int:
    """0 (Monday, midnight to one) to 167, in local time."""
    local = at.astimezone(zone)
    return local.weekday() * 24 + local.hour


def parse_period(words: str, *, now: datetime, zone: ZoneInfo) -> Period:
    """The period that a person named; raises BadInput with what would have worked."""
    words = words.strip().lower() or "7d"
    today = local_day(now, zone)
    if days := NAMED_DAYS.get(words):
        return Period(first=today - timedelta(days=days - 1), last=today, zone=zone)
    found = CUSTOM.fullmatch(words)
    if not found:
        raise BadInput(f"I don't know the period “{words[:40]}”. {HELP}")
    if found[3]:  # until now
        return _checked(_date(found[3]), max(_date(found[3]), today), today=today, zone=zone)
    return _checked(_date(found[1]), _date(found[2]), today=today, zone=zone)


def _checked(first: date, last: date, *, today: date, zone: ZoneInfo) -> Period:
    if last < first:
        raise BadInput(f"The period ends ({last}) before it begins ({first}).")
    if first > today:
        raise BadInput(f"The period begins in the future ({first}); today is {today}.")
    if (last - first).days >= LONGEST_DAYS:
        raise BadInput(f"A report covers at most {LONGEST_DAYS} days.")
    return Period(first=first, last=min(last, today), zone=zone)


def _date(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise BadInput(f"There is no day {words}. {HELP}") from error


def _words(day: date, *, year: bool) -> str:
    return f"{day.day} {day:%b}" + (f" {day.year}" if year else "")
