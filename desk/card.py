"""What agents see of a ticket in Slack: the card, and the lines in its thread. Staff texts are English."""

from collections.abc import Iterable, Sequence

from domain.answer import Author, Line, Reason
from domain.content import (
    Block,
    Button,
    Buttons,
    ButtonStyle,
    Content,
    Heading,
    Paragraph,
    Quote,
    Span,
    Style,
    text,
)
from domain.content import Sources as SourcesBlock
from domain.emotion import Emotion
from domain.ids import Platform
from domain.texts import LANGUAGES
from domain.ticket import Priority, Status, Ticket
from ticketing import targets

QUESTION = 500
"""Characters of the question that the card shows; the thread has all of it."""

REASONS: dict[Reason, str] = {
    Reason.ASKED: "asked for a person",
    Reason.ANGRY: "is upset",
    Reason.UNANSWERED: "asked what the documents don't answer",
    Reason.MODEL_ASKED: "needs a person, the assistant thinks",
    Reason.MODEL_FAILED: "came while the assistant was not working",
    Reason.UNSUPPORTED: "asked what the documents don't clearly answer",
}
STATES: dict[Status, str] = {
    Status.NEW: "waiting in the queue",
    Status.OPEN: "open",
    Status.PENDING: "waiting for the customer",
    Status.ON_HOLD: "snoozed",
    Status.SOLVED: "solved",
    Status.CLOSED: "closed",
}
MOODS = {"anger": "😠", "disgust": "😖", "fear": "😟", "joy": "🙂", "sadness": "😞", "surprise": "😮"}
URGENT = {Priority.URGENT: "🔴 urgent", Priority.HIGH: "🟠 high priority", Priority.LOW: "low priority"}


def card(ticket: Ticket) -> Content:
    """The card of a ticket as it is now."""
    blocks: list[Block] = [
        Heading((Span(f"{ticket.reference} · {ticket.customer_name}"),)),
        Paragraph((Span(_facts(ticket)),)),
        Paragraph((Span("State: ", Style.BOLD), Span(state(ticket)))),
        Quote((Span(_short(ticket.question)),)),
    ]
    if broken := targets.overdue(ticket):
        blocks.insert(3, Paragraph((Span(f"⏰ Overdue: {_late(broken)}", Style.BOLD),)))
    if ticket.summary:
        blocks.append(Paragraph((Span("Summary: ", Style.BOLD), Span(_short(ticket.summary)))))
    if ticket.suggestion:
        blocks.append(Paragraph((Span("Suggested reply: ", Style.BOLD), Span(_short(ticket.suggestion)))))
    if ticket.sources:
        blocks.append(SourcesBlock(ticket.sources[:3]))
    return Content((*blocks, Buttons(actions(ticket))))


def _late(broken: Iterable[targets.Target]) -> str:
    return ", ".join(targets.WORDS[one] for one in broken)


def state(ticket: Ticket) -> str:
    """The state in words, with who has it and why."""
    words = STATES[ticket.status]
    if ticket.status in (Status.SOLVED, Status.CLOSED):
        return f"{words} by {ticket.solved_by_name}" if ticket.solved_by_name else words
    if ticket.assignee_name:
        words = f"{words}, {_held(ticket)} {ticket.assignee_name}"
    if ticket.snoozed_until:
        words += f" until {ticket.snoozed_until:%d %b %H:%M} UTC"
    return words


def _held(ticket: Ticket) -> str:
    if ticket.claimed:
        return "claimed by"
    return (
        f"transferred by {ticket.transferred_by} to" if ticket.transferred_by else "assigned (least busy) to"
    )


def actions(ticket: Ticket) -> tuple[Button, ...]:
    """The buttons that make sense in the state it is in."""
    if ticket.status is Status.SOLVED:
        return (Button("reopen", "Reopen", ticket.id),)
    if ticket.status is Status.CLOSED:
        return ()
    claim = () if ticket.claimed else (Button("claim", "Claim", ticket.id, ButtonStyle.PRIMARY),)
    return (
        *claim,
        Button("resolve", "Resolve", ticket.id),
        Button("suggest", "Suggest a reply", ticket.id),
        Button("transfer", "Transfer", ticket.id),
        Button("note", "Note", ticket.id),
        Button("snooze", "Snooze", ticket.id),
        Button("priority", "Priority", ticket.id),
    )


