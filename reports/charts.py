"""Reports as pictures. Only this module knows matplotlib.

One theme, light and dark, in the colours of Okabe and Ito (2008), which the colour-blind tell apart.
Drawn without pyplot, so that several threads may draw at once.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image

from domain.emotion import NEGATIVE, Feeling
from reports import metrics
from reports.lines import REASONS
from reports.result import Chart
from reports.series import MOODS, MOST_POINTS, csat_trend, mood_shift, timings, week_grid
from reports.view import View
from reports.words import cut, duration

WIDTH, DPI = 6.4, 120
PAGE = (8.27, 11.69)
"""A4, inches."""
PALETTE = 96
MOST_BARS = 10
LEAST_BARS = 4  # a single bar would fill the picture
DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours of one appearance."""

    name: str
    paper: str
    ink: str
    muted: str
    grid: str
    blue: str = "#0072B2"
    orange: str = "#E69F00"
    green: str = "#009E73"
    red: str = "#D55E00"
    pink: str = "#CC79A7"
    inside: str = "#FFFFFF"
    more: str = "Darker"


LIGHT = Theme(name="light", paper="#FFFFFF", ink="#1F2328", muted="#59636E", grid="#DDE1E6")
DARK = Theme(
    name="dark",
    paper="#1E1F22",
    ink="#E6E8EB",
    muted="#A0A7B0",
    grid="#3A3D42",
    blue="#56B4E9",
    red="#F0793A",
    inside="#16171A",
    more="Brighter",
)
THEMES = {"light": LIGHT, "dark": DARK}

Painter = Callable[[View, Axes, Theme], str]
"""Draws on the axes and says in words what is to be seen; "" : there is nothing to show."""


def draw(view: View, kind: str, *, theme: Theme = LIGHT) -> tuple[Chart, ...]:
    """The charts of a kind of report that have something to show, as PNG of 768 pixels' width."""
    found = ((name, _figure(view, paint, theme)) for name, paint in _chosen(kind))
    return tuple(
        Chart(name=f"{name}.png", png=_png(figure), alt=alt) for name, (figure, alt) in found if figure
    )


def pdf(view: View, kind: str, *, title: str, headline: str, lines: Sequence[str]) -> bytes:
    """The report on A4 pages: the words, then the charts as vectors."""
    out = BytesIO()
    with PdfPages(out, metadata={"Title": title, "CreationDate": None, "Creator": "Deskmate"}) as pages:
        for number, chunk in enumerate(_chunks(lines, 42)):
            pages.savefig(_page(title if not number else f"{title} (continued)", headline, chunk))
        for _, paint in _chosen(kind):
            figure, _ = _figure(view, paint, LIGHT)
            if figure:
                pages.savefig(figure)
    return out.getvalue()


def _chosen(kind: str) -> list[tuple[str, Painter]]:
    kinds = tuple(_CHARTS) if kind == "all" else (kind,)
    return [named for one in kinds for named in _CHARTS[one]]


def _figure(view: View, paint: Painter, theme: Theme) -> tuple[Figure | None, str]:
    figure = Figure(
        figsize=(WIDTH, 4.2),
        dpi=DPI,
        facecolor=theme.paper,
        layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1),
    )
    axes = figure.add_subplot()
    axes.set_facecolor(theme.paper)
    axes.tick_params(colors=theme.ink, labelsize=11, length=0)
    axes.spines[:].set_visible(False)
    axes.set_axisbelow(True)
    alt = paint(view, axes, theme)
    return (figure if alt else None), alt


def _png(figure: Figure) -> bytes:
    """With a palette: a third of the size, and nobody sees the difference in flat colours."""
    drawn, out = BytesIO(), BytesIO()
    figure.savefig(drawn, format="png", facecolor=figure.get_facecolor(), pil_kwargs={"compress_level": 0})
    picture = Image.open(drawn).convert("RGB")
    picture.quantize(PALETTE, method=Image.Quantize.MEDIANCUT).save(out, format="png", optimize=True)
    return out.getvalue()


