"""The model in models/emotion: small enough, whole, and right where a person would be sure."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from brain.emotion import EmotionReader, load_emotion_reader
from domain.emotion import Feeling

FOLDER = Path(__file__).parents[2] / "models/emotion"


@pytest.fixture(scope="module")
def reader() -> EmotionReader:
    return load_emotion_reader("minilm", folder=FOLDER, threads=1, executor=ThreadPoolExecutor(1))


@pytest.mark.parametrize(
    ("text", "label", "word"),
    [
        ("I am furious, you lied to me again!", Feeling.ANGER, "furious"),
        ("This food is disgusting", Feeling.DISGUST, "disgusting"),
        ("I'm scared that somebody has my password", Feeling.FEAR, "scared"),
        ("Thank you so much, I love it!", Feeling.JOY, "love"),
        ("It makes me so sad that the vase is broken", Feeling.SADNESS, "sad"),
        ("Wow, I did not expect that!", Feeling.SURPRISE, "Wow"),
    ],
)
async def test_plain_feelings_are_read_with_their_word(
    reader: EmotionReader, text: str, label: Feeling, word: str
) -> None:
    emotion = await reader.read(text)
    assert emotion.label is label
    assert word in emotion.evidence


@pytest.mark.parametrize(
    "text",
    ["What are your opening hours?", "How do I change my address?", "The order number is 4471.", "🙂" * 3000],
)
async def test_plain_questions_are_neutral(reader: EmotionReader, text: str) -> None:
    emotion = await reader.read(text)
    assert sum(emotion.scores.values()) == pytest.approx(1.0, abs=1e-4)
    if text.isascii():
        assert (emotion.label, emotion.evidence) == (Feeling.NEUTRAL, ())


def test_the_files_are_whole_and_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert sizes.keys() == {"README.md", "config.json", "model.onnx", "tokenizer.json"}
    assert sum(sizes.values()) <= 25e6
