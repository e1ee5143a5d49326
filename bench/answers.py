"""Answers a second, and where their time goes: `python -m bench.answers [--seconds 8] [--json]`.

The whole product runs (inbox, leases, brain, search, one commit, outbox, a real MongoDB) with a
channel in memory instead of a platform and a language model that answers at once. It is asked by 1
and by 32 customers, each of whom writes again when the answer is there. What a platform's SDK and
network add is not in it, and bursts are not waited for (burst_ms = 0).

The limit beside it is what the processor allows at all: one pass of the encoder and one of the
emotion model for each question, and nothing else, in batches of as many questions as there are
customers; the best of some rounds before and after.

Stages: accept (until the message is durable and the platform may be told), queue (until the brain
begins: a free worker, then queue.read: case and history), brain (language, emotion and search side
by side, writing, review), commit (one transaction), delivery (until the channel has the answer).
"""

import argparse
import asyncio
import itertools
import json
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

from bench.corpus import HANDBOOK, HANDBOOK_QUESTIONS, ROOT, run
from bench.customers import Asked, AtOnce, InMemory
from bench.measured import Figures, load_average, show, spread
from brain.emotion import load_emotion_reader
from brain.models import load_encoder
from settings import App as AppSection
from settings import Settings, parse
from wiring.app import App, build
from wiring.company import Branch
from wiring.models import EMOTION

CUSTOMERS = (1, 32)
STAGES = ("accept", "queue", "brain", "commit", "delivery")
PARTS = ("language", "emotion", "retrieval", "model")
HUMAN = "handoff"
ROUNDS, ROUND_SECONDS = 4, 0.5


def questions() -> list[str]:
    """The questions that the example handbook answers."""
    rows = json.loads(HANDBOOK_QUESTIONS.read_text(encoding="utf-8"))["answerable"]
    return [str(text) for text, _ in rows]


class Limit:
    """Bare forward passes of both models, as the product loads them."""

    def __init__(self, settings: Settings) -> None:
        models = settings.models
        self._encoder = load_encoder(
            models.encoder, cache_dir=ROOT / models.cache_dir, threads=models.threads
        )
        self._emotions = load_emotion_reader(
            models.emotion, folder=EMOTION, threads=models.threads, executor=ThreadPoolExecutor(1)
        )

    def measure(self, texts: Sequence[str], batch: int) -> float:
        """Questions a second: the best of some rounds, since others may use the machine as well."""
        return max(self._round(texts, batch) for _ in range(ROUNDS))

    def _round(self, texts: Sequence[str], batch: int) -> float:
        endless = itertools.cycle(texts)
        done, began = 0, perf_counter()
        while (spent := perf_counter() - began) < ROUND_SECONDS:
            asked = list(itertools.islice(endless, batch))
            self._encoder.encode(asked)
            self._emotions.classify(asked)
            done += batch
        return done / spent


def hook(branch: Branch, channel: InMemory) -> None:
    """Note when a lane is taken and a turn committed, and what the brain said of its own time."""
    take, commit = branch.stores.leases.take, branch.stores.records.commit

    async def taken(key: str):
        lease = await take(key)
        # A customer's lane ends with the chat and an empty thread.
        asked = channel.asked.get(key.split("|")[-2]) if lease and not key.startswith("out|") else None
        if asked and not asked.taken:
            asked.taken = perf_counter()
        return lease

    async def noted(lease, changes, case) -> None:
        talk = changes.conversation or case.conversation
        asked = channel.asked.get(talk.address.channel) if talk and changes.traces else None
        if asked:
            asked.committing = perf_counter()
            answer = changes.traces[0].answer
            asked.action, asked.quoted = str(answer.action), answer.quoted
            asked.brain = {part: getattr(answer.timings, part) for part in (*PARTS, "total")}
        await commit(lease, changes, case)
        if asked:
            asked.committed = perf_counter()

    branch.stores.leases.take, branch.stores.records.commit = taken, noted


async def customer(channel: InMemory, name: str, until: float, texts: Sequence[str]) -> list[Asked]:
    """Ask one question after the other; a customer who got a human goes on as somebody new."""
    done: list[Asked] = []
    again = 0
    for question in itertools.cycle(texts):
        if perf_counter() >= until:
            break
        asked = await channel.ask(f"{name}-{again}", question)
        done.append(asked)
        again += asked.action == HUMAN
    return done


