"""What happens when agents come and go, or let a ticket lie."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from desk.office import Office
from domain.people import Availability
from settings import Settings
from tests.e2e.demo_case import QUESTION, Customer, Scene, capacities, second_company

pytestmark = pytest.mark.asyncio(loop_scope="session")


def side_by_side(settings: Settings) -> Settings:
    return second_company(capacities(1)(settings))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def small(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A company whose agents bear one ticket each, and another company beside it."""

    running = Scene(folder=tmp_path_factory.mktemp("small"), mongo_uri=mongo_uri, adapt=side_by_side)
    await running.start()
    yield running
    await running.stop()


async def _only(scene: Scene, *names: str) -> None:
    """These agents are online, the others are not."""
    agents = scene.branch.stores.agents
    for agent in await agents.all():
        state = Availability.ONLINE if agent.name in names else Availability.OFFLINE
        await agents.set_availability(agent.id, state, datetime.now(UTC))


async def _resolve(customer: Customer, agent: str) -> None:
    await customer.agent_presses(agent, "Resolve")
    await customer.sees("How did we do?")


async def _asks_for_a_person(customer: Customer) -> None:
    await customer.say("I want to talk to a person")
    await customer.sees("our team")


@pytest.mark.trap(24)
@pytest.mark.trap(32)
@pytest.mark.trap(35)
async def test_who_waits_longest_is_next_when_an_agent_has_room_again(small: Scene) -> None:
    agent = small.agents[0]
    await _only(small, agent)
    first, second, third = (small.customer() for _ in range(3))
    await first.handed_off()
    for customer, position in ((second, 1), (third, 2)):
        await _asks_for_a_person(customer)
        await customer.sees(f"You are number {position} in the queue")
        await customer.card("waiting in the queue")

    await _resolve(first, agent)
    told = await second.sees("will answer you here. You don't need")
    assert agent.split()[0] in told.text
    await small.settled()
    assert "waiting in the queue" in (await third.card()).text
    assert len([words for words in third.received if "in the queue" in words]) == 1
    for customer in (second, third):
        await customer.card("least busy")
        await _resolve(customer, agent)


@pytest.mark.trap(24)
async def test_a_customer_is_told_when_nobody_is_online_and_gets_the_first_who_comes(small: Scene) -> None:
    await _only(small)
    customer = small.customer()
    await _asks_for_a_person(customer)
    await customer.sees("Nobody from our team is online right now")
    agent = small.agents[2]
    await customer.agent_does(agent, "command", name="/available")
    await customer.sees("will answer you here. You don't need")
    await customer.card(f"to {agent}")
    await _resolve(customer, agent)


@pytest.mark.trap(34)
async def test_a_ticket_nobody_claims_in_time_goes_to_somebody_else_with_a_word_to_both(
    small: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = small.agents[:2]
    await _only(small, slow)
    customer = small.customer()
    await customer.handed_off()
    await customer.card(f"to {slow}")
    await _only(small, slow, quick)
    await _after_the_limit(small.branch.office, monkeypatch)
    await customer.sees("finding somebody else for you")
    await customer.thread(f"Released from {slow} (not claimed in time)")
    await customer.card(f"to {quick}")
    before = len(customer.bubbles)
    await customer.agent_presses(quick, "Claim")
    await customer.sees(f"{quick.split()[0]} has joined", after=before)
    await _after_the_limit(small.branch.office, monkeypatch)
    await small.settled()
    assert f"claimed by {quick}" in (await customer.card()).text
    await _resolve(customer, quick)


async def _after_the_limit(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sweep after the time in which a ticket has to be claimed."""
    with monkeypatch.context() as later:
        later.setattr(office, "_clock", lambda: datetime.now(UTC) + timedelta(minutes=16))
        await office.sweep()


@pytest.mark.trap(34)
async def test_tickets_of_an_agent_who_goes_offline_are_given_to_others(small: Scene) -> None:
    leaving, staying = small.agents[:2]
    await _only(small, leaving)
    customer = small.customer()
    await customer.handed_off()
    await _only(small, staying)
    await small.branch.office.sweep()
    await customer.sees("finding somebody else for you")
    await customer.thread(f"Released from {leaving} (went away)")
    await customer.card(f"to {staying}")
    await _resolve(customer, staying)
    loads = {agent.name: agent.load for agent in await small.branch.stores.agents.all()}
    assert loads[leaving] == loads[staying] == 0


@pytest.mark.trap(34)
async def test_a_ticket_nobody_claimed_does_not_wait_for_an_agent_who_goes_away(small: Scene) -> None:
    leaving, staying = small.agents[:2]
    await _only(small, leaving)
    customer = small.customer()
    await customer.handed_off()
    await customer.card(f"to {leaving}")
    for agent in await small.branch.stores.agents.all():
        if agent.name == staying:
            await small.branch.stores.agents.set_availability(
                agent.id, Availability.ONLINE, datetime.now(UTC)
            )
    await customer.agent_does(leaving, "command", name="/away", text="")
    await customer.sees("finding somebody else for you")
    await customer.card(f"to {staying}")
    await _resolve(customer, staying)


@pytest.mark.trap(41)
async def test_one_person_with_two_companies_bots_never_crosses(small: Scene) -> None:
    await _only(small, small.agents[0])
    parcelo = small.telegram_customer()
    other = small.telegram_customer(bot="other_bot", name=parcelo.name)
    assert parcelo.channel == other.channel  # one person, one chat id, two bots

    await parcelo.say(QUESTION)
    await parcelo.sees("[1]")
    await other.say(QUESTION)
    await other.sees("could not find")  # the other company has no such document
    await other.say("I want to talk to a person")
    await other.sees("our team")
    await small.settled()
    assert parcelo.cards == []
    assert len(parcelo.received) == 1
    companies = {row["company"]: row for row in await parcelo.conversations()}
    assert set(companies) == {"parcelo", "other"}
    assert companies["parcelo"]["handler"] == "bot"
    assert companies["other"]["handler"] == "agent"

    await parcelo.say(QUESTION)
    await parcelo.sees("[1]", after=2)
    asked = [row["company"] for row in await parcelo.tickets()]
    assert asked == ["other"]


@pytest.mark.trap(7)
async def test_a_reply_after_a_restart_still_finds_its_customer(small: Scene) -> None:
    agent = small.agents[0]
    await _only(small, agent)
    customer = small.customer()
    await customer.handed_off()
    await customer.say("Before the restart")
    await customer.thread("Before the restart")

    await small.restart()
    await customer.agent_writes(agent, "I am back, how can I help?")
    await customer.sees("I am back")
    await customer.marked("I am back")
    await customer.card(f"claimed by {agent}")
    await customer.say("After the restart")
    await customer.thread("After the restart")
    await _resolve(customer, agent)
    assert len(await customer.tickets()) == 1


@pytest.mark.trap(7)
async def test_a_message_accepted_right_before_a_restart_is_answered_after_it(
    small: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def asleep(topic: str, key: str) -> None:
        """No hint gets through, as if the process died at once."""

    monkeypatch.setattr(small.branch.desk, "_wake", asleep)
    monkeypatch.setattr(small.branch.office, "sweep", lambda **_: asleep("", ""))
    customer = small.customer()
    await customer.say(QUESTION)

    from sandbox.stand import until

    async def kept() -> bool:
        where = {"state": "pending", "event.address.channel": customer.channel}
        return bool(await small.db["inbox"].find_one(where))

    await until(kept)
    await small.restart()
    await customer.sees("[1]")
    await small.settled()
    assert len(customer.received) == 1
