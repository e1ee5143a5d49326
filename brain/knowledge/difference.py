"""What is new in a version, counted in passages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from domain.knowledge import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Passages of a version beside those of the one in service.

    A passage is changed if one under the same heading went: a reader finds other words there.
    """

    added: int
    changed: int
    removed: int
    same: int


def difference(before: Sequence[Passage], after: Sequence[Passage]) -> Difference:
    """Compare by words and headings; where a passage stands doesn't matter."""
    old = Counter((passage.heading, passage.text) for passage in before)
    new = Counter((passage.heading, passage.text) for passage in after)
    same = (old & new).total()
    gone = Counter[str]()
    came = Counter[str]()
    for (heading, _), count in (old - new).items():
        gone[heading] += count
    for (heading, _), count in (new - old).items():
        came[heading] += count
    changed = (gone & came).total()
    return Difference(
        added=came.total() - changed, changed=changed, removed=gone.total() - changed, same=same
    )
