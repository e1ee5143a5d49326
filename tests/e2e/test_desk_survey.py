"""After a resolve: one question how it was, which never gets in the way."""

from datetime import timedelta

import pytest

from domain.content import text
from domain.ids import Address, BotId, Platform
from sandbox.stand import until
from tests.e2e.demo_case import QUESTION, Scene, firm_with

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.trap(38)
async def test_a_resolution_has_one_survey_and_a_new_press_changes_the_same_rating(scene: Scene) -> None:
    customer = scene.customer()
    await customer.resolved()
    await customer.press("4", on="How did we do?")
    await customer.sees("⭐⭐⭐⭐ Good")
    await customer.press("2")
    await customer.sees("⭐⭐ Poor")
    await customer.thread("rated this 2 of 5")
    await scene.settled()
    (survey,) = await customer.surveys()
    assert survey["rating"] == 2
    shown = [one for one in customer.bubbles if any("5 ⭐" in words for _, words in one.buttons)]
    assert len(shown) == 1


@pytest.mark.trap(38)
async def test_a_late_press_still_counts_for_its_own_resolution(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.resolved()
    await customer.say(QUESTION)
    await customer.sees("[1]")
    await customer.press("5", on="How did we do?")
    await customer.sees("⭐⭐⭐⭐⭐")
    await customer.thread("rated this 5 of 5")
    (survey,) = await customer.surveys()
    assert (survey["rating"], survey["agent_name"]) == (5, agent)
    newest = max(await customer.conversations(), key=lambda row: row["started_at"])
    assert newest["status"] == "open"  # the rating did not disturb it


@pytest.mark.trap(38)
async def test_resolving_again_after_reopening_asks_again(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.resolved()
    await customer.agent_presses(agent, "Reopen")
    await customer.sees("open again")
    before = len(customer.bubbles)
    await customer.agent_presses(agent, "Resolve")
    await customer.sees("How did we do?", after=before)
    await scene.settled()
    assert len(await customer.surveys()) == 2


@pytest.mark.trap(38)
async def test_resolve_pressed_by_two_asks_once(scene: Scene) -> None:
    customer = scene.customer()
    await customer.resolved()
    ticket = (await customer.tickets())[0]
    card = await customer.card("solved by")
    assert not any("Resolve" in words for _, words in card.buttons)
    assert ticket["resolutions"] == 1
    assert len([words for words in customer.received if "How did we do?" in words]) == 1


@pytest.mark.trap(38)
async def test_a_survey_that_is_not_sent_yet_never_interrupts_a_new_conversation(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.branch.desk, "firm", firm_with(scene.branch, survey_delay=timedelta(hours=1)))
    customer = scene.customer()
    agent = await customer.claimed()
    await customer.agent_presses(agent, "Resolve")
    await customer.sees("marked your request as resolved")
    (waiting,) = await scene.rows("outbox", {"purpose": "survey", "to.channel": customer.channel})
    assert waiting["state"] == "pending"

    await customer.say(QUESTION)
    await customer.sees("[1]")
    (waiting,) = await scene.rows("outbox", {"purpose": "survey", "to.channel": customer.channel})
    assert waiting["state"] == "cancelled"
    assert not [words for words in customer.received if "How did we do?" in words]


async def test_a_survey_that_waits_holds_up_nothing_else(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene.branch.desk, "firm", firm_with(scene.branch, survey_delay=timedelta(hours=1)))
    customer = scene.customer()
    agent = await customer.claimed()
    await customer.agent_presses(agent, "Resolve")
    await customer.sees("marked your request as resolved")
    await customer.act("command", name="/status")
    await customer.sees("You have no open request")


async def test_a_comment_in_discord_is_a_form(scene: Scene) -> None:
    customer = scene.customer()
    await customer.resolved()
    await customer.press("5", on="How did we do?")
    await customer.press("Yes")
    (sheet,) = await until(lambda: next(p for p in customer.stand.panes() if p.id == customer.pane).forms)
    await customer.act("submit", form=sheet.id, fields={"comment": "Friendly and quick"})
    await customer.thread("Friendly and quick")
    await customer.sees("we'll read that carefully")


async def test_a_comment_on_the_rating_reaches_the_agents_and_opens_nothing(scene: Scene) -> None:
    customer = scene.telegram_customer()
    await customer.resolved()
    await customer.press("5", on="How did we do?")
    await customer.press("Yes")
    await customer.sees("write your comment")
    await customer.say("Quick and kind")
    await customer.thread("Quick and kind")
    await customer.sees("read that carefully")
    (survey,) = await customer.surveys()
    assert (survey["rating"], survey["comment"]) == (5, "Quick and kind")
    assert len(await customer.conversations()) == 1


@pytest.mark.trap(40)
async def test_notices_of_a_platform_open_no_conversation(scene: Scene) -> None:
    discord, telegram = scene.customer(), scene.telegram_customer()
    await discord.act("say", text="pinned a message", type=6)
    user = scene.stands.telegram.world.person(telegram.name).user()
    chat = {"id": user["id"], "first_name": user["first_name"], "type": "private"}
    notice = {"message_id": 900, "date": 1_700_000_000, "chat": chat, "from": user}
    for number, kind in enumerate(("message_auto_delete_timer_changed", "write_access_allowed")):
        body = notice | {kind: {"message_auto_delete_time": 86400} if number == 0 else {}}
        await scene.stands.telegram.inject({"message": body})
    await telegram.act("block")
    await telegram.act("unblock")
    await _a_later_question_is_answered(scene)
    assert await discord.conversations() == []
    assert await telegram.conversations() == []
    assert discord.received == telegram.received == []


@pytest.mark.trap(40)
async def test_our_own_messages_open_no_conversation(scene: Scene) -> None:
    customer = scene.customer()
    channel = scene.branch.connections.channels["discord"]
    address = Address(
        platform=Platform.DISCORD, bot=BotId("discord"), workspace="discord", channel=customer.channel
    )
    await channel.send(address, text("A notice: we moved."), key="notice")
    await customer.sees("we moved")
    await _a_later_question_is_answered(scene)
    assert await customer.conversations() == []
    assert len(customer.received) == 1


async def _a_later_question_is_answered(scene: Scene) -> None:
    """What came before is handled by then: each connection hands out events in order."""
    for other in (scene.customer(), scene.telegram_customer()):
        await other.say(QUESTION)
        await other.sees("[1]")
    await scene.settled()


async def test_a_customer_whose_request_is_not_solved_opens_it_again(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.resolved()
    await customer.press("It isn't solved")
    await customer.sees("open again")
    await customer.thread("Reopened by the customer")
    await customer.card(f"claimed by {agent}")
    await customer.press("It isn't solved")  # once is enough
    await scene.settled()
    opened = [one.text for card in customer.cards for one in card.thread if "Reopened" in one.text]
    assert len(opened) == 1
    await customer.agent_presses(agent, "Resolve")


async def test_not_solved_after_a_new_conversation_brings_a_person(scene: Scene) -> None:
    customer = scene.customer()
    await customer.resolved()
    await customer.say(QUESTION)
    await customer.sees("[1]")
    before = len(customer.bubbles)
    await customer.press("It isn't solved")
    await customer.sees("passing you on", after=before)
    await scene.settled()
    assert len(customer.cards) == 2
