"""What is still open when a day ends and goes on the next day."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

HOUR_MS = 3_600_000
QUIET_MS = 72 * HOUR_MS
"""A customer who doesn't return within 72 hours was helped (docs/reports.md, bot resolution rate)."""
REMEMBER_MS = 14 * 24 * HOUR_MS
"""How long a solved ticket is remembered, for logs whose entries don't say when it was opened."""


@dataclass(slots=True)
class Case:
    """A conversation. Times are milliseconds, 0: none.

    ``asked_at`` starts the first response time, ``unanswered_at`` the reply time, ``handoff_at`` the
    handling time; ``human``: a person took part; ``gap``: the bot had no answer to something.
    """

    customer: str = ""
    agent: str = ""
    bot: bool = False
    human: bool = False
    gap: bool = False
    asked_at: int = 0
    unanswered_at: int = 0
    handoff_at: int = 0
    touched_at: int = 0
    closed_at: int = 0
    first: str = ""
    last: str = ""
    labelled: int = 0

    @property
    def waits_for_silence(self) -> bool:
        """Whether only the bot took part and nobody has confirmed anything yet."""
        return self.bot and not self.human and not self.closed_at

    @property
    def ends_at(self) -> int:
        """When it is forgotten unless something happens; 0: it stays until a person ends it."""
        if self.closed_at:
            return self.closed_at + QUIET_MS
        return 0 if self.human or not self.touched_at else self.touched_at + QUIET_MS


@dataclass(slots=True)
class Job:
    """A ticket. ``solver`` resolved it last; ``breached``: an SLA target was missed."""

    conversation: str = ""
    agent: str = ""
    solver: str = ""
    opened_at: int = 0
    solved_at: int = 0
    resolutions: int = 0
    breached: bool = False

    def forgotten(self, at: int) -> bool:
        """Whether it was solved too long ago to matter."""
        return bool(self.solved_at) and self.solved_at + REMEMBER_MS <= at


@dataclass(slots=True, kw_only=True)
class Carry:
    """``waiting`` is the conversation of a customer that may still turn out resolved by the bot."""

    cases: dict[str, Case] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)

    def open_jobs(self) -> Iterator[Job]:
        """Tickets that nobody has solved."""
        return (job for job in self.jobs.values() if not job.solved_at)

    def copied(self) -> "Carry":
        """The same state, free to change."""
        return loaded(stored(self))


def stored(carry: Carry) -> dict[str, Any]:
    """Plain JSON values."""
    return {
        "cases": {key: _CASE(case) for key, case in carry.cases.items()},
        "jobs": {key: _JOB(job) for key, job in carry.jobs.items()},
    }


def loaded(plain: dict[str, Any]) -> Carry:
    """The state that was stored."""
    cases = {key: Case(*values) for key, values in plain["cases"].items()}
    jobs = {key: Job(*values) for key, values in plain["jobs"].items()}
    waiting = {case.customer: key for key, case in cases.items() if case.waits_for_silence and case.customer}
    return Carry(cases=cases, jobs=jobs, waiting=waiting)


_CASE = attrgetter(*(item.name for item in fields(Case)))
_JOB = attrgetter(*(item.name for item in fields(Job)))
