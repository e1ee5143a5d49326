"""From the bot to a human: one ticket, told to everybody, and nobody talks over anybody."""

import asyncio
from datetime import timedelta

import pytest

from desk.desk import Pace
from domain.conversation import Handler
from sandbox.stand import until
from tests.e2e.demo_case import QUESTION, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")

BURST = ("Hello", "I want to talk to a person", "now please", "are you there?", "I want to talk to a person")


@pytest.mark.trap(1)
@pytest.mark.parametrize("burst_ms", [0, 300])
async def test_a_burst_of_first_messages_opens_one_conversation_and_one_ticket(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, burst_ms: int
) -> None:
    pause = timedelta(milliseconds=burst_ms)
    monkeypatch.setattr(scene.branch.desk, "_pace", Pace(burst=pause, burst_most=pause * 5, renew_seconds=10))
    customer = scene.customer()

    await asyncio.gather(*(customer.say(words) for words in BURST))
    await customer.sees("our team")
    await customer.card("least busy")
    await scene.settled()

    assert len(await customer.conversations()) == 1
    assert len(await customer.tickets()) == 1
    assert len(customer.cards) == 1
    assert len([words for words in customer.received if "passing you on" in words]) == 1


@pytest.mark.trap(27)
async def test_messages_sent_one_after_the_other_are_answered_together_once(scene: Scene) -> None:
    customer = scene.customer()
    for words in ("Hello", "how much is a 5 kg parcel", "to zone 3?"):
        await customer.say(words)
    answer = await customer.sees("[1]")
    await scene.settled()
    assert customer.received == [answer.text]
    (talk,) = await customer.conversations()
    kept = await scene.rows("messages", {"conversation": talk["_id"].partition("|")[2]})
    assert sorted(row["author"] for row in kept) == ["bot", "customer", "customer", "customer"]


ASKING = {
    "the words": "Can I speak to a human?",
    "fury": "This is ridiculous! My parcel is three weeks late and I am furious. Get me somebody, now!",
}


@pytest.mark.trap(24)
@pytest.mark.parametrize("how", [*ASKING, "the button", "the command", "two refusals"])
async def test_a_customer_is_told_of_a_handoff_and_what_to_expect(scene: Scene, how: str) -> None:
    customer = scene.telegram_customer() if how == "the command" else scene.customer()
    if how in ASKING:
        await customer.say(ASKING[how])
    elif how == "the button":
        await customer.say(QUESTION)
        await customer.press("Talk to a person")
    elif how == "the command":
        await customer.act("command", name="/human")
    else:
        await customer.say("Which football club won the cup in 1987?")
        await customer.sees("could not find")
        await customer.say("Who painted the ceiling of the chapel?")

    await customer.sees("team")
    told = await customer.sees("will answer you here")
    assert any(told.text.startswith(agent.split()[0]) for agent in scene.agents)
    assert "repeat" in told.text


@pytest.mark.trap(22)
async def test_the_bot_is_silent_from_the_first_human_reply_until_it_is_resolved(scene: Scene) -> None:
    customer = scene.customer()
    await customer.handed_off()
    agent = scene.agents[1]
    await customer.agent_writes(agent, "Hello, I am looking into it.")  # without having claimed it
    await customer.sees("I am looking into it")
    await customer.card(f"claimed by {agent}")

    before = len(customer.bubbles)
    await customer.say(QUESTION)
    await customer.thread(QUESTION)
    await scene.settled()
    assert [one.text for one in customer.bubbles[before:] if not one.mine] == []
    (talk,) = await customer.conversations()
    assert talk["handler"] == Handler.AGENT

    await customer.agent_presses(agent, "Resolve")
    await customer.sees("How did we do?")
    before = len(customer.bubbles)
    await customer.say(QUESTION)
    await customer.sees("[1]", after=before)


@pytest.mark.trap(25)
async def test_an_old_request_for_a_human_does_not_hand_off_again_after_a_resolve(scene: Scene) -> None:
    customer = scene.customer()
    await customer.resolved()
    before = len(customer.bubbles)
    await customer.say(QUESTION)
    await customer.sees("[1]", after=before)
    await scene.settled()
    assert len(await customer.tickets()) == 1
    old, new = sorted(await customer.conversations(), key=lambda row: row["started_at"])
    assert (old["status"], new["status"], new["handler"]) == ("resolved", "open", "bot")


@pytest.mark.trap(6)
async def test_a_ticket_claimed_by_two_at_once_belongs_to_one_and_the_other_learns_whose_it_is(
    scene: Scene,
) -> None:
    customer = scene.customer()
    await customer.handed_off()
    await asyncio.gather(*(customer.agent_presses(agent, "Claim") for agent in scene.agents[:2]))
    card = await customer.card("claimed by")
    winner, loser = scene.agents[:2] if f"claimed by {scene.agents[0]}" in card.text else scene.agents[1::-1]
    slack = scene.stands.slack

    def told() -> bool:
        every = [bubble for pane in slack.panes() for one in pane.bubbles for bubble in (one, *one.thread)]
        words = f"was already claimed by {winner}"
        return any(words in one.text and one.only_for == loser for one in every)

    await until(told)
    await scene.settled()
    assert len([words for words in customer.received if "has joined" in words]) == 1


@pytest.mark.trap(6)
async def test_a_button_pressed_twice_acts_once(scene: Scene) -> None:
    customer = scene.customer()
    await customer.say(QUESTION)
    answer = await customer.sees("[1]")
    button = next(id for id, words in answer.buttons if "person" in words)
    await asyncio.gather(*(customer.act("press", bubble=answer.id, button=button) for _ in range(2)))
    await customer.sees("already taking care")
    await scene.settled()
    assert len(await customer.tickets()) == 1
    assert len(customer.cards) == 1
