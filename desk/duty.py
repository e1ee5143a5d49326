"""Agents' own matters: who is available, how many tickets they can have, and what they have."""

from desk.crew import Crew
from desk.home import CAPACITIES, state
from desk.overview import Overview
from desk.presence import Presence
from desk.staff import Section
from desk.step import Step
from desk.storage import Agents
from desk.telling import Teller
from domain.content import Content, paragraph, text
from domain.errors import BadInput
from domain.inbound import CommandReceived
from domain.people import Availability


class DutyDesk:
    """/available, /away, /capacity and /tickets."""

    def __init__(
        self,
        *,
        crew: Crew,
        teller: Teller,
        agents: Agents,
        presence: Presence,
        overview: Overview,
    ) -> None:
        self._crew = crew
        self._teller = teller
        self._agents = agents
        self._presence = presence
        self._overview = overview

    @property
    def section(self) -> Section:
        """What it answers."""
        commands = {
            "available": self._available,
            "away": self._away,
            "capacity": self._capacity,
            "tickets": self._tickets,
        }
        return Section(commands=commands)

    async def _available(self, step: Step, event: CommandReceived) -> None:
        agent = await self._crew.member(event.actor)
        await self._presence.change(agent, Availability.ONLINE)
        step.changes.assign = True
        self._teller.tell(step, event, text("You are available: new tickets can come to you."))

    async def _away(self, step: Step, event: CommandReceived) -> None:
        agent = await self._crew.member(event.actor)
        held = await self._presence.change(agent, Availability.AWAY)
        mine = "1 ticket" if held == 1 else f"{held} tickets"
        kept = f" You keep the {mine} you claimed; transfer what can't wait." if held else ""
        self._teller.tell(step, event, text(f"You are away: no new tickets come to you.{kept}"))

    async def _capacity(self, step: Step, event: CommandReceived) -> None:
        agent = await self._crew.member(event.actor)
        if not event.text.isdigit() or int(event.text) not in CAPACITIES:
            raise BadInput("Write how many open tickets you can have, for example /capacity 8.")
        await self._agents.set_capacity(agent.id, int(event.text))
        step.changes.assign = True
        self._teller.tell(step, event, text(f"Up to {event.text} open tickets come to you."))

    async def _tickets(self, step: Step, event: CommandReceived) -> None:
        agent = await self._crew.member(event.actor)
        blocks = [paragraph(state(agent)), *await self._overview.of(agent)]
        self._teller.tell(step, event, Content(tuple(blocks)))
