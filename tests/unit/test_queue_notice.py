"""Who waits for a person is told so, and who doesn't wait is not."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from desk.desk import Desk


class Waiting(Desk):
    """A desk whose waiting tickets are given list by list; notes who was told to wait."""

    def __init__(self, *waiting: list[str]) -> None:
        lists = iter(waiting)
        self.told: list[tuple[str, int]] = []
        self._queued = set()
        self.stopping = False
        self._clock = lambda: datetime.now(UTC)

        async def tickets(**_: Any) -> list[Any]:
            return [SimpleNamespace(id=id) for id in next(lists)]

        async def nobody(*_: Any) -> None:
            return None

        self._records: Any = SimpleNamespace(tickets=tickets)
        self._assignment: Any = SimpleNamespace(assign_next=nobody)

    async def _tell_place(self, ticket: Any, position: int) -> None:
        self.told.append((ticket.id, position))


async def test_a_ticket_that_comes_while_others_are_assigned_is_not_called_waiting() -> None:
    desk = Waiting([], ["new"], ["new"], ["new"])
    await desk.assign()
    assert desk.told == []
    await desk.assign()  # it is still there the next time: now it does wait
    assert desk.told == [("new", 1)]


async def test_whoever_waits_is_told_once() -> None:
    desk = Waiting(*[["first", "second"]] * 4)
    await desk.assign()
    await desk.assign()
    assert desk.told == [("first", 1), ("second", 2)]
