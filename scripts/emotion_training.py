"""One training run of the emotion model: learning rates, averaged weights, checkpoints.

A run uses one thread: two runs side by side on two cores finish sooner than one on both, and
with one thread the same seed gives the same weights whatever else the machine does.
"""

import hashlib
import math
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from scripts.emotion_net import Batch, EmotionNet, batches, loss_of, new_net

_SAVE_EVERY = 250
_SAY_EVERY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides the weights but data and start; rates are per step."""

    seed: int
    epochs: int = 3  # what the falling rate is laid out for
    stop_after: int = 3
    frozen_layers: int = 0  # above 0: the embeddings and that many lowest layers stay as they are
    batch: int = 32
    rate: float = 1e-4
    head_rate: float = 1e-3
    layer_decay: float = 0.9
    weight_decay: float = 0.01
    warm_up: float = 0.06
    dropout: float = 0.1
    group_share: float = 0.5
    average_decay: float = 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A recipe with its data: token ids, targets [n, labels], groups [labels, 7].

    `start` holds the weights to start from; None means MiniLM as it came.
    """

    name: str
    recipe: Recipe
    tokens: list[list[int]]
    target: Tensor
    groups: Tensor
    folder: Path
    start: Path | None = None

    @property
    def result(self) -> Path:
        """Where the weights go; another recipe, other data or another start gives another name."""
        made_from = hashlib.sha256(repr((self.recipe, self.start and self.start.name, self.tokens)).encode())
        made_from.update(self.target.numpy().tobytes())
        return self.folder / f"{self.name}-{made_from.hexdigest()[:10]}.pt"


def run(job: Job) -> Path:
    """Train unless it is done already, and return where the weights are."""
    result = job.result
    if not result.is_file():
        torch.set_num_threads(1)
        torch.manual_seed(job.recipe.seed)
        net = new_net(job.target.shape[1], job.recipe.dropout).train()
        if job.start:
            net.load_state_dict(torch.load(job.start))
        _train(net, job, result.with_suffix(".part"))
        save(net.state_dict(), result)
        result.with_suffix(".part").unlink(missing_ok=True)
    return result


def _train(net: EmotionNet, job: Job, part: Path) -> None:
    """Run every step and leave the averaged weights in `net`."""
    recipe = job.recipe
    if recipe.frozen_layers:
        _freeze(net, recipe.frozen_layers)
    optimizer, average = optimiser(net, recipe), Average(net, recipe.average_decay)
    an_epoch = math.ceil(len(job.tokens) / recipe.batch)
    total, until = recipe.epochs * an_epoch, recipe.stop_after * an_epoch
    schedule = LambdaLR(optimizer, lambda step: slope(step, total, recipe.warm_up))
    state = _State(net=net, optimizer=optimizer, schedule=schedule, average=average)
    done = state.restore(part)
    progress = _Progress(job.name, done, until)
    for step, batch in enumerate(_steps(job), start=1):
        if step <= done:
            continue
        loss = _step(state, batch, job)
        average.update(step)
        progress.say(step, loss)
        if step % _SAVE_EVERY == 0:
            state.save(part, step)
    average.copy_to(net)


def _step(state: "_State", batch: Batch, job: Job) -> float:
    with torch.autocast("cpu", torch.bfloat16):
        logits = state.net(batch.ids, batch.mask)
    loss = loss_of(logits, batch.target, job.groups, job.recipe.group_share)
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_([p for p in state.net.parameters() if p.requires_grad], 1.0)
    state.optimizer.step()
    state.schedule.step()
    state.optimizer.zero_grad()
    return float(loss.detach())


def _steps(job: Job) -> Iterator[Batch]:
    """Yield every epoch's batches, in an order that depends on the seed alone."""
    rng = random.Random(job.recipe.seed)
    for _ in range(job.recipe.stop_after):
        yield from batches(job.tokens, job.target, job.recipe.batch, rng)


