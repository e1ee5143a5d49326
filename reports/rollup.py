"""A day's stored roll-up: made from the day's entries and what was open when it began.

Days merge associatively (`merge`), and a day that is made again from the log equals the stored one.
"""

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.log import Entry
from reports import carry as carries
from reports import tally as tallies
from reports.carry import Carry
from reports.fold import fold
from reports.periods import midnight
from reports.tally import Tally

FORMAT = 2
"""Raised whenever a definition or the layout changes: days stored before are made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """``first`` to ``last`` (local days): what they add up to, and what was open at the end."""

    first: date
    last: date
    tally: Tally
    carry: Carry


def roll(
    entries: Iterable[Entry],
    *,
    day: date,
    zone: ZoneInfo,
    opening: Carry | None = None,
    now: datetime | None = None,
) -> Rollup:
    """One local day from its entries, in any order; up to ``now`` while the day lasts."""
    end = midnight(day + timedelta(days=1), zone)
    until = min(now, end) if now else end
    tally, carry = fold(entries, zone=zone, until=until, opening=opening)
    return Rollup(first=day, last=day, tally=tally, carry=carry)


def merge(earlier: Rollup, later: Rollup) -> Rollup:
    """Two neighbouring stretches as one."""
    tally = tallies.merge([earlier.tally, later.tally])
    return Rollup(first=earlier.first, last=later.last, tally=tally, carry=later.carry)


def pack_sums(tally: Tally) -> bytes:
    """Bytes for `Days.keep`."""
    return _pack(tallies.packed(tally))


def pack_carry(carry: Carry) -> bytes:
    """Bytes for `Days.keep`."""
    return _pack(carries.stored(carry))


def unpack_sums(blob: bytes) -> Tally | None:
    """The tally; None: an older format, to be made again."""
    plain = _unpack(blob)
    return None if plain is None else tallies.unpacked(plain)


def unpack_carry(blob: bytes) -> Carry | None:
    """The open state; None: an older format, to be made again."""
    plain = _unpack(blob)
    return None if plain is None else carries.loaded(plain)


def _pack(plain: dict[str, Any]) -> bytes:
    return bytes([FORMAT]) + zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), 1)


def _unpack(blob: bytes) -> dict[str, Any] | None:
    if not blob or blob[0] != FORMAT:
        return None
    plain: dict[str, Any] = json.loads(zlib.decompress(blob[1:]))
    return plain
