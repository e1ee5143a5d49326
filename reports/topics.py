"""What a group of short texts is about, in a word or two that stay the same when texts are added."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

WORD = re.compile(r"[^\W\d_]{3,}")
HIDDEN = re.compile(r"\[[a-z]+\]")
"""What `reports.mask` puts in place of an address or a number is no topic."""
POLITE = frozenset({"hello", "please", "thank", "thanks", "sorry", "want", "need", "know", "does", "did"})


def topic(texts: Sequence[str], *, words: int = 2) -> tuple[str, ...]:
    """The words that most of the texts share, as they are mostly written; () where there are none."""
    spelled: dict[str, Counter[str]] = {}
    shared: Counter[str] = Counter()
    for text in texts:
        found = list(_words(text))
        shared.update({_stem(word) for word in found})
        for word in found:
            spelled.setdefault(_stem(word), Counter())[word] += 1
    best = sorted(shared, key=lambda stem: (-shared[stem], -len(stem), stem))[:words]
    return tuple(_usual(spelled[stem]) for stem in best)


def stems(words: Iterable[str]) -> tuple[str, ...]:
    """The same whatever the order and the number (fee, fees): for stable ids."""
    return tuple(sorted(_stem(word) for word in words))


def _words(text: str) -> Iterable[str]:
    filler = _filler()
    said = HIDDEN.sub(" ", text.lower())
    return (word for word in WORD.findall(said) if word not in filler)


@lru_cache(maxsize=1)
def _filler() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS | POLITE)


def _stem(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 4 and not word.endswith("ss") else word


def _usual(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda word: (-spellings[word], word))
