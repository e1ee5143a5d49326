"""The page that agents see when they open the app in Slack."""

import pytest

from desk.home import STRANGER
from sandbox.slack_state import Person, Room
from sandbox.stand import Bubble, until
from tests.e2e.demo_case import Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")


def page(scene: Scene, user: str) -> Bubble | None:
    panes = {pane.id: pane for pane in scene.stands.slack.panes()}
    home = panes.get(f"home:{user}")
    return home.bubbles[0] if home else None


async def opened(scene: Scene, agent: str) -> str:
    """Somebody opens the page; what it says once it is drawn anew."""
    slack = scene.stands.slack
    user = slack.workspace.person(agent).id
    slack.workspace.homes.pop(user, None)
    await slack.act(slack.channel, agent, "open_home")
    return (await until(lambda: page(scene, user))).text


async def pressed(scene: Scene, agent: str, label: str, *, then: str) -> Bubble:
    slack = scene.stands.slack
    user = slack.workspace.person(agent).id
    shown = page(scene, user)
    assert shown is not None
    button = next(id for id, words in shown.buttons if words == label)
    await slack.act(f"home:{user}", agent, "press", bubble=shown.id, button=button)
    found = await until(lambda: (one := page(scene, user)) and then in one.text and one)
    assert isinstance(found, Bubble)
    return found


async def test_the_page_shows_my_tickets_with_links_to_their_threads_and_todays_figures(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.resolved()
    other = scene.customer()
    await other.claimed()
    for _ in range(2):
        words = await opened(scene, agent)
    assert "available" in words
    reference = words.split("My tickets")[1].split("*")[2]
    (ticket,) = await scene.rows("tickets", {"reference": reference})
    assert f"*{reference}* {ticket['customer_name']}:" in words
    solved = int(words.split(" solved · ")[0].rpartition("\n")[2])
    assert solved >= 1
    view = scene.stands.slack.workspace.homes[scene.stands.slack.workspace.person(agent).id].body
    slack = scene.stands.slack
    room = next(pane for pane in slack.panes() if pane.id == slack.channel)
    card = next(one for one in room.bubbles if f"{reference} · " in one.text)
    assert f"/p{card.id.replace('.', '')}|{reference}>" in str(view)
    assert "no ratings yet" in words or " % (" in words


async def test_the_switches_work_and_the_page_is_drawn_anew(scene: Scene) -> None:
    await opened(scene, "Ben Okafor")
    shown = await pressed(scene, "Ben Okafor", "Go away", then="You are away")
    assert [label for _, label in shown.buttons] == ["Take tickets", "One less", "One more"]
    before = int(shown.text.split(" of ")[1].split()[0])
    await pressed(scene, "Ben Okafor", "One more", then=f"of {before + 1} tickets")
    await pressed(scene, "Ben Okafor", "One less", then=f"of {before} tickets")
    await pressed(scene, "Ben Okafor", "Take tickets", then="You are available")


async def test_who_is_not_in_the_agents_channel_sees_no_customers_and_becomes_no_agent(scene: Scene) -> None:
    space = scene.stands.slack.workspace
    space.people["U0DORA"] = Person(id="U0DORA", name="Dora Stone")
    space.rooms["D0DORA"] = Room(id="D0DORA", name="Dora Stone", kind="im", members=["U0DORA", "U0DESKMATE"])
    try:
        assert await opened(scene, "Dora") == STRANGER
        assert not await scene.rows("agents", {"identity.user": "U0DORA"})
        space.rooms[scene.stands.slack.channel].members.append("U0DORA")
        assert "Hello Dora" in await opened(scene, "Dora")
    finally:
        del space.people["U0DORA"], space.rooms["D0DORA"], space.homes["U0DORA"]
        space.rooms[scene.stands.slack.channel].members.remove("U0DORA")
