"""What a company promises: a first reply and a resolution within a time. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.ticket import Status, Ticket
from ticketing.hours import Hours

OVER = (Status.SOLVED, Status.CLOSED)


class Target(StrEnum):
    """What is promised. The first response begins at handoff or reopening, as its metric does."""

    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"


WORDS: Mapping[Target, str] = {Target.FIRST_RESPONSE: "first reply", Target.RESOLUTION: "resolution"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """A company's targets, counted in its business ``hours``; None: there is none."""

    hours: Hours
    first_response: timedelta | None = None
    resolution: timedelta | None = None

    def begun(self, ticket: Ticket, at: datetime) -> Ticket:
        """Opened or reopened: both clocks start, by the hours that are in force now."""
        reply, solve = self._due(self.first_response, at), self._due(self.resolution, at)
        return replace(ticket, reply_due=reply, solve_due=solve, late=())

    def _due(self, wait: timedelta | None, at: datetime) -> datetime | None:
        return self.hours.after(at, wait) if wait else None


def due(ticket: Ticket) -> Mapping[Target, datetime]:
    """What is still promised and when it is due; nothing once the ticket is solved."""
    if ticket.status in OVER:
        return {}
    moments = {Target.FIRST_RESPONSE: ticket.reply_due, Target.RESOLUTION: ticket.solve_due}
    return {target: at for target, at in moments.items() if at}


def missed(ticket: Ticket, at: datetime) -> tuple[Target, ...]:
    """Promises that are broken at this moment and not noted as such."""
    return tuple(one for one, moment in due(ticket).items() if moment <= at and one not in ticket.late)


def overdue(ticket: Ticket) -> tuple[Target, ...]:
    """Broken promises that are still to be kept."""
    return tuple(target for target in due(ticket) if target in ticket.late)


def noted(ticket: Ticket, target: Target) -> Ticket:
    """A broken promise is noted: once."""
    return replace(ticket, late=(*ticket.late, target.value))


def kept(ticket: Ticket, target: Target) -> Ticket:
    """It was done, in time or not: nothing is due any more."""
    if target is Target.FIRST_RESPONSE:
        return replace(ticket, reply_due=None)
    return replace(ticket, solve_due=None)
