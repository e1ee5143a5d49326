"""Days on demand: read where they are stored, made from the log where they are not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from reports.carry import Carry
from reports.periods import Period, local_day, midnight
from reports.ports import Days, EventLog
from reports.rollup import Rollup, pack_carry, pack_sums, roll, unpack_carry, unpack_sums
from reports.tally import Tally

log = structlog.get_logger()

SETTLED_AFTER = timedelta(hours=6)
"""How long after its end a day may still get entries (retried deliveries); then it is stored."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The days of a period that have something, and what is open at its end."""

    days: Mapping[date, Tally]
    carry: Carry


class History:
    """One company's days in its own time zone."""

    def __init__(self, *, log: EventLog, days: Days, zone: ZoneInfo) -> None:
        self._log = log
        self._days = days
        self._zone = zone

    async def read(self, period: Period, *, now: datetime) -> Stretch:
        """The days of a period; stores those that were missing and are over."""
        blobs = await self._days.sums(first=period.first, last=period.last, zone=self._zone.key)
        stored = await asyncio.to_thread(_decode, blobs)
        missing = await self._first_missing(period, stored)
        if missing is None:
            return Stretch(days=stored, carry=await self._carry(period.last) or Carry())
        carry = Carry()
        async for made in self._make(missing, period.last, now=now):
            carry = made.carry
            if made.first >= period.first:
                stored[made.first] = made.tally
        return Stretch(days=stored, carry=carry)

    async def _first_missing(self, period: Period, stored: Mapping[date, Tally]) -> date | None:
        """The first day that should be stored and isn't; days before the log begins are not missing."""
        missing = [day for day in period.days() if day not in stored]
        begun = await self._log.first() if missing else None
        return next((day for day in missing if begun and day >= local_day(begun, self._zone)), None)

    async def rebuild(self, *, now: datetime, progress: Callable[[date], None] | None = None) -> int:
        """Make every day anew from the log; returns how many."""
        await self._days.drop()
        count = 0
        async for made in self._make(local_day(now, self._zone), local_day(now, self._zone), now=now):
            count += 1
            if progress:
                progress(made.first)
        log.info("reports_rebuilt", days=count)
        return count

    async def forget(self, *, since: datetime) -> None:
        """Drop the stored days that an entry noted late (or erased) belongs to, and those after."""
        await self._days.drop(since=local_day(since, self._zone))

    async def _make(self, day: date, last: date, *, now: datetime) -> AsyncIterator[Rollup]:
        first, opening = await self._opening(day)
        if first is None:
            return
        day = first
        while day <= last:
            made = await self._roll(day, opening, now=now)
            yield made
            opening, day = made.carry, day + ONE_DAY

    async def _opening(self, day: date) -> tuple[date | None, Carry | None]:
        """Where to begin so that nothing open is missed: after the last stored day, else at the start."""
        newest = await self._days.newest(before=day, zone=self._zone.key)
        if newest and (carry := await self._carry(newest)):
            return newest + ONE_DAY, carry
        begun = await self._log.first()
        return (local_day(begun, self._zone) if begun else None), None

    async def _roll(self, day: date, opening: Carry | None, *, now: datetime) -> Rollup:
        end = midnight(day + ONE_DAY, self._zone)
        start = midnight(day, self._zone)
        entries = [entry async for entry in self._log.between(start, end)]
        made = await asyncio.to_thread(roll, entries, day=day, zone=self._zone, opening=opening, now=now)
        if now >= end + SETTLED_AFTER:
            sums = await asyncio.to_thread(pack_sums, made.tally)
            carry = await asyncio.to_thread(pack_carry, made.carry)
            await self._days.keep(day=day, zone=self._zone.key, sums=sums, carry=carry)
        return made

    async def _carry(self, day: date) -> Carry | None:
        blob = await self._days.carry(day=day, zone=self._zone.key)
        return await asyncio.to_thread(unpack_carry, blob) if blob else None


def _decode(blobs: Mapping[date, bytes]) -> dict[date, Tally]:
    decoded = {day: unpack_sums(blob) for day, blob in blobs.items()}
    return {day: tally for day, tally in decoded.items() if tally is not None}
