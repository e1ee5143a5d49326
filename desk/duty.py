"""Agents' own matters: who is available, what they have, the home page, questions to the assistant."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from desk.crew import Crew
from desk.ports import Channel
from desk.staff import Section
from desk.step import Step
from desk.storage import Agents, Records
from desk.telling import Teller
from domain.content import Block, Bullets, Content, Heading, Item, Paragraph, Span, Style, text
from domain.errors import BadInput, Unavailable
from domain.ids import BotId
from domain.inbound import AppHomeOpened, CommandReceived
from domain.people import Agent, Availability
from domain.ticket import Ticket


class DutyDesk:
    """/available, /away, /capacity, /tickets and the home page."""

    def __init__(
        self,
        *,
        crew: Crew,
        teller: Teller,
        agents: Agents,
        records: Records,
        channels: Mapping[BotId, Channel],
        clock: Callable[[], datetime],
    ) -> None:
        self._crew = crew
        self._teller = teller
        self._agents = agents
        self._records = records
        self._channels = channels
        self._clock = clock

    @property
    def section(self) -> Section:
        """What it answers."""
        commands = {
            "available": self._available,
            "away": self._away,
            "capacity": self._capacity,
            "tickets": self._tickets,
        }
        return Section(commands=commands, home=self._home)

    async def _available(self, step: Step, event: CommandReceived) -> None:
        agent = await self._crew.member(event.actor)
        await self._agents.set_availability(agent.id, Availability.ONLINE, self._clock())
        step.changes.assign = True
        self._teller.tell(step, event, text("You are available: new tickets can come to you."))

    async def _away(self, step: Step, event: CommandReceived) -> None:
        agent = await self._crew.member(event.actor)
        await self._agents.set_availability(agent.id, Availability.AWAY, self._clock())
        held = len(await self._records.tickets(assignee=agent.id))
        kept = f" You keep your {held} open tickets; transfer what can't wait." if held else ""
        self._teller.tell(step, event, text(f"You are away: no new tickets come to you.{kept}"))

    async def _capacity(self, step: Step, event: CommandReceived) -> None:
        agent = await self._crew.member(event.actor)
        if not event.text.isdigit() or not 1 <= int(event.text) <= 100:
            raise BadInput("Write how many open tickets you can have, for example /capacity 8.")
        await self._agents.set_capacity(agent.id, int(event.text))
        step.changes.assign = True
        self._teller.tell(step, event, text(f"Up to {event.text} open tickets come to you."))

    async def _tickets(self, step: Step, event: CommandReceived) -> None:
        agent = await self._crew.member(event.actor)
        self._teller.tell(step, event, Content(tuple(await self._overview(agent))))

    async def _overview(self, agent: Agent) -> list[Block]:
        mine = await self._records.tickets(assignee=agent.id)
        queue = await self._records.tickets(waiting=True)
        state = f"You are {agent.availability}, {agent.load} of {agent.capacity} tickets."
        return [
            Paragraph((Span(state),)),
            Heading((Span(f"My tickets ({len(mine)})"),)),
            _listed(mine),
            Heading((Span(f"Waiting ({len(queue)})"),)),
            _listed(queue),
        ]

    async def _home(self, step: Step, event: AppHomeOpened) -> None:
        agent = await self._crew.member(event.actor)
        content = Content(tuple(await self._overview(agent)))
        try:
            await self._channels[event.address.bot].home(event.actor.identity, content)
        except Unavailable:
            return  # it is drawn again the next time it is opened


def _listed(tickets: Sequence[Ticket]) -> Block:
    if not tickets:
        return Paragraph((Span("None.", Style.ITALIC),))
    items = [
        Item((Span(one.reference, Style.BOLD), Span(f" {one.customer_name}: {one.question[:80]}")))
        for one in tickets[:20]
    ]
    return Bullets(tuple(items))
