"""What customers and agents write to each other, change and delete travels both ways."""

from datetime import UTC, datetime

import pytest

from domain.ids import Address, BotId, Identity, MessageRef, Platform
from domain.inbound import Actor, MessageReceived
from sandbox.stand import until
from tests.e2e.demo_case import QUESTION, Customer, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.trap(20)
async def test_what_a_customer_changes_or_deletes_is_shown_to_agents_with_the_old_words(scene: Scene) -> None:
    customer = scene.customer()
    await customer.claimed()
    message = await customer.say("I live at 12 Elm Street")
    await customer.thread("12 Elm Street")
    await customer.act("edit", bubble=message, text="I live at 21 Elm Street")
    shown = await customer.thread("21 Elm Street")
    assert "12 Elm Street" in shown.text
    await customer.act("delete", bubble=message)
    assert "21 Elm Street" in (await customer.thread("(deleted)")).text


@pytest.mark.trap(20)
async def test_what_an_agent_changes_or_deletes_changes_for_the_customer(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    reply = await customer.agent_writes(agent, "It arrives on Monday")
    await customer.sees("on Monday")
    await customer.agent_does(agent, "edit", bubble=reply, text="It arrives on Tuesday")
    await customer.sees("on Tuesday")
    assert not [words for words in customer.received if "on Monday" in words]
    await customer.agent_does(agent, "delete", bubble=reply)
    await until(lambda: not [words for words in customer.received if "on Tuesday" in words])


@pytest.mark.trap(9)
@pytest.mark.trap(20)
async def test_a_reply_that_grows_or_shrinks_over_several_messages_keeps_all_its_words(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    reply = await customer.agent_writes(agent, "In short: yes")
    await customer.sees("In short: yes")
    long = "\n\n".join(f"Point {number}: " + "every word counts here. " * 20 for number in range(12))
    await customer.agent_does(agent, "edit", bubble=reply, text=long)
    for number in range(12):
        await customer.sees(f"Point {number}:")
    assert not [words for words in customer.received if "In short: yes" in words]
    await customer.agent_does(agent, "edit", bubble=reply, text="After all: no")
    await customer.sees("After all: no")
    await until(lambda: not [words for words in customer.received if "Point" in words])


@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_the_agent_sees_which_message_a_customer_answers(scene: Scene, platform: str) -> None:
    customer = scene.customer() if platform == "discord" else scene.telegram_customer()
    agent = await customer.claimed()
    own = await customer.say("My parcel has the number 4711")
    await customer.agent_writes(agent, "Which street is it?")
    ours = await customer.sees("Which street")
    key = "reply" if platform == "discord" else "reply_to"
    await customer.act("say", text="Elm Street", **{key: ours.id})
    assert "Which street is it?" in (await customer.thread("Elm Street")).text
    await customer.act("say", text="No, it ends with 12", **{key: own})
    assert "the number 4711" in (await customer.thread("ends with 12")).text


LONG = "\n\n".join(f"Point {number}: " + "every word counts here. " * 20 for number in range(12))


@pytest.mark.trap(9)
@pytest.mark.trap(20)
@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_a_reply_can_shrink_and_grow_again(scene: Scene, platform: str) -> None:
    customer = scene.customer() if platform == "discord" else scene.telegram_customer()
    agent = await customer.claimed()
    reply = await customer.agent_writes(agent, LONG)
    await customer.sees("Point 11:")
    for last in (
        "Now it is short",
        LONG.replace("Point", "Item"),
        "Short again",
        LONG.replace("Point", "Step"),
    ):
        await customer.agent_does(agent, "edit", bubble=reply, text=last)
        await customer.sees(last[-40:].strip())
        await scene.settled()
    said = " ".join(customer.received)
    assert [said.count(f"Step {number}:") for number in range(12)] == [1] * 12
    assert not [word for word in ("Point", "Item", "short", "Short") if word in said]
    replies = [reply.text for one in customer.cards for reply in one.thread]
    assert not [words for words in replies if "Not delivered" in words]


@pytest.mark.trap(17)
@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_a_reply_keeps_its_files_when_its_words_change(scene: Scene, platform: str) -> None:
    customer = scene.customer() if platform == "discord" else scene.telegram_customer()
    agent = await customer.claimed()
    files = [("offer.pdf", b"%PDF-1.7 one"), ("terms.pdf", b"%PDF-1.7 two")]
    reply = await customer.agent_writes(agent, "Two papers for you", files=files)
    await customer.sees("Two papers")
    for words in ("Both papers, corrected", LONG, "Both papers again"):
        await customer.agent_does(agent, "edit", bubble=reply, text=words)
        await customer.sees(words[-40:].strip())
        await scene.settled()
        shown = [one for one in customer.bubbles if not one.mine and not one.deleted]
        assert sorted(name for one in shown for name, _ in one.files) == ["offer.pdf", "terms.pdf"]
    assert not [said for said in customer.received if "Point" in said]


@pytest.mark.trap(12)
async def test_agents_are_told_that_a_customer_blocked_the_bot(scene: Scene) -> None:
    customer = scene.telegram_customer()
    agent = await customer.claimed()
    await customer.act("block")
    await customer.thread("blocked the bot: nothing reaches them")
    await customer.agent_writes(agent, "Are you still there?")
    told = await customer.thread("Not delivered")
    marked = await customer.marked("Are you still there?")
    assert marked.reactions
    assert not [words for words in customer.received if "still there" in words]

    await customer.act("unblock")
    await customer.thread("can be reached again")
    retry = next(id for id, words in told.buttons if "Try again" in words)
    await customer.agent_does(agent, "press", bubble=told.id, button=retry)
    await customer.sees("Are you still there?")


async def test_a_very_long_message_is_cut_and_the_customer_is_told(scene: Scene) -> None:
    customer = scene.customer()
    await customer.say("Hello")
    await customer.sees("Hello")
    await scene.branch.desk.accept(_message(customer, QUESTION + " and so on" * 10_000))
    await customer.sees("I read the first 8000 characters")
    await scene.settled()
    kept = await scene.rows("messages", {"ref.id": "900001"})
    assert [len(row["text"]) for row in kept] == [8000]


async def test_a_very_long_message_to_a_human_arrives_whole_as_a_file(scene: Scene) -> None:
    customer = scene.customer()
    await customer.claimed()
    words = "word " * 20_000
    await scene.branch.desk.accept(_message(customer, words))
    await customer.sees("goes to the person as a file")
    await scene.settled()
    replies = [reply for card in customer.cards for reply in card.thread]
    said = [reply.text for reply in replies if not reply.text.startswith("_In message.txt")]
    assert 7_000 < sum(words.count("word") * 5 for words in said) <= 8_000
    assert [name for reply in replies for name, _ in reply.files] == ["message.txt"]


def _message(customer: Customer, text: str) -> MessageReceived:
    """As a platform without a limit of its own would hand it in."""
    place = Address(
        platform=Platform.DISCORD, bot=BotId("discord"), workspace="discord", channel=customer.channel
    )
    who = Identity(platform=Platform.DISCORD, workspace="discord", user=customer.name)
    return MessageReceived(
        source=f"long-{customer.channel}",
        at=datetime.now(UTC),
        actor=Actor(identity=who, name=customer.name),
        address=place,
        ref=MessageRef(address=place, id="900001"),
        text=text,
    )
