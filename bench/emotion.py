"""Measure the emotion model: `python -m bench.emotion [--data DIR] [--map FILE.json] [--json]`.

Three data sets, none of them trained on: the GoEmotions test split (single-label examples,
grouped to the seven), banking77 (calm questions, so nearly all should be neutral) and the
support messages labelled by hand in bench/data. TF-IDF with logistic regression, trained in the
same run on the same training split, stands beside ours.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.emotion_data import DataMissing, Examples, read_banking, read_examples, read_support
from brain.emotion import EmotionReader, load_emotion_reader
from brain.emotion_calibration import calibration_error, macro_f1, recalls
from brain.emotion_labels import LABELS, UnmappedLabels, grouping

ROOT = Path(__file__).resolve().parent.parent
SUPPORT = Path(__file__).resolve().parent / "data/support_emotions.tsv"
TARGETS = {
    "macro_f1": 0.65,
    "accuracy": 0.74,
    "anger_recall": 0.55,
    "banking77_neutral": 0.90,
    "ece": 0.05,
    "support_set_macro_f1": 0.70,
}

Floats = NDArray[np.float32]
Score = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Texts with their true labels' places in LABELS."""

    texts: Sequence[str]
    truth: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """What there is to measure on; None where files are missing."""

    test: Labelled | None
    train: Labelled | None
    banking: Sequence[str] | None
    support: Labelled


def labelled(examples: Examples, mapping: Mapping[str, str]) -> Labelled:
    """Keep single-label examples, grouped to the seven."""
    single = examples.single()
    return Labelled(texts=single.texts, truth=single.groups(grouping(single.names, mapping)))


def load(folder: Path, banking: Path, mapping: Mapping[str, str], say: Callable[[str], None]) -> Data:
    """Read what is there and say what is skipped."""

    def optional(read: Callable[[], Any], skipped: str) -> Any:
        try:
            return read()
        except DataMissing as error:
            say(f"skipped: {skipped} ({error})")
            return None

    texts, names = read_support(SUPPORT)
    return Data(
        test=optional(lambda: labelled(read_examples(folder, "test"), mapping), "test split"),
        train=optional(
            lambda: labelled(read_examples(folder, "train"), mapping), "baseline, which needs train.tsv"
        ),
        banking=optional(lambda: read_banking(banking), "banking77"),
        support=Labelled(texts=texts, truth=np.array([LABELS.index(name) for name in names])),
    )


def measure(score: Score, data: Data) -> dict[str, float | None]:
    """Return every figure of one model; None where its data is missing."""
    figures: dict[str, float | None] = dict.fromkeys(("macro_f1", "accuracy", "anger_recall", "ece"))
    if data.test:
        figures |= quality(score(data.test.texts), data.test.truth)
    neutral = LABELS.index("neutral")
    calm = None if data.banking is None else float((score(data.banking).argmax(axis=1) == neutral).mean())
    on_support = quality(score(data.support.texts), data.support.truth)
    return figures | {
        "banking77_neutral": calm,
        **{f"support_set_{name}": value for name, value in on_support.items()},
    }


def quality(scores: Floats, truth: NDArray[np.int64]) -> dict[str, float]:
    """Return accuracy, macro-F1, calibration error and recall by label."""
    predicted = scores.argmax(axis=1)
    by_label = zip(LABELS, recalls(predicted, truth), strict=True)
    return {
        "macro_f1": macro_f1(predicted, truth),
        "accuracy": float((predicted == truth).mean()),
        "ece": calibration_error(scores, truth),
        **{f"{label}_recall": float(recall) for label, recall in by_label},
    }


def baseline(train: Labelled) -> Score:
    """Train TF-IDF (words and pairs) with logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = make_pipeline(words, LogisticRegression(C=4.0, max_iter=300))
    model.fit(train.texts, train.truth)

    def score(texts: Sequence[str]) -> Floats:
        scores = np.zeros((len(texts), len(LABELS)), dtype=np.float32)
        scores[:, model.classes_] = model.predict_proba(texts)
        return scores

    return score


def speed(reader: EmotionReader, texts: Sequence[str]) -> float:
    """Return texts per second, evidence included, in batches of 32; the best of three rounds."""
    batches = [texts[start : start + 32] for start in range(0, min(len(texts), 320), 32)]
    count = sum(len(batch) for batch in batches)
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        for batch in batches:
            reader.classify(batch)
        best = min(best, time.perf_counter() - started)
    return count / best


def table(ours: Mapping[str, float | None], theirs: Mapping[str, float | None] | None) -> Table:
    """Lay the figures out beside the baseline's and the targets."""
    shown = Table(title="Emotion")
    for column in ("measure", "ours", "TF-IDF + logistic regression", "target"):
        shown.add_column(column, justify="left" if column == "measure" else "right")
    for name, value in ours.items():
        target = TARGETS.get(name)
        sign = "≤" if name == "ece" else "≥"
        shown.add_row(
            name,
            _figure(value),
            _figure((theirs or {}).get(name)),
            f"{sign} {target:.2f}" if target else "",
        )
    return shown


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if value < 5 else f"{value:.1f}"


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure the emotion model.")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/goemotions")
    parser.add_argument("--banking", type=Path, default=ROOT.parent / "shared/data/banking77/test.csv")
    parser.add_argument("--map", type=Path, help="JSON file: the data's or the model's label -> ours")
    parser.add_argument("--model", default="minilm", help="minilm, a hub name or a path")
    parser.add_argument("--folder", type=Path, default=ROOT / "models/emotion")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print one JSON object last")
    return parser.parse_args(arguments)


def reader_of(options: argparse.Namespace, mapping: Mapping[str, str], executor: Executor) -> EmotionReader:
    """Load the model that is to be measured."""
    return load_emotion_reader(
        options.model, folder=options.folder, threads=options.threads, executor=executor, labels=mapping
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = options_of(arguments)
    console = Console()
    mapping = json.loads(options.map.read_text(encoding="utf-8")) if options.map else {}
    with ThreadPoolExecutor(1) as executor:
        try:
            data = load(options.data, options.banking, mapping, print)
            reader = reader_of(options, mapping, executor)
        except UnmappedLabels as error:
            raise SystemExit(f"{error} Map them with --map FILE.json.") from error
        ours = measure(reader.scores, data)
        ours["texts_per_second"] = speed(reader, data.support.texts)
    if options.model == "minilm":
        ours["model_mb"] = (options.folder / "model.onnx").stat().st_size / 1e6
    theirs = measure(baseline(data.train), data) if data.train else None
    console.print(table(ours, theirs))
    if options.json:
        print(json.dumps(ours | {"baseline": theirs}))


if __name__ == "__main__":
    main()
