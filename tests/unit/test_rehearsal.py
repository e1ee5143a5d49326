"""What an admin is told before a document is published."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from brain.evaluation import Golden
from brain.gaps import Retried
from brain.knowledge.trial import Effect
from brain.ports import Query, Retriever
from brain.rehearsal import Questions, Rehearsal, Rehearsed
from desk.preview import SHOWN, draft, preview
from domain.answer import Action, Answer, Turn
from domain.content import Buttons, plain, text
from tests.unit.brain_parts import TONE
from tests.unit.knowledge_parts import ACME, Desk
from tests.unit.test_gaps import Gap
from tests.unit.test_knowledge import NEW, OLD

REFUNDS = b"\n\nRefunds\n\nRefunds take five working days to arrive."
INSURANCE = b"\n\nInsurance\n\nInsurance for cameras costs nine euros."
EXPRESS = "express parcel Norway cost"


@dataclass
class Judge:
    """Quotes the best passage."""

    retriever: Retriever

    async def answer(self, turn: Turn) -> Answer:
        found = await self.retriever.search(Query(company=ACME, text=turn.text, limit=1))
        best = found[0] if found and found[0].relevance >= 0.35 else None
        words = best.passage.text if best else "Sorry."
        return Answer(action=Action.REPLY, content=text(words), language="en", refused=best is None)


@dataclass
class Asked:
    """Questions of every origin, and seconds that pass with each look at the clock."""

    golden: Sequence[Golden] = ()
    gaps: Sequence[Gap] = ()
    recent: Sequence[str] = ()
    clock: Callable[[], float] = field(default_factory=lambda: lambda: 0.0)
    told: list[tuple[str, int, int]] = field(default_factory=list)

    async def of(self, before: bytes, after: bytes, name: str = "prices.txt") -> Rehearsed:
        desk = Desk()
        if before:
            await desk.knowledge.ingest("prices.txt", before)
        rehearsal = Rehearsal(
            company=ACME,
            drafts=desk.drafts,
            judge=Judge,
            questions=Questions(golden=self._golden, gaps=self._gaps, recent=self._recent),
            threshold=0.35,
            tone=TONE,
            clock=self.clock,
            seconds=10,
        )
        version = await desk.drafts.stage(name, after, by="Ana")
        return await rehearsal.of(version, progress=lambda *each: self.told.append(each))

    async def _golden(self) -> Sequence[Golden]:
        return self.golden

    async def _gaps(self) -> Sequence[Gap]:
        return self.gaps

    async def _recent(self) -> Sequence[str]:
        return self.recent


async def test_lost_answers_come_first() -> None:
    asked = Asked(recent=["insurance cameras cost", EXPRESS, "refunds working days", "volcano"])
    shown = await asked.of(OLD + REFUNDS, NEW + INSURANCE)
    assert [change.effect for change in shown.changes] == [
        Effect.LOST,
        Effect.CHANGED,
        Effect.ANSWERED,
        Effect.UNANSWERED,
    ]
    words = plain(preview(shown))
    assert "4 questions asked again: 1 lost, 1 changed, 1 newly answered." in words
    assert words.index("❌ lost: “refunds") < words.index("🔁 changed") < words.index("✅ newly answered")
    assert "volcano" not in words


async def test_golden_questions_say_what_would_go_wrong() -> None:
    golden = [
        Golden(question=EXPRESS, must_contain=("40 euros",)),
        Golden(question="insurance cameras cost", must_contain=("nine",)),
        Golden(question="volcano", must_refuse=True),
    ]
    shown = await Asked(golden=golden).of(OLD, NEW)
    assert [(one.before.passed, one.after.passed) for one in shown.golden] == [
        (True, False),
        (False, False),
        (True, True),
    ]
    words = plain(preview(shown))
    assert "Golden questions: 1 of 3 go well (2 before)." in words
    assert f"❌ “{EXPRESS}”: does not say '40 euros'" in words


async def test_gaps_are_tried_with_the_draft() -> None:
    gaps = [Gap("insurance cameras cost", ("insurance cameras cost",)), Gap("volcano", ("volcano",))]
    shown = await Asked(gaps=gaps).of(OLD, NEW + INSURANCE)
    assert shown.gaps == Retried(closed=("insurance cameras cost",), open=("volcano",))
    assert "1 of 2 gaps would be closed by this document." in plain(preview(shown))


async def test_questions_are_asked_for_a_limited_time_and_the_rest_is_counted() -> None:
    ticks = count(0, 4)
    shown = await Asked(recent=[EXPRESS] * 9, clock=lambda: float(next(ticks))).of(OLD, NEW)
    assert len(shown.changes) == 2
    assert shown.left == 7
    assert "There was no time for 7 more questions." in plain(preview(shown))


async def test_it_tells_how_far_it_is() -> None:
    asked = Asked(recent=[EXPRESS, "volcano"])
    await asked.of(OLD, NEW)
    assert [each for each in asked.told if each[0] == "compare"] == [("compare", 0, 2), ("compare", 1, 2)]


async def test_a_first_document_is_asked_about_too() -> None:
    shown = await Asked(recent=[EXPRESS]).of(b"", NEW)
    words = plain(preview(shown))
    assert "It is new: no document of this name is in service." in words
    assert "1 newly answered" in words


async def test_what_identifies_a_customer_is_hidden() -> None:
    question = "express parcel to Norway for jo@example.com cost"
    shown = await Asked(recent=[question]).of(OLD, NEW)
    words = plain(preview(shown))
    assert "express parcel to Norway for [email] cost" in words
    assert "jo@example.com" not in words


async def test_many_changes_are_cut_short_and_counted() -> None:
    shown = await Asked(recent=[f"{EXPRESS} {number}" for number in range(SHOWN + 3)]).of(OLD, NEW)
    assert "… and 3 more" in plain(preview(shown))


async def test_the_choice_is_publish_or_discard() -> None:
    shown = await Asked().of(OLD, NEW)
    for content in (preview(shown), draft(shown.version)):
        [row] = [block for block in content.blocks if isinstance(block, Buttons)]
        assert [(one.action, one.value) for one in row.items] == [
            ("kb_publish", shown.version.key),
            ("kb_discard", shown.version.key),
        ]
    assert "prices.txt, version 2: 1 passage; uploaded by Ana on 12 Mar 09:00 UTC" in plain(
        draft(shown.version)
    )
