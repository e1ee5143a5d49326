"""Files in the formats of docs/schemas: what the company knows out, and what others know in."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.errors import BadInput
from domain.ids import CompanyId, derived
from domain.log import Entry, Kind
from reports import files, parse
from reports.experience import Analysis, Experience, Maker, Review, Session
from reports.periods import Period
from reports.ports import EventLog

CHUNK = 1000


class Format(StrEnum):
    """The files there are: ``feedback.json`` and so on."""

    FEEDBACK = "feedback"
    SESSION = "session"
    SESSION_ANALYSIS = "session_analysis"


MARKS: Mapping[Format, str] = {
    Format.SESSION_ANALYSIS: "summary",
    Format.SESSION: "messages",
    Format.FEEDBACK: "rating",
}
"""A field that only items of this format have (of the three, in this order)."""


class Sessions(Protocol):
    """Chats and the reports written of them."""

    def sessions(self, start: datetime, end: datetime) -> AsyncIterator[Session]:
        """Chats that began in a stretch of time."""
        ...

    def between(self, start: datetime, end: datetime) -> AsyncIterator[Review]:
        """Reports written in a stretch of time."""
        ...

    async def add(self, reviews: Sequence[Review]) -> None:
        """Keep reports from elsewhere; those that are known stay as they are."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came in: items of a format."""

    format: Format
    items: int


class Exchange:
    """One company's files."""

    def __init__(
        self,
        *,
        company: CompanyId,
        log: EventLog,
        note: Callable[[Sequence[Entry]], Awaitable[None]],
        sessions: Sessions,
        clock: Callable[[], datetime],
    ) -> None:
        self._company = company
        self._log = log
        self._note = note
        self._sessions = sessions
        self._clock = clock

    async def export(self, format: Format, period: Period) -> bytes:
        """A file about a period, customers' words as they are: handle it like what it is."""
        start, end = period.start, period.end
        if format is Format.FEEDBACK:
            kinds = {Kind.RATED, Kind.COMMENTED}
            return files.write_feedback(
                files.feedback_of([one async for one in self._log.between(start, end, kinds=kinds)])
            )
        if format is Format.SESSION:
            return files.write_sessions([one async for one in self._sessions.sessions(start, end)])
        latest = {one.analysis.session: one.analysis async for one in self._sessions.between(start, end)}
        return files.write_analyses(latest.values())

    async def take(self, data: bytes, format: Format | None = None) -> Taken:
        """Read a file; doing it twice changes nothing. Raises BadInput that says where it is wrong."""
        format = format or guessed(data)
        if format is Format.SESSION_ANALYSIS:
            analyses = parse.read_analyses(data)
            await self._sessions.add([self._review(one) for one in analyses])
            return Taken(format=format, items=len(analyses))
        if format is Format.SESSION:
            sessions = parse.read_sessions(data)
            await self._noted(files.session_entries(sessions, self._company))
            return Taken(format=format, items=len(sessions))
        lines = parse.read_feedback(data)
        await self._noted(files.feedback_entries(lines, self._company))
        return Taken(format=format, items=len(lines))

    async def _noted(self, entries: Sequence[Entry]) -> None:
        for place in range(0, len(entries), CHUNK):
            await self._note(entries[place : place + CHUNK])

    def _review(self, analysis: Analysis) -> Review:
        told = Experience(
            wanted=analysis.summary,
            went_well="",
            went_badly="",
            suggestion=" ".join(analysis.suggestions),
            by=Maker.IMPORTED,
        )
        return Review(
            id=derived("import", "analysis", self._company, analysis.session),
            at=self._clock(),
            ticket="",
            agent="",
            experience=told,
            analysis=analysis,
        )


def guessed(data: bytes) -> Format:
    """Which format a file has, by its first item. Raises BadInput."""
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"The file is not valid JSON: {error}.") from error
    first = plain[0] if isinstance(plain, list) and plain else plain
    for format, mark in MARKS.items():
        if isinstance(first, dict) and mark in first:
            return format
    raise BadInput(f"This is none of the formats {', '.join(Format)}; see docs/reports.md.")


def named(words: str) -> Format:
    """The format that a person named. Raises BadInput."""
    try:
        return Format(words.strip().lower().removesuffix(".json"))
    except ValueError as error:
        raise BadInput(f"There is no format “{words[:40]}”. Choose one of: {', '.join(Format)}.") from error
