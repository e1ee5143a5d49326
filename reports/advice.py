"""What to improve, most worthwhile first, each with the figures it rests on."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from domain.emotion import NEGATIVE
from domain.ids import derived
from reports import metrics
from reports.gaps import Gap
from reports.metrics import Share
from reports.periods import hour_of_week
from reports.themes import LOW_RATING, Comment, find_themes
from reports.view import View
from reports.words import cut, duration, many

DAY_NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
WAITING = re.compile(
    r"wait|slow|late\b|delay|forever|too long|took (?:so )?long|hours|ages"
    r"|esper|tard|lent|demor|attend|wart|langsam|zu lange|इंतज़ार|देर|انتظر|انتظار|تأخر",
    re.IGNORECASE,
)
ENOUGH = 3
"""Fewer cases are chance, not a pattern."""
SLOW_FACTOR = 1.5
"""An hour is slow where people wait this much longer than on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One improvement. ``cases`` (of 30 days) is measured again once it is done; ``weight`` ranks."""

    id: str
    what: str
    evidence: tuple[str, ...]
    cases: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What advice is drawn from. ``enough`` cases make a pattern.

    ``waited``: in which hour of the week somebody began to wait, by conversation.
    """

    view: View
    comments: Sequence[Comment] = ()
    waited: Mapping[str, int] = field(default_factory=dict)
    enough: int = ENOUGH

    @property
    def low(self) -> list[Comment]:
        """Comments beside low ratings."""
        return [comment for comment in self.comments if 0 < comment.rating <= LOW_RATING]

    @property
    def complaints(self) -> list[tuple[int, Comment]]:
        """Low ratings that mention waiting, with the hour of the week that they are about."""
        zone = self.view.period.zone
        found = [comment for comment in self.low if WAITING.search(comment.text)]
        return [(self.waited.get(one.conversation, hour_of_week(one.at, zone)), one) for one in found]


def advise(basis: Basis) -> tuple[Advice, ...]:
    """Everything worth doing, best first. Ids stay the same from period to period."""
    found = [advice for rule in RULES for advice in rule(basis)]
    return tuple(sorted(found, key=lambda advice: (-advice.weight, advice.id)))


def _gaps(basis: Basis) -> Iterable[Advice]:
    return (_gap(gap) for gap in basis.view.gaps if gap.people >= basis.enough)


def _gap(gap: Gap) -> Advice:
    evidence = [f"{gap.people} people asked about {gap.topic}, no document answers it"]
    if gap.negative:
        evidence.append(f"{gap.negative} of {many(gap.count, 'question')} came from someone unhappy")
    if gap.seconds:
        evidence.append(f"agents spent {duration(gap.seconds)} on it")
    evidence.extend(f"“{cut(question, 100)}”" for question in dict.fromkeys(gap.questions[-2:]))
    what = f"Add a document that answers “{cut(gap.question, 80)}”"
    return Advice(id=gap.id, what=what, evidence=tuple(evidence), cases=gap.count, weight=gap.weight)


