"""Cost of a month's report against the number of events: from stored days and from scratch.

    python -m bench.reports [--counts 10000,100000,1000000] [--no-mongo] [--json]

Entries are made up (bench/made_up_log.py) over 30 days. "From scratch" reads every entry; "from
roll-ups" is what a person waits for after /report: 29 stored days, today made from the log, questions
without an answer, comments and advice. It is measured twice: with the log in memory, which shows what the
computing costs, and with a mongod of its own, as the product runs. The limit beside it is the time it takes
only to decode the stored days.
"""

import argparse
import asyncio
import gc
import json
import tempfile
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.made_up_log import MadeUpLog
from domain.ids import CompanyId
from domain.log import Entry, Kind
from reports.memory import MemoryDays
from reports.ports import Days, EventLog
from reports.rollup import unpack_carry, unpack_sums
from reports.service import Reporter
from store import indexes
from store.client import connect, database
from store.codec import dump
from store.jobs import MongoDays
from store.local import LocalMongod
from store.log import MongoLog
from store.scoped import Db

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
DAYS = 30
ZONE = "Europe/Berlin"
REPEATS = 3
ACME = CompanyId("acme")
BATCH = 10_000


class IndexedLog:
    """A log with the indexes a database would have: by time, and by kind and time."""

    def __init__(self, entries: list[Entry]) -> None:
        self.all = entries
        self.times = [entry.at for entry in entries]
        self.kinds: dict[Kind, list[Entry]] = defaultdict(list)
        for entry in entries:
            self.kinds[entry.kind].append(entry)

    async def between(
        self, start: datetime, end: datetime, *, kinds: Collection[Kind] = (), newest: int = 0
    ) -> AsyncIterator[Entry]:
        if kinds:
            chosen = [one for kind in kinds for one in self.kinds[kind] if start <= one.at < end]
            for entry in chosen[-newest:]:
                yield entry
            return
        for entry in self.all[bisect_left(self.times, start) : bisect_left(self.times, end)]:
            yield entry

    async def first(self) -> datetime | None:
        return self.times[0] if self.times else None


async def measure(count: int, *, mongo: bool) -> dict[str, float]:
    start = datetime(2026, 10, 25, 22, tzinfo=UTC) + timedelta(hours=1)
    entries = [one for one in MadeUpLog(start=start, days=DAYS).entries(count) if one.at < NOW]
    gc.freeze()  # the entries would be in the database, not in the way of this process's collector
    days = MemoryDays()
    found = {"events": float(len(entries)), **await in_memory(entries, days)}
    stored = [blob for blobs in days.kept.values() for blob in blobs]
    found |= {
        "decode_limit_s": decode_seconds(days),
        "stored_mb": sum(map(len, stored)) / 1e6,
        "largest_day_mb": max(map(len, stored)) / 1e6,
    }
    return found | (await in_mongo(entries) if mongo else {})


async def in_memory(entries: list[Entry], days: MemoryDays) -> dict[str, float]:
    reporter = made(IndexedLog(entries), days)
    scratch, _ = await timed(lambda: reporter.history.rebuild(now=NOW), repeats=1)
    rollups, processor = await timed(lambda: month(reporter))
    return {
        "from_scratch_s": scratch,
        "scratch_events_per_s": len(entries) / scratch,
        "from_rollups_s": rollups,
        "from_rollups_cpu_s": processor,
    }


async def in_mongo(entries: list[Entry]) -> dict[str, float]:
    """The same with a database of its own, which is started and filled first."""
    with tempfile.TemporaryDirectory() as folder:
        mongod = LocalMongod(folder=Path(folder))
        client = connect(await mongod.start())
        try:
            db = database(client, "bench")
            await indexes.create(db)
            await fill(db, entries)
            log, days = MongoLog(db=db, company=ACME), MongoDays(db=db, company=ACME)
            reporter = made(log, days)
            scratch, _ = await timed(lambda: reporter.history.rebuild(now=NOW), repeats=1)
            rollups, processor = await timed(lambda: month(reporter))
        finally:
            await client.close()
            await mongod.stop()
    return {
        "mongo_from_scratch_s": scratch,
        "mongo_from_rollups_s": rollups,
        "mongo_from_rollups_cpu_s": processor,
    }


def made(log: EventLog, days: Days) -> Reporter:
    return Reporter(company_name="Acme", timezone=ZONE, log=log, days=days, clock=lambda: NOW)


async def month(reporter: Reporter) -> object:
    return await reporter.report(kind="all", period="30d", now=NOW)


async def fill(db: Db, entries: list[Entry]) -> None:
    for place in range(0, len(entries), BATCH):
        rows = [{**dump(one), "_id": f"{ACME}|{one.id}"} for one in entries[place : place + BATCH]]
        await db["events"].insert_many(rows, ordered=False)


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
    parser.add_argument("--no-mongo", dest="mongo", action="store_false", help="leave the database out")
    options = parser.parse_args()
    counts = [int(count) for count in options.counts.split(",")]
    rows = [asyncio.run(measure(count, mongo=options.mongo)) for count in counts]
    show(rows)
    if options.json:
        print(json.dumps({"days": DAYS, "rows": rows}))


if __name__ == "__main__":
    main()
