"""Train the default emotion model: MiniLM-L6 on GoEmotions, as a calibrated int8 ONNX.

    python -m scripts.train_emotion --data ../shared/data/goemotions

The head learns all 28 labels (soft targets where annotators gave several) and the seven
groups at once: the fine labels carry more signal, the groups are what is asked for. Weights
are averaged over the run. Nothing is chosen on the test split: the temperature and the
groups' biases come from dev, measured on the very int8 file that is shipped.

The run's state is kept in `--cache` every few minutes: started again, the script goes on.
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
from bench.emotion_data import DataMissing, Examples, read_banking, read_examples
from brain.emotion import EmotionReader
from brain.emotion_calibration import Calibration, Floor, fit
from brain.emotion_labels import grouping
from brain.models import OnnxClassifier
from scripts.bert_graph import Shape, classifier_model, save_int8
from scripts.emotion_net import EmotionNet, targets, tokenised
from scripts.emotion_training import Job, Recipe, run
from scripts.export_encoder import weights_folder

ROOT = Path(__file__).resolve().parent.parent
FLOOR = Floor(accuracy=0.75, anger_recall=0.57, calm=0.91)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """What calibration is fitted on: labelled comments, and questions that should be neutral."""

    dev: Labelled
    calm: Sequence[str]


def job_of(recipe: Recipe, data: Examples, cache: Path) -> Job:
    """Prepare the training data for a run."""
    return Job(
        recipe=recipe,
        tokens=tokenised(data.texts, recipe.length),
        target=targets(data),
        groups=torch.from_numpy(grouping(data.names, {})),
        folder=cache,
    )


def ship(net: EmotionNet, names: Sequence[str], held_out: HeldOut, folder: Path) -> None:
    """Write the int8 model and its tokenizer, and calibrate that very file on held-out messages."""
    state = {name: value.numpy() for name, value in net.state_dict().items()}
    weights = {name.removeprefix("encoder."): value for name, value in state.items()}
    of_bert = net.encoder.config
    shape = Shape(
        layers=of_bert.num_hidden_layers, heads=of_bert.num_attention_heads, epsilon=of_bert.layer_norm_eps
    )
    model = classifier_model(weights, shape, state["head.weight"], state["head.bias"])
    save_int8(model, folder / "model.onnx")
    shutil.copyfile(weights_folder() / "tokenizer.json", folder / "tokenizer.json")
    config = {"id": "minilm-l6-goemotions-int8-1", "id2label": dict(enumerate(names))}
    _write(folder, config)
    config["calibration"] = calibrated(folder, held_out).as_config()
    _write(folder, config)


def calibrated(folder: Path, held_out: HeldOut) -> Calibration:
    """Fit biases and temperature to the model in this folder."""
    dev = held_out.dev
    with ThreadPoolExecutor(1) as executor:
        reader = EmotionReader(OnnxClassifier(folder, threads=2), executor=executor)
        raw = reader.raw_scores(dev.texts)
        calm = reader.raw_scores(held_out.calm) if held_out.calm else None
    fitted = fit(raw, dev.truth, FLOOR, calm)
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
    net = run(job_of(Recipe(), data, options.cache))
    ship(net, data.names, held_out_of(options.data, options.calm), options.target)


if __name__ == "__main__":
    main()
