"""What a customer's message is read as, over classifiers whose answers are known."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from brain.emotion import EmotionReader, load_emotion_reader
from brain.emotion_calibration import Calibration
from brain.emotion_labels import GOEMOTIONS, LABELS, UnmappedLabels, grouping
from brain.emotion_trend import trend
from brain.models import Piece, Reading
from domain.emotion import CALM, Emotion, Feeling
from domain.errors import Misconfigured

POOL = ThreadPoolExecutor(1)


class Words:
    """Scores by words: each listed word adds 3 to its label's logit; shows pieces if asked to."""

    id = "words-1"

    def __init__(self, labels: Sequence[str], lexicon: dict[str, str], *, pieces: bool) -> None:
        self.labels = tuple(labels)
        self.calls: list[list[str]] = []
        self._lexicon = lexicon
        self._pieces = pieces

    def classify(self, texts: Sequence[str]) -> list[Reading]:
        self.calls.append(list(texts))
        return [self._reading(text) for text in texts]

    def _reading(self, text: str) -> Reading:
        pieces = tuple(Piece(word, self._logits(word)) for word in text.split())
        logits = sum((piece.logits for piece in pieces), self._logits("")) + self._neutral()
        return Reading(logits, pieces if self._pieces else ())

    def _logits(self, word: str) -> np.ndarray:
        label = self._lexicon.get(word.strip(".,!?").lower())
        return np.array([3.0 if name == label else 0.0 for name in self.labels], dtype=np.float32)

    def _neutral(self) -> np.ndarray:
        return np.array([1.0 if name == "neutral" else 0.0 for name in self.labels], dtype=np.float32)


LEXICON = {"lied": "anger", "furious": "anger", "thanks": "joy", "broken": "sadness"}


def reader(*, pieces: bool = True, **options: object) -> EmotionReader:
    return EmotionReader(Words(LABELS, LEXICON, pieces=pieces), executor=POOL, **options)


async def test_anger_is_found_with_the_words_that_carry_it() -> None:
    emotion = await reader().read("You lied about the parcel, I am furious")
    assert emotion.label is Feeling.ANGER
    assert emotion.evidence == ("lied", "furious")
    assert emotion.negative
    assert sum(emotion.scores.values()) == pytest.approx(1.0, abs=1e-5)
    assert emotion.confidence == max(emotion.scores.values())


async def test_a_classifier_that_cannot_show_its_words_is_asked_without_them() -> None:
    emotion = await reader(pieces=False).read("The parcel is broken, sadly")
    assert (emotion.label, emotion.evidence) == (Feeling.SADNESS, ("broken",))


def test_a_strong_word_is_named_and_not_its_neighbours() -> None:
    """Attention spreads what a word means over the words beside it; alone they mean nothing."""

    class Smeared(Words):
        def _reading(self, text: str) -> Reading:
            reading = super()._reading(text)
            mean = sum(piece.logits for piece in reading.pieces) / len(reading.pieces)
            return Reading(reading.logits, tuple(Piece(piece.word, mean) for piece in reading.pieces))

    words = Smeared(LABELS, LEXICON, pieces=True)
    [emotion] = EmotionReader(words, executor=POOL).classify(["delivery drivers lied again"])
    assert emotion.evidence == ("lied",)


def test_words_are_read_alone_once() -> None:
    words = Words(LABELS, LEXICON, pieces=True)
    known = EmotionReader(words, executor=POOL)
    known.classify(["furious driver"])
    known.classify(["Furious parcel"])
    assert words.calls == [["furious driver"], ["driver", "furious"], ["Furious parcel"], ["parcel"]]


def test_words_are_left_out_in_one_batch_and_only_so_many() -> None:
    words = Words(LABELS, LEXICON, pieces=False)
    EmotionReader(words, executor=POOL).classify(["furious " + " ".join(f"word{i}" for i in range(100))])
    assert [len(call) for call in words.calls] == [1, 16]


async def test_a_calm_question_is_neutral_and_needs_no_evidence() -> None:
    words = Words(LABELS, LEXICON, pieces=False)
    emotion = await EmotionReader(words, executor=POOL).read("Where is my parcel?")
    assert (emotion.label, emotion.evidence) == (Feeling.NEUTRAL, ())
    assert len(words.calls) == 1


