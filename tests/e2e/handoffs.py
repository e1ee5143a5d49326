"""A process of its own that opens tickets and has them assigned; started by test_store_assignment.

Arguments: uri, database, company, first and last number of the tickets it opens.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from desk import handoff
from desk.step import Step
from domain.answer import Reason
from domain.conversation import Conversation
from domain.ids import CompanyId, ConversationId, CustomerId
from store.client import connect, database
from tests.e2e.repositories import Repositories, customer_place, firm_of

START = datetime(2026, 1, 1, tzinfo=UTC)


async def main(uri: str, name: str, company: str, first: int, last: int) -> None:
    client = connect(uri)
    repositories = Repositories(database(client, name), CompanyId(company), owner=f"process {first}")
    await asyncio.gather(*(one(repositories, number) for number in range(first, last)))
    await client.close()


async def one(repositories: Repositories, number: int) -> None:
    """A customer's handoff, then the assignment of whatever waits longest."""
    place, lane = customer_place(repositories.company, f"chat-{number}")
    lease = await repositories.leases.take(lane)
    assert lease
    case = await repositories.records.case(lane)
    now = START + timedelta(seconds=number)
    talk = Conversation(
        id=ConversationId(f"talk-{number}"),
        lane=lane,
        customer=CustomerId(f"customer-{number}"),
        address=place,
        started_at=now,
        language="en",
    )
    step = Step(firm=firm_of(repositories.company), channels={}, lane=lane, seed=f"seed-{number}", now=now)
    step.begin(talk)
    handoff.hand_off(
        step,
        reference=await repositories.records.next_reference(),
        customer_name=f"Customer {number}",
        reason=Reason.ASKED,
        question="?",
        history=[],
    )
    await repositories.records.commit(lease, step.changes, case)
    await repositories.leases.release(lease)
    await repositories.assign_all()


if __name__ == "__main__":
    uri, name, company, first, last = sys.argv[1:]
    asyncio.run(main(uri, name, company, int(first), int(last)))
