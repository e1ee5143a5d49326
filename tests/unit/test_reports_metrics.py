"""Worked examples of every metric."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.emotion import Feeling
from domain.log import Kind
from reports import metrics
from reports.carry import Carry
from reports.fold import fold
from reports.metrics import Share
from reports.tally import Tally
from tests.unit.diary import MONDAY, Diary

BERLIN = ZoneInfo("Europe/Berlin")


def read(diary: Diary, *, hours: float = 24) -> Tally:
    return read_all(diary, hours=hours)[0]


def read_all(diary: Diary, *, hours: float = 24) -> tuple[Tally, Carry]:
    return fold(diary.entries, zone=BERLIN, until=diary.start + timedelta(hours=hours))


class TestNoData:
    def test_every_metric_of_an_empty_log_is_none_and_never_zero(self):
        tally, carry = read_all(Diary())
        shares = [
            metrics.csat(tally),
            metrics.response_rate(tally),
            metrics.bot_resolution(tally),
            metrics.handoff_rate(tally),
            metrics.sla(tally, "resolution"),
            metrics.brightened(tally),
        ]
        spreads = [
            metrics.first_response(tally),
            metrics.reply_time(tally),
            metrics.first_resolution(tally),
            metrics.full_resolution(tally),
            metrics.handling(tally),
            metrics.bot_latency(tally),
        ]
        assert [share.percent for share in shares] == [None] * 6
        assert [share.interval for share in shares] == [None] * 6
        assert spreads == [None] * 6
        assert metrics.emotions(tally) == {}
        assert metrics.gini(metrics.workload(tally, carry)) is None

    def test_ratings_of_surveys_never_sent_give_no_response_rate(self):
        diary = Diary()
        diary.rated(1, 5)
        assert metrics.response_rate(read(diary)).percent is None


class TestCsat:
    def test_fours_and_fives_of_all_ratings(self):
        diary = Diary()
        for number, rating in enumerate((5, 4, 3, 1)):
            diary.rated(number, rating, resolution=f"r{number}")
        assert metrics.csat(read(diary)) == Share(part=2, n=4)
        assert metrics.csat(read(diary)).percent == 50
        assert metrics.ratings(read(diary)) == {1: 1, 2: 0, 3: 1, 4: 1, 5: 1}

    @pytest.mark.trap(38)
    def test_a_later_rating_of_the_same_resolution_replaces_the_earlier(self):
        diary = Diary()
        diary.surveyed(0)
        diary.rated(1, 1)
        diary.rated(90, 5)
        tally = read(diary)
        assert metrics.csat(tally) == Share(part=1, n=1)
        assert metrics.response_rate(tally) == Share(part=1, n=1)

    @pytest.mark.trap(38)
    def test_two_resolutions_of_one_ticket_are_two_ratings(self):
        diary = Diary()
        diary.rated(1, 1, resolution="first")
        diary.rated(90, 5, resolution="second")
        assert metrics.csat(read(diary)) == Share(part=1, n=2)

    @pytest.mark.trap(37)
    def test_a_rating_keeps_the_agent_who_resolved_though_the_ticket_moves(self):
        diary = Diary()
        diary.handed_off(0)
        diary.solved(10)
        diary.surveyed(10)
        diary.note(20, Kind.TICKET_REOPENED, ticket="t1", agent="ann")
        diary.note(21, Kind.TICKET_TRANSFERRED, ticket="t1", agent="bob", **{"from": "ann", "by": "ann"})
        diary.rated(30, 5, ticket="t1")
        tally = read(diary)
        assert metrics.csat(tally, "ann") == Share(part=1, n=1)
        assert metrics.csat(tally, "bob").percent is None

    def test_response_rate_is_ratings_of_surveys(self):
        diary = Diary()
        for number in range(4):
            diary.surveyed(number, resolution=f"r{number}")
        diary.rated(9, 2, resolution="r3")
        assert metrics.response_rate(read(diary)).percent == 25

    def test_a_rating_of_an_earlier_survey_never_makes_more_than_all(self):
        diary = Diary()
        diary.surveyed(0, resolution="today")
        diary.rated(1, 4, resolution="today")
        diary.rated(2, 4, resolution="last week")
        assert metrics.response_rate(read(diary)) == Share(part=2, n=2)

    def test_fewer_than_thirty_ratings_are_a_small_sample(self):
        assert Share(part=20, n=29).small
        assert not Share(part=20, n=30).small

    def test_wilson_interval_of_a_worked_example(self):
        # Wilson score interval of 81 of 263: 0.2553 to 0.3662 (Newcombe 1998, table I).
        low, high = Share(part=81, n=263).interval
        assert (round(low / 100, 4), round(high / 100, 4)) == (0.2553, 0.3662)
        assert Share(part=3, n=3).interval[1] == 100


class TestFirstResponse:
    @pytest.mark.trap(39)
    def test_from_handoff_to_the_first_public_human_reply(self):
        diary = Diary()
        diary.wrote(0)
        diary.answered(0, action="handoff")
        diary.handed_off(1)
        diary.note(2, Kind.NOTE_ADDED, ticket="t1", agent="ann")
        diary.answered(3)
        diary.note(4, Kind.TICKET_CLAIMED, ticket="t1", agent="ann")
        diary.replied(6)
        diary.replied(60)
        found = metrics.first_response(read(diary))
        assert (found.n, found.median) == (1, 5 * 60)

    @pytest.mark.trap(39)
    def test_starts_again_at_reopening(self):
        diary = Diary()
        diary.handed_off(0)
        diary.replied(2)
        diary.solved(10)
        diary.note(100, Kind.TICKET_REOPENED, ticket="t1", agent="ann")
        diary.replied(130)
        found = metrics.first_response(read(diary))
        assert (found.n, found.mean) == (2, 16 * 60)

    @pytest.mark.trap(39)
    def test_without_a_reply_there_is_none(self):
        diary = Diary()
        diary.handed_off(0)
        diary.answered(1)
        diary.solved(5)
        diary.replied(9)
        assert metrics.first_response(read(diary)) is None

    def test_counts_for_the_agent_who_replied_after_a_transfer(self):
        diary = Diary()
        diary.handed_off(0)
        diary.note(5, Kind.TICKET_TRANSFERRED, ticket="t1", agent="bob", **{"from": "ann"})
        diary.replied(8, agent="bob")
        tally = read(diary)
        assert metrics.first_response(tally, "ann") is None
        assert metrics.first_response(tally, "bob").median == 8 * 60

    def test_a_second_handoff_while_waiting_does_not_restart_the_clock(self):
        diary = Diary()
        diary.handed_off(0)
        diary.note(5, Kind.HANDED_OFF, reason="angry")
        diary.replied(8)
        assert metrics.first_response(read(diary)).median == 8 * 60


class TestReplyTime:
    def test_every_exchange_from_the_first_unanswered_message(self):
        diary = Diary()
        diary.wrote(0)
        diary.handed_off(1)
        diary.replied(4)
        diary.wrote(10)
        diary.wrote(12)
        diary.replied(20)
        diary.replied(30)
        found = metrics.reply_time(read(diary))
        assert (found.n, found.mean) == (2, 7 * 60)

    def test_what_the_bot_answered_is_not_unanswered(self):
        diary = Diary()
        diary.wrote(0)
        diary.answered(0)
        diary.handed_off(5)
        diary.replied(9)
        assert metrics.reply_time(read(diary)) is None


class TestResolution:
    def test_first_and_full_resolution_of_a_reopened_ticket(self):
        diary = Diary()
        diary.handed_off(0)
        diary.solved(30)
        diary.note(60, Kind.TICKET_REOPENED, ticket="t1", agent="ann")
        diary.solved(90)
        tally = read(diary)
        assert metrics.first_resolution(tally).median == 30 * 60
        assert (metrics.full_resolution(tally).n, metrics.full_resolution(tally).median) == (1, 90 * 60)

    def test_a_ticket_forgotten_long_ago_says_itself_when_it_was_opened(self):
        diary = Diary()
        opened = (MONDAY - timedelta(days=100)).isoformat()
        diary.note(0, Kind.TICKET_SOLVED, ticket="old", agent="ann", opened_at=opened, resolutions=2)
        tally = read(diary)
        assert metrics.first_resolution(tally) is None
        assert metrics.full_resolution(tally).median == 100 * 86_400

    def test_of_a_ticket_whose_opening_nobody_knows_there_is_none(self):
        diary = Diary()
        diary.solved(0, ticket="old")
        assert metrics.full_resolution(read(diary)) is None

    def test_human_handling_is_from_handoff_to_solved(self):
        diary = Diary()
        diary.wrote(0)
        diary.handed_off(5)
        diary.solved(25, agent="bob")
        tally = read(diary)
        assert metrics.handling(tally, "bob").median == 20 * 60
        assert metrics.handling(tally, "ann") is None


class TestSpread:
    def test_median_and_p90_beside_the_mean(self):
        found = metrics.spread([1, 2, 3, 4, 5, 6, 7, 8, 9, 100])
        assert (found.n, found.mean, found.median) == (10, 14.5, 5.5)
        assert found.p90 == pytest.approx(18.1)

    def test_of_one_value_is_that_value(self):
        found = metrics.spread([7])
        assert (found.mean, found.median, found.p90) == (7, 7, 7)


class TestBot:
    def test_latency_is_in_milliseconds(self):
        diary = Diary()
        for ms in (200, 400, 900):
            diary.note(0, Kind.BOT_DELIVERED, latency_ms=ms)
        assert metrics.bot_latency(read(diary)).median == 400

    def test_resolved_with_the_customers_confirmation(self):
        diary = Diary()
        diary.wrote(0)
        diary.answered(0)
        diary.note(1, Kind.CONVERSATION_RESOLVED, by="bot", confirmed=True)
        assert metrics.bot_resolution(read(diary)) == Share(part=1, n=1)

    def test_resolved_by_silence_after_72_hours_and_not_before(self):
        diary = Diary()
        diary.wrote(0)
        diary.answered(0)
        assert metrics.bot_resolution(read(diary, hours=71.9)).percent is None
        assert metrics.bot_resolution(read(diary, hours=72)) == Share(part=1, n=1)

    def test_closed_unconfirmed_waits_for_silence_too(self):
        diary = Diary()
        diary.answered(0)
        diary.note(1, Kind.CONVERSATION_RESOLVED, by="bot", confirmed=False)
        assert metrics.bot_resolution(read(diary, hours=71)).percent is None
        assert metrics.bot_resolution(read(diary, hours=73)) == Share(part=1, n=1)

    def test_a_customer_who_comes_back_within_72_hours_was_not_helped(self):
        diary = Diary()
        diary.answered(0, talk="first")
        diary.wrote(71 * 60, talk="second")
        assert metrics.bot_resolution(read(diary, hours=100)) == Share(part=0, n=1)

    def test_a_customer_who_comes_back_later_was_helped(self):
        diary = Diary()
        diary.answered(0, talk="first")
        diary.wrote(73 * 60, talk="second")
        assert metrics.bot_resolution(read(diary, hours=100)) == Share(part=1, n=1)

    def test_another_customers_message_is_no_return(self):
        diary = Diary()
        diary.answered(0, talk="first", customer="kim")
        diary.wrote(60, talk="second", customer="lee")
        assert metrics.bot_resolution(read(diary, hours=73)) == Share(part=1, n=1)

    def test_what_people_took_over_is_not_the_bots(self):
        diary = Diary()
        diary.answered(0, talk="handed")
        diary.handed_off(1, talk="handed")
        diary.answered(0, talk="taken", customer="lee")
        diary.replied(2, ticket="t2", talk="taken", customer="lee")
        diary.answered(0, talk="fine", customer="max")
        diary.note(3, Kind.CONVERSATION_RESOLVED, talk="fine", customer="max", by="bot", confirmed=True)
        assert metrics.bot_resolution(read(diary)) == Share(part=1, n=3)

    def test_handoff_rate_by_reason(self):
        diary = Diary()
        for number, reason in enumerate(("asked", "asked", "angry", None)):
            talk = f"talk{number}"
            diary.answered(number, talk=talk)
            if reason:
                diary.handed_off(number, ticket=f"t{number}", talk=talk, reason=reason)
        tally = read(diary)
        assert metrics.handoff_rate(tally) == Share(part=3, n=4)
        assert metrics.handoff_reasons(tally) == {"asked": Share(part=2, n=4), "angry": Share(part=1, n=4)}


class TestEmotions:
    def test_share_of_messages_by_label(self):
        diary = Diary()
        for emotion in ("anger", "joy", "joy", "neutral"):
            diary.wrote(0, emotion)
        diary.note(0, Kind.CUSTOMER_WROTE)
        diary.wrote(0, "unheard-of")
        shares = metrics.emotions(read(diary))
        assert shares[Feeling.JOY] == Share(part=2, n=4)
        assert shares[Feeling.FEAR].percent == 0

    def test_shift_is_first_to_last_of_a_conversation(self):
        diary = Diary()
        for minute, emotion in enumerate(("anger", "sadness", "joy")):
            diary.wrote(minute, emotion, talk="long")
        diary.wrote(0, "anger", talk="one message", customer="lee")
        tally = read(diary)
        assert metrics.shifts(tally) == {(Feeling.ANGER, Feeling.JOY): 1}
        assert metrics.brightened(tally) == Share(part=1, n=1)

    def test_messages_count_for_the_agent_who_has_the_conversation(self):
        diary = Diary()
        diary.wrote(0, "anger")
        diary.handed_off(1)
        diary.wrote(2, "joy")
        tally = read(diary)
        assert metrics.emotions(tally, "ann")[Feeling.JOY] == Share(part=1, n=1)
        assert metrics.emotions(tally)[Feeling.ANGER] == Share(part=1, n=2)


class TestWorkload:
    def test_open_claimed_solved_and_reopened_by_agent(self):
        diary = Diary()
        for number in range(3):
            diary.handed_off(0, ticket=f"t{number}", talk=f"talk{number}")
        diary.note(1, Kind.TICKET_CLAIMED, ticket="t0", talk="talk0", agent="ann")
        diary.solved(2, ticket="t0", talk="talk0")
        diary.note(3, Kind.TICKET_REOPENED, ticket="t0", talk="talk0", agent="bob")
        diary.note(4, Kind.TICKET_TRANSFERRED, ticket="t1", talk="talk1", agent="bob", **{"from": "ann"})
        diary.note(5, Kind.TICKET_RELEASED, ticket="t2", talk="talk2", agent="ann", why="away")
        tally, carry = read_all(diary)
        loads = metrics.workload(tally, carry)
        assert {name: load.open for name, load in loads.items()} == {"bob": 2, "": 1, "ann": 0}
        ann = loads["ann"]
        assert (ann.assigned, ann.claimed, ann.solved, ann.reopened) == (3, 1, 1, 1)
        assert (ann.transferred, ann.released, loads["bob"].assigned) == (1, 1, 1)

    def test_gini_of_open_tickets(self):
        load = metrics.Load
        assert metrics.gini({"a": load(open=3), "b": load(open=3)}) == 0
        assert metrics.gini({"a": load(open=0), "b": load(open=4)}) == pytest.approx(0.5)
        assert metrics.gini({"a": load(open=1), "b": load(open=2), "c": load(open=3)}) == pytest.approx(2 / 9)

    def test_tickets_that_nobody_has_are_no_agents(self):
        assert metrics.gini({"": metrics.Load(open=9), "a": metrics.Load(open=1)}) == 0


class TestSla:
    def test_met_of_met_and_breached_by_target_and_agent(self):
        diary = Diary()
        for outcome, target in (
            (Kind.SLA_MET, "first_response"),
            (Kind.SLA_MET, "first_response"),
            (Kind.SLA_BREACHED, "first_response"),
            (Kind.SLA_MET, "resolution"),
        ):
            diary.note(1, outcome, ticket="t1", agent="ann", target=target)
        tally = read(diary)
        assert metrics.sla(tally, "first_response") == Share(part=2, n=3)
        assert metrics.sla(tally, "resolution", "ann") == Share(part=1, n=1)
        assert metrics.sla(tally, "resolution", "bob").percent is None

    def test_overdue_is_open_and_breached(self):
        diary = Diary()
        for ticket in ("t1", "t2", "t3"):
            diary.handed_off(0, ticket=ticket, talk=ticket)
        for ticket in ("t1", "t2"):
            diary.note(5, Kind.SLA_BREACHED, ticket=ticket, talk=ticket, target="first_response")
        diary.solved(9, ticket="t2", talk="t2")
        assert metrics.overdue(read_all(diary)[1]) == 1


class TestTimeZone:
    def test_the_hour_of_the_week_is_the_companys(self):
        diary = Diary(datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
        diary.wrote(0)
        assert read(diary).hours.index(1) == 0  # Monday 00:30 in Berlin

    def test_durations_over_a_clock_change_are_real_time(self):
        diary = Diary(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))  # 02:30 in summer, an hour before the change
        diary.handed_off(0)
        diary.replied(60)
        assert metrics.first_response(read(diary)).median == 3600
