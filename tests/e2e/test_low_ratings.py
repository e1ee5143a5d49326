"""A customer is unhappy: the agents' channel hears of it at once."""

import pytest

from sandbox.stand import Bubble, until
from tests.e2e.demo_case import Customer, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")


def alerts(scene: Scene, customer: Customer) -> list[Bubble]:
    slack = scene.stands.slack
    room = next(pane for pane in slack.panes() if pane.id == slack.channel)
    return [one for one in room.bubbles if "Low rating" in one.text and customer.name in one.text]


async def test_a_low_rating_is_told_in_the_channel_with_the_way_to_its_thread(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.resolved()
    await customer.press("2")
    [alert] = await until(lambda: alerts(scene, customer))
    card = await customer.card()
    [ticket] = await customer.tickets()
    assert ticket["reference"] in alert.text
    assert f"{customer.name} rated {agent} 2 of 5." in alert.text
    asked = [one.body for one in scene.stands.slack.requests if one.path.endswith("chat.getPermalink")]
    assert asked[-1]["message_ts"] == card.id
    [row] = await scene.rows("outbox", {"content.blocks.spans.text": {"$regex": f"{customer.name} rated"}})
    address = row["content"]["blocks"][1]["spans"][0]["url"]
    assert address.endswith(f"/p{card.id.replace('.', '')}")


async def test_changing_a_low_rating_does_not_alert_again(scene: Scene) -> None:
    customer = scene.customer()
    await customer.resolved()
    await customer.press("1")
    await until(lambda: alerts(scene, customer))
    await customer.press("2")
    await customer.thread("2 of 5")
    await scene.settled()
    assert len(alerts(scene, customer)) == 1


async def test_a_good_rating_alerts_nobody(scene: Scene) -> None:
    customer = scene.customer()
    await customer.resolved()
    await customer.press("3")
    await customer.thread("3 of 5")
    await scene.settled()
    assert alerts(scene, customer) == []


async def test_the_log_says_since_when_and_how_often_a_ticket_was_solved_and_who_has_it_again(
    scene: Scene,
) -> None:
    customer = scene.customer()
    agent = await customer.resolved()
    await customer.card("solved by")
    other = next(name for name in scene.agents if name != agent)
    await customer.agent_presses(other, "Reopen")
    await customer.card("claimed by")
    [ticket] = await customer.tickets()
    wanted = {"$in": ["ticket_solved", "ticket_reopened"]}
    solved, reopened = await scene.rows("events", {"ticket": ticket["_id"].partition("|")[2], "kind": wanted})
    told = {"opened_at": ticket["opened_at"].isoformat(), "resolutions": 1}
    assert solved["data"] == told
    assert reopened["data"] == told
    assert reopened["agent"] == ticket["assignee"]
