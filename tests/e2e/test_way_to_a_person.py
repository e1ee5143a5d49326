"""However people ask for a person, and wherever: there is a button under everything, and words do it too."""

import asyncio

import pytest

from domain.texts import Key, say
from sandbox.stand import Bubble, until
from tests.e2e.demo_case import QUESTION, Customer, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = {
    "en": "Can I speak with someone from your team?",
    "es": "Quiero hablar con un agente",
    "fr": "Je veux parler à un conseiller",
    "de": "Kann ich mit einem Mitarbeiter reden?",
    "pt": "Quero falar com um atendente",
    "hi": "मैं किसी व्यक्ति से बात करना चाहता हूँ",
    "ar": "أريد التحدث إلى موظف",
}
SAID = ["Hello", QUESTION, "Which football club won the cup in 1987?"]


def someone(scene: Scene, platform: str) -> Customer:
    return scene.customer() if platform == "discord" else scene.telegram_customer()


@pytest.mark.trap(26)
@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_a_person_can_be_asked_for_in_every_language(
    scene: Scene, platform: str, language: str
) -> None:
    customer = someone(scene, platform)
    await customer.say(WORDS[language])
    await customer.sees(say(Key.HANDOFF, language))
    assert len(await customer.tickets()) == 1


@pytest.mark.trap(26)
@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_whatever_the_bot_says_has_a_way_to_a_person(scene: Scene, platform: str) -> None:
    customer = someone(scene, platform)

    def said() -> list[Bubble]:
        return [one for one in customer.bubbles if not one.mine]

    for number, words in enumerate(SAID, 1):
        await customer.say(words)
        await until(lambda n=number: len(said()) == n)
    labels = [[label for _, label in one.buttons] for one in said()]
    assert [label[-1:] for label in labels] == [["Talk to a person"]] * len(SAID)


@pytest.mark.trap(6)
@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_a_button_that_is_pressed_twice_hands_over_once(scene: Scene, platform: str) -> None:
    customer = someone(scene, platform)
    await customer.say(QUESTION)
    await customer.sees("[1]")
    await asyncio.gather(customer.press("Talk to a person"), customer.press("Talk to a person"))
    await customer.sees("A person is already taking care of it")
    await scene.settled()
    assert len(await customer.tickets()) == len(customer.cards) == 1
    assert len([words for words in customer.received if "passing you on" in words]) == 1


@pytest.mark.trap(19)
async def test_an_album_is_one_turn_and_reaches_the_agent_whole(scene: Scene) -> None:
    customer = scene.telegram_customer()
    await customer.claimed()
    before = len(customer.cards[-1].thread)
    await customer.act(
        "say", text="The box and the bill", files=[("bill.pdf", b"%PDF-1.7 bill"), ("note.pdf", b"%PDF-1.7")]
    )
    await customer.thread("The box and the bill")

    def files() -> list[str]:
        return [name for one in customer.cards[-1].thread[before:] for name, _ in one.files]

    await until(lambda: len(files()) == 2)
    assert sorted(files()) == ["bill.pdf", "note.pdf"]
