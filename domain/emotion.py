"""How a customer feels, as read from their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Feeling(StrEnum):
    """Ekman's six basic emotions and neutral."""

    ANGER = "anger"
    DISGUST = "disgust"
    FEAR = "fear"
    JOY = "joy"
    NEUTRAL = "neutral"
    SADNESS = "sadness"
    SURPRISE = "surprise"


NEGATIVE = frozenset({Feeling.ANGER, Feeling.DISGUST, Feeling.FEAR, Feeling.SADNESS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Emotion:
    """``scores`` are calibrated probabilities that sum to 1; ``evidence`` the words that carried it."""

    label: Feeling
    scores: Mapping[Feeling, float]
    evidence: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        """Probability of the label, 0 to 1."""
        return self.scores.get(self.label, 0.0)

    @property
    def negative(self) -> bool:
        """Whether the customer is unhappy."""
        return self.label in NEGATIVE


CALM = Emotion(label=Feeling.NEUTRAL, scores={Feeling.NEUTRAL: 1.0})
"""What is assumed where nothing was read (no text, or the model failed)."""
