"""Customers and agents."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import AgentId, CompanyId, CustomerId, Identity, Platform, derived


class Role(StrEnum):
    """What an agent may do; admins also upload and report."""

    AGENT = "agent"
    ADMIN = "admin"


class Availability(StrEnum):
    """Only online agents are given tickets."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One person at one company. ``language`` is what they chose ("" : detect).

    ``also``: their identities elsewhere, joined by a code that they sent from both.
    """

    id: CustomerId
    identity: Identity
    name: str
    language: str = ""
    also: tuple[Identity, ...] = ()

    def elsewhere(self, platform: Platform) -> tuple[Platform, ...]:
        """The other platforms where they are known to be, by name."""
        known = {one.platform for one in (self.identity, *self.also)}
        return tuple(sorted(known - {platform}))


def customer_id(company: CompanyId, identity: Identity) -> CustomerId:
    """The id that an identity's customer has until accounts are joined."""
    return CustomerId(derived(company, "customer", identity.platform, identity.workspace, identity.user))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who answers customers. ``load`` counts their open tickets, kept atomically.

    ``assigned_at`` is when they last got a ticket; the longest ago wins a tie.
    """

    id: AgentId
    identity: Identity
    name: str
    role: Role = Role.AGENT
    availability: Availability = Availability.ONLINE
    capacity: int = 10
    load: int = 0
    assigned_at: datetime | None = None
