"""What admins may do where customers write, and what customers may not."""

import json

import pytest

from sandbox.stand import until
from tests.e2e.demo_case import QUESTION, TELEGRAM_ADMIN, Scene
from wiring.demo import TELEGRAM_TOKEN

pytestmark = pytest.mark.asyncio(loop_scope="session")

KITES = b"Kites\n\nA crate of folding kites costs 43 euros to any zone.\n"


async def test_an_admin_gets_a_report_with_its_charts_in_telegram(scene: Scene) -> None:
    customer = scene.customer()
    await customer.resolved()
    await customer.press("5 ⭐", on="How did we do?")
    await customer.sees("Thank you for your rating")
    admin = scene.telegram_customer(name=TELEGRAM_ADMIN)
    await admin.say("/report csat 7d")
    await admin.sees("Report: csat")

    def files() -> list[str]:
        return [name for one in admin.bubbles if not one.mine for name, _ in one.files]

    await until(lambda: any(name.endswith(".pdf") for name in files()))
    assert len(files()) > 1  # charts have no names in Telegram


async def test_an_admin_uploads_a_document_in_telegram_and_publishes_it(scene: Scene) -> None:
    admin, customer = scene.telegram_customer(name=TELEGRAM_ADMIN), scene.customer()
    await admin.act("say", text="/upload", files=[("kites.txt", KITES)])
    await admin.sees("kites.txt, version 1: not published yet")
    await admin.press("Publish", on="kites.txt")
    await admin.sees("kites.txt is in service")
    await customer.say("What does a crate of folding kites cost?")
    await customer.sees("43")
    await scene.branch.books.knowledge.remove("kites.txt")


async def test_the_admins_commands_are_shown_to_admins_alone(scene: Scene) -> None:
    id = scene.stands.telegram.world.person(TELEGRAM_ADMIN).id
    admin = scene.telegram_customer(name=TELEGRAM_ADMIN)
    await admin.say("/start")
    bot = scene.stands.telegram.world.accounts[TELEGRAM_TOKEN]

    def shown() -> dict[str, list[str]]:
        return {
            scope: [one["command"] for one in commands]
            for (scope, language), commands in bot.commands.items()
            if not language
        }

    mine = await until(
        lambda: next((shown()[s] for s in shown() if json.loads(s).get("chat_id") == id), None)
    )
    everybody = next(names for scope, names in shown().items() if json.loads(scope)["type"] == "default")
    assert mine == [*everybody, "report", "upload", "kb"]
    assert not {"report", "upload", "kb", "available"} & set(everybody)


@pytest.mark.parametrize("platform", ["telegram", "discord"])
async def test_a_customer_gets_no_report(scene: Scene, platform: str) -> None:
    if platform == "telegram":
        customer = scene.telegram_customer()
        await customer.say("/report all 7d")
    else:
        customer = scene.customer()
        await customer.act("command", name="/report")
    await customer.sees("you can't do that here")
    assert len(customer.received) == 1


@pytest.mark.parametrize("command", ["/available", "/away", "/tickets", "/capacity 3", "/kb"])
async def test_a_customer_is_no_agent(scene: Scene, command: str) -> None:
    customer = scene.telegram_customer()
    before = len(await scene.rows("agents", {}))
    await customer.say(command)
    await until(lambda: customer.received)
    await scene.settled()
    assert len(await scene.rows("agents", {})) == before
    assert customer.received[0].startswith(("I don't know this command", "Sorry, you can't do that"))
    await customer.say(QUESTION)
    await customer.sees("[1]")