def _titled(axes: Axes, theme: Theme, title: str, note: str) -> None:
    axes.figure.suptitle(_drawable(title), x=0.02, ha="left", fontsize=14, fontweight="bold", color=theme.ink)
    axes.annotate(
        _drawable(note), (0.02, 0.895), xycoords="figure fraction", fontsize=10.5, color=theme.muted
    )
    axes.set_title(" ", fontsize=6)  # keeps the note's place free


def _csat_trend(view: View, axes: Axes, theme: Theme) -> str:
    points = csat_trend(view)
    total = metrics.csat(view.tally, view.agent)
    if total.percent is None:
        return ""
    for place, point in enumerate(points):
        if point.share.interval and point.share.percent is not None:
            low, high = point.share.interval
            axes.plot([place, place], [low, high], color=theme.blue, alpha=0.35, lw=6, solid_capstyle="round")
            axes.plot(place, point.share.percent, "o", color=theme.blue, ms=8, mec=theme.paper, mew=1.5)
    axes.axhline(total.percent, color=theme.orange, lw=2, ls=(0, (4, 2)), zorder=1)
    _percent_axis(axes, theme)
    step = max(1, -(-len(points) // 8))
    labels = [f"{point.label}\nn={point.share.n}" for point in points[::step]]
    axes.set_xticks(range(0, len(points), step), labels, fontsize=10)
    axes.set_xlim(-0.6, len(points) - 0.4)
    note = f"{total.percent:.0f} % of {total.n} ratings are 4 or 5" + (
        ", small sample" if total.small else ""
    )
    by_week = ", by week" if view.period.length > MOST_POINTS else ""
    _titled(axes, theme, "Customer satisfaction", f"{note}. Bars: 95 % interval{by_week}")
    return f"Customer satisfaction over time, {view.period}: {note}."


def _percent_axis(axes: Axes, theme: Theme) -> None:
    axes.set_ylim(-3, 103)
    axes.set_yticks(range(0, 101, 25), [f"{mark} %" for mark in range(0, 101, 25)])
    axes.grid(axis="y", color=theme.grid, lw=1)


def _emotions(view: View, axes: Axes, theme: Theme) -> str:
    shares = metrics.emotions(view.tally, view.agent)
    if not shares:
        return ""
    ranked = sorted(shares.items(), key=lambda item: item[1].part)
    colours = [_mood_colour(feeling, theme) for feeling, _ in ranked]
    values = [share.percent or 0.0 for _, share in ranked]
    _bars(axes, theme, [feeling.value for feeling, _ in ranked], values, colours=colours, form="{:.0f} %")
    n = ranked[0][1].n
    _titled(axes, theme, "How customers felt", f"Share of {n} messages. Orange: unhappy, green: happy")
    said = ", ".join(f"{feeling.value} {share.percent:.0f} %" for feeling, share in reversed(ranked))
    return f"Emotions of {n} messages: {said}."


def _mood_colour(feeling: Feeling, theme: Theme) -> str:
    if feeling in NEGATIVE:
        return theme.red
    return {Feeling.JOY: theme.green, Feeling.SURPRISE: theme.pink}.get(feeling, theme.blue)


def _shift(view: View, axes: Axes, theme: Theme) -> str:
    moved = {first: ends for first, ends in mood_shift(view).items() if ends.total()}
    if not moved:
        return ""
    colours = {"unhappy": theme.red, "calm": theme.blue, "happy": theme.green}
    rows = list(reversed(moved))
    left = np.zeros(len(rows))
    for last in MOODS:
        widths = np.array([100 * moved[first][last] / moved[first].total() for first in rows])
        axes.barh(range(len(rows)), widths, 0.6, left, color=colours[last], label=f"ended {last}")
        _inside(axes, theme, widths, left)
        left += widths
    axes.set_yticks(range(len(rows)), [f"began\n{first}\nn={moved[first].total()}" for first in rows])
    axes.set_xlim(0, 100)
    axes.set_xticks([])
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=3, frameon=False, labelcolor=theme.ink)
    n = sum(ends.total() for ends in moved.values())
    _titled(axes, theme, "From the first to the last message", f"{n} conversations, percent")
    better = metrics.brightened(view.tally, view.agent)
    return f"First and last mood of {n} conversations; {better.part} of {better.n} unhappy ones ended better."


def _inside(axes: Axes, theme: Theme, widths: np.ndarray, left: np.ndarray) -> None:
    for row, (width, start) in enumerate(zip(widths, left, strict=True)):
        if width >= 8:
            axes.text(
                start + width / 2, row, f"{width:.0f}", ha="center", va="center", color=theme.inside, size=11
            )


def _workload(view: View, axes: Axes, theme: Theme) -> str:
    loads = list(metrics.workload(view.tally, view.carry, view.agent).items())[:MOST_BARS]
    if not loads:
        return ""
    rows = np.arange(len(loads))[::-1]
    measures = {"open": theme.orange, "solved": theme.blue, "reopened": theme.pink}
    for offset, (name, colour) in zip((0.26, 0, -0.26), measures.items(), strict=True):
        values = [getattr(load, name) for _, load in loads]
        bars = axes.barh(rows + offset, values, 0.24, color=colour, label=name)
        axes.bar_label(bars, [str(value or "") for value in values], padding=4, fontsize=9.5, color=theme.ink)
    axes.set_yticks(rows, [_drawable(cut(view.name(agent), 18)) for agent, _ in loads])
    axes.set_xticks([])
    axes.margins(x=0.1)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=3, frameon=False, labelcolor=theme.ink)
    total = sum(load.open for _, load in loads)
    _titled(axes, theme, "Tickets by agent", f"Open now: {total}. Solved and reopened: {view.period}")
    said = "; ".join(f"{view.name(agent)} {load.open} open, {load.solved} solved" for agent, load in loads)
    return f"Tickets by agent: {said}."


