"""How a conversation's mood moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from domain.emotion import Emotion, Feeling

WINDOW: Final = 5
_CLIMB: Final = 0.1
_HEARD: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Anger over a customer's last messages.

    `level` is its mean probability, newer messages counting twice their predecessor; `change`
    its least-squares slope a message; `rising` whether it climbs towards something to act on.
    """

    level: float = 0.0
    change: float = 0.0
    rising: bool = False


def trend(emotions: Sequence[Emotion]) -> Trend:
    """Read the trend of the customer's messages, oldest first; only the last five count."""
    anger = np.array([emotion.scores.get(Feeling.ANGER, 0.0) for emotion in emotions[-WINDOW:]])
    if not len(anger):
        return Trend()
    level = float(np.average(anger, weights=2.0 ** np.arange(len(anger))))
    if len(anger) == 1:
        return Trend(level=level)
    change = float(np.polyfit(np.arange(len(anger)), anger, deg=1)[0])
    # A climb from calm to slightly less calm is noise; so is an angry start that has cooled down.
    rising = change >= _CLIMB and anger[-1] >= max(_HEARD, anger[-2] - _CLIMB)
    return Trend(level=level, change=change, rising=bool(rising))
