"""Readers for the data that the emotion model is trained and measured on."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class DataMissing(FileNotFoundError):
    """A data file that this measurement needs is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Texts with the ids of their labels; `names` gives each id its name."""

    texts: Sequence[str]
    labels: Sequence[tuple[int, ...]]
    names: Sequence[str]

    def single(self) -> "Examples":
        """Keep the examples whose annotators agreed on one label."""
        kept = [i for i, ids in enumerate(self.labels) if len(ids) == 1]
        return Examples(
            texts=[self.texts[i] for i in kept],
            labels=[self.labels[i] for i in kept],
            names=self.names,
        )

    def groups(self, matrix: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return each text's first label as a group's index; `matrix` is [len(names), groups]."""
        groups = matrix.argmax(axis=1)
        return np.array([groups[ids[0]] for ids in self.labels], dtype=np.int64)


def read_examples(folder: Path, split: str) -> Examples:
    """Read `<split>.tsv` (`text TAB label ids[ TAB id]`) and `labels.txt` of a folder.

    Labels may also stand there by name. Raises DataMissing, naming the file.
    """
    names = _lines(folder / "labels.txt")
    rows = [line.split("\t") for line in _lines(folder / f"{split}.tsv")]
    return Examples(
        texts=[row[0] for row in rows],
        labels=[tuple(_id(part.strip(), names) for part in row[1].split(",")) for row in rows],
        names=names,
    )


def read_support(path: Path) -> tuple[list[str], list[str]]:
    """Read `text TAB label` lines; lines that start with # are remarks."""
    rows = [line.split("\t") for line in _lines(path) if not line.startswith("#")]
    return [row[0] for row in rows], [row[1] for row in rows]


def read_banking(path: Path) -> list[str]:
    """Read the messages of a banking77 file (CSV with a `text` column)."""
    _lines(path)
    with path.open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def _id(label: str, names: Sequence[str]) -> int:
    return int(label) if label.isdecimal() else names.index(label)


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        raise DataMissing(f"no file {path}")
    # Only line feeds end a line: comments may hold other characters that str.splitlines() breaks at.
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    return [line.rstrip("\r") for line in lines if line.strip()]
