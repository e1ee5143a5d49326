"""Feelings that are said outright are believed, in every language."""

import pytest

from brain.outspoken import Outspoken
from brain.policy import Policy, hostility
from domain.emotion import Emotion, Feeling
from tests.unit.brain_parts import Feelings, feels

ANGRY = [
    "¡Esto es una vergüenza! ¡Sois unos inútiles!",
    "C'est une honte, vous êtes nuls, ça fait trois fois que vous perdez mon colis !",
    "Das ist eine absolute Frechheit! Ihr habt mein Paket schon wieder verloren!",
    "Isso é um absurdo! Vocês perderam minha encomenda de novo!",
    "यह बहुत घटिया सेवा है! मैं बहुत गुस्से में हूँ!",
    "هذه خدمة سيئة جدا! أنا غاضب جدا",
    "this is the worst company ever",
    "😡😡😡",
]
CALM_WORDS = [
    "I am not furious, just asking",
    "Ich bin nicht wütend",
    "je ne suis pas en colère",
    "no estoy furioso",
    "não estou revoltado",
    "मैं गुस्से में नहीं हूँ",
    "لست غاضبا",
    "Where is my parcel?",
    "😀",
]


async def read(text: str, model: Emotion) -> Emotion:
    return await Outspoken(Feelings(model)).read(text)


@pytest.mark.parametrize("text", ANGRY)
async def test_plain_anger_brings_a_person_whatever_the_model_reads(text: str) -> None:
    emotion = await read(text, feels(Feeling.JOY, 0.7))
    assert emotion.label is Feeling.ANGER
    assert hostility(emotion) >= Policy().anger
    assert sum(emotion.scores.values()) == pytest.approx(1)
    assert emotion.evidence


@pytest.mark.parametrize("text", CALM_WORDS)
async def test_anger_that_is_denied_or_not_there_is_not_read(text: str) -> None:
    calm = feels(Feeling.NEUTRAL, 0.9)
    assert await read(text, calm) == calm


@pytest.mark.parametrize("text", ["wow, thanks for nothing", "danke für nichts", "Great job 🙄", "👎"])
async def test_sarcasm_gets_sympathy_and_no_person_yet(text: str) -> None:
    emotion = await read(text, feels(Feeling.JOY, 0.9))
    assert Policy().mood(emotion).label is Feeling.ANGER
    assert not Policy().angry(emotion, ())


async def test_a_model_that_is_surer_is_believed() -> None:
    sure = feels(Feeling.ANGER, 0.95)
    assert await read("you idiots", sure) == sure


async def test_asking_for_a_person_politely_is_no_joy() -> None:
    emotion = await read("I want a human please", feels(Feeling.JOY, 0.7))
    assert emotion.label is Feeling.NEUTRAL
    assert emotion.confidence == pytest.approx(0.7)
