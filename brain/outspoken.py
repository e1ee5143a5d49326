"""Feelings that are said outright, whatever a model makes of them and in whatever language."""

from dataclasses import replace

from brain.ports import EmotionReader
from domain.emotion import Emotion, Feeling
from domain.texts.anger import anger_in, sourness_in
from domain.texts.human import asks_for_human

SAID = 0.85
"""Probability of anger when somebody says "Frechheit": enough for a human."""
HINTED = 0.5
"""The same for sarcasm and rolled eyes: enough for a word of sympathy, not for a human."""


class Outspoken:
    """Reads with a model, and believes plain words more than it."""

    def __init__(self, reader: EmotionReader) -> None:
        self._reader = reader

    async def read(self, text: str) -> Emotion:
        """The emotion of one message."""
        emotion = await self._reader.read(text)
        if words := anger_in(text):
            return _at_least(emotion, SAID, words)
        if words := sourness_in(text):
            return _at_least(emotion, HINTED, words)
        return _calmed(emotion) if emotion.label is Feeling.JOY and asks_for_human(text) else emotion


def _calmed(emotion: Emotion) -> Emotion:
    """Nobody is glad to need a person: "I want a human please" is politeness."""
    joy, neutral = (emotion.scores.get(feeling, 0.0) for feeling in (Feeling.JOY, Feeling.NEUTRAL))
    scores = {**emotion.scores, Feeling.JOY: neutral, Feeling.NEUTRAL: joy}
    return replace(emotion, label=Feeling.NEUTRAL, scores=scores, evidence=())


def _at_least(emotion: Emotion, share: float, words: tuple[str, ...]) -> Emotion:
    """The same with at least this much anger; the other feelings keep their proportions."""
    anger = emotion.scores.get(Feeling.ANGER, 0.0)
    if anger >= share:
        return emotion
    rest = max(1.0 - anger, 1e-9)
    scores = {feeling: score * (1.0 - share) / rest for feeling, score in emotion.scores.items()}
    return replace(emotion, label=Feeling.ANGER, scores={**scores, Feeling.ANGER: share}, evidence=words)
