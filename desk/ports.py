"""What the desk needs of a platform. Adapters in ``bots`` implement it; only ``wiring`` sees both."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from domain.content import Content
from domain.ids import Address, BotId, Identity, MessageRef, Platform
from domain.inbound import Attachment, CommandReceived, Event

Link = Callable[[MessageRef], Awaitable[str]]
"""The address of a message, for people to open; "" where there is none. Raises DeskmateError."""

Belongs = Callable[[Identity], Awaitable[bool]]
"""Whether somebody is among the agents: in their channel. Raises Unavailable."""

Accept = Callable[[Event], Awaitable[None]]
"""Stores an event durably (idempotent by its ``source``); when it returns, acknowledge the platform.

It raises `domain.errors.Unavailable` if the event could not be stored: do not acknowledge then.
"""


def nowhere(channel: str) -> bool:
    """True of no channel."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a platform can do.

    ``text`` and ``caption``: characters of one message. ``per_second``: messages a second to one
    channel in the long run, ``burst`` of them at once; ``per_minute``: messages in any minute to one
    ``shared`` channel; ``overall_per_second``: messages in any second to all channels together; 0: no
    such limit. ``shared``: whether more people than the customer read a channel. ``idempotent``: a
    repeated `send` with the same key is shown once.
    """

    text: int
    caption: int
    per_second: float
    burst: int = 3
    per_minute: float = 0.0
    shared: Callable[[str], bool] = nowhere
    overall_per_second: float = 0.0
    can_edit: bool = True
    can_delete: bool = True
    can_thread: bool = False
    can_react: bool = False
    idempotent: bool = False


class Fetched(Protocol):
    """A blob on its way to a platform."""

    async def __call__(self, key: str) -> bytes:
        """The bytes of a `domain.content.File`'s ``blob``."""
        ...


class Channel(Protocol):
    """One connection of one company to one platform."""

    platform: Platform
    bot: BotId
    limits: Limits

    @property
    def connected(self) -> bool:
        """Whether it receives right now; for health only."""
        ...

    def split(self, content: Content) -> tuple[Content, ...]:
        """Pure. Pieces that each fit one message of the platform, in order, nothing dropped."""
        ...

    async def send(
        self,
        to: Address,
        content: Content,
        *,
        key: str,
        again: bool = False,
        reply_to: MessageRef | None = None,
    ) -> MessageRef:
        """Send one piece. ``again``: an earlier attempt with this key may have got through. ``reply_to``: the
        message that this answers is quoted, where the platform can.

        Raises RateLimited, Unreachable, Refused or Unavailable; plain text is tried before Refused.
        """
        ...

    async def edit(self, ref: MessageRef, content: Content) -> None:
        """Replace a message of ours; editing to what it already says is no error."""
        ...

    async def delete(self, ref: MessageRef) -> None:
        """Delete a message of ours; one that is gone is no error."""
        ...

    async def react(self, ref: MessageRef, mark: str, *, on: bool = True) -> None:
        """Put a mark (``sent``, ``delivered``, ``failed``, ``seen``) on a message, or take it off.

        Does nothing where the platform has no reactions (`Limits.can_react`).
        """
        ...

    async def typing(self, at: Address) -> None:
        """Show that somebody is writing; failing is no error."""
        ...

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file somebody sent. Raises BadInput over the size limit, Unavailable."""
        ...

    async def profile(self, identity: Identity) -> str:
        """The name to show for a person."""
        ...

    async def home(self, identity: Identity, content: Content) -> None:
        """Show a person's home page (Slack's App Home); does nothing elsewhere."""
        ...

    async def run(self, accept: Accept) -> None:
        """Connect and receive until cancelled. Raises Misconfigured (bad token) or Unavailable.

        On cancellation: stop receiving, let what is in hand reach `accept`, close connections.
        """
        ...

    async def check(self) -> str:
        """For ``doctor``: one line about the connection. Raises Misconfigured with what to do."""
        ...


Prefill = Callable[[CommandReceived], Awaitable[Mapping[str, str]]]
"""What the fields of a form say when a command opens it, by name; quick: the platform waits for it.

Raises Unavailable.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a form. ``kind``: text, long_text, select (``options``: value, label), person or file."""

    name: str
    label: str
    kind: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A small form; comes back as `FormSubmitted(form=name, value=value)`.

    Channels get ``forms: Mapping[str, Form]`` at construction, keyed ``button:<action>`` or
    ``command:<name>``: such a press or command opens the form at once (platforms give 3 s for that)
    and makes no event of its own; ``value`` is then the button's value or the command's text.
    A command that already carries a file or text makes an ordinary event, unless the form is
    ``prefilled``: then it opens with values that the desk is asked for (`Prefill`). Platforms without
    forms ignore the mapping.
    """

    name: str
    title: str
    submit: str
    fields: tuple[Field, ...]
    value: str = ""
    prefilled: bool = False
