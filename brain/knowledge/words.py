"""Words: the lexical half of the search, with bm25s."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from math import log

import numpy as np
from numpy.typing import NDArray

from brain.recent import Recent

Floats = NDArray[np.float32]

_K1, _B = 1.2, 0.75  # the usual values; 0.9/0.4 and 1.6/0.75 were no better
_STEM = 5
_CACHED_BYTES = 32 * 1024 * 1024
_ACCENTS = re.compile(r"[\u0300-\u036f\u064b-\u0655\u0670]")
# Python's \w leaves out the vowel signs of Hindi, which would cut words to pieces.
_WORD = re.compile(r"[\w\u0900-\u0963]+")


def terms(text: str) -> list[str]:
    """Lower-case words without accents and without stop words. Stemming did not help."""
    return [word for word in _words(text) if word not in _stop_words()]


@cache
def _stop_words() -> frozenset[str]:
    from bm25s import stopwords

    lists = (
        stopwords.STOPWORDS_EN_PLUS,
        stopwords.STOPWORDS_GERMAN,
        stopwords.STOPWORDS_FRENCH,
        stopwords.STOPWORDS_SPANISH,
        stopwords.STOPWORDS_PORTUGUESE,
    )
    return frozenset(plain for words in lists for word in words for plain in _words(word))


def _words(text: str) -> list[str]:
    return _WORD.findall(_ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold())))


class WordIndex:
    """Scores texts for the words they share with a question. Building it is CPU-bound."""

    def __init__(self, texts: Sequence[str]) -> None:
        from bm25s import BM25

        found = [terms(text) for text in texts]
        self._stems = [stems(words) for words in found]
        often = Counter(word for words in self._stems for word in words)
        self._rarity = {word: _rarity(len(texts), count) for word, count in often.items()}
        self._unknown = _rarity(len(texts), 0)
        self._size = len(texts)
        self._engine: BM25 | None = None
        self._known = frozenset(word for words in found for word in words)
        if self._known:
            self._engine = BM25(k1=_K1, b=_B)
            self._engine.index(found, show_progress=False)
        self._scores: Recent[str, Floats] = Recent(max(8, _CACHED_BYTES // (4 * max(1, len(texts)))))

    def scores(self, text: str) -> Floats:
        """BM25 of every text, in order."""
        kept = self._scores.get(text)
        if kept is None:
            kept = self._computed([word for word in terms(text) if word in self._known])
            self._scores.put(text, kept)
        return kept

    def _computed(self, known: list[str]) -> Floats:
        if not known or self._engine is None:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._engine.get_scores(known), dtype=np.float32)

    def cover(self, wanted: frozenset[str], at: int) -> float:
        """How much of the rarity of stems is found in a text, 0 to 1; 0 for no stems."""
        total = sum(self._rarity.get(stem, self._unknown) for stem in wanted)
        return sum(self._rarity[stem] for stem in wanted & self._stems[at]) / total if total else 0.0


def stems(words: Iterable[str]) -> frozenset[str]:
    """The beginnings of words: ``complain`` is found in ``complaints``, in most languages alike."""
    return frozenset(word[:_STEM] for word in words)


def _rarity(texts: int, count: int) -> float:
    """Inverse document frequency, as in BM25."""
    return log(1 + (texts - count + 0.5) / (count + 0.5))