@pytest.mark.parametrize("text", ["", "  \n"])
async def test_no_text_is_calm(text: str) -> None:
    assert await reader().read(text) == CALM


async def test_simultaneous_reads_each_get_their_own_emotion() -> None:
    words = Words(LABELS, LEXICON, pieces=True)
    shared = EmotionReader(words, executor=POOL)
    texts = ["furious", "thanks", "hello", "broken"] * 5
    found = await asyncio.gather(*(shared.read(text) for text in texts))
    assert [emotion.label for emotion in found] == [
        Feeling.ANGER,
        Feeling.JOY,
        Feeling.NEUTRAL,
        Feeling.SADNESS,
    ] * 5
    assert len(words.calls) < len(texts)


def test_fine_labels_are_summed_into_the_seven() -> None:
    words = Words(tuple(GOEMOTIONS), {"why": "curiosity", "ugh": "annoyance"}, pieces=True)
    question, ugh = EmotionReader(words, executor=POOL).classify(["why", "ugh ugh"])
    assert question.label is Feeling.NEUTRAL
    assert ugh.label is Feeling.ANGER


def test_a_bias_finds_more_of_a_label_and_scores_still_sum_to_one() -> None:
    plain = reader().classify(["hello"])[0]
    bias = tuple(2.0 if label == "anger" else 0.0 for label in LABELS)
    biased = reader(calibration=Calibration(bias=bias)).classify(["hello"])[0]
    assert (plain.label, biased.label) == (Feeling.NEUTRAL, Feeling.ANGER)
    assert sum(biased.scores.values()) == pytest.approx(1.0, abs=1e-5)


def test_a_hub_models_labels_are_mapped_by_configuration() -> None:
    words = Words(("POSITIVE", "NEGATIVE"), {"thanks": "POSITIVE"}, pieces=True)
    with pytest.raises(UnmappedLabels, match="POSITIVE, NEGATIVE"):
        EmotionReader(words, executor=POOL)
    mapped = EmotionReader(words, executor=POOL, labels={"positive": "joy", "negative": "anger"})
    assert mapped.classify(["thanks"])[0].label is Feeling.JOY


def test_curiosity_and_confusion_are_no_surprise() -> None:
    matrix = grouping(("curiosity", "confusion", "Surprise"), {})
    assert [LABELS[place] for place in matrix.argmax(axis=1)] == ["neutral", "neutral", "surprise"]


def test_a_label_mapped_to_something_unknown_is_an_error() -> None:
    with pytest.raises(UnmappedLabels, match="boredom"):
        grouping(("boredom",), {"boredom": "tedium"})


def test_a_missing_model_is_an_error_that_names_its_folder(tmp_path: object) -> None:
    with pytest.raises(Misconfigured, match=str(tmp_path)):
        load_emotion_reader("minilm", folder=tmp_path, threads=1, executor=POOL)


def angry(share: float) -> Emotion:
    return Emotion(label=Feeling.ANGER, scores={Feeling.ANGER: share, Feeling.NEUTRAL: 1 - share})


@pytest.mark.parametrize(
    ("shares", "rising"),
    [
        ((), False),
        ((0.9,), False),
        ((0.1, 0.3, 0.6), True),
        ((0.05, 0.7), True),
        ((0.9, 0.5, 0.1), False),
        ((0.02, 0.05, 0.12), False),
        ((0.1, 0.9, 0.9, 0.1), False),
        ((0.8, 0.8, 0.8), False),
    ],
)
def test_rising_anger_is_a_climb_that_has_not_cooled_down(shares: tuple[float, ...], rising: bool) -> None:
    assert trend([angry(share) for share in shares]).rising is rising


def test_the_newest_messages_weigh_most_and_old_ones_are_forgotten() -> None:
    assert trend([angry(0.0), angry(1.0)]).level == pytest.approx(2 / 3)
    assert trend([angry(1.0)] * 10 + [angry(0.0)] * 5).level == 0.0
