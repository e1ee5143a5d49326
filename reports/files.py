"""The files ``feedback.json``, ``session.json`` and ``session_analysis.json`` (read: `reports.parse`).

Their JSON Schemas are in docs/schemas. What a file holds can be turned into log entries; importing
a file twice changes nothing, because the entries' ids are derived from it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from domain.answer import Author
from domain.emotion import Feeling
from domain.ids import AgentId, CompanyId, ConversationId, CustomerId, Platform, derived
from domain.log import Entry, Kind
from reports.experience import Analysis, Experience, Said, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackLine:
    """One item of feedback.json."""

    session: str
    rating: int
    at: datetime
    comment: str = ""
    agent: str = ""
    platform: Platform | None = None


def write_feedback(lines: Iterable[FeedbackLine]) -> bytes:
    """feedback.json."""
    return _written(
        {
            "session_id": line.session,
            "rating": line.rating,
            "comment": line.comment,
            "timestamp": _moment(line.at),
            "agent": line.agent or None,
            "platform": line.platform,
        }
        for line in lines
    )


def write_sessions(sessions: Iterable[Session]) -> bytes:
    """session.json."""
    return _written(
        {
            "id": session.id,
            "customer": session.customer,
            "messages": [
                {"author": one.author, "text": one.text, "at": _moment(one.at), "emotion": one.emotion}
                for one in session.messages
            ],
        }
        for session in sessions
    )


def write_analyses(analyses: Iterable[Analysis]) -> bytes:
    """session_analysis.json."""
    return _written(
        {
            "session_id": analysis.session,
            "summary": analysis.summary,
            "emotions": {feeling.value: count for feeling, count in analysis.emotions.items()},
            "rating": analysis.rating or None,
            "suggestions": list(analysis.suggestions),
        }
        for analysis in analyses
    )


def analyse(session: Session, experience: Experience) -> Analysis:
    """What session_analysis.json says of a session."""
    felt = [one.emotion for one in session.messages if one.emotion and one.author is Author.CUSTOMER]
    told = (
        f"Wanted: {experience.wanted} Well: {experience.went_well} Not well: {experience.went_badly} "
        f"({experience.label})"
    )
    return Analysis(
        session=session.id,
        summary=told,
        emotions={feeling: felt.count(feeling) for feeling in Feeling if feeling in felt},
        suggestions=(experience.suggestion,),
        rating=session.rating,
    )


def feedback_entries(lines: Iterable[FeedbackLine], company: CompanyId) -> list[Entry]:
    """Log entries of imported feedback: a rating each, and the comment where there is one."""
    return [entry for line in lines for entry in _noted(line, company)]


def session_entries(sessions: Iterable[Session], company: CompanyId) -> list[Entry]:
    """Log entries of imported sessions: who wrote when, and how the customer felt."""
    return [
        Entry(
            id=derived("import", "session", company, session.id, str(number)),
            company=company,
            at=said.at,
            kind=_WROTE[said.author],
            conversation=ConversationId(session.id),
            customer=CustomerId(session.customer),
            data=_said_data(said),
        )
        for session in sessions
        for number, said in enumerate(session.messages)
        if said.author in _WROTE
    ]


def feedback_of(entries: Iterable[Entry]) -> list[FeedbackLine]:
    """The feedback that a log holds, oldest first: of each resolution the latest rating and comment."""
    found: dict[str, FeedbackLine] = {}
    comments: dict[str, str] = {}
    for entry in sorted(entries, key=lambda one: (one.at, one.id)):
        key = str(entry.data.get("resolution") or entry.ticket or entry.conversation or entry.id)
        if entry.kind is Kind.COMMENTED:
            comments[key] = str(entry.data.get("comment") or "")
        rating = entry.data.get("rating")
        if entry.kind is Kind.RATED and isinstance(rating, int):
            found[key] = FeedbackLine(
                session=str(entry.conversation or key),
                rating=rating,
                at=entry.at,
                agent=entry.agent or "",
                platform=entry.platform,
            )
    return [replace(line, comment=comments.get(key, "")) for key, line in found.items()]


def _noted(line: FeedbackLine, company: CompanyId) -> Iterable[Entry]:
    facts: list[tuple[Kind, dict[str, object]]] = [(Kind.RATED, {"rating": line.rating})]
    if line.comment:
        facts.append((Kind.COMMENTED, {"comment": line.comment}))
    for kind, data in facts:
        yield Entry(
            id=derived("import", "feedback", company, line.session, kind, line.at.isoformat()),
            company=company,
            at=line.at,
            kind=kind,
            conversation=ConversationId(line.session),
            agent=AgentId(line.agent) if line.agent else None,
            platform=line.platform,
            data={**data, "resolution": line.session},
        )


def _said_data(said: Said) -> dict[str, object]:
    if said.author is Author.CUSTOMER:
        return {"emotion": said.emotion.value} if said.emotion else {}
    return {"action": "reply"} if said.author is Author.BOT else {}


_WROTE = {
    Author.CUSTOMER: Kind.CUSTOMER_WROTE,
    Author.BOT: Kind.BOT_ANSWERED,
    Author.AGENT: Kind.AGENT_REPLIED,
}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _written(items: Iterable[dict[str, object]]) -> bytes:
    return json.dumps(list(items), ensure_ascii=False, indent=2).encode()
