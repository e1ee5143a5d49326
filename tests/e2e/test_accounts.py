"""One person on two platforms: joined by a code sent from both, and by nothing else."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk import accounts
from sandbox.stand import until
from tests.e2e.demo_case import QUESTION, Customer, Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE = re.compile(r"[A-HJKMNP-Z2-9]{4}-[A-HJKMNP-Z2-9]{4}")


async def command(customer: Customer, name: str, text: str = "") -> None:
    """A slash command, as each platform has it."""
    if customer.channel and customer.pane.startswith("dm:"):
        await customer.act("command", name=name, text=text)
    else:
        await customer.say(f"{name} {text}".strip())


async def code_of(customer: Customer) -> str:
    before = len(customer.bubbles)
    await command(customer, "/link")
    bubble = await customer.sees("Your code is", after=before)
    found = CODE.search(bubble.text)
    assert found, bubble.text
    return found.group()


async def customer_ids(customer: Customer) -> list[str]:
    """Whose the conversations of a place are, oldest first."""
    rows = sorted(await customer.conversations(), key=lambda row: row["started_at"])
    return [row["customer"] for row in rows]


async def joined(scene: Scene) -> tuple[Customer, Customer]:
    """A Telegram customer who has sent the code of their Discord account."""
    discord, telegram = scene.customer(), scene.telegram_customer()
    await command(telegram, "/link", await code_of(discord))
    await telegram.sees("Your accounts are now linked.")
    return discord, telegram


@pytest.mark.trap(42)
async def test_a_code_from_one_platform_joins_the_account_of_the_other(scene: Scene) -> None:
    discord, telegram = scene.customer(), scene.telegram_customer()
    for one in (discord, telegram):
        await one.say(QUESTION)
        await one.sees("[1]")
    assert await customer_ids(discord) != await customer_ids(telegram)

    await command(telegram, "/link", await code_of(discord))
    await telegram.sees("Your accounts are now linked.")
    await discord.sees("Your accounts are now linked.")

    assert await customer_ids(discord) == await customer_ids(telegram)
    await telegram.press("That helped")
    await telegram.sees("Glad I could help")
    await telegram.say(QUESTION)
    await until(lambda: len([words for words in telegram.received if "[1]" in words]) == 2)
    await scene.settled()
    assert set(await customer_ids(telegram)) == set(await customer_ids(discord))


@pytest.mark.trap(42)
async def test_people_of_the_same_name_stay_two_customers(scene: Scene) -> None:
    telegram = scene.telegram_customer()
    namesake = scene.customer()
    for one in (telegram, namesake):
        await one.say(QUESTION)
        await one.sees("[1]")
    await scene.db["customers"].update_many({}, {"$set": {"name": "Alex Kim"}})
    assert await customer_ids(telegram) != await customer_ids(namesake)


async def test_a_language_chosen_on_one_platform_is_spoken_on_the_other(scene: Scene) -> None:
    discord, telegram = scene.customer(), scene.telegram_customer()
    await command(telegram, "/language", "Deutsch")
    await telegram.sees("auf Deutsch")
    await command(telegram, "/link", await code_of(discord))
    await telegram.sees("Ihre Konten sind jetzt verbunden.")
    await discord.say("I want to talk to a person")
    await discord.sees("antwortet Ihnen hier")


async def test_agents_see_where_else_a_customer_is_and_what_they_asked_there(scene: Scene) -> None:
    discord, telegram = scene.customer(), scene.telegram_customer()
    await discord.handed_off()
    (first,) = await discord.tickets()
    await command(telegram, "/link", await code_of(discord))
    await discord.thread("is also on Telegram, joined by a code.")
    await telegram.handed_off()
    assert "Telegram (also on Discord)" in telegram.cards[-1].text
    await telegram.thread(f"Other requests: {first['reference']} (open)")


async def test_an_open_request_stays_where_it_is_when_accounts_are_joined(scene: Scene) -> None:
    discord, telegram = scene.customer(), scene.telegram_customer()
    agent = await telegram.claimed()
    code = await code_of(discord)
    await command(telegram, "/link", code)
    await telegram.card("also on Discord")
    await telegram.agent_writes(agent, "Still with you here")
    await telegram.sees("Still with you here")
    assert not [words for words in discord.received if "Still with you" in words]
    (ticket,) = await telegram.tickets()
    assert ticket["customer"] == (await scene.rows("customers", {"name": discord.name}))[0]["id"]


async def test_a_code_works_once_and_saying_it_again_says_the_same(scene: Scene) -> None:
    discord, telegram, thief = scene.customer(), scene.telegram_customer(), scene.customer()
    code = await code_of(discord)
    await command(telegram, "/link", code)
    await telegram.sees("Your accounts are now linked.")
    await command(thief, "/link", code)
    await thief.sees("This code is wrong or has expired")
    await command(telegram, "/link", code)
    await until(lambda: len([words for words in telegram.received if "now linked" in words]) == 2)
    (kept,) = await scene.rows("customers", {"name": discord.name})
    assert len(kept["also"]) == 1


async def test_a_code_is_forgiving_about_how_it_is_typed(scene: Scene) -> None:
    discord, telegram = scene.customer(), scene.telegram_customer()
    code = await code_of(discord)
    await command(telegram, "/link", f" {code.lower().replace('-', ' ')} ")
    await telegram.sees("Your accounts are now linked.")


async def test_a_code_goes_to_the_other_account_not_to_the_one_that_asked(scene: Scene) -> None:
    discord = scene.customer()
    await command(discord, "/link", await code_of(discord))
    await discord.sees("This code is for your other account")


async def test_a_new_code_replaces_the_one_before(scene: Scene) -> None:
    discord, telegram = scene.customer(), scene.telegram_customer()
    old, new = await code_of(discord), await code_of(discord)
    await command(telegram, "/link", old)
    await telegram.sees("This code is wrong or has expired")
    await command(telegram, "/link", new)
    await telegram.sees("Your accounts are now linked.")


async def test_a_code_is_good_for_ten_minutes(scene: Scene) -> None:
    discord, telegram = scene.customer(), scene.telegram_customer()
    code = await code_of(discord)
    codes = scene.db["link_codes"]
    (kept,) = await scene.rows("link_codes", {"address.channel": discord.channel})
    left = kept["expires_at"] - datetime.now(UTC)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    await codes.update_one({"_id": kept["_id"]}, {"$set": {"expires_at": datetime.now(UTC)}})
    await command(telegram, "/link", code)
    await telegram.sees("This code is wrong or has expired")


async def test_whoever_tries_many_codes_has_to_wait(scene: Scene) -> None:
    discord, guesser = scene.customer(), scene.telegram_customer()
    code = await code_of(discord)
    for number in range(accounts.FAILURES):
        await command(guesser, "/link", f"AAAA-AAA{number + 2}")
        await until(lambda n=number: len([w for w in guesser.received if "wrong or has" in w]) > n)
    await command(guesser, "/link", code)
    await guesser.sees("Too many wrong codes")
    assert not [words for words in guesser.received if "now linked" in words]


async def test_no_code_is_to_be_found_in_the_database_once_it_is_delivered(scene: Scene) -> None:
    discord = scene.customer()
    code = await code_of(discord)
    await scene.settled()
    for name in await scene.db.list_collection_names():
        rows = await scene.rows(name, {})
        assert code not in repr(rows)
        assert code.replace("-", "") not in repr(rows)


async def test_accounts_can_be_separated_again(scene: Scene) -> None:
    discord, telegram = await joined(scene)
    await command(telegram, "/unlink")
    await telegram.sees("Your accounts are separate again.")
    for one in (discord, telegram):
        await one.say(QUESTION)
        await one.sees("[1]")
    assert await customer_ids(discord) != await customer_ids(telegram)
    await command(telegram, "/unlink")
    await telegram.sees("isn't linked to another one")


@pytest.mark.parametrize("who", [0, 1])
async def test_an_open_chat_is_its_writers_own_once_accounts_are_parted(scene: Scene, who: int) -> None:
    both = await joined(scene)
    for one in both:
        await one.say(QUESTION)
        await one.sees("[1]")
    await command(both[who], "/unlink")
    await both[who].sees("Your accounts are separate again.")
    for one in both:
        seen = len(one.bubbles)
        await one.say("What does a signature on delivery cost?")
        await one.sees("[1]", after=seen)
    await scene.settled()
    first, second = [(await customer_ids(one))[-1] for one in both]
    assert first != second


async def test_three_accounts_are_one_customer_in_whatever_order_they_are_joined(scene: Scene) -> None:
    first, second = await joined(scene)
    third = scene.customer()
    await command(first, "/link", await code_of(third))
    await first.sees("Your accounts are now linked.", after=len(first.bubbles) - 1)
    for one in (first, second, third):
        await one.say(QUESTION)
        await one.sees("[1]")
    ids = {id for one in (first, second, third) for id in (await customer_ids(one))[-1:]}
    assert len(ids) == 1
    (kept,) = await scene.rows("customers", {"name": third.name})
    assert len(kept["also"]) == 2


async def test_a_code_is_not_told_where_others_read(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    telegram = scene.telegram_customer()
    channel = scene.branch.connections.channels["telegram"]
    monkeypatch.setattr(channel, "limits", replace(channel.limits, shared=lambda channel: True))
    await command(telegram, "/link")
    await telegram.sees("in a private chat")
    assert not [words for words in telegram.received if CODE.search(words)]
