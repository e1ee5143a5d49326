"""One Slack app in two workspaces: each event reaches the company whose workspace it is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bots.slack.channel import SlackChannel
from bots.slack.switchboard import Switchboard
from domain.ids import BotId, CompanyId
from domain.inbound import Event
from sandbox.slack import SlackStand
from sandbox.slack_payloads import event_body
from sandbox.stand import until
from tests.contract.slack_case import Blobs, make_channel, serve

pytestmark = pytest.mark.trap(41)


@dataclass
class Side:
    """A company, its workspace and what it was told."""

    channel: SlackChannel
    stand: SlackStand
    events: list[Event] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    async def accept(self, event: Event) -> None:
        self.events.append(event)

    async def start(self) -> None:
        self.task = asyncio.create_task(self.channel.run(self.accept))
        await until(lambda: self.stand.sockets.sessions)

    async def stop(self) -> None:
        if self.task:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
async def sides() -> AsyncIterator[tuple[Side, Side]]:
    board, made, runners = Switchboard(), [], []
    for team in ("T0ONE", "T0TWO"):
        stand = SlackStand(team=team)
        stand.sockets.ack_seconds = 0.2
        runner, url = await serve(stand.app())
        names = {"company": CompanyId(team), "bot": BotId(team)}
        made.append(Side(make_channel(url, blobs=Blobs(), switchboard=board, **names), stand))
        runners.append(runner)
    yield made[0], made[1]
    for side in made:
        await side.stop()
    for runner in runners:
        await runner.cleanup()


def written(team: str) -> dict[str, object]:
    message = {
        "type": "message",
        "channel": "C0SUPPORT",
        "user": "U0ALMA",
        "text": "Hi",
        "ts": "1700000000.1",
    }
    return event_body(message, event_id="Ev1", team=team)


async def test_an_event_that_comes_by_anothers_connection_reaches_its_company(
    sides: tuple[Side, Side],
) -> None:
    one, two = sides
    await one.start()
    await two.start()
    reply = await one.stand.sockets.send("events_api", written("T0TWO"), attempt=0, reason="")
    assert reply.ok
    (event,) = two.events
    assert (event.address.bot, event.address.workspace, one.events) == ("T0TWO", "T0TWO", [])


async def test_while_a_company_is_not_connected_slack_is_asked_to_come_again(
    sides: tuple[Side, Side],
) -> None:
    one, two = sides
    await one.start()
    assert not (await one.stand.sockets.send("events_api", written("T0TWO"), attempt=0, reason="")).ok
    await two.start()
    assert (await one.stand.sockets.send("events_api", written("T0TWO"), attempt=1, reason="timeout")).ok
    assert len(two.events) == 1


async def test_a_workspace_of_nobody_is_let_go_once_all_are_connected(sides: tuple[Side, Side]) -> None:
    one, two = sides
    await one.start()
    await two.start()
    assert (await one.stand.sockets.send("events_api", written("T0THREE"), attempt=0, reason="")).ok
    assert one.events == two.events == []
