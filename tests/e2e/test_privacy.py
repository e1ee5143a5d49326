"""A customer's rights: a copy of what is kept about them, and its erasure, across accounts, once for all."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import Unavailable
from sandbox.stand import until
from store.erasure import MongoErasure
from store.persons import MongoPersons
from store.scoped import Db
from tests.e2e.demo_case import Customer, Scene
from tests.e2e.test_accounts import CODE

pytestmark = pytest.mark.asyncio(loop_scope="session")
_WORDS = (f"Quill{number:04}feather" for number in itertools.count())


def a_word() -> str:
    """A word that stands nowhere else."""
    return next(_WORDS)


async def where_it_says(db: Db, *words: str) -> set[tuple[str, str]]:
    """The collections in which one of these words stands."""
    found = set()
    for name in await db.list_collection_names():
        async for row in db[name].find({}):
            found |= {(name, word) for word in words if word in str(row)}
    return found


def erasure(scene: Scene) -> MongoErasure:
    """What the timetable's job uses."""
    branch, stores = scene.branch, scene.branch.stores
    return MongoErasure(
        db=scene.db,
        company=branch.firm.id,
        persons=MongoPersons(db=scene.db, company=branch.firm.id, name=branch.firm.name),
        blobs=stores.blobs,
        agents=stores.agents,
        log=stores.log,
    )


async def with_a_past(scene: Scene, word: str) -> Customer:
    """A customer with a rated and commented matter, all about one word."""
    customer = scene.customer()
    agent = await customer.claimed()
    await customer.act("say", text=f"Where is {word}?", files=[("photo.png", word.encode())])
    await customer.thread(f"Where is {word}?")
    await customer.agent_writes(agent, f"I see: {word}")
    await customer.sees(f"I see: {word}")
    await customer.agent_presses(agent, "Resolve")
    await customer.sees("How did we do?")
    await customer.press("2")
    await customer.press("Yes")
    (form,) = await until(lambda: next(p for p in customer.stand.panes() if p.id == customer.pane).forms)
    await customer.act("submit", form=form.id, fields={"comment": f"Rude {word}"})
    await customer.thread(f"Rude {word}")
    await scene.settled()
    return customer


async def asks(customer: Customer, label: str) -> None:
    await customer.act("command", name="/privacy")
    await customer.sees("keeps your messages")
    await customer.press(label, on="keeps your messages")


async def file_of(scene: Scene, customer: Customer) -> Any:
    """The newest file that the customer got."""
    await until(lambda: any(name == "my-data.json" for one in customer.bubbles for name, _ in one.files))
    rows = await scene.rows("outbox", {"content.blocks.name": "my-data.json", "to.channel": customer.channel})
    blob = next(block["blob"] for block in rows[-1]["content"]["blocks"] if block["kind"] == "File")
    return json.loads(await scene.branch.stores.blobs(blob))


async def erased(customer: Customer) -> None:
    await asks(customer, "Erase my data")
    await customer.press("Yes, erase everything")
    await customer.sees("has been erased")


@pytest.mark.trap(43)
async def test_a_customer_gets_a_file_with_their_messages_ratings_and_profile(scene: Scene) -> None:
    word = a_word()
    customer = await with_a_past(scene, word)
    other = scene.customer()
    await other.say("Somebody else's words")
    await other.sees("")
    await asks(customer, "My data")
    data = await file_of(scene, customer)
    assert data["profile"]["name"] == customer.name
    assert data["profile"]["accounts"][0]["platform"] == "discord"
    said = [one["text"] for talk in data["conversations"] for one in talk["messages"]]
    assert any(word in words for words in said)
    assert "Somebody else's words" not in str(data)
    assert [(one["rating"], one["comment"]) for one in data["ratings"]] == [(2, f"Rude {word}")]
    assert data["requests"][0]["status"] == "solved"


@pytest.mark.trap(43)
async def test_erasure_leaves_no_words_no_name_and_no_address_anywhere_and_the_numbers_stay(
    scene: Scene,
) -> None:
    word = a_word()
    customer = await with_a_past(scene, word)
    [ticket] = await customer.tickets()
    [survey] = await customer.surveys()
    before = await scene.branch.reporter.report(kind="csat", period="today")
    identity = scene.stands.discord.world.person(customer.name).id
    assert await where_it_says(scene.db, word, customer.name) != set()
    [shown] = await scene.rows("outbox", {"content.blocks.name": "photo.png", "lane": survey["lane"]})
    photo = next(block["blob"] for block in shown["content"]["blocks"] if block["kind"] == "File")
    assert await scene.branch.stores.blobs(photo) == word.encode()
    await erased(customer)
    await scene.settled()
    await erasure(scene).settle(datetime.now(UTC) + timedelta(minutes=5))
    left = await where_it_says(scene.db, word, customer.name, identity, ticket["customer"])
    assert left == set()

    async def only_cursors() -> bool:
        await erasure(scene).settle(datetime.now(UTC) + timedelta(minutes=5))
        return {name for name, _ in await where_it_says(scene.db, customer.channel)} <= {"cursors"}

    # How far the bot's channels were read, without which it would read them again from the beginning.
    await until(only_cursors)
    with pytest.raises(Unavailable):
        await scene.branch.stores.blobs(photo)
    after = await scene.branch.reporter.report(kind="csat", period="today")
    assert after.lines[:3] == before.lines[:3]
    [row] = await scene.rows("feedback", {"_id": survey["_id"]})
    assert (row["rating"], row["comment"]) == (2, "")


