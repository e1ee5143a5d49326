"""How well a passage fits a question, as a number that can be compared between questions."""

from dataclasses import dataclass
from math import exp

REFUSE_BELOW = 0.35
"""An answer is refused when the best passage's relevance is lower; see `python -m bench.refusal`."""

_WORDS = 5  # a message with as many words of its own is judged by itself as much as by the conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a passage and a question.

    ``conversation`` and ``question`` are cosines, -1 to 1; ``conversation_cover`` and
    ``question_cover`` say how much of the rare words is found in the passage, 0 to 1; ``words``
    counts the question's different words without stop words.
    """

    conversation: float
    conversation_cover: float
    question: float
    question_cover: float
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Of a logistic regression. ``own`` ones count fully from five words of its own upwards."""

    bias: float
    conversation: float
    conversation_cover: float
    own: float
    own_question: float
    own_cover: float


# Fitted by `python -m bench.refusal --fit` on half of doc2dial's documents, of clinc_oos's queries and of the
# handbook's questions.
FITTED = Weights(
    bias=-2.987,
    conversation=4.988,
    conversation_cover=3.724,
    own=-4.431,
    own_question=7.175,
    own_cover=2.873,
)


def features(evidence: Evidence) -> tuple[float, float, float, float, float]:
    """What the regression sees, in the order of `Weights` after the bias."""
    own = min(evidence.words, _WORDS) / _WORDS
    return (
        evidence.conversation,
        evidence.conversation_cover,
        own,
        own * evidence.question,
        own * evidence.question_cover,
    )


def relevance(evidence: Evidence, weights: Weights = FITTED) -> float:
    """0 to 1: how likely it is that the passage helps with the question."""
    factors = (
        weights.conversation,
        weights.conversation_cover,
        weights.own,
        weights.own_question,
        weights.own_cover,
    )
    score = weights.bias + sum(
        factor * value for factor, value in zip(factors, features(evidence), strict=True)
    )
    return 1 / (1 + exp(-score))
