"""What is searched for: the last message, and the conversation that gives it its meaning.

"And to Norway?" finds nothing by itself. So each message of the conversation counts, less the longer
ago it was said; the last message counts a second time by itself. How this was chosen:
docs/decisions/0007-search.md.
"""

from dataclasses import dataclass

from brain.ports import Query
from domain.answer import Author

DECAY = 0.8
MOST_MESSAGES = 16  # the 17th would count for 0.8 ** 16 = 3 %
MOST_CHARACTERS = 2_000  # more than the encoder reads; a pasted novel must not stall a search


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A message of the conversation; the last one has weight 1."""

    text: str
    weight: float


def spoken(query: Query) -> list[Spoken]:
    """The messages that count, newest first; the first one is the question itself."""
    said = [line.text for line in query.history if line.author is not Author.SYSTEM and line.text.strip()]
    newest = [query.text, *reversed(said)][:MOST_MESSAGES]
    return [Spoken(text=text[:MOST_CHARACTERS], weight=DECAY**age) for age, text in enumerate(newest)]
