"""Figures arranged the way charts and tables show them."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.emotion import NEGATIVE, Feeling
from reports import metrics
from reports.metrics import Share, Spread
from reports.periods import local_day
from reports.view import View

MOST_POINTS = 14
"""A longer period is shown by week: few ratings a day make a line of noise."""
MOODS = ("unhappy", "calm", "happy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One day or week of a trend."""

    first: date
    label: str
    share: Share


def csat_trend(view: View) -> list[Point]:
    """CSAT by day, or by week where there are many days. Every day is there, also without ratings."""
    weekly = view.period.length > MOST_POINTS
    given: dict[date, list[int]] = {_bucket(day, weekly): [] for day in view.period.days()}
    for at, rating, agent, _ in view.tally.ratings.values():
        if view.agent in (None, agent):
            day = local_day(datetime.fromtimestamp(at / 1000, UTC), view.period.zone)
            given.setdefault(_bucket(day, weekly), []).append(rating)
    shown = ((max(day, view.period.first), found) for day, found in given.items())
    return [Point(first=day, label=f"{day.day} {day:%b}", share=_good(found)) for day, found in shown]


def timings(view: View) -> list[tuple[str, Spread]]:
    """The durations that there are data of, in seconds."""
    named = (
        ("First response", metrics.first_response),
        ("Replies", metrics.reply_time),
        ("First resolution", metrics.first_resolution),
        ("Full resolution", metrics.full_resolution),
        ("Human handling", metrics.handling),
    )
    found = ((name, measure(view.tally, view.agent)) for name, measure in named)
    return [(name, spread) for name, spread in found if spread]


def mood_shift(view: View) -> dict[str, Counter[str]]:
    """How conversations that began in a mood ended: mood at first -> mood at last -> count."""
    moved: dict[str, Counter[str]] = {mood: Counter() for mood in MOODS}
    for (first, last), count in metrics.shifts(view.tally, view.agent).items():
        moved[mood(first)][mood(last)] += count
    return moved


def mood(feeling: Feeling) -> str:
    """Three words instead of seven."""
    if feeling in NEGATIVE:
        return "unhappy"
    return "happy" if feeling is Feeling.JOY else "calm"


def week_grid(hours: list[int]) -> list[list[int]]:
    """Seven rows (Monday first) of 24 hours."""
    return [hours[day * 24 : day * 24 + 24] for day in range(7)]


def _good(found: list[int]) -> Share:
    return Share(part=sum(rating >= metrics.GOOD_RATING for rating in found), n=len(found))


def _bucket(day: date, weekly: bool) -> date:
    return day - timedelta(days=day.weekday()) if weekly else day
