"""Tickets go to the least busy agents, never above a capacity, whoever asks at the same time."""

import asyncio
import sys
from pathlib import Path

import pytest

from domain.ids import CompanyId
from domain.people import Availability
from domain.ticket import Status
from store.scoped import Db
from tests.e2e.handoffs import one
from tests.e2e.repositories import Repositories

ROOT = Path(__file__).parents[2]
COMPANY = CompanyId("acme")


@pytest.mark.trap(33)
@pytest.mark.trap(41)
async def test_a_hundred_handoffs_from_four_processes_fill_five_agents_evenly(db: Db, mongo_uri: str) -> None:
    repositories = Repositories(db, COMPANY)
    for number in range(5):
        await repositories.agent(f"agent-{number}", capacity=10)
    elsewhere = Repositories(db, CompanyId("other"))
    await elsewhere.agent("stranger", capacity=100)

    async def process(first: int) -> int:
        command = [sys.executable, "-m", "tests.e2e.handoffs", mongo_uri, db.name, COMPANY]
        run = await asyncio.create_subprocess_exec(*command, str(first), str(first + 25), cwd=ROOT)
        return await run.wait()

    assert await asyncio.gather(*(process(first) for first in (0, 25, 50, 75))) == [0, 0, 0, 0]

    assert [agent.load for agent in await repositories.agents.all()] == [10] * 5
    assert [agent.load for agent in await elsewhere.agents.all()] == [0]
    open_tickets = await repositories.records.tickets()
    queue = await repositories.records.tickets(waiting=True)
    assert len(open_tickets) == 100
    assert len({ticket.reference for ticket in open_tickets}) == 100
    assert len(queue) == 50
    assert [ticket.waiting_since for ticket in queue] == sorted(ticket.waiting_since for ticket in queue)


@pytest.mark.trap(33)
async def test_loads_differ_by_at_most_one_and_ties_go_to_the_longest_unassigned(db: Db) -> None:
    repositories = Repositories(db, COMPANY)
    for number in range(3):
        await repositories.agent(f"agent-{number}")
    order: list[str] = []
    for number in range(7):
        await one(repositories, number)
        ticket = max(await repositories.records.tickets(), key=lambda ticket: ticket.opened_at)
        order.append(ticket.assignee_name)
        loads = [agent.load for agent in await repositories.agents.all()]
        assert max(loads) - min(loads) <= 1
    assert order[:3] != order[2:5]
    assert order[0:3] == order[3:6]
    assert len(set(order[:3])) == 3


@pytest.mark.trap(35)
async def test_only_agents_who_are_online_get_tickets(db: Db) -> None:
    repositories = Repositories(db, COMPANY)
    away = await repositories.agent("away", online=False)
    await one(repositories, 1)
    assert [ticket.status for ticket in await repositories.records.tickets()] == [Status.NEW]
    online = await repositories.agent("online")
    await repositories.assign_all()
    assert [ticket.assignee for ticket in await repositories.records.tickets()] == [online.id]
    await repositories.agents.set_availability(away.id, Availability.ONLINE, online.assigned_at or _now())
    await one(repositories, 2)
    assert {ticket.assignee for ticket in await repositories.records.tickets()} == {online.id, away.id}


@pytest.mark.trap(32)
async def test_the_longest_waiting_ticket_is_assigned_first_when_somebody_has_room(db: Db) -> None:
    repositories = Repositories(db, COMPANY)
    for number in (3, 1, 2):
        await one(repositories, number)
    await repositories.agent("only", capacity=1)
    await repositories.assign_all()
    assigned = [ticket for ticket in await repositories.records.tickets() if ticket.assignee]
    assert [ticket.conversation for ticket in assigned] == ["talk-1"]


def _now():
    from datetime import UTC, datetime

    return datetime.now(UTC)
