"""Agents come and go: who goes away hands back what they have not claimed yet."""

from collections.abc import Callable
from datetime import datetime

from desk.storage import Agents, Inbox, Records
from domain.ids import Address, BotId, Identity, Platform, derived
from domain.inbound import Actor, TicketDue
from domain.people import Agent, Availability
from domain.ticket import Ticket

LEFT = "left"


class Presence:
    """Changes whether an agent gets tickets."""

    def __init__(
        self, *, agents: Agents, records: Records, inbox: Inbox, clock: Callable[[], datetime]
    ) -> None:
        self._agents = agents
        self._records = records
        self._inbox = inbox
        self._clock = clock

    async def change(self, agent: Agent, availability: Availability) -> int:
        """How many tickets they keep: those they claimed. The others go to whoever is there."""
        now = self._clock()
        await self._agents.set_availability(agent.id, availability, now)
        held = await self._records.tickets(assignee=agent.id)
        if availability is not Availability.ONLINE:
            for ticket in held:
                if not ticket.claimed:
                    await self._inbox.put(ticket.lane, due(ticket, LEFT, now, str(now.timestamp())))
        return sum(ticket.claimed for ticket in held)


def due(ticket: Ticket, what: str, now: datetime, mark: str) -> TicketDue:
    """The event that something about a ticket is due. ``mark``: what makes it another one than the last."""
    nobody = Identity(platform=ticket.platform, workspace="", user="deskmate")
    place = Address(platform=Platform(ticket.platform), bot=BotId(""), workspace="", channel="")
    return TicketDue(
        source=derived(f"due:{ticket.id}:{what}:{mark}"),
        at=now,
        actor=Actor(identity=nobody, name="Deskmate"),
        address=place,
        ticket=ticket.id,
        what=what,
    )
