"""One training run of the emotion model: learning rates, averaged weights, checkpoints.

A run uses one thread: two of them wait for each other so often that they are slower wherever
anything else is running, and with one the same seed gives the same weights.
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
    """Everything that decides the weights but the data; lengths in tokens, rates per step."""

    seed: int = 7
    epochs: int = 3  # what the falling rate is laid out for
    stop_after: int = 2  # the third epoch only memorises: dev falls from 0.736 to 0.726
    batch: int = 32
    length: int = 64
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
    """A recipe with its data: token ids, targets [n, labels], groups [labels, 7]."""

    recipe: Recipe
    tokens: list[list[int]]
    target: Tensor
    groups: Tensor
    folder: Path

    @property
    def result(self) -> Path:
        """Where the weights go; another recipe or other data gives another name."""
        made_from = hashlib.sha256(repr((self.recipe, self.tokens)).encode())
        made_from.update(self.target.numpy().tobytes())
        return self.folder / f"emotion-{made_from.hexdigest()[:10]}.pt"


def run(job: Job) -> EmotionNet:
    """Train, unless that is done already, and return the averaged weights."""
    torch.set_num_threads(1)
    torch.manual_seed(job.recipe.seed)
    net = new_net(job.target.shape[1], job.recipe.dropout).train()
    if job.result.is_file():
        net.load_state_dict(torch.load(job.result))
    else:
        part = job.result.with_suffix(".part")
        _train(net, job, part)
        _save(net.state_dict(), job.result)
        part.unlink(missing_ok=True)
    return net.eval()


def _train(net: EmotionNet, job: Job, part: Path) -> None:
    """Run every step and leave the averaged weights in `net`."""
    recipe = job.recipe
    optimizer, average = optimiser(net, recipe), Average(net, recipe.average_decay)
    an_epoch = math.ceil(len(job.tokens) / recipe.batch)
    total, until = recipe.epochs * an_epoch, recipe.stop_after * an_epoch
    schedule = LambdaLR(optimizer, lambda step: slope(step, total, recipe.warm_up))
    state = _State(net=net, optimizer=optimizer, schedule=schedule, average=average)
    done = state.restore(part)
    progress = _Progress(done, until)
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
    nn.utils.clip_grad_norm_(state.net.parameters(), 1.0)
    state.optimizer.step()
    state.schedule.step()
    state.optimizer.zero_grad()
    return float(loss.detach())


def _steps(job: Job) -> Iterator[Batch]:
    """Yield every epoch's batches, in an order that depends on the seed alone."""
    rng = random.Random(job.recipe.seed)
    for _ in range(job.recipe.stop_after):
        yield from batches(job.tokens, job.target, job.recipe.batch, rng)


def optimiser(net: EmotionNet, recipe: Recipe) -> torch.optim.Optimizer:
    """Lower layers move less: each has the layer above's rate times `layer_decay`."""
    layers = net.encoder.encoder.layer
    stacks = [net.encoder.embeddings, *layers]
    sets = [(net.head, recipe.head_rate)]
    sets += [(s, recipe.rate * recipe.layer_decay ** (len(layers) - i)) for i, s in enumerate(stacks)]
    groups = []
    for module, rate in sets:
        flat = [p for p in module.parameters() if p.ndim < 2]
        full = [p for p in module.parameters() if p.ndim >= 2]
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
        self._live = [p.data for p in net.parameters()]
        self.mean = [p.clone() for p in self._live]

    def update(self, step: int) -> None:
        """Take in the current weights, if this step is one of those that count."""
        if step % self._every == 0:
            decay = min(self._decay, (1 + step) / (10 + step)) ** self._every
            torch._foreach_lerp_(self.mean, self._live, 1 - decay)

    def copy_to(self, net: nn.Module) -> None:
        """Give the averaged weights to `net`."""
        for parameter, mean in zip(net.parameters(), self.mean, strict=True):
            parameter.data.copy_(mean)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What a run needs to go on after an interruption as though there had been none."""

    net: EmotionNet
    optimizer: torch.optim.Optimizer
    schedule: LambdaLR
    average: Average

    def save(self, path: Path, step: int) -> None:
        _save(
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
    """Prints a line now and then, which a log file keeps as well as a terminal does."""

    def __init__(self, done: int, until: int) -> None:
        self._done, self._until = done, until
        self._started = time.monotonic()
        self._loss = 0.0

    def say(self, step: int, loss: float) -> None:
        self._loss += loss
        if step % _SAY_EVERY and step != self._until:
            return
        each = (time.monotonic() - self._started) / (step - self._done)
        left = each * (self._until - step) / 60
        mean = self._loss / ((step - self._done - 1) % _SAY_EVERY + 1)
        print(f"step {step} of {self._until}, loss {mean:.3f}, {left:.0f} min left", flush=True)
        self._loss = 0.0


def _save(what: Any, path: Path) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(path.name + ".new")
    torch.save(what, scratch)
    os.replace(scratch, path)
