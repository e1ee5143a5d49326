"""What a person sees and does on the sandbox page."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from sandbox.server import Sandbox
from sandbox.stand import Bubble, until
from tests.browser import stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Scene:
    """The page with its stand-ins and the brain's turns."""

    page: Page
    telegram: stage.QuietStand
    discord: stage.QuietStand
    slack: stage.QuietStand
    turns: list[dict[str, Any]] = field(default_factory=list)


@pytest_asyncio.fixture(loop_scope="module")
async def scene(browser: Browser) -> AsyncIterator[Scene]:
    stands = (stage.telegram(), stage.discord(), stage.slack())
    turns = stage.turns()

    async def feed() -> list[dict[str, Any]]:
        return turns

    async with Sandbox(stands=stands, brain_feed=feed) as sandbox:
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        errors: list[Any] = []
        page.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108  (playwright marks the handler)
        await page.goto(sandbox.page_url)
        await expect(page.locator("#live")).to_have_text("live")
        await expect(page.locator(".turn").first).to_be_visible()
        yield Scene(page, *stands, turns)
        await page.close()
    assert not errors


async def test_the_page_shows_every_side_of_the_conversation(scene: Scene) -> None:
    page = scene.page
    await expect(page.locator(".telegram .messages")).to_contain_text("Express delivery to France")
    await expect(page.locator(".discord .messages b", has_text="1 Liter")).to_be_visible()
    await expect(page.locator(".slack .thread summary")).to_have_text("4 replies")
    await expect(page.locator(".discord .typing")).to_be_visible()
    await expect(page.locator("#addresses dt")).to_have_text(["telegram", "discord", "slack"])


async def test_the_brain_shows_what_it_felt_found_and_did(scene: Scene) -> None:
    turn = scene.page.locator(".turn").first
    await expect(turn.locator(".badge")).to_have_text("Brought a human")
    await expect(turn.get_by_role("img", name="anger: 91%")).to_be_visible()
    await expect(turn.locator(".page").first).to_have_text("p. 8")
    await expect(turn.locator(".timings")).to_contain_text("model 640 ms")
    await turn.locator(".passages summary").first.click()
    await expect(turn.locator(".passage").first).to_be_visible()


async def test_a_new_turn_appears_by_itself_and_leaves_an_opened_passage_open(scene: Scene) -> None:
    opened = scene.page.locator(".turn").first.locator(".passages details").first
    await opened.locator("summary").click()
    scene.turns.insert(0, {"id": "b9", "question": "And to Spain?", "refused": True, "passages": []})
    await expect(scene.page.locator(".turn")).to_have_count(3)
    await expect(scene.page.locator(".turn .badge").first).to_have_text("Refused honestly")
    await expect(scene.page.locator(".turn").nth(1).locator(".passage").first).to_be_visible()


async def test_a_customer_types_and_sees_the_message(scene: Scene) -> None:
    box = scene.page.get_by_label("Write in Telegram")
    await box.fill("Where is it?")
    await box.press("Enter")
    await expect(scene.page.locator(".telegram .message.mine").last).to_contain_text("Where is it?")
    assert scene.telegram.done == [("t1", "Mia", "say", {"text": "Where is it?"})]


async def test_shift_enter_starts_a_new_line(scene: Scene) -> None:
    box = scene.page.get_by_label("Write in Telegram")
    await box.fill("one")
    await box.press("Shift+Enter")
    assert await box.input_value() == "one\n"
    assert scene.telegram.done == []


async def test_a_slash_command_is_suggested_completed_and_sent(scene: Scene) -> None:
    box = scene.page.get_by_label("Write in Slack")
    await box.press_sequentially("/rep")
    await expect(scene.page.locator(".slack .menu li")).to_contain_text("/report Numbers of a period")
    await box.press("Tab")
    await box.press_sequentially("csat 7d")
    await box.press("Enter")
    await until(lambda: scene.slack.done)
    assert scene.slack.done == [("c1", "Ana", "command", {"name": "report", "text": "csat 7d"})]


async def test_a_button_is_pressed_by_whoever_the_agent_is(scene: Scene) -> None:
    await scene.page.get_by_label("Who you are in Slack").select_option("Ben")
    await scene.page.get_by_role("button", name="Claim").click()
    await until(lambda: scene.slack.done)
    assert scene.slack.done == [("c1", "Ben", "press", {"bubble": "1", "button": "claim"})]


async def test_what_did_not_work_is_said_and_the_draft_is_kept(scene: Scene) -> None:
    box = scene.page.get_by_label("Write in Telegram")
    await box.fill("broken")
    await box.press("Enter")
    await expect(scene.page.get_by_role("alert")).to_contain_text("That does not work now.")
    await expect(box).to_have_value("broken")