@pytest.mark.trap(43)
async def test_the_agents_of_an_open_ticket_are_told_and_what_was_relayed_is_taken_away(
    scene: Scene,
) -> None:
    word, customer = a_word(), scene.customer()
    await customer.claimed()
    await customer.say(word)
    await customer.thread(word)
    [ticket] = await customer.tickets()
    loads = {row["name"]: row["load"] for row in await scene.rows("agents", {})}
    await asks(customer, "Erase my data")
    assert "open request will be closed" in (await customer.sees("can't be undone")).text
    await customer.press("Yes, erase everything")
    await customer.sees("has been erased")
    slack = scene.stands.slack

    def card() -> Any:
        room = next(pane for pane in slack.panes() if pane.id == slack.channel)
        wanted = f"{ticket['reference']} · erased at the customer's request"
        return next((one for one in room.bubbles if wanted in one.text), None)

    shown = await until(card)
    assert customer.name not in shown.text
    assert not shown.buttons
    await scene.settled()
    thread = [one.text for one in card().thread if not one.deleted]
    assert any("This ticket is closed" in words for words in thread)
    assert not any(word in words for words in thread)
    now = {row["name"]: row["load"] for row in await scene.rows("agents", {})}
    assert sum(now.values()) == sum(loads.values()) - 1
    [row] = await scene.rows("tickets", {"_id": ticket["_id"]})
    assert row["status"] == "closed"


@pytest.mark.trap(43)
async def test_erasing_again_and_writing_again_are_no_problem(scene: Scene) -> None:
    word = a_word()
    customer = await with_a_past(scene, word)
    await erased(customer)
    before = len(customer.bubbles)
    await asks(customer, "My data")
    await customer.sees("We keep nothing about you", after=before)
    await customer.say("Hello again")
    await customer.sees("How can I help", after=before)
    [talk] = await customer.conversations()
    assert talk["status"] == "open"


@pytest.mark.trap(43)
async def test_a_crash_in_the_middle_is_made_good_by_the_next_try(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = a_word()
    customer = await with_a_past(scene, word)
    calls: list[str] = []
    whole = MongoErasure._events

    async def crash_once(self: MongoErasure, *arguments: Any) -> None:
        calls.append("tried")
        if len(calls) == 1:
            raise Unavailable("gone in the middle")
        await whole(self, *arguments)

    monkeypatch.setattr(MongoErasure, "_events", crash_once)
    await erased(customer)
    assert len(calls) == 2
    await scene.settled()
    assert await where_it_says(scene.db, word) == set()


@pytest.mark.trap(43)
async def test_no_keeps_everything(scene: Scene) -> None:
    word = a_word()
    customer = await with_a_past(scene, word)
    await asks(customer, "Erase my data")
    await customer.press("No", on="can't be undone")
    await customer.sees("All right")
    assert ("messages", word) in await where_it_says(scene.db, word)
    await erased(customer)


@pytest.mark.trap(43)
@pytest.mark.trap(42)
async def test_joined_accounts_are_copied_and_erased_together_and_nobody_elses(scene: Scene) -> None:
    first, second, other = scene.customer(), scene.telegram_customer(), scene.customer()
    word = a_word()
    await other.say(f"{word} is my name too")
    await other.sees("")
    for one in (first, second):
        await one.say(f"Where is {word}?")
        await one.sees("")
    await scene.settled()
    await first.act("command", name="/link")
    code = CODE.search((await first.sees("Your code is")).text)
    assert code
    await second.say(f"/link {code.group()}")
    await second.sees("now linked")
    await asks(first, "My data")
    data = await file_of(scene, first)
    assert {one["platform"] for one in data["profile"]["accounts"]} == {"discord", "telegram"}
    assert {one["platform"] for one in data["conversations"]} == {"discord", "telegram"}
    await erased(first)
    await scene.settled()
    rows = await scene.rows("messages", {"text": {"$regex": word}})
    assert [row["text"] for row in rows] == [f"{word} is my name too"]
    await erased(other)


@pytest.mark.trap(43)
async def test_in_telegram_the_copy_and_the_erasure_work_the_same(scene: Scene) -> None:
    word, customer = a_word(), scene.telegram_customer()
    await customer.say(f"Where is {word}?")
    await customer.sees("")
    before = len(customer.bubbles)
    await customer.say("/privacy")
    await customer.sees("keeps your messages", after=before)
    await customer.press("My data", on="keeps your messages")
    data = await file_of(scene, customer)
    assert word in str(data["conversations"])
    await customer.press("Erase my data", on="keeps your messages")
    await customer.press("Yes, erase everything")
    await customer.sees("has been erased", after=before)
    await scene.settled()
    assert await where_it_says(scene.db, word) == set()
