"""What was promised to customers: noticed by time when it is broken, and told to the agents."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.stand import until
from tests.e2e.demo_case import Customer, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")
LONG_AGO = timedelta(hours=3)


async def promises(scene: Scene, customer: Customer) -> list[tuple[str, str]]:
    """What the log says of this customer's tickets: kind and target."""
    ids = [row["_id"].partition("|")[2] for row in await customer.tickets()]
    rows = await scene.rows("events", {"ticket": {"$in": ids}, "kind": {"$regex": "^sla_"}})
    return [(row["kind"], row["data"]["target"]) for row in rows]


async def time_passes(scene: Scene, customer: Customer, *fields: str) -> None:
    """The moment of a promise is over."""
    values: dict[str, Any] = dict.fromkeys(fields, datetime.now(UTC) - LONG_AGO)
    for row in await customer.tickets():
        await scene.db["tickets"].update_one({"_id": row["_id"]}, {"$set": values})


async def test_a_reply_and_a_solution_in_time_are_noted_as_kept(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    await customer.agent_writes(agent, "Here I am")
    await customer.sees("Here I am")
    await customer.agent_writes(agent, "And again")
    await customer.sees("And again")
    await customer.agent_presses(agent, "Resolve")
    await customer.sees("How did we do?")
    assert await promises(scene, customer) == [("sla_met", "first_response"), ("sla_met", "resolution")]


async def test_an_overdue_reply_is_noticed_by_time_shown_on_the_card_and_counted_once(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    await time_passes(scene, customer, "reply_due")
    await customer.card("Overdue: first reply")
    await customer.thread("Overdue: the first reply was promised by now")
    await scene.branch.office.sweep()
    await scene.settled()
    await customer.agent_writes(agent, "Sorry, late")
    await customer.sees("Sorry, late")
    assert await promises(scene, customer) == [("sla_breached", "first_response")]
    await until(lambda: "Overdue" not in customer.cards[-1].text)
    report = await scene.branch.reporter.report(kind="speed", period="today")
    line = next(line for line in report.lines if line.startswith("SLA first response"))
    assert "of" in line


async def test_a_late_solution_counts_even_if_nobody_looked_in_between(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.claimed()
    await customer.agent_writes(agent, "One moment")
    await customer.sees("One moment")
    await time_passes(scene, customer, "solve_due")
    await customer.agent_presses(agent, "Resolve")
    await customer.sees("How did we do?")
    await scene.branch.office.sweep()
    await scene.settled()
    assert await promises(scene, customer) == [("sla_met", "first_response"), ("sla_breached", "resolution")]


async def test_a_reopened_ticket_is_promised_anew(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.resolved()
    await customer.agent_presses(agent, "Reopen")
    await customer.card("claimed by")
    await time_passes(scene, customer, "solve_due")
    await customer.card("Overdue: resolution")
    assert ("sla_breached", "resolution") in await promises(scene, customer)
    assert ("sla_met", "resolution") in await promises(scene, customer)
