"""What reports need from outside; implemented by the store and by ``reports.memory``."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from domain.ids import AgentId
from domain.log import Entry, Kind


class EventLog(Protocol):
    """One company's append-only log."""

    def between(
        self, start: datetime, end: datetime, *, kinds: Collection[Kind] = (), newest: int = 0
    ) -> AsyncIterator[Entry]:
        """Entries with ``start <= at < end``, in any order; only of these kinds, if any are given.

        ``newest``: at most so many, the latest; 0: all.
        """
        ...

    async def first(self) -> datetime | None:
        """When the oldest entry happened; None: the log is empty."""
        ...


class Days(Protocol):
    """One company's stored days. The bytes are opaque (see `reports.rollup`); at most a few MB a day."""

    async def keep(self, *, day: date, zone: str, sums: bytes, carry: bytes) -> None:
        """Store a day, replacing what was there."""
        ...

    async def sums(self, *, first: date, last: date, zone: str) -> Mapping[date, bytes]:
        """The stored days from first to last, both included; days that aren't stored are left out."""
        ...

    async def carry(self, *, day: date, zone: str) -> bytes | None:
        """What was still open when this day ended; None: the day isn't stored."""
        ...

    async def newest(self, *, before: date, zone: str) -> date | None:
        """The latest stored day earlier than ``before``."""
        ...

    async def drop(self, *, since: date | None = None) -> None:
        """Forget the days from ``since`` on, in every zone; None: all of them."""
        ...


class Claims(Protocol):
    """Which job runs are done, by whichever process."""

    async def claimed(self, key: str) -> bool:
        """Whether the run of this key is done."""
        ...


class People(Protocol):
    """Names to show in a report."""

    async def names(self) -> Mapping[AgentId, str]:
        """Every agent's name, also of those who left."""
        ...


class Grouping(Protocol):
    """Groups texts by meaning."""

    async def __call__(self, texts: Sequence[str]) -> Sequence[int]:
        """A number for each text; the same number: about the same."""
        ...
