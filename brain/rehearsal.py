"""What a draft would change: golden questions, gaps and customers' questions, asked beforehand."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from brain.evaluation import Answering, Golden, Row, evaluate
from brain.gaps import Gap, Retried, retry
from brain.knowledge.difference import Difference
from brain.knowledge.drafts import Drafts
from brain.knowledge.publisher import Progress, silent
from brain.knowledge.trial import Change, Effect, Trial
from brain.ports import Retriever
from domain.answer import Author, Line, Tone
from domain.ids import CompanyId
from domain.knowledge import Version

SECONDS = 20.0
"""How long questions are asked; those that are left are counted and said."""
_ORDER = list(Effect)


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Where questions come from: the company's golden ones, its gaps, and what customers asked lately."""

    golden: Callable[[], Awaitable[Sequence[Golden]]]
    gaps: Callable[[], Awaitable[Sequence[Gap]]]
    recent: Callable[[], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A golden question before and after."""

    before: Row
    after: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a draft would change. ``changes``: lost answers first. ``left``: not asked for want of time."""

    version: Version
    difference: Difference
    golden: tuple[Checked, ...] = ()
    changes: tuple[Change, ...] = ()
    gaps: Retried = field(default_factory=Retried)
    left: int = 0


class Rehearsal:
    """Tries drafts of one company. ``judge`` makes what answers golden questions over a search.

    Answers are quoted, not written by a language model: quick, free, and the same both times.
    """

    def __init__(
        self,
        *,
        company: CompanyId,
        drafts: Drafts,
        judge: Callable[[Retriever], Answering],
        questions: Questions,
        threshold: float,
        tone: Tone,
        clock: Callable[[], float],
        seconds: float = SECONDS,
    ) -> None:
        self._company, self._drafts, self._judge = company, drafts, judge
        self._questions, self._threshold, self._tone = questions, threshold, tone
        self._clock, self._seconds = clock, seconds

    async def of(self, version: Version, *, progress: Progress = silent) -> Rehearsed:
        """Ask everything, for as long as there is time. Raises Unavailable."""
        trial = await self._drafts.trial(version, threshold=self._threshold, progress=progress)
        golden = list(await self._questions.golden())
        gaps = list(await self._questions.gaps())
        recent = list(await self._questions.recent())
        ask = _Asking(self._clock, self._seconds, len(golden) + len(gaps) + len(recent), progress)
        checked = [await self._checked(trial, one) for one in golden if ask.next()]
        changes = [await trial.change(one.question, _history(one)) for one in golden[: len(checked)]]
        retried = await retry(
            gaps, trial.after, company=self._company, threshold=self._threshold, go_on=ask.next
        )
        changes += [await trial.change(question) for question in recent if ask.next()]
        return Rehearsed(
            version=version,
            difference=await self._drafts.difference(version),
            golden=tuple(checked),
            changes=tuple(sorted(changes, key=lambda change: _ORDER.index(change.effect))),
            gaps=retried,
            left=ask.left,
        )

    async def _checked(self, trial: Trial, golden: Golden) -> Checked:
        rows = [
            row
            for retriever in (trial.before, trial.after)
            async for row in evaluate(
                self._judge(retriever), [golden], company=self._company, tone=self._tone
            )
        ]
        return Checked(before=rows[0], after=rows[1])


class _Asking:
    """Counts questions, tells how far it is, and knows when the time is over."""

    def __init__(self, clock: Callable[[], float], seconds: float, total: int, progress: Progress) -> None:
        self._clock, self._until = clock, clock() + seconds
        self._total, self._progress, self._done = total, progress, 0

    def next(self) -> bool:
        """Whether there is time for another one."""
        if self._clock() > self._until:
            return False
        self._progress("compare", self._done, self._total)
        self._done += 1
        return True

    @property
    def left(self) -> int:
        """Questions that were not asked."""
        return self._total - self._done


def _history(golden: Golden) -> tuple[Line, ...]:
    return tuple(Line(author=Author.CUSTOMER, text=text) for text in golden.before)
