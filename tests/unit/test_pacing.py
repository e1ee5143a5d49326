"""Platforms' limits are kept before the platform has to complain, with a clock that is set by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bots.discord.channel import DiscordChannel
from bots.slack.channel import SlackChannel
from bots.telegram.channel import TelegramChannel
from desk.changes import Act, Outgoing, Purpose
from desk.pacing import MANY, Pacing
from desk.ports import Limits
from domain.ids import Address, BotId, Lane, Platform

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
GROUP, PERSON = "-100200", "100200"


class Watch:
    """A clock and what was let go at which second."""

    def __init__(self, limits: Limits) -> None:
        self.now = START
        self.limits = limits
        self.pacing = Pacing(clock=lambda: self.now)
        self.waiting: list[Outgoing] = []
        self.gone: list[tuple[float, Outgoing]] = []

    @property
    def seconds(self) -> float:
        return (self.now - START).total_seconds()

    def queue(self, count: int, **fields: Any) -> None:
        self.waiting += [row(number + len(self.waiting), **fields) for number in range(count)]

    def run(self) -> None:
        """Send everything: whoever has to wait comes back exactly when told."""
        while self.waiting:
            waits = [self._try(one) for one in list(self.waiting)]
            if self.waiting:
                self.now += timedelta(seconds=min(wait for wait in waits if wait) + 0.001)

    def _try(self, one: Outgoing) -> float:
        wait = self.pacing.wait(one, self.limits)
        if not wait:
            self.waiting.remove(one)
            self.gone.append((self.seconds, one))
        return wait

    def most_within(self, seconds: float, channel: str = "") -> int:
        times = [at for at, one in self.gone if channel in ("", one.to.channel)]
        return max(sum(1 for at in times if start <= at < start + seconds) for start in times)


def row(
    number: int, *, channel: str = PERSON, thread: str = "", act: Act = Act.SEND, key: str = ""
) -> Outgoing:
    return Outgoing(
        key=key or f"{channel}-{thread}-{act}-{number}",
        lane=Lane("lane"),
        act=act,
        purpose=Purpose.NOTICE,
        to=Address(
            platform=Platform.TELEGRAM,
            bot=BotId("telegram"),
            workspace="telegram",
            channel=channel,
            thread=thread,
        ),
        at=START,
        due_at=START,
    )


@pytest.mark.trap(11)
def test_a_group_gets_at_most_twenty_messages_in_any_minute() -> None:
    watch = Watch(TelegramChannel.limits)
    watch.queue(60, channel=GROUP)
    watch.run()
    assert watch.most_within(60) == 20
    assert watch.seconds < 180  # no slower than the limit asks for


def test_the_topics_of_a_group_share_its_limit_and_take_turns() -> None:
    watch = Watch(TelegramChannel.limits)
    for topic in ("1", "2", "3"):
        watch.queue(10, channel=GROUP, thread=topic)
    watch.run()
    assert watch.most_within(60) == 20
    assert len(watch.gone) == 30


def test_a_private_chat_has_no_limit_a_minute() -> None:
    watch = Watch(TelegramChannel.limits)
    watch.queue(60)
    watch.run()
    assert watch.most_within(60) > 50
    assert watch.most_within(1) == 3  # a short burst


@pytest.mark.trap(11)
def test_a_whole_bot_sends_at_most_thirty_messages_in_any_second() -> None:
    watch = Watch(TelegramChannel.limits)
    for person in range(100):
        watch.queue(1, channel=str(1000 + person))
    watch.run()
    assert watch.most_within(1) == 30
    assert watch.seconds < 4


@pytest.mark.parametrize("limits", [SlackChannel.limits, DiscordChannel.limits, TelegramChannel.limits])
def test_a_channel_gets_one_message_a_second_after_a_short_burst(limits: Limits) -> None:
    watch = Watch(limits)
    watch.queue(limits.burst + 30)
    watch.run()
    assert watch.most_within(1) <= limits.burst
    assert 29 < watch.seconds < 32


def test_one_place_that_has_to_wait_holds_up_no_other() -> None:
    watch = Watch(TelegramChannel.limits)
    watch.queue(40, channel=GROUP)
    watch.queue(1, channel=PERSON)
    watch.run()
    assert next(at for at, one in watch.gone if one.to.channel == PERSON) == 0


@pytest.mark.trap(11)
def test_a_pause_that_the_platform_asks_for_holds_for_all_threads_of_the_channel() -> None:
    watch = Watch(SlackChannel.limits)
    watch.pacing.hold(row(0, channel="C1", thread="1"), 30)
    assert watch.pacing.wait(row(1, channel="C1", thread="2"), watch.limits) == 30
    assert watch.pacing.wait(row(2, channel="C2"), watch.limits) == 0
    assert watch.pacing.wait(row(3, channel="C1", thread="1", act=Act.EDIT), watch.limits) == 0
    watch.now += timedelta(seconds=30)
    assert watch.pacing.wait(row(1, channel="C1", thread="2"), watch.limits) == 0


def test_marks_do_not_use_up_the_messages_of_a_group() -> None:
    watch = Watch(TelegramChannel.limits)
    watch.queue(20, channel=GROUP, act=Act.REACT)
    watch.queue(20, channel=GROUP)
    watch.run()
    assert watch.seconds < 20


def test_without_limits_everything_goes_at_once() -> None:
    watch = Watch(Limits(text=1, caption=1, per_second=0))
    watch.queue(500)
    watch.run()
    assert watch.seconds == 0


def test_an_attempt_that_is_repeated_counts_again() -> None:
    watch = Watch(Limits(text=1, caption=1, per_second=1, burst=1))
    assert watch.pacing.wait(row(1), watch.limits) == 0
    assert watch.pacing.wait(row(1), watch.limits) == 1


def test_many_places_do_not_fill_the_memory() -> None:
    watch = Watch(Limits(text=1, caption=1, per_second=1, burst=1))
    for person in range(MANY + 50):
        assert watch.pacing.wait(row(0, channel=str(person)), watch.limits) == 0
    assert len(watch.pacing._places) < 100
