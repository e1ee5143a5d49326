"""The life of a ticket: one table of allowed moves; every move returns a new ticket."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from domain.errors import BadInput
from domain.ids import AgentId
from domain.people import Agent
from domain.ticket import Priority, Status, Ticket


class Move(StrEnum):
    """What can happen to a ticket."""

    ASSIGN = "assign"
    CLAIM = "claim"
    TRANSFER = "transfer"
    RELEASE = "release"
    REPLY = "reply"
    ANSWER = "answer"
    SNOOZE = "snooze"
    WAKE = "wake"
    SOLVE = "solve"
    REOPEN = "reopen"
    CLOSE = "close"
    WITHDRAW = "withdraw"


TABLE: dict[Move, dict[Status, Status]] = {
    Move.ASSIGN: {Status.NEW: Status.OPEN},
    Move.CLAIM: dict.fromkeys((Status.NEW, Status.OPEN, Status.PENDING, Status.ON_HOLD), Status.OPEN),
    Move.TRANSFER: dict.fromkeys((Status.NEW, Status.OPEN, Status.PENDING, Status.ON_HOLD), Status.OPEN),
    Move.RELEASE: dict.fromkeys((Status.OPEN, Status.PENDING), Status.NEW),
    # REPLY: an agent wrote to the customer; ANSWER: the customer wrote.
    Move.REPLY: dict.fromkeys((Status.NEW, Status.OPEN, Status.PENDING, Status.ON_HOLD), Status.PENDING),
    Move.ANSWER: {
        Status.NEW: Status.NEW,
        Status.OPEN: Status.OPEN,
        Status.PENDING: Status.OPEN,
        Status.ON_HOLD: Status.OPEN,
    },
    Move.SNOOZE: dict.fromkeys((Status.OPEN, Status.PENDING), Status.ON_HOLD),
    Move.WAKE: {Status.ON_HOLD: Status.OPEN},
    Move.SOLVE: dict.fromkeys((Status.NEW, Status.OPEN, Status.PENDING, Status.ON_HOLD), Status.SOLVED),
    Move.REOPEN: {Status.SOLVED: Status.OPEN},
    Move.CLOSE: {Status.SOLVED: Status.CLOSED},
    # The customer is gone: there is nobody any more to solve it for.
    Move.WITHDRAW: dict.fromkeys((Status.NEW, Status.OPEN, Status.PENDING, Status.ON_HOLD), Status.CLOSED),
}


class NotPossible(BadInput):
    """That can't be done with this ticket now."""


def after(ticket: Ticket, move: Move) -> Status:
    """The status after a move. Raises NotPossible with a sentence for the agent."""
    status = TABLE[move].get(ticket.status)
    if status is None:
        raise NotPossible(_why(ticket, move))
    return status


def _why(ticket: Ticket, move: Move) -> str:
    if ticket.status in (Status.SOLVED, Status.CLOSED):
        by = f" by {ticket.solved_by_name}" if ticket.solved_by_name else ""
        hint = " Reopen it first." if ticket.status is Status.SOLVED and move is not Move.SOLVE else ""
        return f"{ticket.reference} is already solved{by}.{hint}"
    return f"{ticket.reference} is {ticket.status.replace('_', ' ')}: it can't be {move}d now."


def assign(ticket: Ticket, agent: Agent) -> Ticket:
    """Give a waiting ticket to an agent, who still has to claim it."""
    return replace(_to(ticket, Move.ASSIGN, agent, claimed=False), transferred_by="")


def claim(ticket: Ticket, agent: Agent) -> Ticket:
    """An agent takes a ticket. Raises NotPossible when somebody claimed it before."""
    if ticket.claimed and ticket.assignee != agent.id:
        raise NotPossible(f"{ticket.reference} was already claimed by {ticket.assignee_name}.")
    return _to(ticket, Move.CLAIM, agent, claimed=True)


def transfer(ticket: Ticket, agent: Agent, by: Agent) -> Ticket:
    """Give a ticket to another agent, who has to claim it. Raises NotPossible if they have it already."""
    if ticket.assignee == agent.id:
        raise NotPossible(f"{agent.name} already has {ticket.reference}.")
    return replace(_to(ticket, Move.TRANSFER, agent, claimed=False), transferred_by=by.name)


def release(ticket: Ticket) -> Ticket:
    """Back to the queue; it keeps its place there, and whoever had it is asked last."""
    status = after(ticket, Move.RELEASE)
    missed = (*ticket.missed_by, ticket.assignee) if ticket.assignee else ticket.missed_by
    return replace(ticket, status=status, assignee=None, assignee_name="", claimed=False, missed_by=missed)


def reply(ticket: Ticket, agent: Agent) -> Ticket:
    """An agent wrote to the customer: writing takes an unclaimed ticket over."""
    status = after(ticket, Move.REPLY)
    if ticket.claimed and ticket.assignee is not None:
        return replace(ticket, status=status)
    return replace(ticket, status=status, assignee=agent.id, assignee_name=agent.name, claimed=True)


def answer(ticket: Ticket) -> Ticket:
    """The customer wrote."""
    return replace(ticket, status=after(ticket, Move.ANSWER), snoozed_until=None)


def snooze(ticket: Ticket, until: datetime) -> Ticket:
    """Put aside until a time, or until the customer writes."""
    return replace(ticket, status=after(ticket, Move.SNOOZE), snoozed_until=until)


def wake(ticket: Ticket) -> Ticket:
    """A snoozed ticket is due again."""
    return replace(ticket, status=after(ticket, Move.WAKE), snoozed_until=None)


def solve(ticket: Ticket, agent: Agent) -> Ticket:
    """Resolved: the rating that follows belongs to this agent for good."""
    status = after(ticket, Move.SOLVE)
    return replace(
        ticket,
        status=status,
        solved_by=agent.id,
        solved_by_name=agent.name,
        resolutions=ticket.resolutions + 1,
        snoozed_until=None,
    )


def reopen(ticket: Ticket, at: datetime) -> Ticket:
    """Not solved after all: back to who had it, else to the queue."""
    status = after(ticket, Move.REOPEN)
    if ticket.assignee is None:
        status = Status.NEW
    return replace(ticket, status=status, waiting_since=at)


def withdraw(ticket: Ticket) -> Ticket:
    """Over without being solved."""
    return replace(ticket, status=after(ticket, Move.WITHDRAW), snoozed_until=None)


def prioritise(ticket: Ticket, priority: Priority) -> Ticket:
    """Change how pressing it is. Raises NotPossible once it is solved."""
    if ticket.status in (Status.SOLVED, Status.CLOSED):
        raise NotPossible(_why(ticket, Move.CLAIM))
    return replace(ticket, priority=priority)


def holder(ticket: Ticket) -> AgentId | None:
    """Whose load the ticket counts towards: nobody's once it is solved."""
    return None if ticket.status in (Status.SOLVED, Status.CLOSED) else ticket.assignee


def _to(ticket: Ticket, move: Move, agent: Agent, *, claimed: bool) -> Ticket:
    status = after(ticket, move)
    return replace(
        ticket,
        status=status,
        assignee=agent.id,
        assignee_name=agent.name,
        claimed=claimed,
        snoozed_until=None,
    )
