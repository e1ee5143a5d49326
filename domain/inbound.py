"""What platforms tell us, parsed: one dataclass per kind of event.

``source`` is the platform's own unique key of the event (Slack: team + channel + ts; Telegram: bot +
update id; Discord: message or interaction id). A redelivered event has the same ``source``.
"""

from dataclasses import dataclass, field
from datetime import datetime

from domain.content import Content
from domain.ids import Address, Identity, MessageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it. ``language`` is what the platform says of the person's language ("" if nothing)."""

    identity: Identity
    name: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file on a platform. ``handle`` is opaque: only the adapter that made it can fetch it.

    ``size`` in bytes, 0 if unknown. ``kind``: file, image, voice, audio, video or sticker.
    """

    handle: str
    name: str
    mime: str
    size: int = 0
    kind: str = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What every event has. ``at`` is the platform's time, aware UTC."""

    source: str
    at: datetime
    actor: Actor
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(Inbound):
    """A person wrote. ``text`` is plain; ``content`` keeps the formatting where there was some.

    ``group`` joins the parts of an album. ``reply_to`` is the message that was quoted. ``note`` is
    true when the platform's form says that this is an internal note.
    """

    ref: MessageRef
    text: str
    content: Content | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_to: MessageRef | None = None
    group: str = ""
    note: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(Inbound):
    """A person changed a message."""

    ref: MessageRef
    text: str
    content: Content | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted(Inbound):
    """A person deleted a message."""

    ref: MessageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPressed(Inbound):
    """A button of one of our messages. ``ref`` is the message that carries it.

    ``address.private_to`` lets the answer be seen by the presser alone, where the platform can.
    """

    action: str
    value: str
    ref: MessageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReceived(Inbound):
    """A slash command. ``name`` without the slash; ``text`` is what follows it.

    ``options`` are named arguments (Discord). ``address.private_to`` works as for buttons.
    """

    name: str
    text: str = ""
    options: dict[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSubmitted(Inbound):
    """A form (modal) was filled in. ``form`` and ``value`` say which; ``fields`` maps names to values."""

    form: str
    value: str
    fields: dict[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked(Inbound):
    """The customer blocked the bot or closed their messages (``blocked``), or opened them again."""

    blocked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressMoved(Inbound):
    """A chat got a new id (Telegram: a group became a supergroup)."""

    to: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class AppHomeOpened(Inbound):
    """An agent opened the app's home page (Slack)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDue(Inbound):
    """Time passed for a ticket; made by the service itself, so that it takes the same way as the rest.

    ``what``: ``unclaimed`` (nobody claimed it in time), ``snoozed`` (it comes back), ``left`` (its agent
    went offline), ``late`` (something promised is overdue).
    """

    ticket: str
    what: str


Event = (
    MessageReceived
    | MessageEdited
    | MessageDeleted
    | ButtonPressed
    | CommandReceived
    | FormSubmitted
    | Blocked
    | AddressMoved
    | AppHomeOpened
    | TicketDue
)
