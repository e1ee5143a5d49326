"""What an agent has, and what waits: for /tickets and for the home page."""

import asyncio
from collections.abc import Sequence

from desk.ports import Link
from desk.step import card_key
from desk.storage import Outbox, Records
from domain.content import Block, Bullets, Heading, Item, Paragraph, Span, Style
from domain.errors import DeskmateError
from domain.people import Agent
from domain.ticket import Status, Ticket

SHOWN = 20
QUESTION = 80
STATES = {Status.PENDING: "waits for the customer", Status.ON_HOLD: "snoozed"}
"""What is worth saying; that a ticket is open goes without."""


class Overview:
    """Lists tickets with links to their threads."""

    def __init__(self, *, records: Records, outbox: Outbox, link: Link) -> None:
        self._records = records
        self._outbox = outbox
        self._link = link

    async def of(self, agent: Agent) -> list[Block]:
        """An agent's tickets and the queue."""
        mine = await self._records.tickets(assignee=agent.id)
        queue = await self._records.tickets(waiting=True)
        return [*await self._list("My tickets", mine), *await self._list("Waiting", queue)]

    async def _list(self, title: str, tickets: Sequence[Ticket]) -> list[Block]:
        shown = tickets[:SHOWN]
        links = await asyncio.gather(*(self._of(one) for one in shown))
        heading = Heading((Span(f"{title} ({len(tickets)})"),))
        if not tickets:
            return [heading, Paragraph((Span("None.", Style.ITALIC),))]
        blocks: list[Block] = [
            heading,
            Bullets(tuple(_item(one, url) for one, url in zip(shown, links, strict=True))),
        ]
        if left := len(tickets) - len(shown):
            blocks.append(Paragraph((Span(f"… and {left} more.", Style.ITALIC),)))
        return blocks

    async def _of(self, ticket: Ticket) -> str:
        """The address of its thread, "" where there is none to be had."""
        try:
            card = await self._outbox.posted(card_key(ticket))
            return await self._link(card.ref) if card and card.ref else ""
        except DeskmateError:
            return ""


def _item(ticket: Ticket, url: str) -> Item:
    told = f" {ticket.customer_name}: {ticket.question[:QUESTION]}"
    state = STATES.get(ticket.status, "")
    signs = [f" · {state}"] if state else []
    signs += [" · ⏰ overdue"] if ticket.late else []
    return Item((Span(ticket.reference, Style.BOLD, url), Span(told + "".join(signs))))
