"""A company's documents: taken in, replaced, removed, tried out and restored."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from brain.knowledge.memory import MemoryIndex, MemoryLibrary
from brain.ports import Query
from domain.errors import BadInput, Unavailable
from domain.ids import CompanyId
from tests.unit.knowledge_parts import NOW, Desk, load_text

OLD = b"Express parcels to Norway cost 40 euros in all cases."
NEW = b"Express parcels to Norway cost 63 euros since March."
QUESTION = "express parcel to Norway"


async def test_a_document_answers_as_soon_as_it_is_in() -> None:
    desk = Desk()
    told: list[tuple[str, int, int]] = []
    document = await desk.knowledge.ingest("prices.txt", OLD, progress=lambda *each: told.append(each))
    assert await desk.top(QUESTION) == OLD.decode()
    assert (document.name, document.version, document.passages, document.at) == ("prices.txt", 1, 1, NOW)
    assert told[0] == ("read", 0, 0)
    assert told[-1] == ("publish", 1, 1)


async def test_the_same_bytes_again_change_nothing() -> None:
    desk = Desk()
    first = await desk.knowledge.ingest("prices.txt", OLD)
    revision, encoded = await desk.library.revision(), len(desk.encoder.encoded)
    assert await desk.knowledge.ingest("prices.txt", OLD) == first
    assert (await desk.library.revision(), len(desk.encoder.encoded)) == (revision, encoded)


@pytest.mark.trap(29)
async def test_a_replaced_document_stops_answering_at_once_and_versions_never_mix() -> None:
    desk = Desk()
    await desk.knowledge.ingest("prices.txt", OLD)
    await desk.top(QUESTION)
    assert (await desk.knowledge.ingest("prices.txt", NEW)).version == 2
    assert await desk.texts(QUESTION) == [NEW.decode()]


@pytest.mark.trap(29)
async def test_a_removed_document_stops_answering_at_once() -> None:
    desk = Desk()
    await desk.knowledge.ingest("prices.txt", OLD)
    await desk.knowledge.ingest("hours.txt", b"Our shops open at nine.")
    await desk.top(QUESTION)
    assert await desk.knowledge.remove("prices.txt")
    assert await desk.texts(QUESTION) == ["Our shops open at nine."]
    assert not await desk.knowledge.remove("prices.txt")


@pytest.mark.trap(29)
async def test_vectors_that_stayed_behind_are_never_seen() -> None:
    desk = Desk()
    await desk.knowledge.ingest("prices.txt", OLD)
    await desk.library.remove("prices.txt")
    assert await desk.texts(QUESTION) == []


async def test_a_document_comes_back_after_its_removal() -> None:
    desk = Desk()
    await desk.knowledge.ingest("prices.txt", OLD)
    await desk.knowledge.remove("prices.txt")
    await desk.knowledge.ingest("prices.txt", OLD)
    assert await desk.top(QUESTION) == OLD.decode()


async def test_an_unreadable_file_leaves_the_old_version_in_service() -> None:
    async def damaged(data: bytes, name: str, **_: object) -> Any:
        if data == NEW:
            raise BadInput("That is damaged.")
        return await load_text(data, name)

    desk = Desk(load=damaged)
    await desk.knowledge.ingest("prices.txt", OLD)
    with pytest.raises(BadInput):
        await desk.knowledge.ingest("prices.txt", NEW)
    assert await desk.top(QUESTION) == OLD.decode()


async def test_an_earlier_version_can_be_put_back() -> None:
    desk = Desk()
    await desk.knowledge.ingest("prices.txt", OLD)
    await desk.knowledge.ingest("prices.txt", NEW)
    assert (await desk.knowledge.rollback("prices.txt", 1)).version == 1
    assert await desk.texts(QUESTION) == [OLD.decode()]
    with pytest.raises(BadInput, match="no version 7"):
        await desk.knowledge.rollback("prices.txt", 7)


async def test_a_lost_index_is_made_anew_from_the_library() -> None:
    desk = Desk()
    await desk.knowledge.ingest("prices.txt", OLD)
    await desk.index.clear()
    assert await desk.knowledge.rebuild() == 1
    ids = [passage.id for passage in await desk.library.everything()]
    assert set(await desk.index.vectors(ids)) == set(ids)


async def test_only_what_the_index_lacks_is_encoded_again() -> None:
    desk = Desk()
    await desk.knowledge.ingest("prices.txt", OLD)
    await desk.knowledge.ingest("hours.txt", b"Our shops open at nine.")
    assert await desk.knowledge.complete() == 0
    lost, kept = await desk.library.everything()
    await desk.index.remove([lost.id])
    desk.encoder.encoded.clear()
    assert await desk.knowledge.complete() == 1
    assert len(desk.encoder.encoded) == 1
    assert set(await desk.index.vectors([lost.id, kept.id])) == {lost.id, kept.id}


async def test_a_folder_is_kept_in_step(tmp_path: Path) -> None:
    desk = Desk()
    (tmp_path / "sub").mkdir()
    (tmp_path / "prices.txt").write_bytes(OLD)
    (tmp_path / "sub" / "hours.txt").write_bytes(b"Our shops open at nine.")
    (tmp_path / "prices.txt.json").write_bytes(b"{}")
    (tmp_path / ".hidden.txt").write_bytes(b"no")
    first = await desk.knowledge.sync(tmp_path)
    assert first.added == ("prices.txt", "sub/hours.txt")
    (tmp_path / "prices.txt").write_bytes(NEW)
    (tmp_path / "sub" / "hours.txt").unlink()
    second = await desk.knowledge.sync(tmp_path)
    assert (second.replaced, second.removed) == (("prices.txt",), ())
    third = await desk.knowledge.sync(tmp_path, prune=True)
    assert (third.unchanged, third.removed) == (("prices.txt",), ("sub/hours.txt",))


async def test_one_bad_file_does_not_stop_a_sync(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\xff broken for this loader")
    (tmp_path / "prices.txt").write_bytes(OLD)

    async def load(data: bytes, name: str, **_: object) -> Any:
        if name == "a.txt":
            raise BadInput("“a.txt” is damaged and can't be opened.")
        return await load_text(data, name)

    desk = Desk(load=load)
    synced = await desk.knowledge.sync(tmp_path)
    assert (synced.added, synced.failed) == (
        ("prices.txt",),
        {"a.txt": "“a.txt” is damaged and can't be opened."},
    )


class Crash(Exception):
    """The process died here."""


class Crashing:
    """Passes calls on to a part until the fuse burns down; the last call may or may not happen."""

    def __init__(self, part: Any, fuse: list[int], *, after: bool) -> None:
        self._part, self._fuse, self._after = part, fuse, after

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*given: Any, **named: Any) -> Any:
            self._fuse[0] -= 1
            if self._fuse[0] == 0 and not self._after:
                raise Crash
            answer = await getattr(self._part, name)(*given, **named)
            if self._fuse[0] == 0:
                raise Crash
            return answer

        return call


@pytest.mark.parametrize("step", ["replace", "remove", "rollback"])
@pytest.mark.parametrize("after", [False, True])
async def test_a_crash_at_any_line_leaves_one_whole_version(step: str, after: bool) -> None:
    """At every call of every part: searches give the old or the new state, and doing it again ends it."""
    wanted = {"replace": [NEW.decode()], "remove": [], "rollback": [OLD.decode()]}[step]
    for burns in range(1, 30):
        desk = Desk()
        await desk.knowledge.ingest("prices.txt", OLD)
        if step == "rollback":
            await desk.knowledge.ingest("prices.txt", NEW)
        before = await desk.texts(QUESTION)
        fuse = [burns]
        fragile = Desk(
            library=Crashing(desk.library, fuse, after=after),  # type: ignore[arg-type]
            index=Crashing(desk.index, fuse, after=after),  # type: ignore[arg-type]
        )
        try:
            await _do(fragile, step)
        except Crash:
            assert await desk.texts(QUESTION) in (before, wanted)
            await _do(desk, step)
        assert await desk.texts(QUESTION) == wanted
        if fuse[0] > 0:
            return
    raise AssertionError("the step never ended")


async def _do(desk: Desk, step: str) -> None:
    if step == "replace":
        await desk.knowledge.ingest("prices.txt", NEW)
    elif step == "remove":
        await desk.knowledge.remove("prices.txt")
    else:
        await desk.knowledge.rollback("prices.txt", 1)


@pytest.mark.trap(41)
async def test_one_company_never_finds_another_ones_passages() -> None:
    library, index = MemoryLibrary(), MemoryIndex()
    acme, other = Desk(index=index), Desk(company=CompanyId("other"), library=library, index=index)
    await acme.knowledge.ingest("prices.txt", OLD)
    await other.knowledge.ingest("prices.txt", b"Bananas are yellow.")
    assert await other.texts(QUESTION) == ["Bananas are yellow."]
    assert await acme.texts(QUESTION) == [OLD.decode()]


async def test_a_question_of_another_company_is_never_searched() -> None:
    desk = Desk()
    await desk.knowledge.ingest("prices.txt", OLD)
    with pytest.raises(Exception, match="other"):
        await desk.retriever.search(Query(company=CompanyId("other"), text=QUESTION))


async def test_an_index_that_does_not_answer_leaves_the_old_version() -> None:
    desk = Desk()
    await desk.knowledge.ingest("prices.txt", OLD)

    async def down(*_: object) -> None:
        raise Unavailable

    desk.index.add = down  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        await desk.knowledge.ingest("prices.txt", NEW)
    assert await desk.top(QUESTION) == OLD.decode()
