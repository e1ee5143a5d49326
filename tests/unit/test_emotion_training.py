"""Training goes on where it was interrupted, and what is shipped is what the students say."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from transformers import BertConfig, BertModel

from brain.emotion_labels import LABELS
from scripts import emotion_training
from scripts.bert_graph import Shape
from scripts.emotion_net import EmotionNet, in_order
from scripts.emotion_students import COMMON, joined, student_jobs
from scripts.emotion_training import Job, Recipe, run

WIDTH, LAYERS, HEADS, WORDS = 16, 5, 2, 40


def tiny_net(labels: int = len(LABELS), dropout: float = 0.1) -> EmotionNet:
    config = BertConfig(
        vocab_size=WORDS,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=32,
        max_position_embeddings=24,
        initializer_range=0.3,
    )
    torch.manual_seed(1)
    bert = BertModel(config, add_pooling_layer=False)
    return EmotionNet(bert, width=WIDTH, labels=labels, dropout=dropout)


def job(folder: Path, recipe: Recipe, texts: int = 24) -> Job:
    rng = random.Random(3)
    return Job(
        name="run",
        recipe=recipe,
        tokens=[[rng.randrange(WORDS) for _ in range(rng.randrange(3, 9))] for _ in range(texts)],
        target=torch.eye(len(LABELS))[[rng.randrange(len(LABELS)) for _ in range(texts)]],
        groups=torch.eye(len(LABELS)),
        folder=folder,
    )


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emotion_training, "new_net", tiny_net)


def interrupt_at(step: int) -> Callable[..., None]:
    """A progress display that loses its terminal."""

    def say(_: object, at: int, __: float) -> None:
        if at == step:
            raise KeyboardInterrupt

    return say


def test_an_interrupted_run_ends_with_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = Recipe(seed=5, epochs=2, stop_after=2, batch=4)
    whole = torch.load(run(job(tmp_path / "whole", recipe)))
    monkeypatch.setattr(emotion_training, "_SAVE_EVERY", 3)
    with monkeypatch.context() as broken:
        broken.setattr(emotion_training._Progress, "say", interrupt_at(8))
        with pytest.raises(KeyboardInterrupt):
            run(job(tmp_path / "broken", recipe))
    assert [path.suffix for path in (tmp_path / "broken").iterdir()] == [".part"]
    resumed = torch.load(run(job(tmp_path / "broken", recipe)))
    assert all(torch.equal(value, resumed[name]) for name, value in whole.items())
    assert [path.suffix for path in (tmp_path / "broken").iterdir()] == [".pt"]


def test_a_finished_run_is_not_run_again_unless_its_recipe_changes(tmp_path: Path) -> None:
    first = run(job(tmp_path, Recipe(seed=5, epochs=1, stop_after=1, batch=4)))
    written = first.stat().st_mtime_ns
    assert run(job(tmp_path, Recipe(seed=5, epochs=1, stop_after=1, batch=4))) == first
    assert first.stat().st_mtime_ns == written
    assert run(job(tmp_path, Recipe(seed=6, epochs=1, stop_after=1, batch=4))) != first


def test_students_keep_their_common_layers(tmp_path: Path) -> None:
    recipe = Recipe(seed=5, epochs=1, stop_after=1, batch=4)
    of_teachers = job(tmp_path, recipe)
    teachers = [run(job(tmp_path, Recipe(seed=seed, epochs=3, stop_after=3, batch=4))) for seed in (1, 2)]
    opinions = torch.full((len(of_teachers.tokens), len(LABELS)), 1 / len(LABELS))
    one, other = (torch.load(run(student)) for student in student_jobs(of_teachers, teachers, opinions))
    first, second = (torch.load(path) for path in teachers)
    for name, value in one.items():
        common = "embeddings" in name or any(f".layer.{number}." in name for number in range(COMMON))
        assert torch.equal(value, other[name]) is common
        if common:
            torch.testing.assert_close(value, (first[name] + second[name]) / 2)


def test_the_joined_graph_says_what_its_students_say_on_average(tmp_path: Path) -> None:
    nets = [tiny_net().eval(), tiny_net().eval()]
    with torch.no_grad():
        for number, net in enumerate(nets):
            torch.manual_seed(number)
            for module in (*net.encoder.encoder.layer[COMMON:], net.head):
                for parameter in module.parameters():
                    parameter.add_(torch.randn_like(parameter) * 0.3)
    shape = Shape(layers=LAYERS, heads=HEADS, epsilon=1e-12)
    onnx.save(joined([net.state_dict() for net in nets], shape), tmp_path / "model.onnx")
    ids, mask = np.array([[1, 7, 9, 4, 0], [3, 8, 2, 5, 6]]), np.array([[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]])
    with torch.no_grad():
        said = [net(torch.from_numpy(ids), torch.from_numpy(mask)).numpy() for net in nets]
    assert abs(said[0] - said[1]).max() > 0.1
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    [logits] = session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
    np.testing.assert_allclose(logits, np.mean(said, axis=0), atol=0.02)  # word vectors are int8


def test_batches_in_order_hold_every_text_once() -> None:
    tokens = [[1] * length for length in (5, 2, 9, 2, 7)]
    seen = {
        place: batch.ids[row] for places, batch in in_order(tokens, 2) for row, place in enumerate(places)
    }
    assert {place: int(ids.sum()) for place, ids in seen.items()} == {0: 5, 1: 2, 2: 9, 3: 2, 4: 7}
