"""What a customer sees while an answer takes its time."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from desk import turns
from desk.ports import Channel
from desk.step import Step
from domain.ids import BotId


async def test_a_slow_answer_keeps_showing_that_somebody_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "TYPING_SECONDS", 0)
    shown, often = [], asyncio.Event()

    class Typing:
        async def typing(self, at: object) -> None:
            shown.append(at)
            if len(shown) == 3:
                often.set()

    place = SimpleNamespace(bot=BotId("telegram"))
    step = SimpleNamespace(talk=lambda: SimpleNamespace(address=place))
    nothing: Any = None
    desk = turns.Turns(
        answer=nothing,
        emotions=nothing,
        records=nothing,
        outbox=nothing,
        channels={place.bot: cast(Channel, Typing())},
        files=nothing,
        extracts=nothing,
    )
    async with desk._typing(cast(Step, step)), asyncio.timeout(5):
        await often.wait()
    assert set(map(id, shown)) == {id(place)}