def _facts(ticket: Ticket) -> str:
    language = LANGUAGES.get(ticket.language, ticket.language)
    parts = [_places(ticket), language, f"{_mood(ticket.emotion)}", REASONS[ticket.reason]]
    if urgency := URGENT.get(ticket.priority):
        parts.insert(0, urgency)
    return " · ".join(part for part in parts if part)


def _places(ticket: Ticket) -> str:
    also = f" (also on {_names(ticket.also_on)})" if ticket.also_on else ""
    return ticket.platform.capitalize() + also


def _names(platforms: Iterable[Platform]) -> str:
    return " and ".join(one.capitalize() for one in platforms)


def also_on(name: str, platforms: Sequence[Platform], requests: Sequence[Ticket]) -> Content:
    """Where else a customer is known to be, and what they asked for there and before."""
    words = [f"{name} is also on {_names(platforms)}, joined by a code." if platforms else ""]
    if requests:
        listed = ", ".join(f"{one.reference} ({STATES[one.status]})" for one in requests)
        words.append(f"Other requests: {listed}.")
    return line(" ".join(filter(None, words)) or f"{name} has joined another account by a code.")


def _mood(emotion: Emotion) -> str:
    sign = MOODS.get(emotion.label, "")
    because = f" ({', '.join(emotion.evidence[:3])})" if emotion.evidence else ""
    return f"{sign} {emotion.label} {emotion.confidence:.0%}{because}".strip()


def _short(text: str) -> str:
    return text if len(text) <= QUESTION else text[: QUESTION - 1].rstrip() + "…"


def transcript(lines: list[Line]) -> Content:
    """What was said before the handoff, for the thread."""
    blocks: list[Block] = [Paragraph((Span("Conversation so far", Style.BOLD),))]
    for line in lines:
        author = "Customer" if line.author is Author.CUSTOMER else line.author.capitalize()
        blocks.append(Paragraph((Span(f"{author}: ", Style.BOLD), Span(line.text))))
    return Content(tuple(blocks))


def from_customer(name: str, content: Content, emotion: Emotion | None) -> Content:
    """A customer's message as agents see it in the thread."""
    mood = f" {MOODS[emotion.label]}" if emotion and emotion.label in MOODS else ""
    return Content((Paragraph((Span(f"{name}{mood}", Style.BOLD),)), *content.blocks))


def edited(name: str, old: str, new: str) -> Content:
    """A customer changed a message: both texts stay visible."""
    return Content(
        (
            Paragraph((Span(f"{name} (edited)", Style.BOLD),)),
            Paragraph((Span(new),)),
            Paragraph((Span("before: ", Style.ITALIC), Span(old, Style.STRIKE))),
        )
    )


def deleted(name: str, old: str) -> Content:
    """A customer deleted a message: agents still see what it said."""
    return Content(
        (Paragraph((Span(f"{name} (deleted)", Style.BOLD),)), Paragraph((Span(old, Style.STRIKE),)))
    )


def note(name: str, text: str) -> Content:
    """An internal note that came through a form."""
    return Content((Paragraph((Span(f"📝 Internal note by {name}", Style.BOLD),)), Paragraph((Span(text),))))


def line(words: str) -> Content:
    """One small line of the service in a thread."""
    return Content((Paragraph((Span(words, Style.ITALIC),)),))


def low_rating(ticket: Ticket, agent: str, rating: int, link: str) -> Content:
    """For everybody in the channel; the ticket's thread has the transcript."""
    said = f": {ticket.customer_name} rated {agent or 'us'} {rating} of 5."
    told = Paragraph((Span(f"⚠️ Low rating, {ticket.reference}", Style.BOLD), Span(said)))
    where = (
        Span("Read the conversation in its thread", url=link) if link else Span("Its thread has the story.")
    )
    return Content((told, Paragraph((where,))))


def erased(ticket: Ticket) -> Content:
    """The card of a ticket whose customer wanted nothing to be kept."""
    return text(f"{ticket.reference} · erased at the customer's request", Style.ITALIC)


def undelivered(why: str, key: str) -> Content:
    """Something did not reach the customer; it can be tried again."""
    words = Paragraph((Span("⚠️ Not delivered to the customer: ", Style.BOLD), Span(why)))
    return Content((words, Buttons((Button("retry", "Try again", key),))))
