"""Who the company's agents are: those named in the config, and everybody who acts in their channel."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from desk.firm import Firm
from desk.ports import Channel
from desk.storage import Agents
from domain.errors import BadInput, NotAllowed
from domain.ids import BotId, Identity
from domain.inbound import Actor
from domain.people import Agent, Availability, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An agent named in the config."""

    name: str
    role: Role
    capacity: int


class Crew:
    """Finds agents, and lets people in who are new."""

    def __init__(
        self,
        *,
        firm: Firm,
        agents: Agents,
        channels: Mapping[BotId, Channel],
        known: Mapping[str, Known],
    ) -> None:
        self._firm = firm
        self._agents = agents
        self._channels = channels
        self._known = known

    async def member(self, actor: Actor) -> Agent:
        """The agent who did something. New ones join away: they get tickets once they say so."""
        return await self._join(actor.identity, actor.name, Availability.AWAY)

    async def somebody(self, by: Actor, user: str) -> Agent:
        """An agent by their id on the platform, for a transfer. Raises BadInput."""
        if not user:
            raise BadInput("Choose whom to transfer to.")
        identity = replace(by.identity, user=user)
        channel = self._channels.get(self._firm.staff.bot) if self._firm.staff else None
        name = await channel.profile(identity) if channel else user
        return await self._join(identity, name, Availability.AWAY)

    async def from_config(self) -> None:
        """Agents named in the config are there, and online, from the start."""
        staff = self._firm.staff
        for user, known in self._known.items():
            if staff:
                identity = Identity(platform=staff.platform, workspace=staff.workspace, user=user)
                await self._join(identity, known.name, Availability.ONLINE)

    def admin(self, actor: Actor) -> None:
        """Raises NotAllowed unless this person may upload and report."""
        known = self._known.get(actor.identity.user)
        if self._firm.is_admin(actor.identity) or (known and known.role is Role.ADMIN):
            return
        raise NotAllowed("Only admins can do this. Ask the person who set Deskmate up.")

    async def _join(self, identity: Identity, name: str, availability: Availability) -> Agent:
        known = self._known.get(identity.user)
        admin = self._firm.is_admin(identity) or (known and known.role is Role.ADMIN)
        return await self._agents.join(
            identity,
            name=known.name if known else name,
            role=Role.ADMIN if admin else Role.AGENT,
            capacity=known.capacity if known else self._firm.capacity,
            availability=availability,
        )
