"""The ports in memory: for tests, measurements and a first look."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from datetime import date, datetime

from domain.ids import AgentId
from domain.log import Entry, Kind


class MemoryLog:
    """A log held in memory."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = list(entries)

    async def between(
        self, start: datetime, end: datetime, *, kinds: Collection[Kind] = (), newest: int = 0
    ) -> AsyncIterator[Entry]:
        """See `EventLog.between`."""
        found = [
            entry for entry in self.entries if start <= entry.at < end and (not kinds or entry.kind in kinds)
        ]
        for entry in sorted(found, key=lambda one: one.at)[-newest:] if newest else found:
            yield entry

    async def first(self) -> datetime | None:
        """See `EventLog.first`."""
        return min((entry.at for entry in self.entries), default=None)


class MemoryDays:
    """Stored days held in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, date], tuple[bytes, bytes]] = {}

    async def keep(self, *, day: date, zone: str, sums: bytes, carry: bytes) -> None:
        """See `Days.keep`."""
        self.kept[zone, day] = (sums, carry)

    async def sums(self, *, first: date, last: date, zone: str) -> Mapping[date, bytes]:
        """See `Days.sums`."""
        stored = ((day, blobs[0]) for (name, day), blobs in self.kept.items() if name == zone)
        return {day: blob for day, blob in stored if first <= day <= last}

    async def carry(self, *, day: date, zone: str) -> bytes | None:
        """See `Days.carry`."""
        blobs = self.kept.get((zone, day))
        return blobs[1] if blobs else None

    async def newest(self, *, before: date, zone: str) -> date | None:
        """See `Days.newest`."""
        return max((day for name, day in self.kept if name == zone and day < before), default=None)

    async def drop(self, *, since: date | None = None) -> None:
        """See `Days.drop`."""
        self.kept = {key: blobs for key, blobs in self.kept.items() if since is not None and key[1] < since}


class MemoryClaims:
    """Claims within one process."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    async def claimed(self, key: str) -> bool:
        """See `Claims.claimed`."""
        return key in self._taken

    async def claim(self, key: str) -> bool:
        """True for the first caller with this key."""
        first = key not in self._taken
        self._taken.add(key)
        return first


class MemoryPeople:
    """Fixed names."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self._names = {AgentId(key): name for key, name in (names or {}).items()}

    async def names(self) -> Mapping[AgentId, str]:
        """See `People.names`."""
        return self._names
