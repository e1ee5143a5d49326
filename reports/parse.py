"""Reads the files of `reports.files`. Every fault is a BadInput that says where it is."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from domain.answer import Author
from domain.emotion import Feeling
from domain.errors import BadInput
from domain.ids import Platform
from reports.experience import Analysis, Said, Session
from reports.files import FeedbackLine

T = TypeVar("T")
C = TypeVar("C", Platform, Feeling, Author)
LARGEST_BYTES = 50_000_000


def read_feedback(raw: bytes) -> tuple[FeedbackLine, ...]:
    """Parse feedback.json; raises BadInput that says where it is wrong."""
    return _items(raw, "feedback.json", _feedback)


def read_sessions(raw: bytes) -> tuple[Session, ...]:
    """Parse session.json; raises BadInput that says where it is wrong."""
    return _items(raw, "session.json", _session)


def read_analyses(raw: bytes) -> tuple[Analysis, ...]:
    """Parse session_analysis.json; raises BadInput that says where it is wrong."""
    return _items(raw, "session_analysis.json", _analysis)


def _items(raw: bytes, name: str, parse: Callable[[dict[str, Any], str], T]) -> tuple[T, ...]:
    if len(raw) > LARGEST_BYTES:
        raise BadInput(f"{name} is larger than {LARGEST_BYTES // 1_000_000} MB.")
    try:
        plain = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name} is not valid JSON: {error}.") from error
    items = plain if isinstance(plain, list) else [plain]
    return tuple(
        parse(_object(item, f"{name}, item {n}"), f"{name}, item {n}") for n, item in enumerate(items, 1)
    )


def _feedback(item: dict[str, Any], where: str) -> FeedbackLine:
    _only(item, ("session_id", "rating", "comment", "timestamp", "agent", "platform"), where)
    return FeedbackLine(
        session=_words(item, "session_id", where),
        rating=_rating(item.get("rating"), where),
        at=_time(item.get("timestamp"), f"{where}, timestamp"),
        comment=_words(item, "comment", where, needed=False),
        agent=_words(item, "agent", where, needed=False),
        platform=_choice(Platform, item.get("platform"), f"{where}, platform"),
    )


def _session(item: dict[str, Any], where: str) -> Session:
    _only(item, ("id", "customer", "messages"), where)
    messages = item.get("messages")
    if not isinstance(messages, list):
        raise BadInput(f"{where}: messages must be a list.")
    said = [
        _said(_object(one, f"{where}, message {n}"), f"{where}, message {n}")
        for n, one in enumerate(messages, 1)
    ]
    return Session(
        id=_words(item, "id", where),
        customer=_words(item, "customer", where),
        messages=tuple(said),
    )


def _said(item: dict[str, Any], where: str) -> Said:
    _only(item, ("author", "text", "at", "emotion"), where)
    author = _choice(Author, item.get("author"), f"{where}, author")
    if author is None:
        raise BadInput(f"{where}: author is missing.")
    return Said(
        author=author,
        text=_words(item, "text", where, needed=False),
        at=_time(item.get("at"), f"{where}, at"),
        emotion=_choice(Feeling, item.get("emotion"), f"{where}, emotion"),
    )


def _analysis(item: dict[str, Any], where: str) -> Analysis:
    _only(item, ("session_id", "summary", "emotions", "rating", "suggestions"), where)
    rating = item.get("rating")
    return Analysis(
        session=_words(item, "session_id", where),
        summary=_words(item, "summary", where),
        emotions=_counts(item.get("emotions"), f"{where}, emotions"),
        suggestions=_strings(item.get("suggestions"), f"{where}, suggestions"),
        rating=0 if rating is None else _rating(rating, where),
    )


def _counts(plain: object, where: str) -> dict[Feeling, int]:
    counts: dict[Feeling, int] = {}
    for label, count in _object(plain, where).items():
        feeling = _choice(Feeling, label, where)
        if feeling is None or type(count) is not int or count < 0:
            raise BadInput(f"{where}: “{label}” must be a count of messages.")
        counts[feeling] = count
    return counts


def _strings(plain: object, where: str) -> tuple[str, ...]:
    if not isinstance(plain, list) or not all(isinstance(one, str) for one in plain):
        raise BadInput(f"{where} must be a list of texts.")
    return tuple(plain)


def _object(plain: object, where: str) -> dict[str, Any]:
    if not isinstance(plain, dict):
        raise BadInput(f"{where} must be an object.")
    return plain


def _only(item: Mapping[str, object], known: Sequence[str], where: str) -> None:
    for key in item:
        if key not in known:
            raise BadInput(f"{where}: I don't know “{key}”. Known are {', '.join(known)}.")


def _words(item: Mapping[str, object], key: str, where: str, *, needed: bool = True) -> str:
    words = item.get(key)
    if words is None and not needed:
        return ""
    if not isinstance(words, str) or (needed and not words):
        raise BadInput(f"{where}: {key} must be a text.")
    return words


def _rating(plain: object, where: str) -> int:
    if type(plain) is not int or not 1 <= plain <= 5:
        raise BadInput(f"{where}: rating must be a whole number from 1 to 5.")
    return plain


def _time(plain: object, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(plain) if isinstance(plain, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BadInput(f"{where} must be a time with its zone, such as 2026-11-24T09:30:00Z.")
    return at.astimezone(UTC)


def _choice(kind: type[C], plain: object, where: str) -> C | None:
    if plain is None:
        return None
    try:
        return kind(str(plain))
    except ValueError as error:
        raise BadInput(f"{where} must be one of {', '.join(kind)}.") from error
