"""What goes wrong stays small: one event, one message, one document."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from desk import desk
from domain.answer import Answer, Turn
from domain.ids import Address, BotId, Identity, MessageRef, Platform
from domain.inbound import Actor, ButtonPressed
from sandbox.stand import until
from tests.e2e.demo_case import QUESTION, Customer, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")

OLD = b"# Zorblatt lamps\n\nThe warranty of a Zorblatt lamp lasts seventeen weeks from the purchase.\n"
NEW = b"# Zorblatt lamps\n\nThe warranty of a Zorblatt lamp lasts forty months from the purchase.\n"
ABOUT_LAMPS = "How long does the warranty of a Zorblatt lamp last?"


async def _asks(scene: Scene, question: str, expected: str) -> Customer:
    customer = scene.customer()
    await customer.say(question)
    await customer.sees(expected)
    return customer


@pytest.mark.trap(29)
async def test_a_replaced_or_removed_document_stops_answering_at_once(scene: Scene) -> None:
    books = scene.branch.books
    await books.ingest("lamps.md", OLD)
    await _asks(scene, ABOUT_LAMPS, "seventeen weeks")
    await books.ingest("lamps.md", NEW)
    customer = await _asks(scene, ABOUT_LAMPS, "forty months")
    assert not [words for words in customer.received if "seventeen" in words]
    await books.knowledge.remove("lamps.md")
    customer = await _asks(scene, ABOUT_LAMPS, "could not find")
    assert not [words for words in customer.received if "Zorblatt" in words]


@pytest.mark.trap(28)
async def test_a_refusal_names_no_source(scene: Scene) -> None:
    customer = await _asks(scene, "Which football club won the cup in 1987?", "could not find")
    await scene.settled()
    (refusal,) = [one for one in customer.bubbles if not one.mine]
    assert "[1]" not in refusal.text
    assert "p. " not in refusal.text
    assert [words for _, words in refusal.buttons] == ["Talk to a person"]


async def test_a_fault_in_one_message_does_not_stop_its_lane(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = scene.branch.desk._turns
    real = turns._answer

    async def failing(turn: Turn) -> Answer:
        if "boom" in turn.text:
            raise RuntimeError("a bug")
        return await real(turn)

    monkeypatch.setattr(turns, "_answer", failing)
    monkeypatch.setattr(desk, "ATTEMPTS", 2)
    customer = scene.customer()
    await customer.say("boom")
    await customer.say(QUESTION)
    await customer.sees("Something went wrong on our side")
    await customer.sees("[1]")
    await scene.settled()
    rows = await scene.rows("inbox", {"event.address.channel": customer.channel})
    assert sorted(row["state"] for row in rows) == ["dead", "done"]


async def test_events_of_an_unknown_kind_are_ignored(scene: Scene) -> None:
    telegram = scene.telegram_customer()
    await scene.stands.telegram.inject({"telepathy": {"id": 1, "thought": "?"}})
    await telegram.say(QUESTION)
    await telegram.sees("[1]")

    customer = await _asks(scene, QUESTION, "[1]")
    before = len(customer.received)
    await scene.branch.desk.accept(_press(customer, "dance"))
    await scene.settled()
    assert len(customer.received) == before
    await customer.say("What does a signature on delivery cost?")
    await customer.sees("ignature")


def _press(customer: Customer, action: str) -> ButtonPressed:
    place = Address(
        platform=Platform.DISCORD, bot=BotId("discord"), workspace="discord", channel=customer.channel
    )
    who = Identity(platform=Platform.DISCORD, workspace="discord", user=customer.name)
    return ButtonPressed(
        source=f"press-{customer.channel}",
        at=datetime.now(UTC),
        actor=Actor(identity=who, name=customer.name),
        address=place,
        action=action,
        value="",
        ref=MessageRef(address=place, id="1"),
    )


@pytest.mark.trap(7)
async def test_a_reply_that_is_faster_than_our_own_note_of_its_card_is_delivered(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = scene.branch.stores.outbox
    known, real = asyncio.Event(), outbox.done

    async def late(*row: Any) -> None:
        """Slack has the card, but its place is not written down yet."""
        await known.wait()
        await real(*row)

    customer = scene.customer()
    await scene.settled()
    monkeypatch.setattr(outbox, "done", late)
    await customer.say("I want to talk to a person")
    await until(lambda: customer.cards)
    await customer.agent_writes(scene.agents[0], "That was quick, wasn't it?")

    async def waiting() -> bool:
        where = {"state": "pending", "lane": {"$regex": "^thread"}}
        return bool(await scene.db["inbox"].find_one(where))

    await until(waiting)
    known.set()
    await customer.sees("That was quick")
    await customer.marked("That was quick")
    assert len(customer.cards) == 1


@pytest.mark.trap(12)
async def test_a_reply_that_can_not_be_delivered_is_marked_and_can_be_tried_again(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    await customer.act("close")
    await customer.agent_writes(agent, "Your refund is on its way")
    told = await customer.thread("Not delivered")
    assert (await customer.marked("Your refund")).reactions
    await customer.act("open")
    retry = next(id for id, words in told.buttons if "Try again" in words)
    await customer.agent_does(agent, "press", bubble=told.id, button=retry)
    await customer.sees("Your refund is on its way")
