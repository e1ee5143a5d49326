"""Identifiers, the platforms, and where on a platform something is."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import NewType

CompanyId = NewType("CompanyId", str)
BotId = NewType("BotId", str)
"""One connection of a company to a platform, for example ``telegram`` or ``telegram-eu``."""
AgentId = NewType("AgentId", str)
CustomerId = NewType("CustomerId", str)
ConversationId = NewType("ConversationId", str)
TicketId = NewType("TicketId", str)
MessageId = NewType("MessageId", str)
DocumentId = NewType("DocumentId", str)
PassageId = NewType("PassageId", str)
Lane = NewType("Lane", str)
"""Key of a customer's place: everything that happens in one lane is handled in order."""


class Platform(StrEnum):
    """Where people chat."""

    TELEGRAM = "telegram"
    DISCORD = "discord"
    SLACK = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person as a platform knows them. ``workspace`` is the Slack team; elsewhere the bot's id."""

    platform: Platform
    workspace: str
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A place that messages can be sent to.

    ``bot`` names the connection (see `BotId`) that serves it. ``thread`` is the Slack thread's ts or
    a Telegram forum topic, else "". ``private_to`` is an opaque handle with which only one person
    sees what is sent (Slack: the user's id; Discord: an interaction's token), else "".
    """

    platform: Platform
    bot: BotId
    workspace: str
    channel: str
    thread: str = ""
    private_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRef:
    """One message as a platform knows it: its address (thread included) and its id there."""

    address: Address
    id: str


def lane_of(company: CompanyId, address: Address) -> Lane:
    """The lane of a customer's address; company and bot are in it, so tenants never meet."""
    parts = (company, address.platform, address.bot, address.workspace, address.channel, address.thread)
    return Lane("|".join(str(part) for part in parts))


def derived(*parts: str) -> str:
    """A stable id made from others: deciding the same thing twice gives the same id.

    16 hexadecimal digits times two (128 bits) of BLAKE2b over the parts joined by a unit separator.
    """
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()
