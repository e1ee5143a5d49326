"""/report in Slack and Discord: for one's own eyes, with files, shared once, advice marked done."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.log import Entry, Kind
from sandbox.stand import Bubble, until
from settings import Settings
from tests.e2e.demo_case import TELEGRAM_ADMIN, Scene

BERLIN = ZoneInfo("Europe/Berlin")
pytestmark = pytest.mark.asyncio(loop_scope="session")


def admin(scene: Scene) -> str:
    return next(person.name for person in scene.stands.slack.people if person.admin)


def plain_agent(scene: Scene) -> str:
    return next(person.name for person in scene.stands.slack.people if not person.admin)


def room(scene: Scene) -> list[Bubble]:
    slack = scene.stands.slack
    return next(pane for pane in slack.panes() if pane.id == slack.channel).bubbles


def direct(scene: Scene, person: str) -> list[Bubble]:
    """Everything this person sees outside of the agents' channel."""
    slack = scene.stands.slack
    panes = [pane for pane in slack.panes() if pane.id != slack.channel and person in pane.title]
    return [bubble for pane in panes for bubble in pane.bubbles]


async def report(scene: Scene, person: str, text: str) -> None:
    slack = scene.stands.slack
    await slack.act(slack.channel, person, "command", name="/report", text=text)


async def private(scene: Scene, person: str, words: str) -> Bubble:
    """Wait for the newest words that only this person sees."""

    def found() -> Bubble | None:
        mine = [one for one in room(scene) if one.only_for == person and words in one.text]
        return mine[-1] if mine else None

    return await until(found)


async def press(scene: Scene, person: str, label: str, nth: int = -1) -> None:
    """Press a button of the newest words that only this person sees."""
    shown = [one for one in room(scene) if one.only_for == person]
    places = [(one.id, id) for one in shown for id, name in one.buttons if name == label]
    slack = scene.stands.slack
    bubble, button = places[nth]
    await slack.act(slack.channel, person, "press", bubble=bubble, button=button)


def place_of(scene: Scene, person: str, words: str) -> int:
    """Which "Done" from the end is of the advice with these words: others may be more pressing."""
    shown = [one for one in room(scene) if one.only_for == person]
    start = max(at for at, one in enumerate(shown) if "Report: advice" in one.text)
    told = "\n".join(one.text for one in shown[start:]).replace("*", "")
    numbers = [int(one) for one in re.findall(r"^(\d+)\. ", told, re.MULTILINE)]
    (number,) = re.findall(rf"^(\d+)\. .*{words}", told, re.MULTILINE)
    return int(number) - 1 - len(numbers)


def shared(scene: Scene, by: str) -> list[Bubble]:
    return [one for one in room(scene) if f"Shared by {by}" in one.text]


