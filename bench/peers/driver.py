"""Plays conversations against any system, the same way for all. Imports nothing but the standard library.

A system is a function from (question, history) to a prompt. ``history`` is oldest first:
(author, text) pairs. Conversations run side by side; within one, a turn waits for the one before.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

Said = list[list[str]]
Answer = Callable[[str, Said], Awaitable[str]]
Make = Callable[[dict[str, Any]], Awaitable[Answer]]


async def play(
    answer: Answer, conversations: list[list[dict[str, Any]]], side_by_side: int
) -> dict[str, float]:
    """Turns a second, and a turn's milliseconds."""
    waiting = iter(conversations)
    times: list[float] = []

    async def one_after_the_other() -> None:
        for conversation in waiting:
            for turn in conversation:
                began = perf_counter()
                prompt = await answer(turn["text"], turn["history"])
                times.append(1000 * (perf_counter() - began))
                if turn["text"] not in prompt:
                    raise RuntimeError("The prompt does not hold the question.")

    began = perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(side_by_side)))
    spent = perf_counter() - began
    times.sort()
    return {
        "turns_per_second": round(len(times) / spent, 1),
        "p50_ms": round(times[len(times) // 2], 2),
        "p95_ms": round(times[int(len(times) * 0.95)], 2),
        "turns": len(times),
    }


async def measured(make: Make, task: dict[str, Any], began: float) -> dict[str, Any]:
    """Make a system, warm it up, play every run."""
    answer = await make(task)
    first = task["warm"][0][0]
    await answer(first["text"], first["history"])
    ready = perf_counter() - began
    await play(answer, task["warm"], 4)
    runs = {name: await play(answer, talks, int(name)) for name, talks in task["runs"].items()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"start_s": round(ready, 2), "memory_mb": round(peak), "runs": runs}


def main(make: Make, began: float) -> None:
    """Read the task whose file is named on the command line; print one line of JSON last."""
    with open(sys.argv[1], encoding="utf-8") as file:
        task = json.load(file)
    print(json.dumps(asyncio.run(measured(make, task, began))), flush=True)


def asked(question: str, history: Said) -> str:
    """The conversation as one text, newest first, which is what an encoder that cuts should read."""
    return "\n".join([question, *(text for _, text in reversed(history))])