def _freeze(net: EmotionNet, layers: int) -> None:
    for module in (net.encoder.embeddings, *net.encoder.encoder.layer[:layers]):
        module.requires_grad_(False)


def optimiser(net: EmotionNet, recipe: Recipe) -> torch.optim.Optimizer:
    """Lower layers move less: each has the layer above's rate times `layer_decay`."""
    layers = net.encoder.encoder.layer
    stacks = [net.encoder.embeddings, *layers]
    sets = [(net.head, recipe.head_rate)]
    sets += [(s, recipe.rate * recipe.layer_decay ** (len(layers) - i)) for i, s in enumerate(stacks)]
    groups = []
    for module, rate in sets:
        trained = [p for p in module.parameters() if p.requires_grad]
        flat, full = [p for p in trained if p.ndim < 2], [p for p in trained if p.ndim >= 2]
        groups.append({"params": flat, "lr": rate, "weight_decay": 0.0})
        groups.append({"params": full, "lr": rate, "weight_decay": recipe.weight_decay})
    return torch.optim.AdamW(groups, fused=True)


def slope(step: int, total: int, warm_up: float) -> float:
    """Rise linearly over the warm-up, then fall linearly to zero."""
    rise = warm_up * total
    return step / rise if step < rise else max(0.0, (total - step) / (total - rise))


class Average:
    """An exponential average of the weights, taken every `every` steps to save memory traffic."""

    def __init__(self, net: nn.Module, decay: float, every: int = 8) -> None:
        self._every = every
        self._decay = decay
        self._live = [p.data for p in net.parameters() if p.requires_grad]
        self.mean = [p.clone() for p in self._live]

    def update(self, step: int) -> None:
        """Take in the current weights, if this step is one of those that count."""
        if step % self._every == 0:
            decay = min(self._decay, (1 + step) / (10 + step)) ** self._every
            torch._foreach_lerp_(self.mean, self._live, 1 - decay)

    def copy_to(self, net: nn.Module) -> None:
        """Give the averaged weights to `net`."""
        trained = [p for p in net.parameters() if p.requires_grad]
        for parameter, mean in zip(trained, self.mean, strict=True):
            parameter.data.copy_(mean)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What a run needs to go on after an interruption as though there had been none."""

    net: EmotionNet
    optimizer: torch.optim.Optimizer
    schedule: LambdaLR
    average: Average

    def save(self, path: Path, step: int) -> None:
        save(
            {
                "step": step,
                "random": torch.get_rng_state(),
                "net": self.net.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "schedule": self.schedule.state_dict(),
                "mean": self.average.mean,
            },
            path,
        )

    def restore(self, path: Path) -> int:
        """Return how many steps are done already."""
        if not path.is_file():
            return 0
        saved: dict[str, Any] = torch.load(path)
        self.net.load_state_dict(saved["net"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.schedule.load_state_dict(saved["schedule"])
        torch._foreach_copy_(self.average.mean, saved["mean"])
        torch.set_rng_state(saved["random"])
        return int(saved["step"])


class _Progress:
    """Prints a line now and then: runs side by side can't share one bar."""

    def __init__(self, name: str, done: int, until: int) -> None:
        self._name, self._done, self._until = name, done, until
        self._started = time.monotonic()
        self._loss = 0.0

    def say(self, step: int, loss: float) -> None:
        self._loss += loss
        if step % _SAY_EVERY and step != self._until:
            return
        each = (time.monotonic() - self._started) / (step - self._done)
        left = each * (self._until - step) / 60
        mean = self._loss / ((step - self._done - 1) % _SAY_EVERY + 1)
        print(f"{self._name}: step {step} of {self._until}, loss {mean:.3f}, {left:.0f} min left", flush=True)
        self._loss = 0.0


def save(what: Any, path: Path) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(path.name + ".new")
    torch.save(what, scratch)
    os.replace(scratch, path)
