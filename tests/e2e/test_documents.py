"""Admins bring documents in, see what would change, and publish: through the platforms' own SDKs."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from sandbox.stand import Bubble, until
from tests.e2e.demo_case import DISCORD_ADMIN, QUESTION, Scene
from tests.unit.knowledge_parts import pdf

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALMA, BEN = "Alma Reyes", "Ben Okafor"
BEES = "Beekeeping\n\nLive bees travel in a ventilated crate. A crate of bees costs {} euros each time.\n"
BEE_QUESTION = "What does a crate of live bees cost?"


class Admin:
    """Somebody with documents, in a pane of a platform."""

    def __init__(self, scene: Scene, name: str = ALMA, *, platform: str = "slack") -> None:
        self.stand: Any = getattr(scene.stands, platform)
        self.pane = scene.stands.slack.channel if platform == "slack" else f"dm:{name}"
        self.name = name

    @property
    def bubbles(self) -> list[Bubble]:
        return next(pane for pane in self.stand.panes() if pane.id == self.pane).bubbles

    async def command(
        self, name: str, text: str = "", files: Sequence[tuple[str, bytes]] = (), **options: str
    ) -> int:
        """Use a command; how many bubbles there were before."""
        before = len(self.bubbles)
        await self.stand.act(self.pane, self.name, "command", name=name, text=text, files=files, **options)
        return before

    async def upload(self, name: str, words: str | bytes) -> int:
        data = words if isinstance(words, bytes) else words.encode()
        return await self.command("/upload", files=[(name, data)])

    async def sees(self, words: str, *, after: int = 0, button: str = "") -> Bubble:
        def look() -> Bubble | None:
            fitting = (
                one
                for one in reversed(self.bubbles[after:])
                if words in one.text and (not button or any(button in label for _, label in one.buttons))
            )
            return next(fitting, None)

        try:
            return await until(look)
        except TimeoutError:
            shown = [one.text for one in self.bubbles[after:]]
            raise AssertionError(f"Not seen: {words}. There was: {shown}") from None

    async def press(self, bubble: Bubble, label: str) -> None:
        button = next(id for id, words in bubble.buttons if label in words)
        await self.stand.act(self.pane, self.name, "press", bubble=bubble.id, button=button)


async def test_an_upload_is_shown_first_and_answers_after_publish(scene: Scene) -> None:
    admin, customer = Admin(scene), scene.customer()
    before = await admin.upload("bees.txt", BEES.format(19))
    shown = await admin.sees("bees.txt, version 1: not published yet", after=before, button="Publish")
    assert shown.only_for == ALMA
    assert "It is new: no document of this name is in service." in shown.text
    assert await scene.branch.books.library.versions("bees.txt")
    assert "bees.txt" not in [one.name for one in await scene.branch.books.documents()]
    await admin.press(shown, "Publish")
    await admin.sees("bees.txt is in service: 1 passage, version 1.", after=before)
    await scene.settled()
    assert await scene.rows("blobs.files", {"filename": {"$regex": "draft-"}}) == []
    await customer.say(BEE_QUESTION)
    assert "19" in (await customer.sees("crate of bees")).text
    folder = scene.branch.books.folder
    assert "19 euros" in await asyncio.to_thread(folder.json_of("bees.txt").read_text)
    await scene.branch.books.knowledge.remove("bees.txt")


async def test_the_admin_sees_which_customers_questions_get_another_answer(scene: Scene) -> None:
    admin, customer = Admin(scene), scene.customer()
    await scene.branch.books.ingest("wasps.txt", BEES.replace("ees", "easts").format(19).encode())
    await customer.say("What does a crate of live beasts cost?")
    await customer.sees("crate of beasts")
    before = await admin.upload("wasps.txt", BEES.replace("ees", "easts").format(23))
    shown = await admin.sees("wasps.txt, version 2: not published yet", after=before, button="Publish")
    assert "Compared with version 1, which is in service: 1 changed." in shown.text
    assert "🔁 changed: “What does a crate of live beasts cost?”" in shown.text
    await admin.press(shown, "Discard")
    await scene.branch.books.knowledge.remove("wasps.txt")


async def test_gaps_that_a_draft_would_close_are_counted_before_and_after(scene: Scene) -> None:
    admin, customer = Admin(scene), scene.customer()
    await customer.say("When does the didgeridoo choir rehearse?")
    await customer.sees("could not find")
    before = await admin.upload("music.txt", "Choir\n\nThe didgeridoo choir rehearses on Tuesdays at six.")
    shown = await admin.sees("music.txt, version 1", after=before, button="Publish")
    assert "would be closed by this document" in shown.text
    await admin.press(shown, "Publish")
    said = (await admin.sees("music.txt is in service", after=before)).text
    assert "closed by this document." in said
    await scene.branch.books.knowledge.remove("music.txt")


async def test_a_second_press_is_told_who_was_first(scene: Scene) -> None:
    admin = Admin(scene)
    before = await admin.upload("ants.txt", "Ants\n\nAnts travel in a jar.")
    shown = await admin.sees("ants.txt, version 1", after=before, button="Publish")
    await admin.press(shown, "Publish")
    await admin.press(shown, "Publish")
    await admin.press(shown, "Discard")
    await admin.sees("ants.txt is in service: 1 passage", after=before)
    told = "Version 1 of ants.txt is in service: Alma published it."
    await until(lambda: sum(told in one.text for one in admin.bubbles[before:]) == 2)
    assert sum("ants.txt is in service: 1 passage" in one.text for one in admin.bubbles[before:]) == 1
    await scene.branch.books.knowledge.remove("ants.txt")


async def test_a_discarded_draft_never_was(scene: Scene) -> None:
    admin = Admin(scene)
    before = await admin.upload("moths.txt", "Moths\n\nMoths travel at night.")
    shown = await admin.sees("moths.txt, version 1", after=before, button="Discard")
    await admin.press(shown, "Discard")
    await admin.sees("Version 1 of moths.txt is discarded. Customers never saw it.", after=before)
    before = await admin.command("/kb", "history moths.txt")
    await admin.sees("1 passage; discarded by Alma on", after=before)


async def test_an_unreadable_file_is_refused_in_one_sentence_and_the_old_version_stays(scene: Scene) -> None:
    admin = Admin(scene)
    await scene.branch.books.ingest("flies.pdf", pdf("Flies fly for free."))
    before = await admin.upload("flies.pdf", b"PK\x03\x04 this is no PDF")
    await admin.sees("“flies.pdf” isn't a PDF, although its name says so.", after=before)
    await scene.settled()
    assert len(admin.bubbles[before:]) == 2
    [document] = [one for one in await scene.branch.books.documents() if one.name == "flies.pdf"]
    assert document.version == 1
    await scene.branch.books.knowledge.remove("flies.pdf")


async def test_only_admins_see_and_change_what_the_bot_knows(scene: Scene) -> None:
    agent = Admin(scene, BEN)
    refused = "Only admins can do this."
    before = await agent.upload("bugs.txt", "Bugs\n\nBugs are everywhere.")
    await agent.sees(refused, after=before)
    for words in ("", "drafts", "history handbook.pdf", "remove company_data.pdf"):
        before = await agent.command("/kb", words)
        await agent.sees(refused, after=before)
    assert "company_data.pdf" in [one.name for one in await scene.branch.books.documents()]
    assert await scene.branch.books.library.versions("bugs.txt") == []


async def test_versions_are_listed_rolled_back_and_removed_by_command(scene: Scene) -> None:
    admin, customer = Admin(scene), scene.customer()
    for price in (31, 37):
        await scene.branch.books.ingest("big newts.txt", BEES.replace("bees", "newts").format(price).encode())
    before = await admin.command("/kb")
    await admin.sees("*big newts.txt*, version 2: 1 passage", after=before)
    before = await admin.command("/kb", "rollback big newts.txt 1")
    await admin.sees("big newts.txt is in service as of version 1", after=before)
    await customer.say("What does a crate of live newts cost?")
    assert "31" in (await customer.sees("crate of newts")).text
    before = await admin.command("/kb", "remove big newts.txt")
    told = "big newts.txt is out of service. /kb rollback big newts.txt 1 brings it back."
    await admin.sees(told, after=before)
    before = await admin.command("/kb", "remove big newts.txt")
    await admin.sees("There is no document called big newts.txt.", after=before)
    before = await admin.command("/kb", "rollback big newts.txt 9")
    await admin.sees("There is no version 9 of big newts.txt", after=before)
    before = await admin.command("/kb", "dance")
    await admin.sees("/kb lists the documents", after=before)


async def test_drafts_are_found_again_with_their_buttons(scene: Scene) -> None:
    admin = Admin(scene)
    await scene.branch.books.drafts.stage("slugs.txt", b"Slugs\n\nSlugs are slow.", by="Alma")
    before = await admin.command("/kb", "drafts")
    shown = await admin.sees("*slugs.txt*, version 1: 1 passage; uploaded by Alma", after=before)
    await admin.press(shown, "Discard")
    await admin.sees("Version 1 of slugs.txt is discarded", after=before)


async def test_in_discord_one_message_shows_the_work_and_then_its_outcome(scene: Scene) -> None:
    admin, customer = Admin(scene, DISCORD_ADMIN, platform="discord"), scene.customer()
    before = await admin.upload("toads.txt", BEES.replace("bees", "toads").format(53))
    shown = await admin.sees("toads.txt, version 1: not published yet", after=before, button="Publish")
    assert any("Reading toads.txt…" in words for words in shown.old)
    assert "Reading" not in shown.text
    await admin.press(shown, "Publish")
    await admin.sees("toads.txt is in service", after=before)
    closed = await admin.sees("Version 1 of toads.txt: published by Ada.", after=before)
    assert (closed.id, closed.buttons) == (shown.id, [])
    await customer.say("What does a crate of live toads cost?")
    assert "53" in (await customer.sees("crate of toads")).text
    await scene.branch.books.knowledge.remove("toads.txt")


async def test_in_discord_the_shelf_is_asked_by_choices(scene: Scene) -> None:
    admin = Admin(scene, DISCORD_ADMIN, platform="discord")
    for price in (3, 4):
        await scene.branch.books.ingest("frogs.txt", f"Frogs\n\nA frog costs {price} euros.".encode())
    before = await admin.command("/kb")
    await admin.sees("**frogs.txt**, version 2: 1 passage", after=before)
    before = await admin.command("/kb", do="rollback", document="frogs.txt", version="1")
    await admin.sees("frogs.txt is in service as of version 1", after=before)
    before = await admin.command("/kb", do="remove", document="frogs.txt")
    await admin.sees("frogs.txt is out of service", after=before)


async def test_in_discord_a_failure_takes_the_place_of_reading(scene: Scene) -> None:
    admin = Admin(scene, DISCORD_ADMIN, platform="discord")
    before = await admin.upload("empty.txt", b"   ")
    await admin.sees("“empty.txt” is empty.", after=before)
    await scene.settled()
    assert [one.text for one in admin.bubbles[before:] if "Reading" in one.text] == []


async def test_the_handbook_still_answers(scene: Scene) -> None:
    customer = scene.customer()
    await customer.say(QUESTION)
    await customer.sees("[1]")


async def test_several_files_of_one_form_are_each_shown(scene: Scene) -> None:
    admin = Admin(scene)
    files = [
        ("one.txt", b"One\n\nOne is first."),
        ("two.txt", b" "),
        ("three.txt", b"Three\n\nThree is last."),
    ]
    before = await admin.command("/upload", files=files)
    await admin.sees("“two.txt” is empty.", after=before)
    for name in ("one.txt", "three.txt"):
        shown = await admin.sees(f"{name}, version 1: not published yet", after=before, button="Discard")
        await admin.press(shown, "Discard")
        await admin.sees(f"Version 1 of {name} is discarded", after=before)


async def test_uploaded_golden_questions_are_asked_of_the_next_draft(scene: Scene) -> None:
    admin = Admin(scene)
    golden = "questions:\n  - question: Can gnomes be insured?\n    must_contain: gnomes\n"
    before = await admin.upload("golden.yaml", golden)
    await admin.sees("Golden questions kept: 1.", after=before)
    before = await admin.upload("gnomes.txt", "Gnomes\n\nGnomes can be insured for 300 euros each.")
    shown = await admin.sees("gnomes.txt, version 1", after=before, button="Discard")
    assert "Golden questions: 1 of 1 go well (0 before)." in shown.text
    await admin.press(shown, "Discard")
    await admin.sees("Version 1 of gnomes.txt is discarded", after=before)
    await scene.db["golden"].delete_many({})
