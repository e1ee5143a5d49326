"""A company's folder is taken in now and then; agents hear of what has changed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from brain.knowledge.knowledge import Synced
from desk.changes import Outgoing
from desk.firm import Firm
from desk.syncing import SyncDesk, told
from domain.answer import Tone
from domain.content import plain
from domain.errors import BadInput
from domain.ids import Address, BotId, CompanyId, Platform
from tests.unit.knowledge_parts import Desk

STAFF = Address(platform=Platform.SLACK, bot=BotId("slack"), workspace="", channel="C1")
FIRM = Firm(
    id=CompanyId("acme"), name="Acme", timezone="UTC", language="en", tone=Tone(company="Acme"), staff=STAFF
)
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Claimed:
    """Rows and claims that all processes share."""

    def __init__(self) -> None:
        self.claims: set[str] = set()
        self.rows: list[Outgoing] = []

    async def add_once(self, claim: str, rows: Sequence[Outgoing]) -> bool:
        if claim in self.claims:
            return False
        self.claims.add(claim)
        self.rows += rows
        return True

    @property
    def said(self) -> list[str]:
        return [plain(row.content) for row in self.rows]


class Process:
    """One process that syncs; ``outcomes`` come one after the other."""

    def __init__(self, shared: Claimed, *outcomes: Synced | Exception) -> None:
        self.at = NINE
        self.ran = 0
        self._outcomes = list(outcomes) or [Synced()] * 9
        self._desk = SyncDesk(
            firm=FIRM,
            sync=self._sync,
            every=timedelta(minutes=15),
            outbox=shared,
            channels={},
            clock=lambda: self.at,
            wake=lambda queue: None,
        )

    async def _sync(self) -> Synced:
        outcome = self._outcomes[self.ran]
        self.ran += 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def after(self, minutes: float) -> None:
        self.at = NINE + timedelta(minutes=minutes)
        await self._desk.sync_due()


async def test_it_runs_once_each_time_whoever_looks() -> None:
    shared = Claimed()
    one, two = Process(shared), Process(shared)
    for minute in range(31):
        await one.after(minute)
        await two.after(minute)
    assert one.ran + two.ran == 3


async def test_nothing_is_said_when_nothing_has_changed() -> None:
    shared = Claimed()
    await Process(shared, Synced(unchanged=("a.md",))).after(0)
    assert shared.said == []


async def test_what_has_changed_is_told_in_a_line() -> None:
    shared = Claimed()
    await Process(shared, Synced(added=("a.md", "b.md"), replaced=("c.pdf",), removed=("d.txt",))).after(0)
    assert shared.said == [
        "📁 Documents from the folder: 2 new (a.md, b.md); 1 replaced (c.pdf); 1 removed (d.txt)."
    ]


async def test_the_same_failures_are_told_once_a_day() -> None:
    shared = Claimed()
    failed = Synced(failed={"a.pdf": "“a.pdf” is damaged and can't be opened."})
    other = Synced(failed={"b.pdf": "“b.pdf” is empty."})
    process = Process(shared, failed, failed, other, failed)
    for minutes in (0, 15, 30, 24 * 60):
        await process.after(minutes)
    assert len(shared.said) == 3
    assert "⚠️ a.pdf: “a.pdf” is damaged" in shared.said[0]


async def test_a_folder_that_is_not_there_is_told() -> None:
    shared = Claimed()
    await Process(shared, BadInput("The folder docs is not there.")).after(0)
    assert "⚠️ The folder docs is not there." in shared.said[0]


def test_a_thousand_documents_fit_a_message() -> None:
    names = tuple(f"document {number}.md" for number in range(1000))
    words = plain(told(Synced(added=names, failed=dict.fromkeys(names, "It is damaged."))))
    assert "1000 new (document 0.md, " in words
    assert "and 994 more" in words
    assert len(words) < 1000


async def test_an_empty_folder_removes_nothing(tmp_path: Path) -> None:
    desk = Desk()
    await desk.knowledge.ingest("prices.txt", b"Prices are high.")
    assert await desk.knowledge.sync(tmp_path, prune=True) == Synced()
    assert [one.name for one in await desk.library.current()] == ["prices.txt"]
