"""After a chat its report stands in the ticket's thread: once, and without anybody waiting for it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from brain.gemini import GeminiClient
from desk.experience import ExperienceDesk, Wait
from desk.reviewing import ModelWriter
from domain.errors import Unavailable
from reports.experience import Reviewer
from sandbox.gemini import Fault
from store.experiences import MongoExperiences
from store.scoped import Row
from tests.e2e.demo_case import Customer, Scene
from wiring.demo import SECRET

pytestmark = pytest.mark.asyncio(loop_scope="session")
DAY = timedelta(days=1)
LATER = Wait(rated=timedelta(), unrated=DAY)
HEAD = "How it went for the customer"


@pytest.fixture
def desk(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> ExperienceDesk:
    """The product's own, which waits for no comment."""
    made = scene.branch.experience
    monkeypatch.setattr(made, "_wait", LATER)
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def model(scene: Scene) -> AsyncIterator[GeminiClient]:
    """The language model."""
    client = GeminiClient(
        api_key=SECRET, model="gemini-2.5-flash", base_url=scene.sandbox.gemini_url, attempts=1
    )
    yield client
    await client.close()


async def kept(scene: Scene, customer: Customer) -> list[Row]:
    talks = [row["id"] for row in await customer.conversations()]
    return await scene.rows("experiences", {"analysis.session": {"$in": talks}})


async def rated(scene: Scene, value: str = "5") -> Customer:
    customer = scene.customer()
    await customer.say("My parcel 123456789 is late and I am really angry")
    await customer.resolved()
    await customer.press(value)
    await customer.thread(f"{value} of 5")
    await scene.settled()
    return customer


def reports(customer: Customer) -> list[str]:
    replies = [reply.text for card in customer.cards for reply in card.thread]
    return [words for words in replies if HEAD in words]


async def test_a_rated_chat_gets_one_report_in_its_thread_with_hidden_numbers(
    scene: Scene, desk: ExperienceDesk
) -> None:
    customer = await rated(scene)
    await asyncio.gather(desk.write_due(), desk.write_due())
    told = await customer.thread(HEAD)
    assert "[number]" in told.text
    assert "Rated 5 of 5" in told.text
    assert "Put together from quotes." in told.text
    await desk.write_due()
    await scene.settled()
    assert len(reports(customer)) == 1
    [row] = await kept(scene, customer)
    assert row["analysis"]["rating"] == 5
    assert row["analysis"]["emotions"]["anger"] >= 1


async def test_a_rating_that_changes_afterwards_makes_no_second_report(
    scene: Scene, desk: ExperienceDesk
) -> None:
    customer = await rated(scene)
    await desk.write_due()
    await customer.press("4")
    await customer.thread("4 of 5")
    await scene.settled()
    await desk.write_due()
    await scene.settled()
    assert len(reports(customer)) == 1


async def test_a_chat_that_nobody_rates_gets_its_report_after_a_while(
    scene: Scene, desk: ExperienceDesk
) -> None:
    customer = scene.customer()
    await customer.resolved()
    await desk.write_due()
    assert await kept(scene, customer) == []
    [survey] = await customer.surveys()
    earlier = {"$set": {"sent_at": survey["sent_at"] - DAY}}
    await scene.db["feedback"].update_one({"_id": survey["_id"]}, earlier)
    await desk.write_due()
    await customer.thread(HEAD)


async def test_a_reopened_chat_is_not_reported_before_it_is_over(scene: Scene, desk: ExperienceDesk) -> None:
    customer = await rated(scene)
    agent = scene.agents[0]
    await customer.agent_presses(agent, "Reopen")
    await customer.card("claimed by")
    await desk.write_due()
    assert await kept(scene, customer) == []


async def test_the_model_writes_it_where_there_is_one_and_what_it_took_is_counted(
    scene: Scene, desk: ExperienceDesk, model: GeminiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "_reviewer", Reviewer(writer=ModelWriter(model=model)))
    customer = await rated(scene)
    await desk.write_due()
    told = await customer.thread(HEAD)
    assert "Written by the language model." in told.text
    asked = [str(one.body) for one in scene.stands.gemini.requests]
    assert not any("123456789" in words for words in asked)
    ids = [row["_id"].partition("|")[2] for row in await customer.tickets()]
    where = {"ticket": {"$in": ids}, "kind": "experience_written"}
    [entry] = await scene.rows("events", where)
    assert entry["data"]["by"] == "model"
    assert entry["data"]["prompt_tokens"] > 0


async def test_a_model_that_fails_is_no_reason_for_no_report(
    scene: Scene, desk: ExperienceDesk, model: GeminiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "_reviewer", Reviewer(writer=ModelWriter(model=model)))
    monkeypatch.setattr(scene.stands.gemini, "always", Fault.OVERLOADED)
    customer = await rated(scene)
    await desk.write_due()
    assert "Put together from quotes." in (await customer.thread(HEAD)).text


async def test_a_crash_before_it_is_kept_leaves_it_due(
    scene: Scene, desk: ExperienceDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = await rated(scene)

    async def crash(*_: object) -> bool:
        raise Unavailable("gone")

    with monkeypatch.context() as broken:
        broken.setattr(MongoExperiences, "keep", crash)
        with pytest.raises(Unavailable):
            await desk.write_due()
    assert reports(customer) == []
    await desk.write_due()
    await customer.thread(HEAD)
    assert len(await kept(scene, customer)) == 1