async def asked_in_vain(scene: Scene, question: str) -> None:
    """Four customers ask what no document answers."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    company = scene.branch.firm.id
    entries = [
        Entry(
            id=f"{question}-{number}",
            company=company,
            at=now,
            kind=Kind.QUESTION_UNANSWERED,
            conversation=f"talk {question} {number}",  # type: ignore[arg-type]
            customer=f"who {question} {number}",  # type: ignore[arg-type]
            data={"question": question},
        )
        for number in range(4)
    ]
    await scene.branch.stores.log.note(entries)


async def test_a_report_is_seen_by_the_asker_alone_with_charts_pdf_and_csv_as_direct_message(
    scene: Scene,
) -> None:
    customer = scene.customer()
    await customer.resolved()
    await customer.press("5")
    await customer.thread("5 of 5")
    before = len(direct(scene, admin(scene)))
    await report(scene, admin(scene), "all today")
    told = await private(scene, admin(scene), "Report, ")
    assert "CSAT" in told.text
    assert "direct messages with me" in (await private(scene, admin(scene), "direct messages")).text
    await until(lambda: any(one.files for one in direct(scene, admin(scene))[before:]))
    names = [name for one in direct(scene, admin(scene))[before:] for name, _ in one.files]
    assert any(name.endswith(".pdf") for name in names)
    assert any(name.endswith(".csv") for name in names)
    assert "csat.png" in names


async def test_only_admins_get_reports(scene: Scene) -> None:
    await report(scene, plain_agent(scene), "csat")
    assert await private(scene, plain_agent(scene), "Only admins can do this")


async def test_a_period_that_makes_no_sense_is_explained(scene: Scene) -> None:
    await report(scene, admin(scene), "csat 2026-02-30..2026-03-01")
    assert "no day 2026-02-30" in (await private(scene, admin(scene), "no day")).text


async def test_an_agents_report_is_asked_for_by_name(scene: Scene) -> None:
    customer = scene.customer()
    agent = await customer.resolved()
    await report(scene, admin(scene), f"workload today {agent}")
    assert await private(scene, admin(scene), f"Parcelo, {agent}")


async def test_sharing_posts_the_same_report_once_and_says_who(scene: Scene) -> None:
    before = len(shared(scene, admin(scene)))
    await report(scene, admin(scene), "speed today")
    told = await private(scene, admin(scene), "Report: speed")
    await scene.settled()
    await press(scene, admin(scene), "Share with the team")
    await private(scene, admin(scene), "Shared with the team.")
    await press(scene, admin(scene), "Share with the team")
    await private(scene, admin(scene), "shared already")
    await scene.settled()
    found = shared(scene, admin(scene))[before:]
    assert len(found) == 1
    headline = next(line for line in told.text.splitlines() if "Parcelo" in line)
    assert headline in found[0].text
    assert found[0].only_for == ""
    assert not found[0].buttons
    assert "direct messages" not in found[0].text


async def test_advice_is_done_by_admins_only_once_and_gone_afterwards(scene: Scene) -> None:
    question = "Can I send a grand piano to Neptune?"
    await asked_in_vain(scene, question)
    await report(scene, admin(scene), "advice")
    told = await private(scene, admin(scene), "Neptune")
    assert "4 people asked" in told.text
    await scene.settled()
    nth = place_of(scene, admin(scene), "Neptune")
    await asyncio.gather(*(press(scene, admin(scene), "Done", nth) for _ in range(2)))
    await private(scene, admin(scene), "✅ Noted")
    await scene.settled()
    rows = await scene.rows("events", {"kind": "advice_done"})
    assert len([row for row in rows if "Neptune" in row["data"]["what"]]) == 1
    await report(scene, admin(scene), "advice")
    await scene.settled()
    latest = [one for one in room(scene) if one.only_for == admin(scene) and "Report: advice" in one.text][-1]
    assert "Neptune" not in latest.text


async def test_in_discord_an_admin_gets_it_with_files_and_may_share_it_with_the_agents(scene: Scene) -> None:
    someone = scene.customer()
    person = scene.stands.discord.world.person(someone.name).id
    adapted = scene.adapt

    def promoted(settings: Settings) -> Settings:
        environment = {**settings.environment, "DISCORD_ADMINS": person}
        return adapted(settings.model_copy(update={"environment": environment}))

    scene.adapt = promoted
    try:
        await scene.restart()
        await someone.say("Hello")
        await someone.sees("help you")  # Discord repeats no command to who was not there
        today = datetime.now(BERLIN).date().isoformat()
        await someone.act("command", name="/report", kind="speed", agent=scene.agents[0], **{"from": today})
        await someone.sees(f"Parcelo, {scene.agents[0]}")
        await until(lambda: any(name.endswith(".csv") for one in someone.bubbles for name, _ in one.files))
        await someone.press("Share with the team")
        await someone.sees("Shared with the team.")
        [found] = await until(lambda: shared(scene, someone.name))
        assert f"Parcelo, {scene.agents[0]}" in found.text
    finally:
        scene.adapt = adapted
        await scene.restart()


async def test_in_discord_nobody_else_gets_it(scene: Scene) -> None:
    someone = scene.customer()
    await someone.say("Hello")
    await someone.sees("help you")
    await someone.act("command", name="/report", kind="all")
    await someone.sees("you can't do that here")


async def test_in_telegram_an_admin_gets_the_same_with_its_files_and_buttons(scene: Scene) -> None:
    someone = scene.telegram_customer(name=TELEGRAM_ADMIN)
    before = len(someone.bubbles)
    await someone.say("/report speed today")
    await someone.sees("Report: speed", after=before)
    await until(lambda: any(name.endswith(".pdf") for one in someone.bubbles for name, _ in one.files))
    await someone.press("Share with the team")
    await someone.sees("Shared with the team.", after=before)
    await until(lambda: shared(scene, someone.name))
