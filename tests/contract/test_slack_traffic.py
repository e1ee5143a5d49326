"""The Slack adapter over the real SDKs: Socket Mode and signed HTTP against the stand-in."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from domain.content import Button, Buttons, Content, File, Paragraph, Span, text
from domain.errors import Misconfigured, RateLimited, Refused, Unavailable, Unreachable
from domain.ids import Identity, MessageRef, Platform
from domain.inbound import (
    AppHomeOpened,
    ButtonPressed,
    CommandReceived,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
)
from sandbox.slack_deliver import Signed
from sandbox.stand import until
from tests.contract.slack_case import SlackCase, make_channel, slack_case


@pytest.fixture(params=["socket", "http"])
async def case(request: pytest.FixtureRequest) -> AsyncIterator[SlackCase]:
    async with slack_case(mode=request.param) as made:
        yield made


@pytest.fixture
async def socket() -> AsyncIterator[SlackCase]:
    async with slack_case() as made:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[SlackCase]:
    async with slack_case(mode="http") as made:
        yield made


def thread(case: SlackCase, root: str):
    from dataclasses import replace

    return replace(case.address, thread=root)


async def test_what_an_agent_writes_arrives_with_name_place_and_time(case: SlackCase) -> None:
    root = await case.say("Hello *team* & <all>")
    event = await case.event(MessageReceived)
    assert event.text == "Hello *team* & <all>"
    assert event.actor.name == "Alma"
    assert event.source == f"slack:T0DESKMATE:C0SUPPORT:{root}"
    assert event.address == case.address
    assert event.ref == MessageRef(address=case.address, id=root)
    assert event.at.tzinfo is not None


async def test_a_reply_in_a_thread_keeps_its_thread(case: SlackCase) -> None:
    root = await case.say("first")
    await case.say("second @Ben", thread=root)
    event = await case.event(MessageReceived, 2)
    assert event.address.thread == root
    assert event.text == "second @Ben"
