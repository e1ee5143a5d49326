"""What was said is erased once it is older than the company keeps it; the numbers stay."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Unavailable
from domain.ids import CompanyId
from sandbox.stand import until
from settings import Settings
from store.retention import MongoRetention
from store.scoped import Db
from tests.e2e.demo_case import QUESTION, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "My parcel for Zebulon street 7 is lost"
KEPT_DAYS = 30
LONG_AGO = timedelta(days=KEPT_DAYS + 1)
MOMENTS = {
    "messages": ["at"],
    "outbox": ["at"],
    "inbox": ["accepted_at"],
    "tickets": ["opened_at"],
    "feedback": ["sent_at", "rated_at"],
    "traces": ["at"],
}


def retention(scene: Scene, company: str = "parcelo") -> MongoRetention:
    return MongoRetention(db=scene.db, company=CompanyId(company), blobs=scene.branch.stores.blobs)


async def pass_time(db: Db) -> None:
    """A month goes by for everything that is kept."""
    for name, fields in MOMENTS.items():
        for field in fields:
            earlier = {"$dateSubtract": {"startDate": f"${field}", "unit": "day", "amount": LONG_AGO.days}}
            await db[name].update_many({field: {"$type": "date"}}, [{"$set": {field: earlier}}])


async def where_it_says(db: Db, words: str) -> set[str]:
    """The collections in which these words stand."""
    found = set()
    for name in await db.list_collection_names():
        async for row in db[name].find({}):
            if words in str(row):
                found.add(name)
    return found


async def a_solved_matter(scene: Scene) -> None:
    customer = scene.customer()
    await customer.say(QUESTION)
    await customer.sees("[1]")
    agent = await customer.claimed()
    await customer.say(SECRET)
    await customer.thread(SECRET)
    await customer.agent_writes(agent, f"I see: {SECRET}")
    await customer.sees(f"I see: {SECRET}")
    await customer.agent_presses(agent, "Resolve")
    await customer.sees("How did we do?")
    await customer.press("5")
    await customer.thread("5 of 5")
    await scene.settled()


@pytest.mark.trap(43)
async def test_messages_past_the_limit_are_erased_and_younger_ones_and_the_event_log_stay(
    scene: Scene,
) -> None:
    await a_solved_matter(scene)
    await scene.branch.stores.blobs.put("old-photo", b"bytes")
    events = await scene.rows("events", {})
    before = datetime.now(UTC) - timedelta(days=KEPT_DAYS)

    await retention(scene).erase(before)
    assert {"messages", "outbox", "inbox"} <= await where_it_says(scene.db, SECRET)

    await pass_time(scene.db)
    await retention(scene, company="other").erase(before)
    assert {"messages", "outbox", "inbox"} <= await where_it_says(scene.db, SECRET)

    await retention(scene).erase(before)
    assert await where_it_says(scene.db, SECRET) == set()
    assert await scene.rows("traces", {}) == []
    assert {row["text"] for row in await scene.rows("messages", {})} == {""}
    assert all(row["erased"] for row in await scene.rows("messages", {}))
    assert await scene.rows("events", {}) == events
    assert await scene.branch.stores.blobs("old-photo") == b"bytes"  # kept today

    await retention(scene).erase(datetime.now(UTC) + timedelta(days=1))
    with pytest.raises(Unavailable):
        await scene.branch.stores.blobs("old-photo")


@pytest.mark.trap(43)
async def test_after_the_erasure_the_customer_is_served_as_before(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.resolved()
    await scene.settled()
    await pass_time(scene.db)
    await retention(scene).erase(datetime.now(UTC) - timedelta(days=KEPT_DAYS))
    await customer.agent_presses(agent, "Reopen")
    await customer.card("claimed by")
    await customer.agent_writes(agent, "Here again")
    await customer.sees("Here again")


@pytest.mark.trap(43)
async def test_the_job_runs_by_itself_when_a_limit_is_set(scene: Scene) -> None:
    customer = scene.customer()
    await customer.say(SECRET)
    await customer.sees("")
    await scene.settled()
    await pass_time(scene.db)
    adapted = scene.adapt

    def limited(settings: Settings) -> Settings:
        section = settings.retention.model_copy(update={"days": KEPT_DAYS})
        return adapted(settings.model_copy(update={"retention": section}))

    scene.adapt = limited
    try:
        await scene.restart()

        async def erased() -> bool:
            return "messages" not in await where_it_says(scene.db, SECRET)

        await until(erased)
    finally:
        scene.adapt = adapted
        await scene.restart()
