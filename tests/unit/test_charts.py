"""Charts look as they were approved (tests/golden/charts); DESKMATE_UPDATE_GOLDEN=1 writes them anew."""

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.made_up_log import AGENTS, MadeUpLog
from reports.charts import DARK, LIGHT, THEMES, draw
from reports.memory import MemoryDays, MemoryLog, MemoryPeople
from reports.service import Reporter
from reports.view import View

GOLDEN = Path(__file__).parents[1] / "golden" / "charts"
NOW = datetime(2026, 11, 24, 20, tzinfo=UTC)
MEAN_DIFFERENCE = 3.0
"""Of 255; other versions of the font renderer differ by less, a moved bar by more."""
NAMES = ("csat", "emotions", "mood-shift", "workload", "times", "handoffs", "hours", "gaps")


async def view_of(entries, period: str = "7d") -> View:
    names = {agent: agent.title() for agent in AGENTS}
    reporter = Reporter(
        company_name="Acme",
        timezone="Europe/Berlin",
        log=MemoryLog(entries),
        days=MemoryDays(),
        clock=lambda: NOW,
        people=MemoryPeople(names),
    )
    return await reporter.view(period=period)


@pytest.fixture
async def view() -> View:
    start = datetime(2026, 11, 18, tzinfo=UTC)
    return await view_of(MadeUpLog(start=start, days=7, seed=11).entries(1500))


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=np.float32)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_chart_looks_as_approved(view, theme):
    charts = {chart.name: chart for chart in draw(view, "all", theme=THEMES[theme])}
    assert set(charts) == {f"{name}.png" for name in NAMES}
    for name, chart in charts.items():
        golden = GOLDEN / f"{theme}-{name}"
        if os.environ.get("DESKMATE_UPDATE_GOLDEN"):
            golden.write_bytes(chart.png)
        drawn, approved = pixels(chart.png), pixels(golden.read_bytes())
        assert drawn.shape == approved.shape, name
        assert np.abs(drawn - approved).mean() < MEAN_DIFFERENCE, name


async def test_a_different_picture_would_be_noticed(view):
    other = await view_of(MadeUpLog(start=datetime(2026, 11, 18, tzinfo=UTC), days=7, seed=12).entries(300))
    [drawn] = draw(other, "workload")
    approved = pixels((GOLDEN / "light-workload.png").read_bytes())
    assert np.abs(pixels(drawn.png) - approved).mean() > MEAN_DIFFERENCE


async def test_charts_are_small_and_as_wide_as_a_phone_needs(view):
    for chart in draw(view, "all"):
        assert len(chart.png) < 60_000, chart.name
        assert pixels(chart.png).shape == (504, 768, 3)


async def test_a_chart_with_nothing_to_show_is_left_out():
    assert draw(await view_of([]), "all") == ()


async def test_words_that_the_font_can_not_draw_do_no_harm():
    from domain.log import Kind
    from tests.unit.diary import Diary

    diary = Diary(NOW - timedelta(hours=1))
    for number, question in enumerate(("税金はいくら？ 🤔", "costs $5 or $6_{x}?", "सीमा शुल्क?", "^$")):
        diary.note(number, Kind.QUESTION_UNANSWERED, question=question, talk=f"t{number}")
    [chart] = draw(await view_of(diary.entries), "gaps")
    assert "税金はいくら" in chart.alt


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_text_stands_out_from_the_paper(theme):
    """WCAG 2.2 asks for a contrast of 4.5 for text and 3 for graphics."""
    assert contrast(theme.ink, theme.paper) > 7
    assert contrast(theme.muted, theme.paper) > 4.5
    assert contrast(theme.blue, theme.paper) > 3
    assert contrast(theme.red, theme.paper) > 3


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
