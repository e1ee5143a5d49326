"""When something may be sent: the platforms' limits, kept in advance.

Nobody waits here: whoever asks is told how long, so that a slow place holds up no worker.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from desk.changes import Act, Outgoing
from desk.ports import Limits
from domain.ids import BotId

MINUTE = 60.0
MANY = 10_000
"""Places are many and mostly quiet: with so many known, all are forgotten and learnt anew."""


class Limit(Protocol):
    """Times are seconds since the epoch."""

    def free(self, now: float) -> float:
        """The first moment, not before ``now``, at which one more may go."""
        ...

    def take(self, at: float) -> None:
        """One more goes at a moment that `free` gave."""
        ...


class Window:
    """At most ``count`` in any ``seconds``."""

    def __init__(self, count: int, seconds: float) -> None:
        self._taken: deque[float] = deque(maxlen=count)
        self._seconds = seconds

    def free(self, now: float) -> float:
        """When the oldest of a full window leaves it."""
        full = len(self._taken) == self._taken.maxlen
        return max(now, self._taken[0] + self._seconds) if full else now

    def take(self, at: float) -> None:
        """Counted."""
        self._taken.append(at)


class Bucket:
    """``rate`` a second in the long run, ``burst`` of them at once (the generic cell rate algorithm)."""

    def __init__(self, rate: float, burst: int) -> None:
        self._gap = 1 / rate
        self._slack = (burst - 1) / rate
        self._due = 0.0  # when the next would come if all came evenly

    def free(self, now: float) -> float:
        """As early as the burst allows."""
        return max(now, self._due - self._slack)

    def take(self, at: float) -> None:
        """Counted."""
        self._due = max(at, self._due) + self._gap


class Pacing:
    """The limits of one company's bots, as far as this process sends for them.

    Each row gets a place in the line of its channel, so that threads of one channel take turns.
    """

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._bots: dict[BotId, Limit] = {}
        self._places: dict[str, list[Limit]] = {}
        self._slots: dict[str, float] = {}
        self._held: dict[str, float] = {}

    def wait(self, row: Outgoing, limits: Limits) -> float:
        """Seconds until a row may go; 0: it goes now, and is counted."""
        now = self._clock().timestamp()
        slot = self._slots.get(row.key) or self._slot(row, limits, now)
        at = max(slot, self._held.get(_place(row), 0.0))
        if at <= now and (whole := self._whole(row, limits)):
            at = whole.free(now)
            if at <= now:
                whole.take(now)
        if at <= now:
            del self._slots[row.key]
        return max(0.0, at - now)

    def hold(self, row: Outgoing, seconds: float) -> None:
        """The platform itself asked for a pause in the place of a row."""
        self._held[_place(row)] = self._clock().timestamp() + seconds

    def _slot(self, row: Outgoing, limits: Limits, now: float) -> float:
        known = self._place_limits(row, limits)
        at = max((limit.free(now) for limit in known), default=now)
        for limit in known:
            limit.take(at)
        self._slots[row.key] = at
        return at

    def _place_limits(self, row: Outgoing, limits: Limits) -> list[Limit]:
        place = _place(row)
        if place not in self._places:
            self._forget()
            self._places[place] = _limits(row, limits)
        return self._places[place]

    def _forget(self) -> None:
        for kept in (self._places, self._slots, self._held):
            if len(kept) > MANY:
                kept.clear()

    def _whole(self, row: Outgoing, limits: Limits) -> Limit | None:
        if not limits.overall_per_second:
            return None
        return self._bots.setdefault(row.to.bot, Window(int(limits.overall_per_second), 1.0))


def _place(row: Outgoing) -> str:
    """Messages share the limit of their whole channel, threads and topics included; the rest its queue's."""
    return f"{row.to.bot}|{row.to.channel}" if row.act is Act.SEND else f"{row.act}|{row.queue}"


def _limits(row: Outgoing, limits: Limits) -> list[Limit]:
    kept: list[Limit] = []
    if limits.per_second:
        kept.append(Bucket(limits.per_second, limits.burst))
    if limits.per_minute and row.act is Act.SEND and limits.shared(row.to.channel):
        kept.append(Window(int(limits.per_minute), MINUTE))
    return kept
