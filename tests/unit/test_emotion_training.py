"""Training goes on where it was interrupted, and isn't done twice."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel

from brain.emotion_labels import LABELS
from scripts import emotion_training
from scripts.emotion_net import EmotionNet
from scripts.emotion_training import Job, Recipe, run

WORDS = 40


def tiny_net(labels: int, dropout: float) -> EmotionNet:
    config = BertConfig(
        vocab_size=WORDS,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=24,
    )
    return EmotionNet(BertModel(config, add_pooling_layer=False), width=16, labels=labels, dropout=dropout)


def job(folder: Path, seed: int = 5, texts: int = 24) -> Job:
    rng = random.Random(3)
    return Job(
        recipe=Recipe(seed=seed, epochs=2, stop_after=2, batch=4),
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
    untrained = tiny_net(len(LABELS), 0.1).head.weight
    whole = run(job(tmp_path / "whole")).state_dict()
    assert not torch.equal(whole["head.weight"], untrained)
    monkeypatch.setattr(emotion_training, "_SAVE_EVERY", 3)
    with monkeypatch.context() as broken:
        broken.setattr(emotion_training._Progress, "say", interrupt_at(8))
        with pytest.raises(KeyboardInterrupt):
            run(job(tmp_path / "broken"))
    assert [path.suffix for path in (tmp_path / "broken").iterdir()] == [".part"]
    resumed = run(job(tmp_path / "broken")).state_dict()
    assert all(torch.equal(value, resumed[name]) for name, value in whole.items())
    assert [path.suffix for path in (tmp_path / "broken").iterdir()] == [".pt"]


def test_a_finished_run_is_not_run_again_unless_its_recipe_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(job(tmp_path)).state_dict()
    with monkeypatch.context() as broken:
        broken.setattr(emotion_training._Progress, "say", interrupt_at(1))
        again = run(job(tmp_path)).state_dict()
        with pytest.raises(KeyboardInterrupt):
            run(job(tmp_path, seed=6))
    assert all(torch.equal(value, again[name]) for name, value in first.items())
