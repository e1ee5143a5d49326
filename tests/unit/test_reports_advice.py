"""Advice with evidence, and what became of it."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.ids import CompanyId
from domain.log import Kind
from reports.advisor import Advisor, done
from reports.fold import fold
from reports.mask import mask
from reports.memory import MemoryDays, MemoryLog
from reports.service import Reporter
from reports.themes import Comment, find_themes, rated_comments
from tests.unit.diary import Diary

START = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)  # a Monday, 09:30 in Berlin
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WEEK = 7 * 24 * 60


def advisor(diary: Diary, *, now: datetime = NOW) -> Advisor:
    log = MemoryLog(diary.entries)
    reporter = Reporter(
        company_name="Acme", timezone="Europe/Berlin", log=log, days=MemoryDays(), clock=lambda: now
    )
    return Advisor(reporter=reporter, log=log)


def comments(diary: Diary) -> list[Comment]:
    tally, _ = fold(diary.entries, zone=UTC, until=NOW)
    return rated_comments(diary.entries, tally.ratings)


def ask(diary: Diary, question: str, *, times: int, minute: float = 0, name: str = "c") -> None:
    for number in range(times):
        who = f"{name}{minute}-{number}"
        diary.wrote(minute + number, "anger" if number % 2 else "neutral", talk=who, customer=who)
        diary.note(minute + number, Kind.QUESTION_UNANSWERED, question=question, talk=who, customer=who)


class TestGaps:
    async def test_a_question_that_many_ask_is_worth_a_document(self):
        diary = Diary(START)
        ask(diary, "What are the customs fees?", times=6)
        ask(diary, "Who pays the customs fee?", times=6, minute=100)
        ask(diary, "Can I pay by cheque?", times=2, minute=200)
        [first] = await advisor(diary).advice(now=NOW)
        assert first.evidence[0] == "12 people asked about customs fees, no document answers it"
        assert "6 of 12 questions came from someone unhappy" in first.evidence

    async def test_one_person_who_asks_again_and_again_is_one_person(self):
        diary = Diary(START)
        for minute in range(9):
            diary.note(minute, Kind.QUESTION_UNANSWERED, question="What are the customs fees?")
        assert await advisor(diary).advice(now=NOW) == ()

    async def test_agents_time_and_anger_go_first(self):
        diary = Diary(START)
        ask(diary, "Do you ship lithium batteries?", times=4)
        for number in range(3):
            who = f"d{number}"
            diary.wrote(number, "anger", talk=who, customer=who)
            diary.note(
                number,
                Kind.QUESTION_UNANSWERED,
                question="Is Sunday pickup possible?",
                talk=who,
                customer=who,
            )
            diary.handed_off(number, ticket=who, talk=who, customer=who)
            diary.replied(number + 1, ticket=who, talk=who, customer=who)
            diary.solved(number + 120, ticket=who, talk=who, customer=who)
        first, second = await advisor(diary).advice(now=NOW)
        assert "Sunday" in first.what
        assert "agents spent 6 h on it" in first.evidence
        assert "batteries" in second.what

    async def test_the_id_stays_when_more_people_ask(self):
        few, many = Diary(START), Diary(START)
        ask(few, "What are the customs fees?", times=4)
        ask(many, "What are the customs fees?", times=4)
        ask(many, "How much is the customs fee to Norway?", times=3, minute=900)
        [before] = await advisor(few).advice(now=NOW)
        [after] = await advisor(many).advice(now=NOW)
        assert (before.id, before.cases, after.cases) == (after.id, 4, 7)


class TestWaiting:
    def diary(self) -> Diary:
        diary = Diary(START)
        for number in range(12):
            day, wait = (number // 4) * WEEK, 90 if number < 9 else 4
            minute = day + number % 4 if number < 9 else 2 * 24 * 60 + number
            who = f"w{number}"
            diary.handed_off(minute, ticket=who, talk=who, customer=who)
            diary.replied(minute + wait, ticket=who, talk=who, customer=who)
            diary.solved(minute + wait + 5, ticket=who, talk=who, customer=who)
        for number in range(40):
            who = f"q{number}"
            minute = 3 * 24 * 60 + 6 * 60 + number
            diary.handed_off(minute, ticket=who, talk=who, customer=who)
            diary.replied(minute + 2, ticket=who, talk=who, customer=who)
            diary.solved(minute + 3, ticket=who, talk=who, customer=who)
        for number in range(3):
            talk = f"w{number}"
            diary.rated(number * WEEK + 195, 1, resolution=talk, talk=talk)
            diary.note(
                number * WEEK + 196,
                Kind.COMMENTED,
                comment="I had to wait far too long, call me on +49 171 2345678",
                resolution=talk,
                talk=talk,
            )
        return diary

    async def test_low_ratings_that_mention_waiting_name_the_hours(self):
        [first, *_] = await advisor(self.diary()).advice(now=NOW)
        assert first.what == "Have one more person answer on Mondays 9 to 10"
        assert "3 low ratings mention waiting on Mondays 9 to 10" in first.evidence
        assert "“I had to wait far too long, call me on [phone]”" in first.evidence


class TestOther:
    async def test_reopened_tickets(self):
        diary = Diary(START)
        for number in range(6):
            who = f"t{number}"
            diary.handed_off(number, ticket=who, talk=who, customer=who)
            diary.replied(number + 1, ticket=who, talk=who, customer=who)
            diary.solved(number + 2, ticket=who, talk=who, customer=who)
            if number < 3:
                diary.note(
                    number + 300, Kind.TICKET_REOPENED, ticket=who, talk=who, agent="ann", customer=who
                )
                diary.solved(number + 400, ticket=who, talk=who, customer=who)
        found = {one.what: one.evidence for one in await advisor(diary).advice(now=NOW)}
        assert found["Ask “Does that solve it?” before a ticket is solved"] == (
            "3 tickets were opened again, 9 were solved",
        )

    async def test_without_data_there_is_no_advice(self):
        assert await advisor(Diary(START)).advice(now=NOW) == ()


class TestDone:
    def diary(self, *, again: int) -> Diary:
        diary = Diary(START)
        ask(diary, "What are the customs fees?", times=8)
        ask(diary, "What are the customs fees?", times=again, minute=2 * WEEK, name="later")
        return diary

    async def done(self, diary: Diary) -> Advisor:
        [advice] = await advisor(diary).advice(now=START + timedelta(days=2))
        told = {"advice": advice.id, "what": advice.what, "cases": advice.cases}
        diary.note(WEEK, Kind.ADVICE_DONE, talk=None, customer=None, **told)
        return advisor(diary)

    async def test_what_helped_is_gone_and_measured_again(self):
        asking = await self.done(self.diary(again=0))
        assert await asking.advice(now=NOW) == ()
        [measured] = await asking.remeasured(now=NOW)
        assert (measured.since, measured.helped) == (0, True)
        assert measured.line.endswith("1.9 cases a week before, 0.0 since; it helped")

    async def test_what_was_just_done_is_out_of_the_way_whatever_comes_in_the_first_week(self):
        diary = self.diary(again=0)
        asking = await self.done(diary)
        ask(diary, "What are the customs fees?", times=9, minute=WEEK + 24 * 60, name="soon")
        soon = START + timedelta(days=10)
        [measured] = await asking.remeasured(now=soon)
        assert measured.early
        assert await asking.advice(now=soon) == ()

    async def test_pressing_done_twice_on_a_day_is_one_note(self):
        [advice] = await advisor(self.diary(again=0)).advice(now=START + timedelta(days=2))
        notes = [
            done(CompanyId("acme"), advice, at=NOW + timedelta(hours=hour), day=NOW.date()) for hour in (0, 1)
        ]
        assert notes[0].id == notes[1].id

    async def test_what_did_not_help_comes_back(self):
        asking = await self.done(self.diary(again=7))
        [measured] = await asking.remeasured(now=NOW)
        assert not measured.helped
        assert [advice.id for advice in await asking.advice(now=NOW)] == [measured.advice.id]

    async def test_advice_that_nobody_knows_is_left_out(self):
        diary = Diary(START)
        diary.note(0, Kind.ADVICE_DONE, advice="unknown")
        assert await advisor(diary).remeasured(now=NOW) == ()


class TestThemes:
    def diary(self) -> Diary:
        diary = Diary(START)
        said = (
            (1, "The driver was rude to me"),
            (2, "Rude driver, never again"),
            (1, "your driver was very rude, write to kim@example.com"),
            (5, "Great app, love the tracking"),
            (5, "The tracking in the app is great"),
        )
        for number, (rating, words) in enumerate(said):
            diary.rated(number, rating, resolution=f"r{number}")
            diary.note(number, Kind.COMMENTED, comment=words, resolution=f"r{number}")
        return diary

    def test_comments_about_the_same_are_one_theme_worst_first(self):
        first, second = find_themes(comments(self.diary()))
        assert (first.name, first.count, first.low) == ("driver rude", 3, 3)
        assert first.mean == pytest.approx(4 / 3)
        assert (second.count, second.low, second.mean) == (2, 0, 5)

    def test_what_is_hidden_is_no_topic(self):
        diary = Diary(START)
        diary.note(0, Kind.COMMENTED, comment="Rude driver, mail kim@example.com", resolution="r0")
        diary.note(1, Kind.COMMENTED, comment="Rude driver, mail lee@example.com", resolution="r1")
        [theme] = find_themes(comments(diary))
        assert theme.name == "driver mail"

    def test_quotes_are_masked(self):
        quotes = "\n".join(quote for theme in find_themes(comments(self.diary())) for quote in theme.quotes)
        assert "kim@example.com" not in quotes
        assert "[email]" in quotes

    def test_a_later_comment_of_the_same_resolution_replaces(self):
        diary = self.diary()
        diary.note(50, Kind.COMMENTED, comment="All good now", resolution="r0")
        assert [one.text for one in comments(diary)].count("All good now") == 1
        assert len(comments(diary)) == 5

    async def test_themes_of_a_period_come_from_the_log(self):
        reporter = advisor(self.diary())._reporter
        view = await reporter.view(period="30d", now=NOW, parts=("themes",))
        assert [theme.count for theme in view.themes] == [3, 2]
        report = await reporter.report(kind="csat", period="30d", now=NOW)
        assert "3 × driver rude, 3 low ratings: “The driver was rude to me”" in report.lines

    async def test_an_agents_report_tells_only_of_comments_on_their_own_work(self):
        diary = self.diary()
        diary.rated(60, 1, resolution="other", agent="bob")
        diary.note(61, Kind.COMMENTED, comment="Bob hung up", resolution="other", agent="bob")
        view = await advisor(diary)._reporter.view(period="30d", agent="bob", now=NOW, parts=("themes",))
        assert [theme.quotes for theme in view.themes] == [("Bob hung up",)]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("mail me: kim.lee+x@mail.example.co.uk!", "mail me: [email]!"),
        ("call +49 (171) 234-5678 now", "call [phone] now"),
        ("call 0171 2345678", "call [phone]"),
        ("call (555) 123-4567", "call [phone]"),
        ("my card 4111 1111 1111 1111", "my card [number]"),
        ("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN [number] please"),
        ("order 12345678", "order [number]"),
        ("see https://example.com/u/kim?token=abc", "see [link]"),
        ("ask @kim_lee", "ask [name]"),
        ("5 parcels of 20 kg for 300 euros", "5 parcels of 20 kg for 300 euros"),
        ("price 1,250.50 at 10:30", "price 1,250.50 at 10:30"),
    ],
)
def test_what_identifies_a_person_is_masked(said, shown):
    assert mask(said) == shown
