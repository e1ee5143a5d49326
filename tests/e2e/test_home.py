"""The page that agents see when they open the app in Slack."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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


@asynccontextmanager
async def newcomer(scene: Scene, name: str) -> AsyncIterator[str]:
    """Somebody in the workspace who is not in the agents' channel yet; their id."""
    slack = scene.stands.slack
    space, user = slack.workspace, f"U0{name.split()[0].upper()}"
    space.people[user] = Person(id=user, name=name)
    space.rooms[f"D{user}"] = Room(id=f"D{user}", name=name, kind="im", members=[user, "U0DESKMATE"])
    yield user
    await scene.settled()
    members = space.rooms[slack.channel].members
    members[:] = [one for one in members if one != user]
    space.homes.pop(user, None)


async def test_the_page_shows_my_tickets_with_links_to_their_threads_and_todays_figures(scene: Scene) -> None:
    slack = scene.stands.slack
    async with newcomer(scene, "Dora Stone") as dora:
        slack.workspace.rooms[slack.channel].members.append(dora)
        done, held = scene.customer(), scene.customer()
        for customer in (done, held):
            await customer.handed_off()
            await customer.agent_presses("Dora Stone", "Claim")
            await customer.card("claimed by Dora")
        await done.agent_presses("Dora Stone", "Resolve")
        await done.card("solved by Dora")
        for _ in range(2):
            words = await opened(scene, "Dora Stone")
        assert "1 solved" in words
        (ticket,) = await held.tickets()
        assert f"*{ticket['reference']}* {held.name}:" in words
        assert done.name not in words
        card = await held.card()
        view = slack.workspace.homes[dora].body
        assert f"/p{card.id.replace('.', '')}|{ticket['reference']}>" in str(view)


async def test_the_switches_work_and_the_page_is_drawn_anew(scene: Scene) -> None:
    await opened(scene, "Ben Okafor")
    shown = await pressed(scene, "Ben Okafor", "Go away", then="You are away")
    assert [label for _, label in shown.buttons] == ["Take tickets", "One less", "One more"]
    before = int(shown.text.split(" of ")[1].split()[0])
    await pressed(scene, "Ben Okafor", "One more", then=f"of {before + 1} tickets")
    await pressed(scene, "Ben Okafor", "One less", then=f"of {before} tickets")
    await pressed(scene, "Ben Okafor", "Take tickets", then="You are available")


def refusals(scene: Scene, room: str) -> int:
    (pane,) = [pane for pane in scene.stands.slack.panes() if pane.id == room]
    return len([one for one in pane.bubbles if "people in the agents' channel" in one.text])


async def test_who_is_not_in_the_agents_channel_sees_no_customers_and_becomes_no_agent(scene: Scene) -> None:
    slack = scene.stands.slack
    async with newcomer(scene, "Eve Moss") as eve:
        room = next(room for room, one in slack.workspace.rooms.items() if eve in one.members)
        assert await opened(scene, "Eve Moss") == STRANGER
        await slack.act(room, "Eve Moss", "command", name="/tickets")
        await until(lambda: refusals(scene, room) == 1)
        await slack.act(room, "Eve Moss", "command", name="/available")
        await until(lambda: refusals(scene, room) == 2)
        assert not await scene.rows("agents", {"identity.user": eve})
        slack.workspace.rooms[slack.channel].members.append(eve)
        assert "Hello Eve" in await opened(scene, "Eve Moss")
