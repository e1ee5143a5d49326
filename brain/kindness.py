"""A word on how the customer feels, before our own texts."""

from collections.abc import Mapping

from domain.emotion import Emotion, Feeling
from domain.texts import Key, say

_SORRY: Mapping[Feeling, Key] = {
    Feeling.ANGER: Key.SORRY_ANGER,
    Feeling.DISGUST: Key.SORRY_ANGER,
    Feeling.SADNESS: Key.SORRY_SADNESS,
    Feeling.FEAR: Key.SORRY_FEAR,
}


def kindly(key: Key, language: str, emotion: Emotion) -> str:
    """A system text, after a word of sympathy for an unhappy customer."""
    sorry = _SORRY.get(emotion.label)
    return " ".join(say(part, language) for part in (sorry, key) if part)
