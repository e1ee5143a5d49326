"""A document is looked at before customers see it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from brain.knowledge.drafts import KEPT, Drafts
from brain.knowledge.trial import Effect
from domain.errors import BadInput, Unavailable
from domain.knowledge import Stage
from tests.unit.knowledge_parts import Desk
from tests.unit.test_knowledge import NEW, OLD, QUESTION


async def with_draft(**more: Any) -> tuple[Desk, str]:
    """The old prices are in service; the new ones wait."""
    desk = Desk(**more)
    await desk.knowledge.ingest("prices.txt", OLD)
    return desk, (await desk.drafts.stage("prices.txt", NEW, by="Ana")).key


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def stages(desk: Desk) -> list[tuple[int, Stage]]:
    return [(one.document.version, one.stage) for one in await desk.library.versions("prices.txt")]


@pytest.mark.trap(29)
async def test_a_draft_answers_nobody_until_it_is_published() -> None:
    desk, key = await with_draft()
    assert await desk.texts(QUESTION) == [OLD.decode()]
    document = await desk.drafts.publish(key, by="Bo")
    assert (document.name, document.version) == ("prices.txt", 2)
    assert await desk.texts(QUESTION) == [NEW.decode()]


async def test_a_button_names_a_draft_in_forty_letters() -> None:
    _, key = await with_draft()
    assert len(key.encode()) <= 40


async def test_a_trial_says_which_answers_would_change_and_changes_nothing() -> None:
    desk = Desk()
    await desk.knowledge.ingest(
        "prices.txt", OLD + b"\n\nRefunds\n\nRefunds take five working days to arrive."
    )
    revision = await desk.library.revision()
    draft = await desk.drafts.stage(
        "prices.txt", NEW + b"\n\nInsurance\n\nInsurance for cameras costs nine euros."
    )
    trial = await desk.drafts.trial(draft, threshold=0.35)
    questions = ["express parcel Norway cost", "refunds working days", "insurance cameras cost", "volcano"]
    changes = [await trial.change(question) for question in questions]
    assert [change.effect for change in changes] == [
        Effect.CHANGED,
        Effect.LOST,
        Effect.ANSWERED,
        Effect.UNANSWERED,
    ]
    assert changes[0].after
    assert changes[0].after.passage.text == NEW.decode()
    assert await desk.library.revision() == revision


async def test_what_is_new_is_counted_in_passages() -> None:
    desk = Desk()
    one = b"Opening\n\nWe open at nine.\n\n"
    await desk.knowledge.ingest("a.txt", one + b"Prices\n\nIt costs ten.\n\nParking\n\nPark behind us.")
    draft = await desk.drafts.stage("a.txt", one + b"Prices\n\nIt costs two.\n\nPets\n\nDogs may come.")
    found = await desk.drafts.difference(draft)
    assert (found.same, found.changed, found.added, found.removed) == (1, 1, 1, 1)


async def test_who_presses_second_is_told_who_was_first() -> None:
    desk, key = await with_draft()
    await desk.drafts.publish(key, by="Ana")
    revision = await desk.library.revision()
    with pytest.raises(BadInput, match=r"Version 2 of prices\.txt is in service: Ana published it\."):
        await desk.drafts.publish(key, by="Bo")
    with pytest.raises(BadInput, match="Ana published it"):
        await desk.drafts.discard(key, by="Bo")
    assert await desk.library.revision() == revision


async def test_a_discarded_draft_is_gone_and_its_number_is_not_used_again() -> None:
    desk, key = await with_draft()
    await desk.drafts.discard(key, by="Ana")
    with pytest.raises(BadInput, match=r"Version 2 of prices\.txt was discarded by Ana\."):
        await desk.drafts.publish(key, by="Bo")
    assert await desk.library.kept("prices.txt", 2) == []
    again = await desk.drafts.stage("prices.txt", NEW)
    assert again.document.version == 3
    await desk.drafts.publish(again.key)
    assert await desk.texts(QUESTION) == [NEW.decode()]


async def test_a_newer_draft_takes_the_place_of_an_older_one() -> None:
    desk, key = await with_draft()
    newer = await desk.drafts.stage("prices.txt", NEW + b" Or 64.", by="Bo")
    with pytest.raises(BadInput, match="Bo uploaded a newer draft"):
        await desk.drafts.publish(key, by="Ana")
    assert [one.key for one in await desk.drafts.open()] == [newer.key]


async def test_the_same_file_again_is_the_same_draft() -> None:
    desk, key = await with_draft()
    assert (await desk.drafts.stage("prices.txt", NEW, by="Bo")).key == key


async def test_what_was_compared_with_an_older_version_is_not_published() -> None:
    desk, key = await with_draft()
    await desk.knowledge.ingest("prices.txt", OLD + b" Or more.")
    with pytest.raises(BadInput, match="has changed since this draft was compared"):
        await desk.drafts.publish(key)
    assert await desk.top(QUESTION) == (OLD + b" Or more.").decode()


async def test_a_draft_that_came_too_late_is_compared_anew_when_it_is_uploaded_again() -> None:
    desk, key = await with_draft()
    await desk.knowledge.remove("prices.txt")
    with pytest.raises(BadInput, match="Please upload the file again"):
        await desk.drafts.publish(key)
    again = await desk.drafts.stage("prices.txt", NEW)
    await desk.drafts.publish(again.key)
    assert await desk.top(QUESTION) == NEW.decode()


async def test_what_is_in_service_already_needs_no_draft() -> None:
    desk = Desk()
    await desk.knowledge.ingest("prices.txt", OLD)
    with pytest.raises(BadInput, match=r"in service already, word for word, as version 1"):
        await desk.drafts.stage("prices.txt", OLD)


async def test_a_draft_that_nobody_publishes_expires() -> None:
    desk, key = await with_draft()
    desk.now += KEPT + timedelta(minutes=1)
    assert await desk.drafts.open() == []
    with pytest.raises(BadInput, match="not published within 7 days"):
        await desk.drafts.publish(key)
    assert await stages(desk) == [(2, Stage.EXPIRED), (1, Stage.PUBLISHED)]
    assert await desk.drafts.expire() == 0


async def test_what_is_kept_for_a_draft_goes_with_it() -> None:
    desk, key = await with_draft()
    gone: list[str] = []

    async def forget(key: str) -> None:
        gone.append(key)

    drafts = Drafts(publisher=desk.knowledge.publisher, forget=forget)
    newer = await drafts.stage("prices.txt", NEW + b" Or 64.")
    await drafts.publish(newer.key)
    other = await drafts.stage("hours.txt", b"Open at nine.")
    await drafts.discard(other.key)
    old = await drafts.stage("pets.txt", b"Dogs may come.")
    desk.now += KEPT + timedelta(days=1)
    assert await drafts.expire() == 1
    assert gone == [key, newer.key, other.key, old.key]


async def test_a_button_of_another_time_is_answered() -> None:
    desk, _ = await with_draft()
    for key in ("", "T-12", "nothing-7", "x-99999999999999999999"):
        with pytest.raises(BadInput, match="isn't kept any more"):
            await desk.drafts.publish(key)


async def test_only_what_was_in_service_can_be_rolled_back_to() -> None:
    desk, _ = await with_draft()
    with pytest.raises(BadInput, match="no version 2"):
        await desk.knowledge.rollback("prices.txt", 2)


async def test_the_json_is_there_exactly_while_the_document_is_in_service(tmp_path: Path) -> None:
    desk, key = await with_draft(path=tmp_path)
    shown = tmp_path / "prices.txt.json"
    assert "40 euros" in shown.read_text()
    await desk.drafts.publish(key, source=NEW)
    assert "63 euros" in shown.read_text()
    assert (tmp_path / "prices.txt").read_bytes() == NEW
    await desk.knowledge.rollback("prices.txt", 1)
    assert "40 euros" in shown.read_text()
    await desk.knowledge.remove("prices.txt")
    assert not shown.exists()
    assert files(tmp_path) == ["prices.txt"]


async def test_a_publication_that_fails_leaves_the_json_of_what_is_in_service(tmp_path: Path) -> None:
    desk, key = await with_draft(path=tmp_path)

    async def down(*_: object, **__: object) -> bool:
        raise Unavailable

    publish, desk.library.publish = desk.library.publish, down  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        await desk.drafts.publish(key, source=NEW)
    assert "40 euros" in (tmp_path / "prices.txt.json").read_text()
    assert (tmp_path / "prices.txt").read_bytes() == OLD
    assert files(tmp_path) == ["prices.txt", "prices.txt.json"]
    desk.library.publish = publish  # type: ignore[method-assign]
    await desk.drafts.publish(key, source=NEW)
    assert "63 euros" in (tmp_path / "prices.txt.json").read_text()


async def test_a_json_that_a_crash_left_out_comes_with_the_next_press(tmp_path: Path) -> None:
    desk, key = await with_draft(path=tmp_path)
    await desk.drafts.publish(key, source=NEW)
    (tmp_path / "prices.txt.json").unlink()
    with pytest.raises(BadInput, match="is in service"):
        await desk.drafts.publish(key, source=NEW)
    assert "63 euros" in (tmp_path / "prices.txt.json").read_text()