def _speed(view: View, axes: Axes, theme: Theme) -> str:
    found = timings(view)
    if not found:
        return ""
    axes.set_xscale("log")
    for row, (_, spread) in enumerate(reversed(found)):
        median, p90 = max(spread.median, 1), max(spread.p90, 1)
        axes.plot([median, p90], [row, row], color=theme.grid, lw=6, solid_capstyle="round", zorder=1)
        axes.plot(median, row, "o", color=theme.blue, ms=11)
        axes.plot(p90, row, "D", color=theme.orange, ms=9)
        _beside(axes, (median, row), duration(spread.median), side=-1, colour=theme.ink)
        _beside(axes, (p90, row), duration(spread.p90), side=1, colour=theme.ink)
    axes.set_yticks(range(len(found)), [f"{name}\nn={spread.n}" for name, spread in reversed(found)])
    axes.set_ylim(-0.6, len(found) - 0.4)
    axes.set_xticks([])
    axes.minorticks_off()
    axes.margins(x=0.36)
    _titled(axes, theme, "How long it took", "Blue circle: median. Orange diamond: p90. Longer to the right")
    said = "; ".join(
        f"{name} {duration(spread.median)}, p90 {duration(spread.p90)}" for name, spread in found
    )
    return f"Times (median, p90): {said}."


def _beside(axes: Axes, at: tuple[float, float], text: str, *, side: int, colour: str) -> None:
    axes.annotate(
        text,
        at,
        (11 * side, 0),
        textcoords="offset points",
        ha="left" if side > 0 else "right",
        va="center",
        fontsize=11,
        color=colour,
    )


def _handoffs(view: View, axes: Axes, theme: Theme) -> str:
    reasons = metrics.handoff_reasons(view.tally)
    if not reasons or view.agent:
        return ""
    rate = metrics.handoff_rate(view.tally)
    names = [REASONS.get(reason, reason or "other") for reason in reversed(reasons)]
    _bars(
        axes,
        theme,
        ["\n".join(textwrap.wrap(_drawable(name), 20)) for name in names],
        [share.part for share in reversed(reasons.values())],
        colours=[theme.blue] * len(names),
        form="{:.0f}",
    )
    note = f"{rate.part} of {rate.n} conversations with the bot ({rate.percent:.0f} %)"
    _titled(axes, theme, "Why a person took over", note)
    said = ", ".join(f"{REASONS.get(reason, reason)} {share.part}" for reason, share in reasons.items())
    return f"Handed to a person: {note}: {said}."


