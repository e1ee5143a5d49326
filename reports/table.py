"""A report as CSV: one figure a row, so that a spreadsheet can do what it likes with it."""

import csv
from collections.abc import Callable, Iterator
from io import StringIO

from reports import metrics
from reports.metrics import Share, Spread
from reports.series import csat_trend, timings, week_grid
from reports.view import View

HEADER = ("section", "figure", "of", "value", "n")
BOM = "\ufeff"
"""So that spreadsheets read the file as UTF-8."""


def table(view: View, kind: str) -> bytes:
    """The figures of a kind, or all. An empty value means: no data. Durations are seconds."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for name in tuple(_ROWS) if kind == "all" else (kind,):
        writer.writerows([_harmless(cell) for cell in (name, *row)] for row in _ROWS[name](view))
    return (BOM + out.getvalue()).encode()


def _harmless(cell: object) -> object:
    """Spreadsheets run what begins like a formula; a quote keeps it text (OWASP, CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell


Cells = Iterator[tuple[str, str, object, object]]


def _csat(view: View) -> Cells:
    yield _share("csat_percent", "", metrics.csat(view.tally, view.agent))
    yield _share("response_rate_percent", "", metrics.response_rate(view.tally, view.agent))
    for stars, count in metrics.ratings(view.tally, view.agent).items():
        yield "ratings", str(stars), count, ""
    for theme in view.themes:
        yield "comments", theme.name, theme.count, ""
        yield "comments_low_ratings", theme.name, theme.low, theme.count
    for point in csat_trend(view):
        yield _share("csat_percent_from", point.first.isoformat(), point.share)


def _emotions(view: View) -> Cells:
    for feeling, share in metrics.emotions(view.tally, view.agent).items():
        yield _share("messages_percent", feeling.value, share)
    for (first, last), count in sorted(metrics.shifts(view.tally, view.agent).items()):
        yield "conversations_from_to", f"{first} > {last}", count, ""


def _workload(view: View) -> Cells:
    loads = metrics.workload(view.tally, view.carry, view.agent)
    for name, load in loads.items():
        for figure in ("open", "assigned", "claimed", "solved", "reopened", "transferred", "released"):
            yield figure, view.name(name), getattr(load, figure), ""
    if not view.agent:
        yield "gini_of_open", "", _number(metrics.gini(loads)), ""
        yield "overdue", "", metrics.overdue(view.carry), ""


def _speed(view: View) -> Cells:
    for name, spread in timings(view):
        yield from _spread(name.lower().replace(" ", "_"), spread)
    for target in ("first_response", "resolution"):
        yield _share("sla_met_percent", target, metrics.sla(view.tally, target, view.agent))
    if not view.agent:
        yield from _bot(view)


def _bot(view: View) -> Cells:
    if latency := metrics.bot_latency(view.tally):
        yield from _spread("bot_latency_ms", latency)
    yield _share("bot_resolution_percent", "", metrics.bot_resolution(view.tally))
    yield _share("handoff_percent", "", metrics.handoff_rate(view.tally))
    for reason, share in metrics.handoff_reasons(view.tally).items():
        yield _share("handoff_percent", reason, share)
    if spent := metrics.spent(view.tally):
        yield "model_tokens", "read", spent.prompt_tokens, ""
        yield "model_tokens", "written", spent.answer_tokens, ""
        yield "model_cost_usd", "", round(spent.dollars, 4), ""
    for day, hours in enumerate(week_grid(view.tally.hours)):
        for hour, count in enumerate(hours):
            if count:
                yield "messages_by_hour", f"weekday {day + 1}, {hour:02}:00", count, ""


def _gaps(view: View) -> Cells:
    for gap in view.gaps:
        yield "unanswered", gap.question, gap.count, gap.people
        yield "unanswered_unhappy", gap.question, gap.negative, gap.count
        yield "unanswered_agent_seconds", gap.question, round(gap.seconds), gap.count


def _advice(view: View) -> Cells:
    for rank, one in enumerate(view.advice, 1):
        yield "advice", one.what, rank, one.cases
        for evidence in one.evidence:
            yield "evidence", evidence, rank, ""


def _share(name: str, of: str, share: Share) -> tuple[str, str, object, object]:
    return name, of, _number(share.percent), share.n


def _spread(name: str, spread: Spread) -> Cells:
    for figure in ("median", "p90", "mean"):
        yield name, figure, _number(getattr(spread, figure)), spread.n


def _number(value: float | None) -> object:
    return "" if value is None else round(value, 3)


_ROWS: dict[str, Callable[[View], Cells]] = {
    "csat": _csat,
    "emotions": _emotions,
    "workload": _workload,
    "speed": _speed,
    "gaps": _gaps,
    "advice": _advice,
}
