"""Names the words that carried a decision.

Two ways, by what the classifier can tell. Where its head is linear on the mean of the tokens,
each word's share of the decision is known from the same pass; but attention spreads a strong
word over its neighbours, so the share is joined with what the word says when it stands alone,
which is remembered between messages. Otherwise words are left out one at a time, all variants
in one batch.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from brain.models import Reading

Floats = NDArray[np.float32]

AT_MOST: Final = 3
OCCLUDED_AT_MOST: Final = 16
_WORD = re.compile(r"\w[\w'’-]*|[!?]{2,}")
# Words that never carry a feeling by themselves, whatever the model makes of them.
_EMPTY: Final = frozenset(
    word
    for line in (
        "a an the and or but if of to in on at by for with from as is are was were be been am it its this",
        "that these those i i'm my me we our you your he she they his her their s t m re ve d ll just have",
        "has had do does did",
    )
    for word in line.split()
)


def from_pieces(reading: Reading, gain: Floats, alone: Mapping[str, float]) -> tuple[str, ...]:
    """Return the words that raised the label most, in the text's order.

    `gain` is how the label's log-probability changes with each logit, [labels]; `alone` the
    label's probability for each of `telling(reading)` as a text of its own.
    """
    words = telling(reading)
    shares = np.array([max(0.0, float(piece.logits @ gain)) for piece in reading.pieces if tells(piece.word)])
    whole = shares.sum() or 1.0
    return _leading(words, [alone[word] + share / whole for word, share in zip(words, shares, strict=True)])


def telling(reading: Reading) -> list[str]:
    """Return the reading's words that could carry a feeling."""
    return [piece.word for piece in reading.pieces if tells(piece.word)]


def gain_of(logits: Floats, group: Floats) -> Floats:
    """Return d log p(group) / d logits, [labels]; `group` marks the group's labels with ones."""
    shifted = np.exp(logits - logits.max())
    probability = shifted / shifted.sum()
    inside = probability * group
    gain: Floats = (inside / max(inside.sum(), 1e-9) - probability).astype(np.float32)
    return gain


def without_words(text: str) -> list[tuple[str, str]]:
    """Return (word, text without it) for the first words that could carry a feeling."""
    found = (match for match in _WORD.finditer(text) if tells(match.group()))
    return [
        (match.group(), f"{text[: match.start()]}{text[match.end() :]}".strip())
        for match in islice(found, OCCLUDED_AT_MOST)
    ]


def from_occlusion(words: Sequence[str], whole: float, without: Sequence[float]) -> tuple[str, ...]:
    """Return the words whose absence lowered the label's probability most, in the text's order."""
    return _leading(words, [whole - score for score in without])


def _leading(words: Sequence[str], shares: Sequence[float]) -> tuple[str, ...]:
    """Keep the few words with at least half of the strongest one's share."""
    strongest = max(shares, default=0.0)
    if strongest <= 0.0:
        return ()
    order = sorted(range(len(words)), key=lambda place: -shares[place])[:AT_MOST]
    kept = sorted(place for place in order if shares[place] >= strongest / 2)
    return tuple(dict.fromkeys(words[place] for place in kept))


def tells(word: str) -> bool:
    """Tell whether a word could carry a feeling at all."""
    shown = word.strip("!?") == "" and "!" in word
    return shown or (word.lower() not in _EMPTY and any(character.isalpha() for character in word))
