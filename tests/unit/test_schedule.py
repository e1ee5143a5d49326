"""When digests are posted, from the settings."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from domain.errors import Misconfigured
from reports.digests import Cadence
from settings import Settings, parse
from wiring.schedule import LATE, schedules


def told(**digest: object) -> Settings:
    company = {"id": "acme", "name": "Acme", "timezone": "Europe/Berlin"}
    tables = {"companies": [company], "digest": digest}
    return parse(tables, path=Path("config.toml"), environment={})


def found(**digest: object):
    settings = told(**digest)
    return schedules(settings, settings.company())


def test_daily_and_weekly_in_the_companys_zone():
    daily, weekly = found(daily="07:30", weekly="Tue 18:00", catch_up_hours=2)
    assert (daily.cadence, daily.at, str(daily.zone)) == (Cadence.DAILY, time(7, 30), "Europe/Berlin")
    assert (weekly.cadence, weekly.at, weekly.weekday) == (Cadence.WEEKLY, time(18), 1)
    assert daily.catch_up == weekly.catch_up == timedelta(hours=2) + LATE


def test_empty_means_none():
    assert found(daily="", weekly="") == ()


@pytest.mark.parametrize("digest", [{"weekly": "someday 08:00"}, {"daily": "mon 08:00"}, {"weekly": "08:00"}])
def test_a_time_that_makes_no_sense_is_named(digest):
    with pytest.raises(Misconfigured, match=f"digest.{next(iter(digest))}"):
        found(**digest)
