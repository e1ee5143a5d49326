"""A ticket: what the bot could not resolve, and who has it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.answer import Reason
from domain.content import Source
from domain.emotion import CALM, Emotion
from domain.ids import AgentId, ConversationId, CustomerId, Lane, Platform, TicketId


class Status(StrEnum):
    """New: nobody has it. Open: assigned or claimed. Pending: waits for the customer. On hold: snoozed."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    SOLVED = "solved"
    CLOSED = "closed"


class Priority(StrEnum):
    """How pressing it is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """``reference`` is what people say (``T-12``). ``waiting_since`` orders the queue.

    ``claimed``: the assignee pressed Claim or wrote to the customer. ``transferred_by``: the agent who
    chose the assignee ("" : the least busy one was chosen). ``solved_by`` keeps who resolved
    it, whatever happens later. ``resolutions`` counts how often it was solved. ``missed_by`` did not claim
    it in time, so others come first. ``reply_due`` and ``solve_due``: what is promised until when (None:
    nothing); ``late`` names the promises that were broken since it was opened or reopened. ``also_on``:
    where else the customer is known to be.
    """

    id: TicketId
    reference: str
    conversation: ConversationId
    lane: Lane
    customer: CustomerId
    customer_name: str
    platform: Platform
    language: str
    reason: Reason
    question: str
    opened_at: datetime
    waiting_since: datetime
    status: Status = Status.NEW
    priority: Priority = Priority.NORMAL
    assignee: AgentId | None = None
    assignee_name: str = ""
    claimed: bool = False
    transferred_by: str = ""
    solved_by: AgentId | None = None
    solved_by_name: str = ""
    resolutions: int = 0
    snoozed_until: datetime | None = None
    emotion: Emotion = CALM
    summary: str = ""
    sources: tuple[Source, ...] = ()
    suggestion: str = ""
    missed_by: tuple[AgentId, ...] = ()
    reply_due: datetime | None = None
    solve_due: datetime | None = None
    late: tuple[str, ...] = ()
    also_on: tuple[Platform, ...] = ()
