"""Text models behind two small interfaces; the only place that imports their runtimes.

The defaults run as int8 ONNX on onnxruntime with the `tokenizers` library. torch, transformers
and sentence-transformers are imported only when a model is named that has no such export.
Nothing here is async and nothing is imported before it is needed.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from domain.errors import Misconfigured

if TYPE_CHECKING:
    from tokenizers import Encoding

MINILM = "minilm"
MINILM_FOLDER = "minilm-int8"
MAX_TOKENS = 256  # what MiniLM was trained to read; the rest of a longer text is ignored
_BATCH = 32

Floats = NDArray[np.float32]


class TextEncoder(Protocol):
    """Turns texts into vectors; `id` names the model and its export, for collection names."""

    id: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 vectors of length 1: [texts, dimensions]."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones and without cutting."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of the text and what it adds to each label's logit: [labels]."""

    word: str
    logits: Floats


@dataclass(frozen=True, slots=True)
class Reading:
    """A classifier's raw logits for one text, [labels]; `pieces` is empty where it can't tell."""

    logits: Floats
    pieces: tuple[Piece, ...] = ()


class TextClassifier(Protocol):
    """Gives texts logits for its own `labels`."""

    id: str
    labels: tuple[str, ...]

    def classify(self, texts: Sequence[str]) -> list[Reading]:
        """One reading for each text, in order."""
        ...


