"""When a human takes over. Pure: signals in, a reason out."""

from dataclasses import dataclass

from brain.emotion_trend import trend
from brain.smalltalk import says_yes
from domain.answer import Reason, Turn
from domain.emotion import CALM, Emotion, Feeling
from domain.texts.human import asks_for_human

HOSTILE = (Feeling.ANGER, Feeling.DISGUST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits from which the bot hands over; probabilities 0 to 1.

    ``anger``: anger and disgust of one message; calibrated models rarely give more than 0.8 to "This is
    ridiculous! You lost my parcel". ``rising``: the same, when anger rose over the last messages (see
    `brain.emotion_trend`). ``felt``: from when on a feeling sets the tone. ``refusals``: refusals in a row,
    this turn's included.
    """

    anger: float = 0.7
    felt: float = 0.4
    rising: float = 0.45
    refusals: int = 2

    def before(self, turn: Turn, emotion: Emotion) -> Reason | None:
        """Why to hand over without answering. Only what is said now counts, never earlier requests."""
        if asks_for_human(turn.text) or (turn.refusals and says_yes(turn.text)):
            return Reason.ASKED
        if self.angry(emotion, turn.emotions):
            return Reason.ANGRY
        return None

    def after_refusal(self, turn: Turn) -> Reason | None:
        """Why to hand over when nothing was found now either."""
        return Reason.UNANSWERED if turn.refusals + 1 >= self.refusals else None

    def angry(self, now: Emotion, earlier: tuple[Emotion, ...]) -> bool:
        """Whether the customer is very angry, or getting angrier from message to message."""
        if hostility(now) >= self.anger:
            return True
        return hostility(now) >= self.rising and trend((*earlier, now)).rising

    def mood(self, emotion: Emotion) -> Emotion:
        """The emotion to sound by: an uncertain one is treated as none."""
        return emotion if emotion.confidence >= self.felt else CALM


def hostility(emotion: Emotion) -> float:
    """Probability of anger or disgust."""
    return sum(emotion.scores.get(feeling, 0.0) for feeling in HOSTILE)
