"""A company's business hours: when the clock of a target runs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.errors import BadInput

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d{1,2}:\d{2})-(\d{1,2}:\d{2})")
FURTHEST_DAYS = 3660
HELP = "write days and times such as 'mon-fri 09:00-18:00, sat 10:00-14:00'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Open from ``begin`` to ``end`` on a weekday (0 is Monday); ``end`` midnight: until the day is over."""

    weekday: int
    begin: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a company is open, in its own zone; without spans it always is."""

    zone: ZoneInfo
    spans: tuple[Span, ...] = ()

    def after(self, start: datetime, wait: timedelta) -> datetime:
        """The moment at which a wait that begins at ``start`` has used up ``wait`` of open time, UTC."""
        if not self.spans:
            return start.astimezone(UTC) + wait
        left = wait
        for opens, closes in self._open(start):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise BadInput("The business hours are too short for this target.")

    def _open(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Stretches of open time from ``start`` on, UTC."""
        first = start.astimezone(self.zone).date()
        for number in range(FURTHEST_DAYS):
            day = first + timedelta(days=number)
            for span in self.spans:
                if span.weekday == day.weekday():
                    opens, closes = self._moment(day, span.begin), self._end(day, span.end)
                    if closes > start:
                        yield max(opens, start.astimezone(UTC)), closes

    def _end(self, day: date, at: time) -> datetime:
        return self._moment(day + timedelta(days=at == time.min), at)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def parse_hours(words: str, zone: ZoneInfo) -> Hours:
    """Hours from ``mon-fri 09:00-18:00, sat 10:00-14:00``; "" is always. Raises BadInput."""
    parts = [part.strip().lower() for part in words.split(",") if part.strip()]
    spans = [span for part in parts for span in _spans(part)]
    return Hours(zone=zone, spans=tuple(sorted(spans, key=lambda span: (span.weekday, span.begin))))


def _spans(part: str) -> Iterator[Span]:
    found = _PART.fullmatch(part)
    if not found or found[1] not in DAYS or (found[2] or found[1]) not in DAYS:
        raise BadInput(f"'{part}' are no business hours; {HELP}.")
    first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
    begin, end = _time(found[3]), _time(found[4])
    if end != time.min and end <= begin:
        raise BadInput(f"'{part}' ends before it begins; {HELP}.")
    yield from (
        Span(weekday=(first + number) % 7, begin=begin, end=end) for number in range((last - first) % 7 + 1)
    )


def _time(words: str) -> time:
    hour, _, minute = words.partition(":")
    if int(hour) > 24 or int(minute) > 59 or (hour == "24" and minute != "00"):
        raise BadInput(f"'{words}' is no time of day; {HELP}.")
    return time(int(hour) % 24, int(minute))
