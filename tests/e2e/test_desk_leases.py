"""One owner at a time works on a customer's lane, and what it decided is written before it lets go."""

from datetime import UTC, datetime
from typing import Any

import pytest

from desk.step import Step
from desk.storage import Stale
from domain.answer import Author
from domain.conversation import Conversation
from domain.ids import CompanyId, ConversationId, CustomerId
from sandbox.stand import until
from store.scoped import Db
from tests.e2e.demo_case import QUESTION, Scene
from tests.e2e.repositories import Repositories, customer_place, firm_of

COMPANY = CompanyId("acme")
PLACE, LANE = customer_place(COMPANY, "chat-1")


def _decided(seed: str) -> Step:
    """A step that begins the same conversation, with words of its owner."""
    now = datetime.now(UTC)
    step = Step(firm=firm_of(COMPANY), channels={}, lane=LANE, seed=seed, now=now)
    talk = ConversationId("talk")
    step.begin(Conversation(id=talk, lane=LANE, customer=CustomerId("c"), address=PLACE, started_at=now))
    step.said(Author.BOT, f"said by the {seed}", at=now, part="answer")
    return step


@pytest.mark.trap(2)
async def test_an_owner_whose_lease_ran_out_can_write_nothing_any_more(db: Db) -> None:
    slow = Repositories(db, COMPANY, owner="slow", seconds=0)  # runs out at once
    fast = Repositories(db, COMPANY, owner="fast")
    lost = await slow.leases.take(LANE)
    case = await slow.records.case(LANE)
    held = await fast.leases.take(LANE)
    assert lost
    assert held
    assert held.fence > lost.fence

    with pytest.raises(Stale):
        await slow.records.commit(lost, _decided("slow one").changes, case)
    assert await slow.leases.renew(lost) is False
    await slow.leases.release(lost)  # takes nothing away from the new owner
    assert await slow.leases.take(LANE) is None
    await fast.records.commit(held, _decided("fast one").changes, case)

    (line,) = await fast.records.history(ConversationId("talk"), 10)
    assert line.text == "said by the fast one"


@pytest.mark.trap(2)
async def test_nobody_else_gets_a_lane_that_is_held(db: Db) -> None:
    first, second = (Repositories(db, COMPANY, owner=name) for name in ("first", "second"))
    held = await first.leases.take(LANE)
    assert held
    assert await second.leases.take(LANE) is None
    await first.leases.release(held)
    assert await second.leases.take(LANE)


@pytest.mark.trap(2)
@pytest.mark.asyncio(loop_scope="session")
async def test_a_lane_is_let_go_only_after_everything_is_written(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, happened = scene.customer(), []

    def watched(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        async def spy(lease: Any, *rest: Any) -> None:
            await real(lease, *rest)
            if customer.channel in lease.key and not lease.key.startswith("out|"):
                happened.append(name)

        monkeypatch.setattr(owner, name, spy)

    stores = scene.branch.stores
    watched(stores.records, "commit")
    watched(stores.leases, "release")
    await customer.say(QUESTION)
    await customer.sees("[1]")
    await scene.settled()
    await until(lambda: "release" in happened)
    assert happened[:2] == ["commit", "release"]
    lane = {"_id": {"$regex": rf"^parcelo\|parcelo\|.*{customer.channel}"}}
    (lease,) = await scene.rows("leases", lane)
    assert lease["commits"] == 1


@pytest.mark.asyncio(loop_scope="session")
async def test_messages_leave_no_leases_behind(scene: Scene) -> None:
    customer = scene.customer()
    await customer.claimed()
    await scene.settled()
    before = len(await scene.rows("leases", {}))
    for number in range(3):
        await customer.say(f"Message {number}")
        await customer.thread(f"Message {number}")
    await scene.settled()
    assert len(await scene.rows("leases", {})) == before
