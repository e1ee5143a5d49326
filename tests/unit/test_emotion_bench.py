"""The measurement measures what it says, and says what it leaves out."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bench.emotion import SUPPORT, Data, Labelled, baseline, labelled, load, main, measure
from bench.emotion_data import DataMissing, read_banking, read_examples, read_support
from brain.emotion_labels import LABELS, UnmappedLabels

ROOT = Path(__file__).parents[2]
KEYS = {
    "macro_f1",
    "accuracy",
    "anger_recall",
    "banking77_neutral",
    "ece",
    "texts_per_second",
    "support_set_macro_f1",
    "model_mb",
}


def folder_of(tmp_path: Path, rows: str, labels: str) -> Path:
    (tmp_path / "test.tsv").write_text(rows, encoding="utf-8")
    (tmp_path / "labels.txt").write_text(labels, encoding="utf-8")
    return tmp_path


def says(word: str, label: str, sure: float = 0.9) -> object:
    """A model that gives `label` to texts with `word` in them and neutral to the rest."""

    def score(texts: Sequence[str]) -> np.ndarray:
        rows = np.full((len(texts), len(LABELS)), (1 - sure) / 6, dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row, LABELS.index(label if word in text else "neutral")] = sure
        return rows

    return score


def test_only_examples_with_one_label_count_and_labels_are_mapped(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "so cross\t0\tid1\nboth\t0,1\tid2\r\nwhat\u0085now\t1\n", "cross\nquery\n")
    found = labelled(read_examples(folder, "test"), {"cross": "anger", "query": "neutral"})
    assert found.texts == ["so cross", "what\u0085now"]
    assert [LABELS[place] for place in found.truth] == ["anger", "neutral"]


def test_labels_may_stand_by_name(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "hm\tconfusion\nyay\tjoy\n", "confusion\njoy\n")
    found = labelled(read_examples(folder, "test"), {})
    assert [LABELS[place] for place in found.truth] == ["neutral", "joy"]


def test_unknown_labels_are_an_error_that_names_them(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "hm\t0\n", "boredom\n")
    with pytest.raises(UnmappedLabels, match="boredom"):
        labelled(read_examples(folder, "test"), {})


def test_missing_data_is_skipped_and_said(tmp_path: Path) -> None:
    said: list[str] = []
    data = load(tmp_path / "none", tmp_path / "none.csv", {}, said.append)
    assert (data.test, data.train, data.banking) == (None, None, None)
    assert [line.split(" (")[0] for line in said] == [
        "skipped: test split",
        "skipped: baseline, which needs train.tsv",
        "skipped: banking77",
    ]
    figures = measure(says("x", "joy"), data)
    assert figures["macro_f1"] is None
    assert figures["banking77_neutral"] is None
    assert figures["support_set_macro_f1"] is not None


def test_figures_are_what_they_are_called() -> None:
    anger, neutral = LABELS.index("anger"), LABELS.index("neutral")
    test = Labelled(texts=["grr", "grr", "hm", "hm"], truth=np.array([anger, neutral, neutral, anger]))
    data = Data(test=test, train=None, banking=["hi", "grr", "how", "why"], support=test)
    figures = measure(says("grr", "anger", sure=0.8), data)
    assert figures["accuracy"] == 0.5
    assert figures["anger_recall"] == 0.5
    assert figures["neutral_recall"] == 0.5
    assert figures["macro_f1"] == pytest.approx(0.5)
    assert figures["ece"] == pytest.approx(0.3, abs=1e-5)
    assert figures["banking77_neutral"] == 0.75


def test_the_baseline_learns_and_scores_every_label() -> None:
    texts = ["you liars", "thanks a lot"] * 10
    truth = np.array([LABELS.index("anger"), LABELS.index("joy")] * 10)
    scores = baseline(Labelled(texts=texts, truth=truth))(["liars", "thanks"])
    assert scores.shape == (2, len(LABELS))
    assert [LABELS[place] for place in scores.argmax(axis=1)] == ["anger", "joy"]


def test_banking_messages_are_read_with_their_commas(tmp_path: Path) -> None:
    path = tmp_path / "test.csv"
    path.write_text('text,category\n"Hi, where is it?",x\nWhy,y\n', encoding="utf-8")
    assert read_banking(path) == ["Hi, where is it?", "Why"]
    with pytest.raises(DataMissing, match=r"other\.csv"):
        read_banking(tmp_path / "other.csv")


def test_the_support_set_is_large_clean_and_has_every_label() -> None:
    texts, names = read_support(SUPPORT)
    assert len(texts) >= 300
    assert len(set(texts)) == len(texts)
    assert set(names) == set(LABELS)
    assert min(names.count(label) for label in LABELS) >= 20


def test_json_comes_last_with_every_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path, "You are lying to me!\t0\nWhere is it?\t1\n", "rage\nplain\n")
    names = tmp_path / "map.json"
    names.write_text('{"rage": "anger", "plain": "neutral"}', encoding="utf-8")
    missing = str(tmp_path / "none.csv")
    main(["--data", str(folder), "--map", str(names), "--banking", missing, "--threads", "1", "--json"])
    shown = capsys.readouterr().out
    figures = json.loads(shown.strip().splitlines()[-1])
    assert figures.keys() >= KEYS
    assert figures["model_mb"] <= 25
    assert figures["banking77_neutral"] is None
    assert "skipped: banking77" in shown
