"""From the bot to a human: opening a ticket, giving it to an agent, taking it back."""

from datetime import timedelta
from typing import Any

from desk import card, targets
from desk.changes import Changes
from desk.step import Step, who
from domain.answer import Answer, Author, Line, Reason
from domain.content import Source, text
from domain.conversation import ConversationStatus, Handler
from domain.emotion import CALM, Emotion
from domain.ids import ConversationId, TicketId, derived
from domain.log import Kind
from domain.people import Agent
from domain.texts import Key, say
from domain.ticket import Priority, Ticket
from ticketing import transitions

SNOOZE = timedelta(hours=4)


def ticket_id(conversation: ConversationId) -> TicketId:
    """One conversation has one ticket: deciding twice opens it once."""
    return TicketId(derived(conversation, "ticket"))


def hand_off(
    step: Step,
    *,
    reference: str,
    customer_name: str,
    reason: Reason,
    question: str,
    history: list[Line],
    answer: Answer | None = None,
    emotion: Emotion = CALM,
) -> None:
    """Open the ticket, post its card and the conversation so far, and tell the customer."""
    talk = step.talk(handler=Handler.AGENT, status=ConversationStatus.WAITING)
    ticket = Ticket(
        id=ticket_id(talk.id),
        reference=reference,
        conversation=talk.id,
        lane=step.lane,
        customer=talk.customer,
        customer_name=customer_name,
        platform=talk.address.platform,
        language=talk.language,
        reason=reason,
        question=question,
        opened_at=step.now,
        waiting_since=step.now,
        priority=Priority.HIGH if reason is Reason.ANGRY else Priority.NORMAL,
        emotion=answer.emotion if answer else emotion,
        summary=answer.summary if answer else "",
        sources=_top_three(answer) if answer else (),
        suggestion=answer.suggestion if answer else "",
        also_on=step.customer.elsewhere(talk.address.platform) if step.customer else (),
    )
    step.talk(ticket=ticket.id)
    step.set_ticket(ticket := targets.begin(step, ticket))
    _announce(step, ticket, history, answer)


def _announce(step: Step, ticket: Ticket, history: list[Line], answer: Answer | None) -> None:
    """The agents get the card and the conversation so far, the customer a word."""
    step.log(Kind.HANDED_OFF, reason=str(ticket.reason))
    step.log(Kind.TICKET_OPENED)
    step.post_card(card.card(ticket))
    step.to_thread(card.transcript(history), "transcript")
    words = say(Key.HANDOFF, ticket.language)
    step.to_customer(answer.content if answer and answer.content.blocks else text(words), "handoff")
    step.said(Author.BOT, words, at=step.now, part="handoff")
    step.changes.assign = True


def _top_three(answer: Answer) -> tuple[Source, ...]:
    found = [
        Source(one.passage.id, one.passage.title, one.passage.heading, one.passage.page)
        for one in answer.found[:3]
    ]
    return answer.sources[:3] or tuple(found)


def assigned(step: Step, agent: Agent) -> Changes:
    """The ticket goes to the least busy agent, with a word to everybody."""
    ticket = transitions.assign(_ticket(step), agent)
    step.changes.ticket = step.ticket = ticket  # the load was taken with the agent, atomically
    step.log(Kind.TICKET_ASSIGNED, agent=agent.id)
    step.update_card(card.card(ticket), "assigned")
    line = f"Assigned to {agent.name}: least busy, {agent.load} open including this one."
    step.to_thread(card.line(line), "assigned")
    notice = say(Key.HANDOFF_ASSIGNED, _language(step), agent=who(agent))
    step.to_customer(text(notice), "assigned")
    return step.changes


def claim(step: Step, agent: Agent) -> None:
    """An agent takes the ticket. Raises NotPossible when somebody was faster."""
    before = _ticket(step)
    if before.claimed and before.assignee == agent.id:
        raise transitions.NotPossible(f"You already have {before.reference}.")
    take(step, transitions.claim(before, agent), agent)