def _hours(view: View, axes: Axes, theme: Theme) -> str:
    total = sum(view.tally.hours)
    if not total or view.agent:
        return ""
    grid = np.array(week_grid(view.tally.hours))
    shades = LinearSegmentedColormap.from_list("load", [theme.grid, theme.blue, theme.ink])
    axes.imshow(grid, cmap=shades, aspect="auto", vmin=0, vmax=max(grid.max(), 1))
    axes.set_yticks(range(7), DAY_NAMES)
    axes.set_xticks(range(0, 24, 3), [f"{hour}:00" for hour in range(0, 24, 3)])
    axes.set_xticks(np.arange(-0.5, 24), minor=True)
    axes.set_yticks(np.arange(-0.5, 7), minor=True)
    axes.grid(which="minor", color=theme.paper, lw=2)
    axes.tick_params(which="minor", length=0)
    day, hour = divmod(int(grid.argmax()), 24)
    busiest = f"busiest: {DAY_NAMES[day]} {hour}:00 with {grid.max()}"
    _titled(axes, theme, "When customers write", f"{total} messages; {busiest}. {theme.more}: more")
    return f"Customers' messages by hour of the week: {total}; {busiest}."


def _gaps(view: View, axes: Axes, theme: Theme) -> str:
    if not view.gaps:
        return ""
    shown = list(reversed(view.gaps[:6]))
    names = ["\n".join(textwrap.wrap(_drawable(cut(gap.question, 64)), 34)) for gap in shown]
    colours = [theme.red if gap.negative * 2 > gap.count else theme.blue for gap in shown]
    _bars(axes, theme, names, [gap.count for gap in shown], colours=colours, form="{:.0f}")
    axes.tick_params(axis="y", labelsize=10)
    total = sum(gap.count for gap in view.gaps)
    _titled(
        axes,
        theme,
        "Questions without an answer",
        f"{total} in all, most pressing first. Orange: most askers were unhappy",
    )
    return "Asked without an answer: " + "; ".join(
        f"{gap.count} times “{cut(gap.question, 64)}”" for gap in reversed(shown)
    )


def _bars(
    axes: Axes, theme: Theme, names: list[str], values: Sequence[float], *, colours: list[str], form: str
) -> None:
    bars = axes.barh(range(len(names)), values, 0.62, color=colours)
    axes.bar_label(bars, [form.format(value) for value in values], padding=5, fontsize=11, color=theme.ink)
    axes.set_yticks(range(len(names)), names)
    spare = max(0, LEAST_BARS - len(names)) / 2
    axes.set_ylim(-0.5 - spare, len(names) - 0.5 + spare)
    axes.set_xticks([])
    axes.margins(x=0.12)


def _page(title: str, headline: str, lines: Sequence[str]) -> Figure:
    figure = Figure(figsize=PAGE, facecolor=LIGHT.paper)
    figure.text(0.09, 0.93, _drawable(title), fontsize=18, fontweight="bold", color=LIGHT.ink)
    wrapped = "\n".join(textwrap.wrap(_drawable(headline), 82))
    figure.text(0.09, 0.915, wrapped, fontsize=11, color=LIGHT.muted, va="top")
    body = "\n".join("\n".join(textwrap.wrap(_drawable(line), 88, subsequent_indent="   ")) for line in lines)
    figure.text(0.09, 0.86, body, fontsize=10.5, color=LIGHT.ink, va="top", linespacing=1.6)
    return figure


def _chunks(lines: Sequence[str], size: int) -> list[Sequence[str]]:
    return [lines[start : start + size] for start in range(0, len(lines), size)] or [()]


def _drawable(text: str) -> str:
    """Without characters that the font lacks (a box says less than nothing), and no dollar mathematics."""
    known = _glyphs()
    return "".join(sign for sign in text if ord(sign) in known or sign == "\n").replace("$", r"\$")


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


_CHARTS: dict[str, tuple[tuple[str, Painter], ...]] = {
    "csat": (("csat", _csat_trend),),
    "emotions": (("emotions", _emotions), ("mood-shift", _shift)),
    "workload": (("workload", _workload),),
    "speed": (("times", _speed), ("handoffs", _handoffs), ("hours", _hours)),
    "gaps": (("gaps", _gaps),),
    "advice": (),
}
