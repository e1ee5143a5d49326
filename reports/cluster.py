"""Short texts that say the same, together."""

from collections.abc import Sequence

import numpy as np

MOST_TEXTS = 1500
"""Above this many different texts, the newest are clustered and each older one joins the nearest."""
APART = 0.82
"""Cosine distance (average linkage) above which two groups of TF-IDF vectors stay apart.

Chosen on questions of banking77: adjusted Rand index 0.45, of each cluster 86 % are one intent.
"""


def cluster(texts: Sequence[str]) -> list[int]:
    """A cluster number for each text; same number: about the same. Deterministic.

    TF-IDF over words and character pieces, so that inflected words and typos still meet, then
    agglomerative clustering by cosine distance.
    """
    unique = list(dict.fromkeys(text.strip().lower() for text in texts))
    if len(unique) < 2:
        return [0] * len(texts)
    numbers = dict(zip(unique, _labels(_vectors(unique)), strict=True))
    return [numbers[text.strip().lower()] for text in texts]


def medoid(texts: Sequence[str]) -> int:
    """Position of the text that is most like all others."""
    if len(texts) < 3:
        return 0
    vectors = _vectors(texts)
    return int(np.argmax(vectors @ vectors.sum(axis=0)))


def _vectors(texts: Sequence[str]) -> np.ndarray:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    words = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    try:
        vectors = make_union(words, pieces).fit_transform(texts).toarray()
    except ValueError:  # nothing but stop words in every text
        vectors = pieces.fit_transform(texts).toarray()
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)


def _labels(vectors: np.ndarray) -> list[int]:
    from sklearn.cluster import AgglomerativeClustering

    head, rest = vectors[-MOST_TEXTS:], vectors[:-MOST_TEXTS]
    distances = np.clip(1 - head @ head.T, 0, 2)
    linkage = AgglomerativeClustering(
        n_clusters=None, distance_threshold=APART, metric="precomputed", linkage="average"
    )
    labels = linkage.fit_predict(distances)
    nearest = labels[np.argmax(rest @ head.T, axis=1)] if len(rest) else []
    return [int(label) for label in (*nearest, *labels)]