def take(step: Step, ticket: Ticket, agent: Agent) -> None:
    """A human is on it now: the bot stays silent, the customer knows who."""
    step.set_ticket(ticket)
    step.talk(handler=Handler.AGENT, status=ConversationStatus.OPEN)
    step.log(Kind.TICKET_CLAIMED, agent=agent.id)
    step.update_card(card.card(ticket), "claimed")
    step.to_customer(text(say(Key.AGENT_JOINED, _language(step), agent=who(agent))), "joined")


def transfer(step: Step, to: Agent, by: Agent) -> None:
    """Another agent gets the ticket."""
    before = _ticket(step)
    ticket = transitions.transfer(before, to, by)
    step.set_ticket(ticket)
    moved: dict[str, Any] = {"by": str(by.id), "from": str(before.assignee or "")}
    step.log(Kind.TICKET_TRANSFERRED, agent=to.id, **moved)
    step.update_card(card.card(ticket), "transferred")
    step.to_thread(card.line(f"{by.name} transferred this to {to.name}."), "transferred")
    step.to_customer(text(say(Key.TRANSFERRED, _language(step), agent=who(to))), "transferred")


def release(step: Step, why: str) -> None:
    """Nobody has it any more: back to the queue at its old place, with a word to both sides."""
    before = _ticket(step)
    ticket = transitions.release(before)
    step.set_ticket(ticket)
    step.talk(status=ConversationStatus.WAITING)
    step.log(Kind.TICKET_RELEASED, agent=before.assignee, why=why)
    step.update_card(card.card(ticket), "released")
    step.to_thread(
        card.line(f"Released from {before.assignee_name} ({why}); the next agent gets it."), "released"
    )
    step.to_customer(text(say(Key.RELEASED, _language(step))), "released")
    step.changes.assign = True


def reopen(step: Step, by: Agent | None) -> None:
    """Not solved after all."""
    ticket = targets.begin(step, transitions.reopen(_ticket(step), step.now))
    step.set_ticket(ticket)
    step.talk(handler=Handler.AGENT, status=ConversationStatus.OPEN)
    opened = ticket.opened_at.isoformat()
    step.log(Kind.TICKET_REOPENED, agent=ticket.assignee, opened_at=opened, resolutions=ticket.resolutions)
    step.update_card(card.card(ticket), "reopened")
    step.to_thread(card.line(f"Reopened by {by.name if by else 'the customer'}."), "reopened")
    step.to_customer(text(say(Key.REOPENED, _language(step))), "reopened")
    step.changes.cancel_surveys = True
    step.changes.assign = ticket.assignee is None


def snooze(step: Step, by: Agent) -> None:
    """Put aside for a while, or until the customer writes."""
    ticket = transitions.snooze(_ticket(step), step.now + SNOOZE)
    step.set_ticket(ticket)
    step.log(Kind.TICKET_SNOOZED, agent=by.id)
    step.update_card(card.card(ticket), "snoozed")


def wake(step: Step) -> None:
    """A snoozed ticket is due again."""
    ticket = transitions.wake(_ticket(step))
    step.set_ticket(ticket)
    step.update_card(card.card(ticket), "woken")
    step.to_thread(card.line("This is due again."), "woken")


def prioritise(step: Step) -> None:
    """The next priority: normal, high, urgent, low, and again."""
    before = _ticket(step)
    order = (Priority.NORMAL, Priority.HIGH, Priority.URGENT, Priority.LOW)
    ticket = transitions.prioritise(before, order[(order.index(before.priority) + 1) % len(order)])
    step.set_ticket(ticket)
    step.update_card(card.card(ticket), "priority")


def _ticket(step: Step) -> Ticket:
    if step.ticket is None:
        raise transitions.NotPossible("This ticket is not there any more.")
    return step.ticket


def _language(step: Step) -> str:
    return step.conversation.language if step.conversation else step.firm.language
