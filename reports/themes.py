"""What customers' comments are about."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import fmean

from domain.ids import derived
from domain.log import Entry, Kind
from reports.cluster import cluster
from reports.mask import mask
from reports.tally import Latest
from reports.topics import stems, topic
from reports.words import cut

LOW_RATING = 2
QUOTES = 3
QUOTE_LENGTH = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What a customer wrote beside a rating, masked. ``rating`` 0: none was given."""

    at: datetime
    text: str
    rating: int = 0
    agent: str = ""
    conversation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Comments about the same. ``low`` counts ratings of 1 and 2; ``mean`` rating, None without ratings."""

    id: str
    name: str
    count: int
    low: int
    mean: float | None
    quotes: tuple[str, ...]


def rated_comments(entries: Iterable[Entry], ratings: Latest, agent: str | None = None) -> list[Comment]:
    """Comments with the ratings that a tally knows; with an agent: on what this agent resolved."""
    noted = (entry for entry in entries if entry.kind is Kind.COMMENTED)
    found = (replace(one, rating=_rating(ratings, key)) for key, one in _latest(noted).items())
    return [one for one in found if agent in (None, one.agent)]


def find_themes(comments: Sequence[Comment]) -> tuple[Theme, ...]:
    """Clusters of comments: those with most low ratings first, then the largest."""
    groups: dict[int, list[Comment]] = defaultdict(list)
    for number, comment in zip(cluster([comment.text for comment in comments]), comments, strict=True):
        groups[number].append(comment)
    themes = [_theme(group) for group in groups.values()]
    return tuple(sorted(themes, key=lambda theme: (-theme.low, -theme.count, theme.name)))


def _theme(group: list[Comment]) -> Theme:
    about = topic([comment.text for comment in group])
    ratings = [comment.rating for comment in group if comment.rating]
    worst_first = sorted(group, key=lambda comment: (comment.rating or 6, comment.at))
    return Theme(
        id=derived("theme", *(stems(about) or (group[0].text.lower(),)))[:12],
        name=" ".join(about) or cut(group[0].text, 40),
        count=len(group),
        low=sum(rating <= LOW_RATING for rating in ratings),
        mean=fmean(ratings) if ratings else None,
        quotes=tuple(cut(comment.text, QUOTE_LENGTH) for comment in worst_first[:QUOTES]),
    )


def _latest(entries: Iterable[Entry]) -> dict[str, Comment]:
    """The latest comment of each resolution, oldest first."""
    ordered = sorted(entries, key=lambda entry: (entry.at, entry.id))
    comments = {_resolution(entry): _comment(entry) for entry in ordered}
    return {key: one for key, one in comments.items() if one.text}


def _rating(ratings: Latest, key: str) -> int:
    known = ratings.get(key)
    return int(known[1]) if known else 0


def _comment(entry: Entry) -> Comment:
    return Comment(
        at=entry.at,
        text=mask(" ".join(str(entry.data.get("comment") or "").split())),
        agent=entry.agent or "",
        conversation=entry.conversation or "",
    )


def _resolution(entry: Entry) -> str:
    return str(entry.data.get("resolution") or entry.ticket or entry.conversation or entry.id)
