"""After a resolution: one survey, a rating that can be changed, an optional comment."""

from dataclasses import replace
from datetime import datetime, timedelta

from desk import card, targets, words
from desk.changes import Feedback, Purpose
from desk.step import Step, who
from domain.content import Content, text
from domain.conversation import ConversationStatus, Handler
from domain.errors import BadInput
from domain.ids import MessageRef, derived
from domain.log import Kind
from domain.people import Agent
from domain.texts import Key, say
from domain.texts.human import asks_for_human
from ticketing import transitions
from ticketing.targets import Target

COMMENT_TIME = timedelta(hours=1)
"""Who says yes to a comment and writes later than this writes about something else."""
LOW = 2
"""A rating up to this is low; `reports` counts the same as dissatisfied."""


def resolve(step: Step, agent: Agent) -> None:
    """An agent resolved the ticket: tell the customer, ask how it was, once for this resolution."""
    if step.ticket is None or step.conversation is None:
        raise transitions.NotPossible("This ticket is not there any more.")
    targets.done(step, Target.RESOLUTION)
    ticket = transitions.solve(step.ticket, agent)
    step.set_ticket(ticket)
    talk = step.talk(status=ConversationStatus.RESOLVED, handler=Handler.BOT, refusals=0)
    opened = ticket.opened_at.isoformat()
    step.log(Kind.TICKET_SOLVED, agent=agent.id, opened_at=opened, resolutions=ticket.resolutions)
    step.log(Kind.CONVERSATION_RESOLVED, agent=agent.id, by="agent", confirmed=False)
    step.update_card(card.card(ticket), "solved")
    step.to_customer(words.resolved(who(agent), ticket.id, talk.language), "resolved")
    resolution = derived(ticket.id, "resolution", str(ticket.resolutions))
    step.changes.cancel_surveys = False
    survey = step.to_customer(
        words.survey(resolution, talk.language),
        "survey",
        purpose=Purpose.SURVEY,
        delay=step.firm.survey_delay,
    )
    step.log(Kind.SURVEY_SENT, agent=agent.id, resolution=resolution)
    step.changes.feedback = Feedback(
        id=resolution,
        lane=step.lane,
        conversation=talk.id,
        ticket=ticket.id,
        agent=agent.id,
        agent_name=agent.name,
        sent_at=step.now,
        survey=survey,
    )
    step.changes.assign = True


def rate(step: Step, feedback: Feedback | None, value: str, ref: MessageRef) -> Feedback:
    """A rating button was pressed; pressing again, also later, changes the same rating."""
    number = value.rpartition(":")[2]
    if feedback is None or number not in ("1", "2", "3", "4", "5"):
        raise BadInput(say(Key.TRY_AGAIN, _language(step)))
    rating = int(number)
    rated = replace(feedback, rating=rating, rated_at=step.now)
    step.changes.feedback = rated
    step.log(Kind.RATED, agent=rated.agent, rating=rating, resolution=rated.id)
    asking = not rated.comment and not rated.awaiting_comment
    step.edit_at(ref, _with_buttons(rating, rated.id, _language(step), asking), "rated")
    step.to_thread(card.line(f"The customer rated this {rating} of 5."), "rated")
    return rated


def is_low(feedback: Feedback) -> bool:
    """Whether admins want to hear of it."""
    return feedback.rating is not None and feedback.rating <= LOW


def alert(step: Step, feedback: Feedback, link: str) -> None:
    """Tell everybody among the agents, once for a resolution, however often its rating is changed."""
    if step.firm.staff and step.ticket and feedback.rating:
        told = card.low_rating(step.ticket, feedback.agent_name, feedback.rating, link)
        step.send(step.firm.staff, told, "alert", key=derived(feedback.id, "alert"))


def _with_buttons(rating: int, resolution: str, language: str, asking: bool) -> Content:
    """What was chosen, and the five buttons again: a rating can be changed."""
    again = words.survey(resolution, language).blocks[1:]
    chosen = words.rated(rating, resolution, language, comment=asking)
    return Content((*chosen.blocks, *again))


def ask_comment(step: Step, feedback: Feedback | None) -> None:
    """The customer wants to say why: their next message is the comment."""
    if feedback is None:
        raise BadInput(say(Key.TRY_AGAIN, _language(step)))
    step.changes.feedback = replace(feedback, awaiting_comment=True)
    step.to_customer(text(say(Key.COMMENT_WRITE, _language(step))), "comment")


def skip_comment(step: Step, feedback: Feedback | None, ref: MessageRef) -> None:
    """No comment: the question goes away, the rating stays."""
    if feedback and feedback.rating:
        language = _language(step)
        step.changes.feedback = replace(feedback, awaiting_comment=False)
        step.edit_at(ref, _with_buttons(feedback.rating, feedback.id, language, False), "skipped")


def is_comment(feedback: Feedback, said: str, now: datetime) -> bool:
    """Whether a message is the comment that was asked for, not a new request some time later."""
    recently = feedback.rated_at is not None and now - feedback.rated_at <= COMMENT_TIME
    return feedback.awaiting_comment and recently and bool(said) and not asks_for_human(said)


def comment(step: Step, feedback: Feedback, said: str) -> None:
    """The comment itself; agents see it in the thread."""
    step.changes.feedback = replace(feedback, comment=said, awaiting_comment=False)
    step.log(Kind.COMMENTED, agent=feedback.agent, comment=said, resolution=feedback.id)
    step.to_thread(card.from_customer("Comment on the rating", text(said), None), "comment")
    step.to_customer(text(say(Key.THANKS_COMMENT, _language(step))), "thanks")


def _language(step: Step) -> str:
    return step.conversation.language if step.conversation else step.firm.language