def _waiting(basis: Basis) -> Iterable[Advice]:
    for first, last in _slow_hours(basis.view, basis.enough):
        tally = basis.view.tally
        n, waited = sum(tally.wait_n[first:last]), sum(tally.wait_ms[first:last]) / 1000
        when = _when(first, last)
        here = [one for hour, one in basis.complaints if first <= hour < last]
        evidence = [f"{many(n, 'person', 'people')} waited {duration(waited / n)} on average on {when}"]
        if here:
            evidence.append(f"{many(len(here), 'low rating')} mention waiting on {when}")
            evidence.append(f"“{cut(here[-1].text, 100)}”")
        yield Advice(
            id=_id("waiting", str(first // 24), str(first % 24 // 4)),
            what=f"Have one more person answer on {when}",
            evidence=tuple(evidence),
            cases=n,
            weight=n * (1 + len(here)),
        )


def _slow_hours(view: View, enough: int) -> Iterable[tuple[int, int]]:
    """Runs of neighbouring hours of one day in which people wait much longer than usual."""
    total = sum(view.tally.wait_n)
    usual = sum(view.tally.wait_ms) / total if total else 0
    slow = [
        n > 0 and ms / n > usual * SLOW_FACTOR
        for n, ms in zip(view.tally.wait_n, view.tally.wait_ms, strict=True)
    ]
    start = None
    for hour in range(len(slow) + 1):
        goes_on = hour < len(slow) and slow[hour] and (start is None or hour % 24 != 0)
        if goes_on and start is None:
            start = hour
        if not goes_on and start is not None:
            if sum(view.tally.wait_n[start:hour]) >= enough:
                yield start, hour
            start = hour if hour < len(slow) and slow[hour] else None


def _when(first: int, last: int) -> str:
    return f"{DAY_NAMES[first // 24]} {first % 24} to {(last - 1) % 24 + 1}"


def _reopened(basis: Basis) -> Iterable[Advice]:
    solved = sum(work["solved"] for work in basis.view.tally.work.values())
    again = len(basis.view.tally.reopened)
    if again < basis.enough or again * 10 < solved:
        return
    evidence = (f"{again} tickets were opened again, {solved} were solved",)
    what = "Ask “Does that solve it?” before a ticket is solved"
    yield Advice(id=_id("reopened"), what=what, evidence=evidence, cases=again, weight=2.0 * again)


def _missed(basis: Basis) -> Iterable[Advice]:
    for target, words in (("first_response", "first reply"), ("resolution", "resolution")):
        share = metrics.sla(basis.view.tally, target)
        missed = share.n - share.part
        if missed >= basis.enough and (share.percent or 0) < 90:
            yield Advice(
                id=_id("sla", target),
                what=f"Change the staffing or the target of the {words}: it is often missed",
                evidence=(f"the target was missed {missed} times of {share.n}",),
                cases=missed,
                weight=1.5 * missed,
            )


def _soured(basis: Basis) -> Iterable[Advice]:
    moved = metrics.shifts(basis.view.tally)
    begun = {pair: n for pair, n in moved.items() if pair[0] not in NEGATIVE}
    worse = sum(n for (_, last), n in begun.items() if last in NEGATIVE)
    share = Share(part=worse, n=sum(begun.values()))
    if worse >= basis.enough and (share.percent or 0) >= 20:
        yield Advice(
            id=_id("soured"),
            what="Read the conversations that began well and ended badly, and offer a person sooner",
            evidence=(f"{worse} of {share.n} conversations that began well ended unhappy",),
            cases=worse,
            weight=1.5 * worse,
        )


def _assistant_failed(basis: Basis) -> Iterable[Advice]:
    failed = sum(reason == "model_failed" for _, reason in basis.view.tally.handoffs.values())
    if failed >= basis.enough:
        yield Advice(
            id=_id("model_failed"),
            what="Check the language model's key, quota and time limit",
            evidence=(f"{many(failed, 'conversation')} went to a person because the assistant failed",),
            cases=failed,
            weight=3.0 * failed,
        )


def _themes(basis: Basis) -> Iterable[Advice]:
    for theme in find_themes(basis.low):
        if theme.low >= basis.enough and not WAITING.search(" ".join(theme.quotes)):
            yield Advice(
                id=theme.id,
                what=f"Look into “{theme.name}”: it comes with low ratings",
                evidence=(f"{theme.low} low ratings mention it", *(f"“{quote}”" for quote in theme.quotes)),
                cases=theme.low,
                weight=3.0 * theme.low,
            )


def _uneven(basis: Basis) -> Iterable[Advice]:
    loads = metrics.workload(basis.view.tally, basis.view.carry)
    inequality = metrics.gini(loads)
    total = sum(load.open for name, load in loads.items() if name)
    if inequality is not None and inequality > 0.4 and total >= 10:
        busiest = next(name for name in loads if name)
        yield Advice(
            id=_id("uneven"),
            what=f"Move tickets from {basis.view.name(busiest)} to those with fewer",
            evidence=(f"{loads[busiest].open} of {total} open tickets are with {basis.view.name(busiest)}",),
            cases=loads[busiest].open,
            weight=float(loads[busiest].open),
        )


def _id(*parts: str) -> str:
    return derived("advice", *parts)[:12]


RULES: tuple[Callable[[Basis], Iterable[Advice]], ...] = (
    _gaps,
    _waiting,
    _reopened,
    _missed,
    _soured,
    _assistant_failed,
    _themes,
    _uneven,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remeasured:
    """What became of an improvement that was marked done: cases a week before and since.

    ``early``: too few days have passed to tell; ``done``: the local day.
    """

    advice: Advice
    before: float
    since: float
    early: bool = False
    done: date = date.min

    @property
    def helped(self) -> bool:
        """Whether there are fewer than half as many cases as before."""
        return self.since < self.before / 2

    @property
    def line(self) -> str:
        """In words."""
        helped = "it helped" if self.helped else "look again"
        return f"{self.advice.what}: {self.before:.1f} cases a week before, {self.since:.1f} since; {helped}"
