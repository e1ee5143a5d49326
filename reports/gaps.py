"""What customers asked and no document answered, most pressing first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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


def unanswered(asked: Iterable[Entry]) -> list[Entry]:
    """The questions that nothing answered, oldest first (of the newest 1,500)."""
    questions = (entry for entry in asked if entry.kind is Kind.QUESTION_UNANSWERED and question_of(entry))
    return sorted(questions, key=lambda entry: (entry.at, entry.id))[-MOST_QUESTIONS:]


def find_gaps(asked: Iterable[Entry], tally: Tally, numbers: Sequence[int] | None = None) -> tuple[Gap, ...]:
    """Clusters of the unanswered questions, by weight.

    ``numbers`` says which of `unanswered` belong together; None: those that share words.
    """
    entries = unanswered(asked)
    if numbers is None:
        numbers = cluster([question_of(entry) for entry in entries])
    groups: dict[int, list[Entry]] = defaultdict(list)
    for number, entry in zip(numbers, entries, strict=True):
        groups[number].append(entry)
    gaps = [_gap(group, tally) for group in groups.values()]
    return tuple(sorted(gaps, key=lambda gap: (-gap.weight, gap.question)))


def _gap(group: list[Entry], tally: Tally) -> Gap:
    raw = [question_of(entry) for entry in group]
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


def question_of(entry: Entry) -> str:
    """The question of an entry, on one line."""
    return " ".join(str(entry.data.get("question") or "").split())
