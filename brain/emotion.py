"""Reads how a customer's message feels: seven calibrated probabilities and the words behind them.

reader = load_emotion_reader("minilm", folder=root / "models/emotion", threads=2, executor=executor)
emotion = await reader.read("Third time this week. Are you kidding me?")
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from brain.batching import Batcher
from brain.emotion_calibration import Calibration, softmax
from brain.emotion_evidence import from_occlusion, from_pieces, gain_of, without_words
from brain.emotion_labels import LABELS, grouping
from brain.emotion_trend import Trend, trend
from brain.models import MINILM, HubClassifier, OnnxClassifier, Reading, TextClassifier
from domain.emotion import CALM, Emotion, Feeling

Floats = NDArray[np.float32]
FEELINGS: Final = tuple(Feeling(label) for label in LABELS)


class EmotionReader:
    """The brain's EmotionReader port over any text classifier.

    `labels` folds the classifier's own labels into the seven, beside what is known already;
    UnmappedLabels is raised for one that stays open. Concurrent reads share batches.
    """

    def __init__(
        self,
        classifier: TextClassifier,
        *,
        executor: Executor,
        calibration: Calibration | None = None,
        labels: Mapping[str, str] | None = None,
        size: int = 32,
        wait: float = 0.002,
    ) -> None:
        self.id = classifier.id
        self._classifier = classifier
        self._calibration = calibration or Calibration()
        self._groups = grouping(classifier.labels, labels or {})
        self._batcher: Batcher[str, Emotion] = Batcher(
            run=self.classify, executor=executor, size=size, wait=wait
        )

    async def read(self, text: str) -> Emotion:
        """The emotion of one message; neutral where there is no text."""
        if not text.strip():
            return CALM
        return (await self._batcher.submit([text]))[0]

    def classify(self, texts: Sequence[str]) -> list[Emotion]:
        """The emotion of each text, in order, with evidence; blocks while the model runs."""
        readings = self._classifier.classify(texts)
        scores = self._scores(readings)
        return [self._emotion(*of_text) for of_text in zip(texts, readings, scores, strict=True)]

    def scores(self, texts: Sequence[str]) -> Floats:
        """Calibrated probabilities in the order of LABELS, [texts, 7], without evidence."""
        return self._scores(self._classifier.classify(texts))

    def raw_scores(self, texts: Sequence[str]) -> Floats:
        """Probabilities before calibration, [texts, 7]: what a calibration is fitted on."""
        return self._grouped(self._classifier.classify(texts))

    def _grouped(self, readings: Sequence[Reading]) -> Floats:
        if not readings:
            return np.empty((0, len(LABELS)), dtype=np.float32)
        return softmax(np.stack([reading.logits for reading in readings])) @ self._groups

    def _scores(self, readings: Sequence[Reading]) -> Floats:
        return self._calibration.apply(self._grouped(readings))

    def _emotion(self, text: str, reading: Reading, scores: Floats) -> Emotion:
        best = int(scores.argmax())
        emotion = Emotion(
            label=FEELINGS[best],
            scores={feeling: float(score) for feeling, score in zip(FEELINGS, scores, strict=True)},
        )
        if emotion.label is Feeling.NEUTRAL:
            return emotion
        return replace(emotion, evidence=self._evidence(text, reading, best, float(scores[best])))

    def _evidence(self, text: str, reading: Reading, label: int, score: float) -> tuple[str, ...]:
        if reading.pieces:
            return from_pieces(reading, gain_of(reading.logits, self._groups[:, label]))
        words, shorter = zip(*without_words(text), strict=True) if without_words(text) else ((), ())
        return from_occlusion(words, score, [float(row[label]) for row in self.scores(shorter)])


def load_emotion_reader(
    name: str,
    *,
    folder: Path,
    threads: int,
    executor: Executor,
    labels: Mapping[str, str] | None = None,
    wait: float = 0.002,
) -> EmotionReader:
    """Load the model of this name: `minilm` is the one in `folder`, else a hub name or a path.

    `labels` maps a hub model's labels to the seven. Raises Misconfigured or UnmappedLabels.
    """
    if name != MINILM:
        return EmotionReader(
            HubClassifier(name, threads=threads), executor=executor, labels=labels, wait=wait
        )
    model = OnnxClassifier(folder, threads=threads)
    calibration = Calibration.from_config(model.config.get("calibration", {}))
    return EmotionReader(model, executor=executor, calibration=calibration, labels=labels, wait=wait)


__all__ = ["EmotionReader", "Trend", "load_emotion_reader", "trend"]
