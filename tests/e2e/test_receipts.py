"""The marks under what an agent wrote: on its way, delivered, failed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from desk import receipts
from domain.content import Content, plain
from domain.errors import Unreachable
from domain.ids import Address, BotId, MessageRef
from sandbox.stand import until
from tests.e2e.demo_case import Customer, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")

DELIVERED, ON_ITS_WAY, FAILED = ["white_check_mark"], ["outbox_tray"], ["warning"]


async def marks(customer: Customer, words: str, wanted: list[str]) -> None:
    """Wait until a message in the thread has these marks and no other."""

    def marked() -> list[str] | None:
        replies = [reply for one in customer.cards for reply in one.thread]
        return next((one.reactions for one in replies if words in one.text and not one.buttons), None)

    try:
        await until(lambda: marked() == wanted)
    except TimeoutError:
        raise AssertionError(f"{wanted} wanted, there is {marked()}") from None


class Held:
    """Discord holds up the messages with some words until it is told what becomes of them."""

    def __init__(self, scene: Scene, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
        self.fate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        channel = scene.branch.connections.channels[BotId("discord")]
        send = channel.send

        async def held(to: Address, content: Content, **more: Any) -> MessageRef:
            if words in plain(content):
                await asyncio.shield(self.fate)
            return await send(to, content, **more)

        monkeypatch.setattr(channel, "send", held)
        monkeypatch.setattr(receipts, "NOTICEABLE", timedelta())


async def test_a_reply_that_takes_its_time_is_on_its_way_and_then_delivered(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    held = Held(scene, monkeypatch, "Sorry for the wait")
    await customer.agent_writes(agent, "Sorry for the wait")
    await marks(customer, "Sorry for the wait", ON_ITS_WAY)
    held.fate.set_result(None)
    await customer.sees("Sorry for the wait")
    await marks(customer, "Sorry for the wait", DELIVERED)


async def test_a_reply_that_fails_in_the_end_is_no_longer_on_its_way(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    held = Held(scene, monkeypatch, "Nobody is there")
    await customer.agent_writes(agent, "Nobody is there")
    await marks(customer, "Nobody is there", ON_ITS_WAY)
    held.fate.set_exception(Unreachable("They closed their messages."))
    await marks(customer, "Nobody is there", FAILED)


async def test_what_was_tried_again_with_success_is_delivered_and_not_failed(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    await customer.act("close")
    await customer.agent_writes(agent, "Twice does it")
    told = await customer.thread("Not delivered")
    await marks(customer, "Twice does it", FAILED)
    await customer.act("open")
    retry = next(id for id, words in told.buttons if "Try again" in words)
    await customer.agent_does(agent, "press", bubble=told.id, button=retry)
    await marks(customer, "Twice does it", DELIVERED)


async def test_a_reply_that_arrives_at_once_has_one_mark_only(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    stamp = await customer.agent_writes(agent, "Here you are")
    await marks(customer, "Here you are", DELIVERED)

    async def passed() -> bool:
        where = {"act": "react", "mark": "sent", "ref.id": stamp, "state": "sent"}
        return bool(await scene.rows("outbox", where))

    await until(passed)
    asked = [one.body["name"] for one in scene.stands.slack.requests if one.body.get("timestamp") == stamp]
    assert asked == DELIVERED
