"""Teachers of the emotion model: runs that each leave out another quarter of the training data.

Their mean says how sure one can be of a comment's feeling, which the annotators' single label
doesn't.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import torch
from torch import Tensor

from bench.emotion_data import Examples
from brain.emotion_labels import grouping
from scripts.emotion_net import in_order, new_net, targets, tokenised
from scripts.emotion_training import Job, Recipe, run, save

TEACHERS = 2
SIDE_BY_SIDE = 2
_FOLDS = 4
_LENGTH = 64  # tokens; nine comments in ten have fewer than 35


def whole_job(data: Examples, folder: Path) -> Job:
    """Describe a teacher's run on all of the data; the real ones have a part of it."""
    return Job(
        name="teacher",
        # The third epoch only memorises, but the rate laid out for three does good.
        recipe=Recipe(seed=7, epochs=3, stop_after=2),
        tokens=tokenised(data.texts, _LENGTH),
        target=targets(data),
        groups=torch.from_numpy(grouping(data.names, {})),
        folder=folder,
    )


def teacher_jobs(whole: Job) -> list[Job]:
    """Describe the runs; teacher i does without every fourth comment from the i-th on."""
    jobs = []
    for fold in range(TEACHERS):
        rows = [row for row in range(len(whole.tokens)) if row % _FOLDS != fold]
        jobs.append(
            replace(
                whole,
                name=f"teacher-{fold + 1}",
                recipe=replace(whole.recipe, seed=whole.recipe.seed + fold),
                tokens=[whole.tokens[row] for row in rows],
                target=whole.target[rows],
            )
        )
    return jobs


def opinions(teachers: Sequence[Path], tokens: list[list[int]]) -> Tensor:
    """Return the mean of the teachers' probabilities: [texts, labels]."""
    with ProcessPoolExecutor(SIDE_BY_SIDE, mp_context=get_context("spawn")) as pool:
        return torch.stack(list(pool.map(_opinion, teachers, [tokens] * len(teachers)))).mean(0)


def _opinion(teacher: Path, tokens: list[list[int]]) -> Tensor:
    path = teacher.with_suffix(".opinion")
    if not path.is_file():
        torch.set_num_threads(1)
        state = torch.load(teacher)
        net = new_net(len(state["head.bias"]), 0.0).eval()
        net.load_state_dict(state)
        rows = torch.zeros(len(tokens), len(state["head.bias"]))
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            for places, batch in in_order(tokens):
                rows[places] = net(batch.ids, batch.mask).float().softmax(-1)
        save(rows, path)
    read: Tensor = torch.load(path)
    return read


def run_all(jobs: Sequence[Job]) -> list[Path]:
    """Run two at a time, each on one thread, and return where the weights are, in order."""
    with ProcessPoolExecutor(SIDE_BY_SIDE, mp_context=get_context("spawn")) as pool:
        return list(pool.map(run, jobs))