async def phase(channel: InMemory, count: int, seconds: float, texts: Sequence[str]) -> Figures:
    """So many customers for so many seconds."""
    began = perf_counter()
    lists = await asyncio.gather(
        *(
            # Everybody begins at another question.
            customer(channel, f"{count}:{number}", began + seconds, [*texts[number:], *texts[:number]])
            for number in range(count)
        )
    )
    done = list(itertools.chain(*lists))
    elapsed = perf_counter() - began
    await asyncio.sleep(0.3)  # the last commits' hooks
    return {
        "customers": count,
        "answers": len(done),
        "handed_off": sum(asked.action == HUMAN for asked in done),
        "quoted_instead": sum(asked.quoted for asked in done),
        "answers_per_s": round(len(done) / elapsed, 2),
        **figures([asked for asked in done if asked.committed]),
    }


def figures(done: Sequence[Asked]) -> Figures:
    """Latency in all and by stage, milliseconds."""
    columns = {"latency": [(one.seen - one.began) * 1000 for one in done]}
    split = [stages(one) for one in done]
    read = [(one.committing - one.taken) * 1000 - one.brain["total"] for one in done if one.taken]
    columns |= {stage: [each[stage] for each in split] for stage in STAGES}
    columns["queue.read"] = read
    columns |= {f"brain.{part}": [one.brain[part] for one in done] for part in PARTS}
    return {name: spread(values) for name, values in columns.items()}


def stages(asked: Asked) -> Figures:
    """Where one answer's time went. A turn may begin before `accept` has returned: then nothing queued."""
    brain = asked.brain["total"]
    queue = (asked.committing - asked.accepted) * 1000 - brain
    return {
        "accept": (asked.accepted - asked.began) * 1000 + min(0.0, queue),
        "queue": max(0.0, queue),
        "brain": brain,
        "commit": (asked.committed - asked.committing) * 1000,
        "delivery": (asked.seen - asked.committed) * 1000,
    }


def settings(folder: Path, workers: int) -> Settings:
    """Nothing but a company and a database of its own."""
    tables = {
        "app": {"data_dir": str(folder), "burst_ms": 0, "log_level": "error", "workers": workers},
        "companies": [{"id": "parcelo", "name": "Parcelo"}],
    }
    return parse(tables, path=ROOT / "config.toml", environment={})


async def started(app: App) -> InMemory:
    """The app at work for customers in memory, with the handbook in service."""
    await app.open()
    branch = app.branch()
    channel = InMemory()
    # All parts share this mapping, and nothing is connected before `start`.
    branch.connections.channels[channel.bot] = channel
    hook(branch, channel)
    await branch.books.ingest(HANDBOOK.name, HANDBOOK.read_bytes())
    await app.start(serve=False)
    return channel


async def measured(seconds: float, workers: int) -> dict[str, object]:
    """Every phase, with the limit before and after it."""
    texts = questions()
    load = load_average()
    with tempfile.TemporaryDirectory() as folder:
        made = settings(Path(folder), workers)
        limit = Limit(made)
        before = {count: limit.measure(texts, count) for count in CUSTOMERS}
        app = build(made, responder=AtOnce())
        try:
            channel = await started(app)
            await phase(channel, 4, 1.5, texts)  # warms caches and code
            rows = [await phase(channel, count, seconds, texts) for count in CUSTOMERS]
        finally:
            await app.close()
        after = {count: limit.measure(texts, count) for count in CUSTOMERS}
    for row in rows:
        count = row["customers"]
        row["limit_per_s"] = round(max(before[count], after[count]), 2)
        row["share_of_limit"] = round(row["answers_per_s"] / row["limit_per_s"], 4)
    return {"workers": made.app.workers, "rows": rows, "load": load, "load_after": load_average()}


def shown(results: dict[str, object]) -> None:
    """Two tables: how many, and where the time goes."""
    rows = results["rows"]
    names = ("answers_per_s", "limit_per_s", "share_of_limit", "answers", "handed_off", "quoted_instead")
    columns = ("", *(f"{row['customers']} customers" for row in rows))
    show("Answers", columns, [(name.replace("_", " "), *(row[name] for row in rows)) for name in names])
    columns = ("ms", *(f"{row['customers']}: {share}" for row in rows for share in ("p50", "p99")))
    lines = ("latency", *STAGES, "queue.read", *(f"brain.{part}" for part in PARTS))
    show(
        f"Latency by stage ({results['workers']} workers)",
        columns,
        [(line, *(row[line][key] for row in rows for key in ("p50_ms", "p99_ms"))) for line in lines],
    )
    show("Load average", ("", "1 min", "5 min", "15 min"), [
        (name, *results[name]) for name in ("load", "load_after")
    ])  # fmt: skip


def main() -> None:
    """Read the arguments, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=8.0, help="for each number of customers")
    arguments.add_argument("--workers", type=int, default=AppSection.model_fields["workers"].default)
    arguments.add_argument("--json", action="store_true", help="print one JSON object last")
    given = arguments.parse_args()
    results = run(measured(min(given.seconds, 15.0), given.workers))
    shown(results)
    if given.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
