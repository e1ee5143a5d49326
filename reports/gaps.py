"""What customers asked and no document answered, most pressing first."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from domain.ids import derived
from domain.log import Entry, Kind
from reports.cluster import cluster, medoid
from reports.mask import mask
from reports.tally import Tally
from reports.topics import stems, topic

MOST_QUESTIONS = 1500
"""The newest are enough to see what is missing, and a report stays quick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A cluster of refused questions. ``question`` is the most typical one, masked.

    ``negative`` counts those asked in a bad mood; ``seconds`` is the agents' time spent on them;
    ``people`` counts different customers. ``id`` follows the ``topic``, so that it stays when more ask.
    """

    id: str
    topic: str
    question: str
    count: int
    people: int
    negative: int
    seconds: float
    questions: tuple[str, ...]
    entries: tuple[str, ...]

    @property
    def weight(self) -> float:
        """Count x negative emotion x agents' time; each factor is 1 where there is none of it."""
        return self.count * (1 + self.negative / self.count) * (1 + self.seconds / 3600)


def find_gaps(asked: Iterable[Entry], tally: Tally) -> tuple[Gap, ...]:
    """Clusters of the unanswered questions (of the newest 1,500), by weight."""
    questions = (entry for entry in asked if entry.kind is Kind.QUESTION_UNANSWERED and _question(entry))
    entries = sorted(questions, key=lambda entry: (entry.at, entry.id))[-MOST_QUESTIONS:]
    groups: dict[int, list[Entry]] = defaultdict(list)
    for number, entry in zip(cluster([_question(entry) for entry in entries]), entries, strict=True):
        groups[number].append(entry)
    gaps = [_gap(group, tally) for group in groups.values()]
    return tuple(sorted(gaps, key=lambda gap: (-gap.weight, gap.question)))


def _gap(group: list[Entry], tally: Tally) -> Gap:
    raw = [_question(entry) for entry in group]
    masked = {question: mask(question) for question in dict.fromkeys(raw)}
    questions = [masked[question] for question in raw]
    typical = questions[medoid(questions)]
    talks = {entry.conversation or entry.ticket or entry.id for entry in group}
    moods = [tally.gaps[entry.id][2] for entry in group if entry.id in tally.gaps]
    spent = sum(tally.effort[talk][1] for talk in talks if talk in tally.effort)
    about = topic(questions)
    return Gap(
        id=derived("gap", *(stems(about) or (typical.lower(),)))[:12],
        topic=" ".join(about) or typical,
        question=typical,
        count=len(group),
        people=len({entry.customer or entry.conversation or entry.id for entry in group}),
        negative=sum(moods),
        seconds=spent / 1000,
        questions=tuple(questions),
        entries=tuple(entry.id for entry in group),
    )


def _question(entry: Entry) -> str:
    return " ".join(str(entry.data.get("question") or "").split())
