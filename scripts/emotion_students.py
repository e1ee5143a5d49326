"""Students of the emotion model's teachers: what is shipped.

Both stand on the same lower layers, the mean of the teachers'; each keeps the upper layers of one
teacher and goes on learning from what all of them say. The two are one model in the end: their
logits' mean costs half as much again as one of them and is better than either.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor

from scripts.bert_graph import Shape, classifier_model
from scripts.emotion_training import Job, Recipe, save

COMMON = 3  # layers that the students share
_OF_LABELS = 0.3  # how much the annotators' labels count beside the teachers' opinion

State = Mapping[str, Tensor]


def student_jobs(of_teachers: Job, teachers: Sequence[Path], opinions: Tensor) -> list[Job]:
    """Describe one run for each teacher; `of_teachers` has all texts with the annotators' labels."""
    states: list[State] = [torch.load(path) for path in teachers]
    target = _OF_LABELS * of_teachers.target + (1 - _OF_LABELS) * opinions
    made_from = hashlib.sha256("".join(path.name for path in teachers).encode()).hexdigest()[:10]
    jobs = []
    for number, state in enumerate(states, start=1):
        start = of_teachers.folder / f"start-{number}-{made_from}.pt"
        save(_on_common_ground(state, states), start)
        jobs.append(
            Job(
                name=f"student-{number}",
                recipe=_recipe(20 + number),
                tokens=of_teachers.tokens,
                target=target,
                groups=of_teachers.groups,
                folder=of_teachers.folder,
                start=start,
            )
        )
    return jobs


def _recipe(seed: int) -> Recipe:
    """Go gently, since the start is good, and to the end, since opinions aren't memorised soon."""
    return Recipe(
        seed=seed,
        epochs=2,
        stop_after=2,
        frozen_layers=COMMON,
        rate=7e-5,
        head_rate=5e-4,
        average_decay=0.998,
    )


def _on_common_ground(state: State, states: Sequence[State]) -> dict[str, Tensor]:
    """Take the upper layers from `state` and the mean of all `states` below."""
    return {
        name: torch.stack([other[name] for other in states]).mean(0) if _is_common(name) else value
        for name, value in state.items()
    }


def _is_common(name: str) -> bool:
    return name.startswith("encoder.embeddings.") or _layer(name) in range(COMMON)


def _layer(name: str) -> int:
    """Return the layer that a weight belongs to, -1 where it is none."""
    parts = name.split(".")
    return int(parts[3]) if parts[1:3] == ["encoder", "layer"] else -1


def joined(students: Sequence[State], shape: Shape) -> onnx.ModelProto:
    """Return one graph whose logits are the mean of the students'; `shape` is one student's."""
    weights = {name: value.numpy() for name, value in students[0].items() if _is_common(name)}
    branches = []
    for number, student in enumerate(students):
        own = shape.layers - COMMON
        shift = number * own
        branches.append(range(COMMON + shift, shape.layers + shift))
        weights |= {
            f"encoder.encoder.layer.{_layer(name) + shift}.{name.split('.', 4)[4]}": value.numpy()
            for name, value in student.items()
            if _layer(name) >= COMMON
        }
    of_bert = {name.removeprefix("encoder."): value for name, value in weights.items()}
    head, bias = _heads(students)
    common = Shape(layers=COMMON, heads=shape.heads, epsilon=shape.epsilon)
    return classifier_model(of_bert, common, head, bias, branches)


def _heads(students: Sequence[State]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lay the heads side by side, [labels, students * width], so that they add up to the mean."""
    head = torch.cat([student["head.weight"] for student in students], dim=1) / len(students)
    bias = torch.stack([student["head.bias"] for student in students]).mean(0)
    return head.numpy(), bias.numpy()
