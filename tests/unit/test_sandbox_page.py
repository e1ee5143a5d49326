"""The page serves this machine only and hands orders to the right stand-in."""

import json
from typing import Any

import aiohttp
import pytest

from sandbox.server import Sandbox
from sandbox.stand import Pane
from tests.browser.stage import QuietStand

ORDER = {"stand": "slack", "pane": "c", "person": "Ana", "action": "say", "arguments": {"text": "hi"}}


def stand() -> QuietStand:
    return QuietStand("slack", [Pane(id="c", title="#c", people=["Ana"])])


async def act(url: str, order: dict[str, Any], headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    form = aiohttp.FormData()
    form.add_field("order", json.dumps(order))
    form.add_field("file", b"abc", filename="a.txt")
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/api/act", data=form, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def test_an_order_reaches_the_stand_with_its_files() -> None:
    slack = stand()
    async with Sandbox(stands=[slack]) as sandbox:
        status, answer = await act(sandbox.page_url, ORDER, {"X-Sandbox": "1"})
    assert (status, answer["ok"]) == (200, True)
    assert slack.done == [("c", "Ana", "say", {"text": "hi", "files": [("a.txt", b"abc")]})]


async def test_another_website_cannot_act() -> None:
    slack = stand()
    async with Sandbox(stands=[slack]) as sandbox:
        plain, _ = await act(sandbox.page_url, ORDER, {})
        rebound, _ = await act(sandbox.page_url, ORDER, {"X-Sandbox": "1", "Host": "evil.example"})
    assert (plain, rebound, slack.done) == (403, 403, [])


@pytest.mark.parametrize(
    ("change", "words"),
    [({"stand": "fax"}, "There is no 'fax'."), ({"action": "__init__"}, "There is no action '__init__'.")],
)
async def test_an_order_that_makes_no_sense_is_explained(change: dict[str, str], words: str) -> None:
    async with Sandbox(stands=[stand()]) as sandbox:
        status, answer = await act(sandbox.page_url, ORDER | change, {"X-Sandbox": "1"})
    assert (status, answer["error"]) == (400, words)


async def test_only_what_changed_is_streamed() -> None:
    slack = stand()
    async with (
        Sandbox(stands=[slack]) as sandbox,
        aiohttp.ClientSession() as session,
        session.get(f"{sandbox.page_url}/api/events") as stream,
    ):
        first = [await read_event(stream) for _ in range(3)]
        slack.shown[0].typing = True
        again = await read_event(stream)
    assert [name for name, _ in first] == ["addresses", "slack", "brain"]
    assert again[0] == "slack"
    assert again[1][0]["typing"] is True


async def read_event(stream: aiohttp.ClientResponse) -> tuple[str, Any]:
    name = (await stream.content.readline()).decode().removeprefix("event: ").strip()
    data = (await stream.content.readline()).decode().removeprefix("data: ")
    await stream.content.readline()
    return name, json.loads(data)


async def test_each_stand_has_its_own_address_and_stopping_frees_it() -> None:
    sandbox = Sandbox(stands=[stand()], page=False)
    await sandbox.start()
    assert sandbox.slack_url.startswith("http://127.0.0.1:")
    assert sandbox.slack_url.endswith("/api/")
    await sandbox.stop()
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(sandbox.addresses["slack"])
