"""Turns a classifier's logits into probabilities of the seven labels that mean what they say.

A model's own labels are summed into the seven, `log p` is divided by a temperature (Guo et al.
2017, "On Calibration of Modern Neural Networks") and each label gets a fixed bias, which
finds more of the rare ones. Both are fitted on held-out messages, never on the test split.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brain.emotion_labels import LABELS

Floats = NDArray[np.float32]
_SMALLEST = 1e-9
_PENALTY = 10.0
_NEUTRAL = LABELS.index("neutral")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A temperature above 0 and what is added to each label's log-probability, [7]."""

    temperature: float = 1.0
    bias: tuple[float, ...] = (0.0,) * len(LABELS)

    def apply(self, grouped: Floats) -> Floats:
        """Return calibrated probabilities [n, 7] from raw ones [n, 7]; rows sum to 1."""
        logs: Floats = np.log(grouped + _SMALLEST) / np.float32(self.temperature)
        return softmax(logs + np.asarray(self.bias, dtype=np.float32))

    def as_config(self) -> dict[str, Any]:
        """What a model folder's config.json holds under `calibration`."""
        biases = {label: round(value, 4) + 0.0 for label, value in zip(LABELS, self.bias, strict=True)}
        return {"temperature": round(self.temperature, 4), "bias": biases}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Calibration":
        """Read back what `as_config` wrote; labels without a bias get 0."""
        biases = config.get("bias", {})
        return cls(
            temperature=float(config.get("temperature", 1.0)),
            bias=tuple(float(biases.get(label, 0.0)) for label in LABELS),
        )


def softmax(logits: Floats) -> Floats:
    """Return probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = (shifted / shifted.sum(axis=-1, keepdims=True)).astype(np.float32)
    return shares


def calibration_error(scores: Floats, truth: NDArray[np.int64], bins: int = 15) -> float:
    """Return the expected calibration error of the winning label, 0 to 1, over equal-width bins.

    `scores` is [n, labels], `truth` [n]. Guo et al. 2017, equation 3, with their 15 bins.
    """
    confidence, right = scores.max(axis=1), scores.argmax(axis=1) == truth
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[place == which].mean() - right[place == which].mean()) * (place == which).mean()
        for which in range(bins)
        if (place == which).any()
    ]
    return float(sum(gaps))


def recalls(predicted: NDArray[np.int64], truth: NDArray[np.int64], labels: int = len(LABELS)) -> Floats:
    """Return each label's recall, [labels]; 0 where it never occurs."""
    found = np.bincount(truth[predicted == truth], minlength=labels)
    return (found / np.maximum(np.bincount(truth, minlength=labels), 1)).astype(np.float32)


def macro_f1(predicted: NDArray[np.int64], truth: NDArray[np.int64], labels: int = len(LABELS)) -> float:
    """Return the mean F1 over the labels that occur in either, as scikit-learn does."""
    found = np.bincount(truth[predicted == truth], minlength=labels)
    counts = np.bincount(truth, minlength=labels) + np.bincount(predicted, minlength=labels)
    return float((2 * found[counts > 0] / counts[counts > 0]).mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What the fitted biases must keep on the held-out messages, shares from 0 to 1."""

    accuracy: float
    anger_recall: float
    calm: float = 0.0


def fit(grouped: Floats, truth: NDArray[np.int64], floor: Floor, calm: Floats | None = None) -> Calibration:
    """Choose the biases with the best macro-F1 above the floor, then the temperature.

    `grouped` is [n, 7] raw probabilities of held-out messages, `truth` their labels [n]; `calm`
    [m, 7] those of plain questions, of which a share of `floor.calm` must stay neutral.
    The search climbs from four fixed points over a grid of 0.1, so it is reproducible.
    """
    logs, quiet = np.log(grouped + _SMALLEST), np.log((grouped if calm is None else calm) + _SMALLEST)

    def worth(bias: Floats) -> float:
        lacking = (
            0.0 if calm is None else floor.calm - float(((quiet + bias).argmax(axis=1) == _NEUTRAL).mean())
        )
        return _worth(logs + bias, truth, floor) - _PENALTY * max(0.0, lacking)

    climbs = [_climb(worth, start) for start in _starts()]
    bias = max(climbs, key=worth)
    return _with_temperature(logs + bias, bias, truth)


def _climb(worth: Callable[[Floats], float], bias: Floats) -> Floats:
    """Change one label's bias at a time for as long as that helps."""
    best, improved = worth(bias), True
    while improved:
        improved = False
        for candidate in _moves(bias):
            if (gained := worth(candidate)) > best:
                bias, best, improved = candidate, gained, True
    return bias


def _starts() -> Iterator[Floats]:
    """Yield points to climb from, since climbs end in different places."""
    for shift in (-0.3, 0.0, 0.3, 0.6):
        bias = np.full(len(LABELS), shift, dtype=np.float32)
        bias[_NEUTRAL] = 0.0
        yield bias


def _moves(bias: Floats) -> Iterator[Floats]:
    """Yield biases that differ in one label; neutral stays, since only differences count."""
    for label in range(len(LABELS)):
        if label != _NEUTRAL:
            for value in np.arange(-1.0, 1.01, 0.1):
                moved = bias.copy()
                moved[label] = value
                yield moved


def _worth(logs: Floats, truth: NDArray[np.int64], floor: Floor) -> float:
    """Macro-F1, less ten times whatever is missing to the floor."""
    predicted = logs.argmax(axis=1)
    accuracy = float((predicted == truth).mean())
    anger = float(recalls(predicted, truth)[LABELS.index("anger")])
    missing = max(0.0, floor.accuracy - accuracy) + max(0.0, floor.anger_recall - anger)
    return macro_f1(predicted, truth) - _PENALTY * missing


def _with_temperature(logs: Floats, bias: Floats, truth: NDArray[np.int64]) -> Calibration:
    """Scale biased scores as a whole, which keeps every decision; least log-loss wins."""

    def loss(temperature: float) -> float:
        scores = softmax(logs / np.float32(temperature))
        return float(-np.log(scores[np.arange(len(truth)), truth] + _SMALLEST).mean())

    temperature = min(np.arange(0.5, 3.0, 0.01), key=loss)
    return Calibration(temperature=float(temperature), bias=tuple(float(b / temperature) for b in bias))
