"""Text models on onnxruntime, over a tiny random BERT that is exported here."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from brain.models import OnnxClassifier, OnnxEncoder, load_encoder
from domain.errors import Misconfigured
from scripts.bert_graph import Shape, classifier_model, encoder_model, save_int8

WORDS = [
    "[PAD]",
    "[CLS]",
    "[SEP]",
    "[UNK]",
    "my",
    "parcel",
    "is",
    "late",
    "where",
    "angry",
    "##ly",
    "refund",
    "please",
    "thanks",
    "!",
    "?",
]
SHAPE = Shape(layers=2, heads=2, epsilon=1e-12)
WIDTH, INNER, LONGEST = 16, 32, 24


def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    sizes = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (LONGEST, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
    }
    norms = ["embeddings.LayerNorm"]
    for index in range(SHAPE.layers):
        prefix = f"encoder.layer.{index}."
        square = (
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense",
        )
        sizes |= {f"{prefix}{name}.weight": (WIDTH, WIDTH) for name in square}
        sizes |= {f"{prefix}{name}.bias": (WIDTH,) for name in (*square, "output.dense")}
        sizes |= {
            f"{prefix}intermediate.dense.weight": (INNER, WIDTH),
            f"{prefix}intermediate.dense.bias": (INNER,),
        }
        sizes |= {f"{prefix}output.dense.weight": (WIDTH, INNER)}
        norms += [f"{prefix}attention.output.LayerNorm", f"{prefix}output.LayerNorm"]
    made = {name: rng.normal(0, 0.4, size).astype(np.float32) for name, size in sizes.items()}
    for name in norms:
        made[f"{name}.weight"] = rng.normal(1, 0.1, WIDTH).astype(np.float32)
        made[f"{name}.bias"] = rng.normal(0, 0.1, WIDTH).astype(np.float32)
    return made


def write_tokenizer(folder: Path) -> None:
    vocabulary = {word: place for place, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    tokenizer.save(str(folder / "tokenizer.json"))


@pytest.fixture(scope="module")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    write_tokenizer(folder)
    (folder / "config.json").write_text(json.dumps({"id": "tiny-1", "dimensions": WIDTH}))
    onnx.save(encoder_model(weights(), SHAPE), folder / "model.onnx")
    return folder


@pytest.fixture(scope="module")
def encoder(encoder_folder: Path) -> OnnxEncoder:
    return OnnxEncoder(encoder_folder, threads=1, max_tokens=LONGEST)


def test_a_text_has_the_same_vector_alone_and_beside_longer_ones(encoder: OnnxEncoder) -> None:
    texts = ["refund", "my parcel is late where is my parcel please", "thanks !"]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert abs(together[0] - together[2]).max() > 0.01


def test_vectors_keep_the_order_of_many_texts_of_mixed_length(encoder: OnnxEncoder) -> None:
    texts = [" ".join(["parcel"] * (1 + i % 7) + ["late"] * (i % 3)) for i in range(80)]
    rows = encoder.encode(texts)
    for place in (0, 33, 79):
        np.testing.assert_allclose(rows[place], encoder.encode([texts[place]])[0], atol=1e-5)


def test_vectors_have_length_one(encoder: OnnxEncoder) -> None:
    lengths = np.linalg.norm(encoder.encode(["my parcel", "", "?"]), axis=1)
    np.testing.assert_allclose(lengths, 1.0, atol=1e-5)


def test_no_texts_give_no_vectors(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, WIDTH)


def test_a_text_beyond_the_limit_is_cut_not_refused(encoder: OnnxEncoder) -> None:
    long = "parcel " * 500
    np.testing.assert_allclose(encoder.encode([long]), encoder.encode([long + "late"]), atol=1e-6)


def test_tokens_are_counted_whole_and_without_special_ones(encoder: OnnxEncoder) -> None:
    assert encoder.count_tokens(["my parcel", "angryly ?", "", "parcel " * 500]) == [2, 3, 0, 500]


def test_the_exported_graph_computes_what_bert_computes(encoder: OnnxEncoder) -> None:
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=WIDTH,
        num_hidden_layers=SHAPE.layers,
        num_attention_heads=SHAPE.heads,
        intermediate_size=INNER,
        max_position_embeddings=LONGEST,
        layer_norm_eps=SHAPE.epsilon,
    )
    bert = BertModel(config, add_pooling_layer=False).eval()
    state = {name: torch.from_numpy(value) for name, value in weights().items()}
    bert.load_state_dict(state, strict=False)
    ids = torch.tensor([[1, 4, 5, 6, 7, 14, 2]])  # my parcel is late !
    with torch.no_grad():
        mean = bert(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.mean(1)[0].numpy()
    ours = encoder.encode(["my parcel is late !"])[0]
    assert float(ours @ mean / np.linalg.norm(mean)) > 0.9995


def test_int8_stays_close_to_float(encoder: OnnxEncoder, encoder_folder: Path, tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    (tmp_path / "config.json").write_bytes((encoder_folder / "config.json").read_bytes())
    save_int8(encoder_model(weights(), SHAPE), tmp_path / "model.onnx")
    texts = ["my parcel is late", "refund please", "thanks !"]
    small = OnnxEncoder(tmp_path, threads=1).encode(texts)
    assert ((small * encoder.encode(texts)).sum(axis=1) > 0.98).all()
    assert [path.name for path in tmp_path.glob("*.onnx")] == ["model.onnx"]


def test_a_classifiers_words_and_bias_add_up_to_its_logits(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    head, bias = rng.normal(size=(3, WIDTH)).astype(np.float32), np.array([0.5, 0.0, -1.0], dtype=np.float32)
    write_tokenizer(tmp_path)
    config = {"id": "tiny-labels", "id2label": {"0": "anger", "1": "joy", "2": "neutral"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    onnx.save(classifier_model(weights(), SHAPE, head, bias), tmp_path / "model.onnx")
    classifier = OnnxClassifier(tmp_path, threads=1)
    texts = ["my angryly late parcel ?", "thanks"]
    readings = classifier.classify(texts)
    assert classifier.labels == ("anger", "joy", "neutral")
    assert [piece.word for piece in readings[0].pieces] == ["my", "angryly", "late", "parcel", "?"]
    for text, reading in zip(texts, readings, strict=True):
        [alone] = classifier.classify([text])
        np.testing.assert_allclose(reading.logits, alone.logits, atol=1e-5)
        # [CLS] and [SEP] have shares too; they are no words, so the words' sum is not quite the whole.
        words = sum(piece.logits for piece in reading.pieces)
        assert abs(reading.logits - bias - words).max() < abs(head).sum() / 2
    assert classifier.classify([]) == []


def test_a_missing_encoder_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"python -m scripts\.export_encoder"):
        load_encoder("minilm", cache_dir=tmp_path, threads=1)


def test_a_folder_without_its_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=str(tmp_path)):
        OnnxEncoder(tmp_path, threads=1)


def test_reading_emotions_and_vectors_loads_no_torch() -> None:
    code = (
        "import sys, brain.emotion, brain.batching, brain.models; "
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'onnxruntime'}; "
        "print(sorted(heavy & sys.modules.keys()))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
