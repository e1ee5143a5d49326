"""The models' forward passes that the product's turns need, and nothing else. Run by `bench.pipeline`.

Each turn is one pass of the encoder over the messages that are new since the turn before, and one of the
emotion model over the question; side by side means one batch of as many turns.
"""

from time import perf_counter

BEGAN = perf_counter()

import json
import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from typing import Any

from bench.corpus import ROOT
from brain.emotion import load_emotion_reader
from brain.models import load_encoder
from settings import parse
from wiring.models import EMOTION

BENCH = {"companies": [{"id": "bench", "name": "Bench"}]}


def new_messages(conversation: list[dict[str, Any]]) -> list[list[str]]:
    """For each turn the texts that no turn before it had."""
    known: set[str] = set()
    turns = []
    for turn in conversation:
        texts = [turn["text"], *(text for _, text in turn["history"][-15:])]
        turns.append([text for text in dict.fromkeys(texts) if text not in known])
        known.update(texts)
    return turns


def main() -> None:
    """Run the passes of every run."""
    with open(sys.argv[1], encoding="utf-8") as file:
        task = json.load(file)
    models = parse(BENCH, path=ROOT / "config.toml", environment={}).models
    encoder = load_encoder(models.encoder, cache_dir=ROOT / models.cache_dir, threads=models.threads)
    emotions = load_emotion_reader(
        models.emotion, folder=EMOTION, threads=models.threads, executor=ThreadPoolExecutor(1)
    )
    emotions.classify(["warm"])
    encoder.encode(["warm"])
    ready = perf_counter() - BEGAN
    runs = {}
    for name, conversations in task["runs"].items():
        steps = _batches(conversations, int(name))
        began = perf_counter()
        for texts, questions in steps:
            encoder.encode(texts)
            emotions.classify(questions)
        turns = sum(map(len, conversations))
        spent = perf_counter() - began
        each = 1000 * spent / len(steps)
        figures = {"p50_ms": round(each, 2), "p95_ms": round(each, 2), "turns": turns}
        runs[name] = {"turns_per_second": round(turns / spent, 1), **figures}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"start_s": round(ready, 2), "memory_mb": round(peak), "runs": runs}))


def _batches(conversations: list[list[dict[str, Any]]], size: int) -> list[tuple[list[str], list[str]]]:
    batches = []
    for at in range(0, len(conversations), size):
        talks = conversations[at : at + size]
        rows = zip_longest(*(zip(talk, new_messages(talk), strict=True) for talk in talks))
        for row in rows:
            turns = [each for each in row if each]
            texts = [text for _, new in turns for text in new]
            batches.append((texts, [turn["text"] for turn, _ in turns]))
    return batches


if __name__ == "__main__":
    main()
