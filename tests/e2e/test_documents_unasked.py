"""Documents that nobody is asked about: from a folder, and uploads where ``knowledge.confirm`` is off."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.stand import until
from settings import Settings
from tests.e2e.demo_case import Scene, with_companies
from tests.e2e.test_documents import Admin

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def unasked(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A product with a folder of documents that publishes uploads at once."""
    source = tmp_path_factory.mktemp("source")
    (source / "eels.md").write_text("# Eels\n\nA barrel of live eels costs 77 euros.\n")
    (source / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    golden = source / "golden.yaml"
    golden.write_text(
        "questions:\n  - question: What does a barrel of live eels cost?\n    must_contain: 77 euros\n"
    )

    def adapt(settings: Settings) -> Settings:
        [company] = settings.companies
        named = {"sync_dir": str(source), "golden": str(golden)}
        knowledge = settings.knowledge.model_copy(update={"confirm": False, "sync_minutes": 0.001})
        changed = settings.model_copy(update={"knowledge": knowledge})
        return with_companies(changed, company.model_copy(update=named))

    running = Scene(folder=tmp_path_factory.mktemp("unasked"), mongo_uri=mongo_uri, adapt=adapt)
    await running.start()
    yield running
    await running.stop()


async def test_a_folder_is_taken_in_by_itself_and_agents_hear_of_it(unasked: Scene) -> None:
    admin, customer = Admin(unasked), unasked.customer()
    told = await admin.sees("📁 Documents from the folder: 1 new (eels.md).")
    assert told.only_for == ""
    assert "broken.pdf: “broken.pdf”" in told.text
    await customer.say("What does a barrel of live eels cost?")
    assert "77" in (await customer.sees("barrel of live eels")).text


async def test_an_upload_is_published_at_once(unasked: Scene) -> None:
    admin = Admin(unasked)
    before = await admin.upload("newts.txt", "Newts\n\nA bucket of newts costs 5 euros.")
    shown = await admin.sees("newts.txt is in service: 1 passage, version 1.", after=before)
    assert shown.buttons == []
    folder = unasked.branch.books.folder
    assert await asyncio.to_thread(folder.json_of("newts.txt").exists)


async def test_golden_questions_of_the_config_are_part_of_a_preview(
    unasked: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = unasked.branch.desk._staff._commands["upload"].__self__  # type: ignore[attr-defined]
    monkeypatch.setattr(desk, "_confirm", True)
    admin = Admin(unasked)
    before = await admin.upload("eels.md", "# Eels\n\nWe don't take eels any more.\n")
    shown = await admin.sees("eels.md, version 2: not published yet", after=before)
    assert "Golden questions: 0 of 1 go well (1 before)." in shown.text


async def test_the_claims_of_a_sync_are_shared(unasked: Scene) -> None:
    async def some() -> int:
        return len(await unasked.rows("claims", {"_id": {"$regex": r"\|sync\|"}}))

    assert await until(some)
