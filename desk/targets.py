"""Promised times in the life of a ticket: started, kept, broken; each is noted once in the event log."""

from desk import card
from desk.step import Step
from domain.ids import derived
from domain.log import Kind
from domain.ticket import Ticket
from ticketing import targets
from ticketing.targets import WORDS, Target

DUE = "late"
"""`domain.inbound.TicketDue.what` of a broken promise."""


def begin(step: Step, ticket: Ticket) -> Ticket:
    """Handed off or reopened: the clocks start."""
    return step.firm.targets.begun(ticket, step.now) if step.firm.targets else ticket


def done(step: Step, target: Target) -> None:
    """An agent replied, or solved it: that was in time, or it was not."""
    if step.ticket is None:
        return
    before, at = step.ticket, targets.due(step.ticket).get(target)
    if at is None:
        return
    if at < step.now:
        _break(step, target)
    elif target not in before.late:
        _log(step, Kind.SLA_MET, target, before)
    step.set_ticket(targets.kept(step.ticket, target))


def late(step: Step) -> None:
    """Time passed: whatever is overdue now is noted, shown on the card and told in the thread."""
    broken = targets.missed(step.ticket, step.now) if step.ticket else ()
    for target in broken:
        _break(step, target)
        step.to_thread(card.line(f"⏰ Overdue: the {WORDS[target]} was promised by now."), f"late-{target}")
    if broken and step.ticket:
        step.update_card(card.card(step.ticket), "late")


def _break(step: Step, target: Target) -> None:
    ticket = step.ticket
    if ticket is None or target in ticket.late:
        return
    _log(step, Kind.SLA_BREACHED, target, ticket)
    step.set_ticket(targets.noted(ticket, target))


def _log(step: Step, kind: Kind, target: Target, ticket: Ticket) -> None:
    """One entry for one promise, whoever notes it and however often."""
    id = derived(ticket.id, "sla", target, str(ticket.resolutions))
    step.log(kind, id=id, agent=ticket.assignee, target=target.value)
