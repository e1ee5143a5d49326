"""Promised times: when they are due, and that a broken one is noted once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.answer import Reason
from domain.errors import BadInput
from domain.ids import ConversationId, CustomerId, Lane, Platform, TicketId
from domain.ticket import Status, Ticket
from ticketing import targets
from ticketing.hours import Hours, parse_hours
from ticketing.targets import Target, Targets

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY_FIVE = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # 17:00 in Berlin
TICKET = Ticket(
    id=TicketId("t"),
    reference="T-1",
    conversation=ConversationId("c"),
    lane=Lane("l"),
    customer=CustomerId("k"),
    customer_name="Kim",
    platform=Platform.TELEGRAM,
    language="en",
    reason=Reason.ASKED,
    question="?",
    opened_at=FRIDAY_FIVE,
    waiting_since=FRIDAY_FIVE,
)


def hours(words: str) -> Hours:
    return parse_hours(words, BERLIN)


def test_without_business_hours_the_clock_always_runs() -> None:
    assert hours("").after(FRIDAY_FIVE, timedelta(hours=30)) == FRIDAY_FIVE + timedelta(hours=30)


def test_outside_of_business_hours_the_clock_stands() -> None:
    due = hours("mon-fri 09:00-18:00").after(FRIDAY_FIVE, timedelta(hours=2))
    assert due == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday, 10:00 in Berlin


def test_a_wait_that_begins_on_a_closed_day_starts_when_it_opens() -> None:
    sunday = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    due = hours("mon-fri 09:00-12:00, mon-fri 13:00-18:00").after(sunday, timedelta(hours=4))
    assert due == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


def test_the_night_when_the_clocks_change_is_as_long_as_it_is() -> None:
    saturday_night = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)  # 22:00, and summer time ends at 3:00
    due = hours("mon-sun 00:00-24:00").after(saturday_night, timedelta(hours=6))
    assert due == saturday_night + timedelta(hours=6)


def test_days_may_go_round_the_end_of_the_week() -> None:
    assert {span.weekday for span in hours("sat-mon 10:00-12:00").spans} == {5, 6, 0}


@pytest.mark.parametrize("words", ["weekdays", "mon-fri", "mon 18:00-09:00", "mon 9-5", "mon 25:00-26:00"])
def test_hours_that_cannot_be_understood_are_refused_with_an_example(words: str) -> None:
    with pytest.raises(BadInput, match="mon-fri 09:00-18:00"):
        hours(words)


def promised() -> Ticket:
    made = Targets(hours=hours(""), first_response=timedelta(minutes=30), resolution=timedelta(hours=8))
    return made.begun(TICKET, FRIDAY_FIVE)


def test_a_promise_is_broken_when_its_time_has_come_and_noted_once() -> None:
    at = FRIDAY_FIVE + timedelta(minutes=30)
    ticket = promised()
    assert targets.missed(ticket, at - timedelta(seconds=1)) == ()
    assert targets.missed(ticket, at) == (Target.FIRST_RESPONSE,)
    ticket = targets.noted(ticket, Target.FIRST_RESPONSE)
    assert targets.missed(ticket, at) == ()
    assert targets.overdue(ticket) == (Target.FIRST_RESPONSE,)


def test_a_late_reply_is_not_overdue_any_more_and_the_rest_of_the_promise_stands() -> None:
    ticket = targets.kept(targets.noted(promised(), Target.FIRST_RESPONSE), Target.FIRST_RESPONSE)
    assert targets.overdue(ticket) == ()
    assert targets.missed(ticket, FRIDAY_FIVE + timedelta(hours=8)) == (Target.RESOLUTION,)


def test_a_solved_ticket_owes_nothing() -> None:
    solved = replace(targets.noted(promised(), Target.RESOLUTION), status=Status.SOLVED)
    assert targets.due(solved) == {}
    assert targets.overdue(solved) == ()


def test_a_company_without_targets_promises_nothing() -> None:
    ticket = Targets(hours=hours("")).begun(TICKET, FRIDAY_FIVE)
    assert targets.missed(ticket, FRIDAY_FIVE + timedelta(days=365)) == ()
