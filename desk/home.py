"""The home page that agents have in Slack: who they are today, what they have, and switches."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import structlog

from desk.crew import Crew
from desk.overview import Overview
from desk.ports import Belongs, Channel
from desk.presence import Presence
from desk.staff import Section
from desk.step import Step
from desk.storage import Agents
from domain.content import Block, Button, Buttons, ButtonStyle, Content, Heading, Paragraph, Span, Style, text
from domain.errors import DeliveryError, Unavailable
from domain.ids import AgentId, BotId
from domain.inbound import AppHomeOpened, ButtonPressed
from domain.people import Agent, Availability
from reports import metrics
from reports.view import View
from reports.words import duration, percent

log = structlog.get_logger(__name__)

CAPACITIES = range(1, 1001)
"""How many open tickets an agent can choose to have at most."""
STRANGER = (
    "This page is for the people who answer customers. If you are one of them, join the agents' channel "
    "and open this page again."
)
Today = Callable[[AgentId], Awaitable[View]]
"""An agent's figures of today so far."""


class HomeDesk:
    """Draws the page when it is opened, and again after each of its buttons."""

    def __init__(
        self,
        *,
        crew: Crew,
        agents: Agents,
        presence: Presence,
        overview: Overview,
        channels: Mapping[BotId, Channel],
        today: Today,
        belongs: Belongs,
        clock: Callable[[], datetime],
    ) -> None:
        self._crew = crew
        self._agents = agents
        self._presence = presence
        self._overview = overview
        self._channels = channels
        self._today = today
        self._belongs = belongs
        self._clock = clock

    @property
    def section(self) -> Section:
        """What it answers."""
        presses = {"duty": self._switched, "capacity": self._resized}
        return Section(home=self._opened, presses=presses)

    async def _opened(self, step: Step, event: AppHomeOpened) -> None:
        await self._draw(event)

    async def _switched(self, step: Step, event: ButtonPressed) -> None:
        """Available or away, whichever the button said."""
        if await self._belongs(event.actor.identity):
            agent = await self._crew.member(event.actor)
            await self._presence.change(agent, Availability(event.value))
            step.changes.assign = event.value == Availability.ONLINE
        await self._draw(event)

    async def _resized(self, step: Step, event: ButtonPressed) -> None:
        """The button carries the new number, so that a repeated press changes nothing."""
        if await self._belongs(event.actor.identity) and int(event.value) in CAPACITIES:
            agent = await self._crew.member(event.actor)
            await self._agents.set_capacity(agent.id, int(event.value))
            step.changes.assign = True
        await self._draw(event)

    async def _draw(self, event: AppHomeOpened | ButtonPressed) -> None:
        identity = event.actor.identity
        if await self._belongs(identity):
            content = await self._page(await self._crew.member(event.actor))
        else:
            content = text(STRANGER)
        try:
            await self._channels[event.address.bot].home(identity, content)
        except (Unavailable, DeliveryError) as fault:
            # It is drawn again the next time it is opened.
            log.warning("home_not_drawn", why=str(fault))

    async def _page(self, agent: Agent) -> Content:
        figures = metrics_of(await self._today(agent.id), agent.id)
        blocks: list[Block] = [
            Heading((Span(f"Hello {agent.name}"),)),
            Paragraph((Span(state(agent)),)),
            Buttons(switches(agent)),
            Heading((Span("Today"),)),
            Paragraph((Span(figures),)),
            *await self._overview.of(agent),
            Paragraph((Span(f"As of {self._clock():%H:%M} UTC.", Style.ITALIC),)),
        ]
        return Content(tuple(blocks))


def state(agent: Agent) -> str:
    """Whether new tickets come, in words."""
    said = {
        Availability.ONLINE: "🟢 You are available",
        Availability.AWAY: "🌙 You are away: no new tickets come to you",
        Availability.OFFLINE: "⚪ You are offline: no new tickets come to you",
    }[agent.availability]
    return f"{said}. You have {agent.load} of {agent.capacity} tickets."


def switches(agent: Agent) -> tuple[Button, ...]:
    """What can be changed from here."""
    if agent.availability is Availability.ONLINE:
        duty = Button("duty", "Go away", Availability.AWAY)
    else:
        duty = Button("duty", "Take tickets", Availability.ONLINE, ButtonStyle.PRIMARY)
    sizes = [("One less", agent.capacity - 1), ("One more", agent.capacity + 1)]
    return (duty, *(Button("capacity", name, str(size)) for name, size in sizes if size in CAPACITIES))


def metrics_of(view: View, agent: AgentId) -> str:
    """``3 solved · first reply after 4 min (median of 5) · satisfied 80 % (4 of 5)``."""
    load = metrics.workload(view.tally, view.carry, agent).get(agent)
    parts = [f"{load.solved if load else 0} solved"]
    if first := metrics.first_response(view.tally, agent):
        parts.append(f"first reply after {duration(first.median)} (median of {first.n})")
    rated = metrics.csat(view.tally, agent)
    parts.append(f"satisfied {percent(rated)}" if rated.n else "no ratings yet")
    return " · ".join(parts)
