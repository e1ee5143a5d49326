"""The seven labels, and how other label sets are folded into them.

Ekman's six plus neutral, in the fixed order that every array of scores here follows. The
grouping of GoEmotions' 28 labels is the one of its paper (Demszky et al. 2020, appendix),
with one change: curiosity and confusion count as neutral, because a customer's question is
not a surprise.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.errors import Misconfigured

LABELS: Final = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")

GOEMOTIONS: Final[Mapping[str, str]] = {
    "admiration": "joy",
    "amusement": "joy",
    "anger": "anger",
    "annoyance": "anger",
    "approval": "joy",
    "caring": "joy",
    "confusion": "neutral",
    "curiosity": "neutral",
    "desire": "joy",
    "disappointment": "sadness",
    "disapproval": "anger",
    "disgust": "disgust",
    "embarrassment": "sadness",
    "excitement": "joy",
    "fear": "fear",
    "gratitude": "joy",
    "grief": "sadness",
    "joy": "joy",
    "love": "joy",
    "nervousness": "fear",
    "neutral": "neutral",
    "optimism": "joy",
    "pride": "joy",
    "realization": "surprise",
    "relief": "joy",
    "remorse": "sadness",
    "sadness": "sadness",
    "surprise": "surprise",
}


class UnmappedLabels(Misconfigured):
    """Labels of a model or a data set fit none of the seven; map them in the configuration."""

    def __init__(self, unmapped: Sequence[str]) -> None:
        super().__init__(f"Labels that fit none of {', '.join(LABELS)}: {', '.join(unmapped)}.")


def grouping(names: Sequence[str], extra: Mapping[str, str]) -> NDArray[np.float32]:
    """Return the [len(names), 7] matrix of zeros and ones that sums a model's labels into ours.

    A name is looked up in `extra`, then among the seven, then in GoEmotions; upper and lower
    case are alike. Raises UnmappedLabels when one is found nowhere or maps to none of the seven.
    """
    given = {name.lower(): label for name, label in extra.items()}
    known = {**GOEMOTIONS, **{label: label for label in LABELS}, **given}
    targets = {name: known.get(name.lower(), "") for name in names}
    if unmapped := [name for name, label in targets.items() if label not in LABELS]:
        raise UnmappedLabels(unmapped)
    matrix = np.zeros((len(names), len(LABELS)), dtype=np.float32)
    for row, name in enumerate(names):
        matrix[row, LABELS.index(targets[name])] = 1.0
    return matrix
