"""Reads how a customer's message feels: seven calibrated probabilities and the words behind them.

reader = load_emotion_reader("minilm", folder=root / "models/emotion", threads=2, executor=executor)
emotion = await reader.read("Third time this week. Are you kidding me?")
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from brain.batching import Batcher
from brain.emotion_calibration import Calibration, softmax
from brain.emotion_evidence import from_occlusion, from_pieces, gain_of, telling, without_words
from brain.emotion_labels import LABELS, grouping
from brain.emotion_trend import Trend, trend
from brain.models import MINILM, HubClassifier, OnnxClassifier, Reading, TextClassifier
from domain.emotion import CALM, Emotion, Feeling

Floats = NDArray[np.float32]
FEELINGS: Final = tuple(Feeling(label) for label in LABELS)
_NEUTRAL: Final = LABELS.index("neutral")
_REMEMBER: Final = 10_000


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
        self._remembered: dict[str, Floats] = {}
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
        felt = [r for r, row in zip(readings, scores, strict=True) if row.argmax() != _NEUTRAL]
        alone = self._alone(word for reading in felt for word in telling(reading))
        return [self._emotion(*of_text, alone) for of_text in zip(texts, readings, scores, strict=True)]

    def scores(self, texts: Sequence[str]) -> Floats:
        """Calibrated probabilities in the order of LABELS, [texts, 7], without evidence."""
        return self._scores(self._classifier.classify(texts) if texts else [])

    def raw_scores(self, texts: Sequence[str]) -> Floats:
        """Probabilities before calibration, [texts, 7]: what a calibration is fitted on."""
        return self._grouped(self._classifier.classify(texts))

    def _grouped(self, readings: Sequence[Reading]) -> Floats:
        if not readings:
            return np.empty((0, len(LABELS)), dtype=np.float32)
        return softmax(np.stack([reading.logits for reading in readings])) @ self._groups

    def _scores(self, readings: Sequence[Reading]) -> Floats:
        return self._calibration.apply(self._grouped(readings))

    def _alone(self, words: Iterable[str]) -> Mapping[str, Floats]:
        """Return each word's scores as a text of its own; new ones are read in one batch."""
        wanted = {word.lower() for word in words}
        known = {word: self._remembered[word] for word in wanted & self._remembered.keys()}
        new = sorted(wanted - known.keys())
        known |= dict(zip(new, self.scores(new), strict=True))
        # Replaced rather than emptied: another thread may be reading the old one.
        self._remembered = known if len(self._remembered) > _REMEMBER else {**self._remembered, **known}
        return known

    def _emotion(self, text: str, reading: Reading, scores: Floats, alone: Mapping[str, Floats]) -> Emotion:
        best = int(scores.argmax())
        emotion = Emotion(
            label=FEELINGS[best],
            scores={feeling: float(score) for feeling, score in zip(FEELINGS, scores, strict=True)},
        )
        if best == _NEUTRAL:
            return emotion
        if not reading.pieces:
            return replace(emotion, evidence=self._by_omission(text, best, float(scores[best])))
        gain = gain_of(reading.logits, self._groups[:, best])
        of_label = {word: float(alone[word.lower()][best]) for word in telling(reading)}
        return replace(emotion, evidence=from_pieces(reading, gain, of_label))

    def _by_omission(self, text: str, label: int, score: float) -> tuple[str, ...]:
        words = without_words(text)
        shorter = self.scores([rest for _, rest in words])
        return from_occlusion([word for word, _ in words], score, [float(row[label]) for row in shorter])


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
