"""An agent needs nothing but Slack: a ticket's whole life through the real SDKs."""

import pytest

from sandbox.stand import until
from tests.e2e.demo_case import Customer, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _fills(customer: Customer, by: str, **fields: str) -> None:
    """Fill in the form that a button has just opened."""

    def opened() -> str:
        forms = customer.scene.stands.slack.forms(by)
        return next((one.id for one in forms if {blank.name for blank in one.blanks} == set(fields)), "")

    form = await until(opened)
    await customer.agent_does(by, "submit", form=form, fields=fields)


async def _status(customer: Customer) -> str:
    (ticket,) = await customer.tickets()
    return str(ticket["status"])


@pytest.mark.trap(36)
@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_agents_do_everything_from_slack(scene: Scene, platform: str) -> None:
    customer = scene.customer() if platform == "discord" else scene.telegram_customer()
    first, second = scene.agents[:2]
    await customer.handed_off()

    await customer.agent_presses(first, "Claim")
    await customer.sees("has joined")
    await customer.card(f"claimed by {first}")

    await customer.agent_presses(first, "Note")
    await _fills(customer, first, note="Regular customer, be kind")
    await customer.thread("Regular customer")

    await customer.agent_presses(first, "Priority")
    await customer.card("high priority")

    await customer.agent_presses(first, "Transfer")
    await _fills(customer, first, agent=scene.stands.slack.workspace.person(second).id)
    await customer.card(f"transferred by {first} to {second}")
    await customer.sees("now taking care of your request")

    await customer.agent_writes(second, "I have it now")
    await customer.sees("I have it now")
    await customer.card("waiting for the customer")

    await customer.agent_presses(second, "Snooze")
    await customer.card("snoozed")
    await customer.say("One more thing")
    await customer.thread("One more thing")
    await customer.card(f"open, claimed by {second}")

    await customer.agent_presses(second, "Resolve")
    await customer.sees("How did we do?")
    assert await _status(customer) == "solved"

    await customer.agent_presses(second, "Reopen")
    await customer.sees("Your request is open again")
    assert await _status(customer) == "open"
    assert not [words for words in customer.received if "be kind" in words]
