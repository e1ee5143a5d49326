"""What a customer writes after "yes, I want to say why"."""

from datetime import UTC, datetime, timedelta

import pytest

from desk.changes import Feedback
from desk.survey import is_comment
from domain.ids import ConversationId, Lane

RATED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "minutes", "awaited", "comment"),
    [
        ("Too slow", 2, True, True),
        ("Too slow", 2, False, False),
        ("Where is my new parcel?", 24 * 60, True, False),
        ("I want to talk to a person", 2, True, False),
        ("", 2, True, False),
    ],
)
def test_only_a_timely_answer_is_the_comment(said: str, minutes: int, awaited: bool, comment: bool) -> None:
    feedback = Feedback(
        id="r",
        lane=Lane("lane"),
        conversation=ConversationId("c"),
        ticket=None,
        agent=None,
        agent_name="Ana",
        sent_at=RATED,
        rating=2,
        rated_at=RATED,
        awaiting_comment=awaited,
    )
    assert is_comment(feedback, said, RATED + timedelta(minutes=minutes)) is comment
