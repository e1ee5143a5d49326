"""Cost of a month's report against the number of events: from stored days and from scratch.

    python -m bench.reports [--counts 10000,100000,1000000] [--json]

Entries are made up (bench/made_up_log.py) over 30 days. "From scratch" reads every entry; "from
roll-ups" is what a person waits for after /report: 29 stored days, and today made from the log. The
limit beside it is the time it takes only to decode the stored days. The log is in memory: what a
database adds to "from roll-ups" is one range query for days, one for today and one for unanswered
questions.
"""

import argparse
import asyncio
import gc
import json
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from bench.made_up_log import MadeUpLog
from domain.log import Entry, Kind
from reports.memory import MemoryDays
from reports.rollup import unpack_carry, unpack_sums
from reports.service import Reporter

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
DAYS = 30
ZONE = "Europe/Berlin"
REPEATS = 3


class IndexedLog:
    """A log with the indexes a database would have: by time, and by kind and time."""

    def __init__(self, entries: list[Entry]) -> None:
        self.all = entries
        self.times = [entry.at for entry in entries]
        self.kinds: dict[Kind, list[Entry]] = defaultdict(list)
        for entry in entries:
            self.kinds[entry.kind].append(entry)

    async def between(
        self, start: datetime, end: datetime, *, kinds: Collection[Kind] = ()
    ) -> AsyncIterator[Entry]:
        if kinds:
            for entry in (one for kind in kinds for one in self.kinds[kind]):
                if start <= entry.at < end:
                    yield entry
            return
        for entry in self.all[bisect_left(self.times, start) : bisect_left(self.times, end)]:
            yield entry

    async def first(self) -> datetime | None:
        return self.times[0] if self.times else None


async def measure(count: int) -> dict[str, float]:
    start = datetime(2026, 10, 25, 22, tzinfo=UTC) + timedelta(hours=1)
    entries = [one for one in MadeUpLog(start=start, days=DAYS).entries(count) if one.at < NOW]
    gc.freeze()  # the entries would be in the database, not in the way of this process's collector
    days = MemoryDays()
    reporter = Reporter(
        company_name="Acme", timezone=ZONE, log=IndexedLog(entries), days=days, clock=lambda: NOW
    )
    scratch, _ = await timed(lambda: reporter.history.rebuild(now=NOW), repeats=1)
    rollups, processor = await timed(lambda: reporter.report(kind="all", period="30d", now=NOW))
    stored = [blob for blobs in days.kept.values() for blob in blobs]
    return {
        "events": len(entries),
        "from_scratch_s": scratch,
        "from_rollups_s": rollups,
        "from_rollups_cpu_s": processor,
        "decode_limit_s": decode_seconds(days),
        "scratch_events_per_s": len(entries) / scratch,
        "stored_mb": sum(map(len, stored)) / 1e6,
        "largest_day_mb": max(map(len, stored)) / 1e6,
    }


async def timed(work, *, repeats: int = REPEATS) -> tuple[float, float]:
    """Best of several runs: seconds on the clock, seconds of processor time."""
    found = []
    for _ in range(repeats):
        begun, used = time.perf_counter(), time.process_time()
        await work()
        found.append((time.perf_counter() - begun, time.process_time() - used))
    return min(found)


def decode_seconds(days: MemoryDays) -> float:
    begun = time.perf_counter()
    for sums, _ in days.kept.values():
        unpack_sums(sums)
    unpack_carry(days.kept[max(days.kept)][1])
    return time.perf_counter() - begun


def show(rows: list[dict[str, float]]) -> None:
    table = Table(title=f"A {DAYS} days' report")
    for name in rows[0]:
        table.add_column(name.replace("_", " "), justify="right")
    for row in rows:
        table.add_row(*(f"{value:,.0f}" if value >= 1000 else f"{value:.3f}" for value in row.values()))
    Console(width=120).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--counts", default="10000,100000,1000000")
    parser.add_argument("--json", action="store_true", help="print one JSON object last")
    options = parser.parse_args()
    rows = [asyncio.run(measure(int(count))) for count in options.counts.split(",")]
    show(rows)
    if options.json:
        print(json.dumps({"days": DAYS, "rows": rows}))


if __name__ == "__main__":
    main()
