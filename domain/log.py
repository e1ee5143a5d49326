"""The append-only event log: what every metric is computed from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.ids import AgentId, CompanyId, ConversationId, CustomerId, Platform, TicketId


class Kind(StrEnum):
    """What happened. In brackets: the fields of ``data``."""

    CONVERSATION_STARTED = "conversation_started"
    CUSTOMER_WROTE = "customer_wrote"  # [emotion: str, scores: {label: p}, language: str]
    # [action: str, refused: bool, quoted: bool, language: str, prompt_tokens, answer_tokens: int, cost: USD]
    BOT_ANSWERED = "bot_answered"
    BOT_DELIVERED = "bot_delivered"  # [latency_ms: float, accepted -> delivered]
    QUESTION_UNANSWERED = "question_unanswered"  # [question: str]
    HANDED_OFF = "handed_off"  # [reason: str]
    TICKET_OPENED = "ticket_opened"
    TICKET_ASSIGNED = "ticket_assigned"  # agent = the new assignee
    TICKET_CLAIMED = "ticket_claimed"
    TICKET_TRANSFERRED = "ticket_transferred"  # agent = the new assignee; [by: str, from: str]
    TICKET_RELEASED = "ticket_released"  # agent = who had it; [why: str]
    TICKET_SNOOZED = "ticket_snoozed"
    AGENT_REPLIED = "agent_replied"  # public reply of a human
    NOTE_ADDED = "note_added"
    TICKET_SOLVED = "ticket_solved"  # agent = who resolved; [opened_at: ISO 8601, resolutions: int]
    TICKET_REOPENED = "ticket_reopened"  # agent = who has it now; [opened_at: ISO 8601, resolutions: int]
    TICKET_CLOSED = "ticket_closed"  # without being solved; agent = who had it; [why: str]
    CONVERSATION_RESOLVED = "conversation_resolved"  # [by: "bot" | "agent", confirmed: bool]
    SURVEY_SENT = "survey_sent"  # agent = who resolved; [resolution: str]
    RATED = "rated"  # agent = who resolved; [rating: 1..5, resolution: str]; a later one replaces
    COMMENTED = "commented"  # [comment: str, resolution: str]
    CUSTOMER_BLOCKED = "customer_blocked"
    AGENT_AVAILABILITY = "agent_availability"  # [availability: str]
    SLA_MET = "sla_met"  # [target: "first_response" | "resolution"]
    SLA_BREACHED = "sla_breached"  # [target: ...]
    ADVICE_DONE = "advice_done"  # [advice, what: str, cases, days: int]
    EXPERIENCE_WRITTEN = "experience_written"  # [by: str, prompt_tokens, answer_tokens: int, cost: USD]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened. ``id`` is derived, so noting it twice writes it once. ``at``: aware UTC."""

    id: str
    company: CompanyId
    at: datetime
    kind: Kind
    conversation: ConversationId | None = None
    ticket: TicketId | None = None
    customer: CustomerId | None = None
    agent: AgentId | None = None
    platform: Platform | None = None
    data: Mapping[str, object] = field(default_factory=dict)
