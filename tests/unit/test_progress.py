"""One message says how far long work is, and then what came of it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desk.changes import Act, Outgoing
from desk.firm import Firm
from desk.progress import Notes
from desk.step import Step
from desk.storage import Posted
from domain.answer import Tone
from domain.content import plain, text
from domain.errors import BadInput, Unavailable
from domain.ids import Address, BotId, CompanyId, Lane, Platform
from sandbox.stand import until

ACME = CompanyId("acme")
FIRM = Firm(id=ACME, name="Acme", timezone="UTC", language="en", tone=Tone(company="Acme"), staff=None)
DISCORD = Address(platform=Platform.DISCORD, bot=BotId("d"), workspace="", channel="C", private_to="token")
SLACK = Address(platform=Platform.SLACK, bot=BotId("s"), workspace="T", channel="C", private_to="U1")


class Rows:
    """An outbox that keeps rows once by their key; those of ``lost`` could not be delivered."""

    def __init__(self) -> None:
        self.rows: dict[str, Outgoing] = {}
        self.lost = False

    async def add(self, rows: Sequence[Outgoing]) -> None:
        for row in rows:
            self.rows.setdefault(row.key, row)

    async def posted(self, key: str) -> Posted | None:
        state = "dead" if self.lost else "sent"
        return Posted(row=self.rows[key], state=state, attempts=1, ref=None)

    @property
    def shown(self) -> list[tuple[Act, str]]:
        ordered = sorted(self.rows.values(), key=lambda row: (row.at, row.n))
        return [(row.act, plain(row.content)) for row in ordered]


class Work:
    """Somebody's work with its note."""

    def __init__(self, place: Address, *, every: float = 0.0) -> None:
        self.rows = Rows()
        self._at = datetime(2026, 11, 24, tzinfo=UTC)
        self._place = place
        self.notes = Notes(
            firm=FIRM,
            channels={},
            outbox=self.rows,  # type: ignore[arg-type]
            clock=self._clock,
            wake=lambda queue: None,
            every=every,
            patience=every,
        )

    def _clock(self) -> datetime:
        self._at += timedelta(milliseconds=1)
        return self._at

    def note(self) -> Any:
        step = Step(firm=FIRM, channels={}, lane=Lane("staff"), seed="event-1", now=self._clock())
        return self.notes.note(step, self._place, "Reading…", lambda stage, done, total: f"{stage} {done}")

    def count(self, least: int) -> Callable[[], bool]:
        return lambda: len(self.rows.shown) >= least


async def test_one_message_is_changed_until_the_outcome_stands_in_it() -> None:
    work = Work(DISCORD)
    async with work.note() as note:
        for done in (1, 2):
            note.progress("read", done, 2)
            await until(work.count(1 + done))
        await note.end(text("Done."))
    assert work.rows.shown == [
        (Act.SEND, "Reading…"),
        (Act.EDIT, "read 1"),
        (Act.EDIT, "read 2"),
        (Act.EDIT, "Done."),
    ]
    [first, *others] = work.rows.rows.values()
    assert {row.target for row in others} == {first.key}


async def test_nothing_is_said_twice_and_nothing_too_often() -> None:
    work = Work(DISCORD, every=3600)
    async with work.note() as note:
        for done in range(1000):
            note.progress("read", done, 1000)
        await note.end(text("Done."))
    assert [words for _, words in work.rows.shown] == ["Reading…", "Done."]


async def test_where_nothing_can_be_changed_there_are_three_messages_at_most() -> None:
    work = Work(SLACK)
    async with work.note() as note:
        note.progress("read", 1, 9)
        await until(work.count(2))
        note.progress("read", 2, 9)
        await note.end(text("Done."))
    assert work.rows.shown == [(Act.SEND, "Reading…"), (Act.SEND, "read 1"), (Act.SEND, "Done.")]


@pytest.mark.parametrize("place", [DISCORD, SLACK])
async def test_bad_input_ends_it_with_its_reason(place: Address) -> None:
    work = Work(place, every=3600)
    async with work.note():
        raise BadInput("That is empty.")
    assert [words for _, words in work.rows.shown] == ["Reading…", "That is empty."]


@pytest.mark.parametrize("place", [DISCORD, SLACK])
async def test_a_fault_is_said_and_the_work_goes_on_in_the_same_message(place: Address) -> None:
    work = Work(place, every=3600)
    for _ in range(2):
        with pytest.raises(Unavailable):
            async with work.note():
                raise Unavailable
    async with work.note() as note:
        await note.end(text("Done."))
    said = [words for _, words in work.rows.shown]
    assert said.count("Reading…") == 1
    assert said[-1] == "Done."
    if place is SLACK:
        assert said == ["Reading…", "That did not work just now. I'll try again in a moment.", "Done."]


async def test_done_again_after_a_crash_the_outcome_is_said_once() -> None:
    work = Work(SLACK, every=3600)
    for _ in range(2):
        async with work.note() as note:
            await note.end(text("Done."))
    assert [words for _, words in work.rows.shown] == ["Reading…", "Done."]


async def test_a_message_that_never_arrived_is_replaced_by_a_new_one() -> None:
    work = Work(DISCORD, every=3600)
    work.rows.lost = True
    async with work.note() as note:
        await note.end(text("Done."))
    assert work.rows.shown == [(Act.SEND, "Reading…"), (Act.SEND, "Done.")]
