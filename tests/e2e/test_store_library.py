"""The library in MongoDB and the one in memory: the same rules."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from brain.knowledge.memory import MemoryLibrary
from brain.knowledge.passages import passage_id
from brain.knowledge.ports import Library, Overtaken
from brain.knowledge.publisher import document_id
from domain.errors import BadInput
from domain.ids import CompanyId
from domain.knowledge import Document, ParsedDocument, Passage, Section, Stage
from store.library import MongoLibrary
from store.scoped import Db

ACME = CompanyId("acme")
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
NAME = "a.$prices|v2.txt"
"""With everything that means something in MongoDB's fields or in our keys."""


@pytest_asyncio.fixture(params=["memory", "mongo"])
async def library(request: Any, db: Db) -> AsyncIterator[Library]:
    yield MemoryLibrary() if request.param == "memory" else MongoLibrary(db=db, company=ACME)


async def stage(library: Library, words: str, *, version: int = 0, base: int = 0, by: str = "") -> Document:
    number = version or await library.reserve(NAME)
    id = document_id(ACME, NAME)
    document = Document(
        id=id,
        company=ACME,
        name=NAME,
        title="Prices",
        version=number,
        pages=0,
        passages=1,
        sha256=words,
        at=NOW,
    )
    parsed = ParsedDocument(
        title="Prices",
        sections=(Section(heading="", page=0, text=words),),
        pages=0,
        mime="text/plain",
        sha256=words,
    )
    passage = Passage(
        id=passage_id(ACME, id, number, 0),
        document=id,
        version=number,
        title="Prices",
        heading="",
        page=0,
        position=0,
        text=words,
    )
    await library.stage(document, parsed, [passage], base=base, by=by)
    return document


async def served(library: Library) -> list[str]:
    return [passage.text for passage in await library.everything()]


async def test_numbers_are_given_once_to_whomever_asks_at_the_same_time(library: Library) -> None:
    numbers = await asyncio.gather(*(library.reserve(NAME) for _ in range(8)))
    assert sorted(numbers) == list(range(1, 9))


async def test_two_files_of_one_name_at_once_never_mix(library: Library) -> None:
    await asyncio.gather(*(stage(library, words) for words in ("one", "two")))
    for version in await library.versions(NAME):
        [passage] = await library.kept(NAME, version.document.version)
        assert passage.text == version.document.sha256


async def test_a_staged_version_serves_nobody(library: Library) -> None:
    await stage(library, "forty", by="Ana")
    assert await served(library) == []
    [draft] = await library.drafts()
    assert (draft.stage, draft.by, draft.current) == (Stage.DRAFT, "Ana", False)


async def test_publishing_again_changes_nothing(library: Library) -> None:
    await stage(library, "forty")
    assert await library.publish(NAME, 1, base=0, by="Ana")
    revision = await library.revision()
    assert not await library.publish(NAME, 1, base=0, by="Bo")
    assert await library.revision() == revision
    [version] = await library.versions(NAME)
    assert (version.stage, version.current, version.settled_by) == (Stage.PUBLISHED, True, "Ana")
    assert await library.drafts() == []


async def test_of_two_presses_at_once_one_publishes(library: Library) -> None:
    await stage(library, "forty")
    done = await asyncio.gather(*(library.publish(NAME, 1, base=0, by=who) for who in ("Ana", "Bo")))
    assert sorted(done) == [False, True]


async def test_what_was_compared_with_another_version_is_refused(library: Library) -> None:
    await stage(library, "forty")
    await stage(library, "sixty", base=0)
    await library.publish(NAME, 1)
    with pytest.raises(Overtaken):
        await library.publish(NAME, 2, base=0)
    assert await served(library) == ["forty"]


async def test_a_settled_draft_is_never_published(library: Library) -> None:
    await stage(library, "forty")
    assert await library.settle(NAME, 1, Stage.DISCARDED, by="Ana", at=NOW)
    assert not await library.settle(NAME, 1, Stage.EXPIRED, by="", at=NOW)
    with pytest.raises(BadInput):
        await library.publish(NAME, 1)
    assert await library.kept(NAME, 1) == []
    assert await library.reserve(NAME) == 2


async def test_what_is_published_is_not_discarded(library: Library) -> None:
    await stage(library, "forty")
    await library.publish(NAME, 1)
    assert not await library.settle(NAME, 1, Stage.DISCARDED, by="Bo", at=NOW)
    await stage(library, "forty", version=1, by="Bo")
    [version] = await library.versions(NAME)
    assert version.stage is Stage.PUBLISHED
    assert await served(library) == ["forty"]


async def test_what_was_read_is_kept_with_its_version(library: Library) -> None:
    document = await stage(library, "forty")
    parsed = await library.parsed(NAME, 1)
    assert parsed is not None
    assert parsed.sections[0].text == "forty"
    assert await library.parsed(NAME, 2) is None
    found = await library.version(document.id, 1)
    assert found is not None
    assert found.document == document
    assert await library.version(document.id, 2) is None


async def test_documents_from_before_there_were_drafts_are_published_ones(db: Db) -> None:
    library = MongoLibrary(db=db, company=ACME)
    await stage(library, "forty")
    await library.publish(NAME, 1)
    forgotten = {"stage": "", "base": "", "by": "", "settled_by": "", "settled_at": ""}
    await db["documents"].update_many({}, {"$unset": forgotten})
    await db["versions"].delete_many({})
    [version] = await library.versions(NAME)
    assert (version.stage, version.current) == (Stage.PUBLISHED, True)
    assert await library.reserve(NAME) == 2
    await library.remove(NAME)
    assert await library.publish(NAME, 1)


async def test_another_company_sees_none_of_it(db: Db) -> None:
    await stage(MongoLibrary(db=db, company=ACME), "forty")
    other = MongoLibrary(db=db, company=CompanyId("other"))
    assert await other.drafts() == []
    assert await other.versions(NAME) == []
    assert await other.version(document_id(ACME, NAME), 1) is None
