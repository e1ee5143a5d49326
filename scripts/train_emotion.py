"""Train the default emotion model on GoEmotions, as a calibrated int8 ONNX of 29 MB.

    python -m scripts.train_emotion --data ../shared/data/goemotions

Two teachers, each on another three quarters of the data; two students that share their lower
layers and learn from the teachers' mean; both students in one file (scripts/emotion_*.py). All
runs learn the 28 labels (soft targets where annotators gave several) and the seven groups at
once: the fine labels carry more signal, the groups are what is asked for. Nothing is chosen on
the test split: the temperature and the groups' biases come from dev, measured on the very int8
file that is shipped.

Every finished or half-finished run is kept in `--cache`: started again, the script goes on.
"""

import argparse
import json
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from bench.emotion import Labelled, labelled, quality
from bench.emotion_data import DataMissing, read_banking, read_examples
from brain.emotion import EmotionReader
from brain.emotion_calibration import Calibration, Floor, fit_steadily
from brain.models import OnnxClassifier
from scripts.bert_graph import Shape, save_int8
from scripts.emotion_students import joined, student_jobs
from scripts.emotion_teachers import opinions, run_all, teacher_jobs, whole_job
from scripts.export_encoder import weights_folder

ROOT = Path(__file__).resolve().parent.parent
MODEL = "minilm-l6-goemotions-int8-2"
FLOOR = Floor(accuracy=0.75, anger_recall=0.57, calm=0.91)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """What calibration is fitted on: labelled comments, and questions that should be neutral."""

    dev: Labelled
    calm: Sequence[str]


def ship(students: Sequence[Path], names: Sequence[str], held_out: HeldOut, folder: Path) -> None:
    """Write the int8 model and its tokenizer, and calibrate that very file on held-out messages."""
    save_int8(
        joined([torch.load(path) for path in students], shape_of(weights_folder())), folder / "model.onnx"
    )
    shutil.copyfile(weights_folder() / "tokenizer.json", folder / "tokenizer.json")
    config = {"id": MODEL, "id2label": dict(enumerate(names))}
    _write(folder, config)
    config["calibration"] = calibrated(folder, held_out).as_config()
    _write(folder, config)


def shape_of(folder: Path) -> Shape:
    """Read a BERT's size from its folder."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return Shape(
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        epsilon=config["layer_norm_eps"],
    )


def calibrated(folder: Path, held_out: HeldOut) -> Calibration:
    """Fit biases and temperature to the model in this folder, in about a minute."""
    dev = held_out.dev
    with ThreadPoolExecutor(1) as executor:
        reader = EmotionReader(OnnxClassifier(folder, threads=2), executor=executor)
        raw = reader.raw_scores(dev.texts)
        calm = reader.raw_scores(held_out.calm) if held_out.calm else None
    fitted = fit_steadily(raw, dev.truth, FLOOR, calm)
    for when, scores in (("before", raw), ("after", fitted.apply(raw))):
        print(f"dev {when} calibration:", json.dumps(quality(scores, dev.truth)))
    return fitted


def held_out_of(data: Path, calm: Path) -> HeldOut:
    """Read GoEmotions' dev split and, where it is there, every fifth calm question."""
    try:
        questions = read_banking(calm)[::5]
    except DataMissing as error:
        print(f"calibrating without calm questions: {error}")
        questions = []
    return HeldOut(dev=labelled(read_examples(data, "dev"), {}), calm=questions)


def _write(folder: Path, config: Mapping[str, Any]) -> None:
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Train what isn't trained yet, then export and calibrate."""
    parser = argparse.ArgumentParser(description="Train and ship the emotion model.")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/goemotions")
    parser.add_argument("--calm", type=Path, default=ROOT.parent / "shared/data/banking77/train.csv")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache/train")
    parser.add_argument("--target", type=Path, default=ROOT / "models/emotion")
    options = parser.parse_args()
    data = read_examples(options.data, "train")
    whole = whole_job(data, options.cache)
    teachers = run_all(teacher_jobs(whole))
    students = run_all(student_jobs(whole, teachers, opinions(teachers, whole.tokens)))
    ship(students, data.names, held_out_of(options.data, options.calm), options.target)


if __name__ == "__main__":
    main()