async def test_an_own_message_is_edited_and_deleted(scene: Scene) -> None:
    mine = scene.page.locator(".telegram .message.mine").last
    await mine.hover()
    await mine.get_by_title("Edit").click()
    await scene.page.get_by_label("Edit the message").fill("Thank you!")
    await scene.page.get_by_label("Edit the message").press("Enter")
    await mine.hover()
    await mine.get_by_title("Delete").click()
    await until(lambda: len(scene.telegram.done) == 2)
    assert [(action, arguments) for _, _, action, arguments in scene.telegram.done] == [
        ("edit", {"bubble": "6", "text": "Thank you!"}),
        ("delete", {"bubble": "6"}),
    ]


async def test_edits_and_deletions_by_others_are_seen(scene: Scene) -> None:
    first = scene.telegram.shown[0].bubbles[0]
    first.old, first.text = [first.text], "And to Spain?"
    scene.telegram.shown[0].bubbles[1].deleted = True
    rows = scene.page.locator(".telegram .message")
    await expect(rows.nth(0).locator(".earlier")).to_contain_text("How much is express delivery to France?")
    await expect(rows.nth(1)).to_have_class("message deleted bot card")


async def test_a_file_is_attached_and_sent_with_its_caption(scene: Scene) -> None:
    files = scene.page.locator(".discord > .composer input[type=file]")
    await files.set_input_files({"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    box = scene.page.get_by_label("Write in Discord")
    await box.fill("My receipt")
    await box.press("Enter")
    await until(lambda: scene.discord.done)
    assert scene.discord.done == [
        ("d1", "Jonas", "say", {"text": "My receipt", "files": [("receipt.pdf", b"%PDF-1.7")]})
    ]


async def test_an_agent_replies_in_the_thread_of_a_ticket(scene: Scene) -> None:
    box = scene.page.get_by_label("Reply in the thread")
    await box.fill("On its way")
    await box.press("Enter")
    await until(lambda: scene.slack.done)
    assert scene.slack.done == [("c1", "Ana", "say", {"text": "On its way", "thread": "1"})]


async def test_a_form_that_opens_is_filled_in(scene: Scene) -> None:
    scene.slack.shown[0].forms.append(stage.form())
    dialog = scene.page.get_by_role("dialog", name="Report")
    await dialog.get_by_label("Kind").select_option("speed")
    await dialog.get_by_role("button", name="Show").click()
    await expect(dialog).to_have_count(0)
    assert scene.slack.done == [
        ("c1", "Ana", "submit", {"form": "f1", "fields": {"kind": "speed", "note": ""}})
    ]


async def test_a_message_for_one_agent_is_not_shown_to_another(scene: Scene) -> None:
    scene.slack.shown[0].bubbles.append(Bubble(id="p", author="Deskmate", text="CSAT 92 %", only_for="Ana"))
    await expect(scene.page.locator(".slack .messages")).to_contain_text("CSAT 92 %")
    await scene.page.get_by_label("Who you are in Slack").select_option("Ben")
    await expect(scene.page.locator(".slack .messages")).not_to_contain_text("CSAT 92 %")


async def test_markup_in_a_message_stays_text(scene: Scene) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\"> **<script>1</script>**"
    for stand in (scene.telegram, scene.discord, scene.slack):
        stand.shown[0].bubbles.append(Bubble(id="evil", author="<b>Eve</b>", text=evil))
        await expect(scene.page.locator(f".{stand.name} .messages")).to_contain_text("onerror")
    assert await scene.page.title() == "Deskmate sandbox"
    assert await scene.page.locator(".messages img, .messages script").count() == 0


async def test_a_long_conversation_stays_at_its_end_unless_somebody_reads_above(scene: Scene) -> None:
    shown, box = scene.telegram.shown[0].bubbles, scene.page.locator(".telegram .messages")
    gap = "box => box.scrollHeight - box.scrollTop - box.clientHeight"
    shown.extend(Bubble(id=f"n{i}", author="Mia", text=f"line {i}") for i in range(40))
    await expect(box).to_contain_text("line 39")
    assert await box.evaluate(gap) < 5
    await box.evaluate("box => { box.scrollTop = 0; box.dispatchEvent(new Event('scroll')); }")
    shown.append(Bubble(id="late", author="Mia", text="much later"))
    await expect(box).to_contain_text("much later")
    assert await box.evaluate("box => box.scrollTop") == 0


async def test_keys_reach_every_pane(scene: Scene) -> None:
    await scene.page.keyboard.press("Alt+3")
    await expect(scene.page.get_by_label("Write in Slack")).to_be_focused()


async def test_a_phone_shows_one_pane_at_a_time(scene: Scene) -> None:
    await scene.page.set_viewport_size({"width": 390, "height": 844})
    await expect(scene.page.locator("#pane-telegram")).to_be_visible()
    await expect(scene.page.locator("#pane-slack")).to_be_hidden()
    await scene.page.get_by_role("button", name="Agents").click()
    await expect(scene.page.locator("#pane-slack")).to_be_visible()
    wide = await scene.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


async def test_colours_can_be_light_or_dark(scene: Scene) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    await scene.page.get_by_role("button", name="Change colours").click()
    light = await scene.page.evaluate(ground)
    await scene.page.get_by_role("button", name="Change colours").click()
    assert await scene.page.evaluate(ground) != light
