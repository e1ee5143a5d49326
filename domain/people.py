"""Customers and agents."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import AgentId, CustomerId, Identity


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
    """One person at one company. ``language`` is what they chose ("" : detect)."""

    id: CustomerId
    identity: Identity
    name: str
    language: str = ""


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