class OnnxModel:
    """An exported model's folder: `model.onnx`, `tokenizer.json`, `config.json`.

    Raises Misconfigured when a file is missing.
    """

    def __init__(self, folder: Path, *, threads: int, max_tokens: int) -> None:
        from tokenizers import Tokenizer

        for name in ("model.onnx", "tokenizer.json", "config.json"):
            if not (folder / name).is_file():
                raise Misconfigured(f"No {name} in the model's folder {folder}.")
        self.config: Mapping[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._session = _session(folder / "model.onnx", threads)
        self._outputs = [output.name for output in self._session.get_outputs()]
        self._whole = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._whole.no_truncation()
        self._whole.no_padding()
        self._cut = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._cut.enable_truncation(max_tokens)
        self._cut.no_padding()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones and without cutting."""
        encodings = self._whole.encode_batch(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]

    def tokens(self, texts: Sequence[str]) -> "list[Encoding]":
        """Each text's tokens with their places in it, cut to the model's length."""
        return self._cut.encode_batch(list(texts))

    def run(self, encodings: "Sequence[Encoding]") -> list[dict[str, Floats]]:
        """Return each text's row of every output by name, in order; rows keep their padding."""
        rows: list[dict[str, Floats]] = [{}] * len(encodings)
        for places in _of_like_length(encodings):
            ids, mask = _padded([encodings[place].ids for place in places])
            values = self._session.run(self._outputs, {"input_ids": ids, "attention_mask": mask})
            for row, place in enumerate(places):
                rows[place] = {name: value[row] for name, value in zip(self._outputs, values, strict=True)}
        return rows


def _session(path: Path, threads: int) -> Any:  # onnxruntime ships no types
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Waiting threads would otherwise burn the cores that the event loop and MongoDB need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _of_like_length(encodings: "Sequence[Encoding]") -> Iterator[list[int]]:
    """Yield batches of places, shortest texts first, so that little is padding."""
    order = sorted(range(len(encodings)), key=lambda place: len(encodings[place].ids))
    for start in range(0, len(order), _BATCH):
        yield order[start : start + _BATCH]


def _padded(ids: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return ids and mask, [texts, longest]; padding has id 0 and mask 0."""
    longest = max(len(row) for row in ids)
    padded = np.zeros((len(ids), longest), dtype=np.int64)
    mask = np.zeros_like(padded)
    for row, tokens in enumerate(ids):
        padded[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return padded, mask


class OnnxEncoder:
    """MiniLM, or another mean-pooled encoder, from its exported folder."""

    def __init__(self, folder: Path, *, threads: int, max_tokens: int = MAX_TOKENS) -> None:
        self._model = OnnxModel(folder, threads=threads, max_tokens=max_tokens)
        self.id: str = self._model.config["id"]
        self.dimensions: int = self._model.config["dimensions"]

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 vectors of length 1: [texts, dimensions]."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return np.stack([row["vector"] for row in self._model.run(self._model.tokens(texts))])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones and without cutting."""
        return self._model.count_tokens(texts)


class OnnxClassifier:
    """A classifier whose head is linear on the mean of its tokens, so that words' shares add up.

    `config.json` has `id` and, as in Hugging Face's format, `id2label`.
    """

    def __init__(self, folder: Path, *, threads: int, max_tokens: int = 128) -> None:
        self._model = OnnxModel(folder, threads=threads, max_tokens=max_tokens)
        self.config = self._model.config
        self.id: str = self.config["id"]
        names: Mapping[str, str] = self.config["id2label"]
        self.labels = tuple(names[str(index)] for index in range(len(names)))

    def classify(self, texts: Sequence[str]) -> list[Reading]:
        """One reading for each text, in order."""
        if not texts:
            return []
        encodings = self._model.tokens(texts)
        rows = self._model.run(encodings)
        return [
            Reading(row["logits"], tuple(_pieces(text, encoding, row["token_logits"])))
            for text, encoding, row in zip(texts, encodings, rows, strict=True)
        ]


def _pieces(text: str, encoding: "Encoding", token_logits: Floats) -> Iterator[Piece]:
    """Join each word's tokens: their logits, divided by the text's tokens, add up to its share."""
    count = len(encoding.ids)
    spans: dict[int, tuple[int, int]] = {}
    shares: dict[int, Floats] = {}
    for place, (word, (start, end)) in enumerate(zip(encoding.word_ids, encoding.offsets, strict=True)):
        if word is not None:
            spans[word] = (min(start, spans.get(word, (start, end))[0]), end)
            shares[word] = shares.get(word, np.float32(0.0)) + token_logits[place] / count
    for word, (start, end) in spans.items():
        yield Piece(text[start:end], shares[word])


def _hub_id(name: str) -> str:
    """Make a hub name or a folder's name fit for a collection's name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", Path(name).name if Path(name).exists() else name)


class HubEncoder:
    """Any sentence-transformers model by hub name or local folder, on torch."""

    def __init__(self, name: str, *, threads: int) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        try:
            self._model = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError) as error:
            raise Misconfigured(f"The encoder {name!r} can't be loaded: {error}") from error
        self.id = _hub_id(name)
        self.dimensions: int = self._model.get_embedding_dimension() or 0

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 vectors of length 1: [texts, dimensions]."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones and without cutting."""
        tokenizer = self._model.tokenizer
        return [len(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts]


class HubClassifier:
    """Any text-classification model by hub name or local folder, on transformers and torch."""

    def __init__(self, name: str, *, threads: int, max_tokens: int = 128) -> None:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        torch.set_num_threads(threads)
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(name)
            self._model = AutoModelForSequenceClassification.from_pretrained(name).eval()
        except (OSError, ValueError) as error:
            raise Misconfigured(f"The emotion model {name!r} can't be loaded: {error}") from error
        names: Mapping[int, str] = self._model.config.id2label
        self._max_tokens = max_tokens
        self.id = _hub_id(name)
        self.labels = tuple(names[index] for index in range(len(names)))

    def classify(self, texts: Sequence[str]) -> list[Reading]:
        """One reading for each text, in order; without pieces."""
        import torch

        readings: list[Reading] = []
        for start in range(0, len(texts), _BATCH):
            inputs = self._tokenizer(
                list(texts[start : start + _BATCH]),
                padding=True,
                truncation=True,
                max_length=self._max_tokens,
                return_tensors="pt",
            )
            with torch.inference_mode():
                logits = self._model(**inputs).logits
            readings += [Reading(row) for row in logits.float().numpy()]
        return readings


def load_encoder(name: str, *, cache_dir: Path, threads: int) -> TextEncoder:
    """Load the encoder of this name: `minilm` (the default), else a hub name or a folder.

    Raises Misconfigured, saying what to do, when it isn't there.
    """
    if name != MINILM:
        return HubEncoder(name, threads=threads)
    folder = cache_dir / MINILM_FOLDER
    if not (folder / "config.json").is_file():
        raise Misconfigured(f"No encoder in {folder} yet: run `python -m scripts.export_encoder` once.")
    return OnnxEncoder(folder, threads=threads)
