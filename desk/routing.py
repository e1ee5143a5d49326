"""Which lane an event belongs to: the customer's, an agent's own, or a thread not known yet."""

from collections.abc import Callable
from dataclasses import replace

from desk.storage import Outbox, Records
from domain.ids import Address, CompanyId, Identity, Lane, MessageRef, Platform, TicketId, lane_of
from domain.inbound import (
    AppHomeOpened,
    ButtonPressed,
    CommandReceived,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    TicketDue,
)

ADMIN_COMMANDS = frozenset({"upload", "report", "kb"})
"""What admins may also ask for where customers write; everything else of the staff's is for Slack."""
STAFF_FORMS = frozenset({"upload", "report"})
STAFF_PRESSES = frozenset({"kb_publish", "kb_discard", "share_report", "advice_done"})
"""Buttons under what admins were sent where customers write too; in Slack none needs to be named."""


class Routing:
    """Finds lanes. Pure but for look-ups. ``staff``: the agents' channel, where tickets' threads are.

    ``admin`` tells whether somebody is one: customers' platforms have commands for them, too.
    """

    def __init__(
        self,
        *,
        company: CompanyId,
        staff: Address | None,
        admin: Callable[[Identity], bool],
        records: Records,
        outbox: Outbox,
    ) -> None:
        self._company = company
        self._staff = staff
        self._admin = admin
        self._records = records
        self._outbox = outbox

    async def lane(self, event: Event) -> Lane:
        """The lane of an event."""
        if isinstance(event, TicketDue):
            return await self._of_ticket(event.ticket) or self.own(event)
        if self._for_staff(event):
            return self.own(event)
        if event.address.platform is not Platform.SLACK:
            return lane_of(self._company, replace(event.address, private_to=""))
        return await self._of_agents(event)

    def own(self, event: Event) -> Lane:
        """An agent's own lane: what they ask for doesn't concern one customer."""
        return Lane(f"staff|{self._company}|{event.address.bot}|{event.actor.identity.user}")

    def _for_staff(self, event: Event) -> bool:
        if event.address.platform is not Platform.SLACK:
            return self._admin(event.actor.identity) and _named(event)
        return isinstance(event, AppHomeOpened | CommandReceived) or _named(event)

    async def _of_agents(self, event: Event) -> Lane:
        if isinstance(event, (ButtonPressed, FormSubmitted)):
            return await self._of_ticket(event.value) or await self._of_row(event.value) or self.own(event)
        if self._staff and event.address.channel != self._staff.channel:
            return self.own(event)
        if isinstance(event, (MessageReceived, MessageEdited, MessageDeleted)) and event.address.thread:
            return await self.of_thread(event.address) or self.thread(event.address)
        return self.own(event)

    def thread(self, address: Address) -> Lane:
        """Where events of a thread wait that no delivered card explains yet."""
        return Lane(f"thread|{self._company}|{address.bot}|{address.channel}|{address.thread}")

    async def of_thread(self, address: Address) -> Lane | None:
        """The lane of the ticket whose card started a thread."""
        posted = await self._outbox.at(MessageRef(address=address, id=address.thread))
        return posted.row.lane if posted and posted.row.ticket else None

    async def ticket_of(self, event: Event) -> TicketId | None:
        """The ticket that an agent's event is about."""
        if isinstance(event, TicketDue):
            return TicketId(event.ticket)
        if isinstance(event, (ButtonPressed, FormSubmitted)):
            return TicketId(event.value)
        posted = await self._outbox.at(MessageRef(address=event.address, id=event.address.thread))
        return posted.row.ticket if posted else None

    async def _of_ticket(self, id: str) -> Lane | None:
        ticket = await self._records.ticket(TicketId(id)) if id else None
        return ticket.lane if ticket else None

    async def _of_row(self, key: str) -> Lane | None:
        """A "Try again" button carries the key of what was not delivered."""
        posted = await self._outbox.posted(key) if key else None
        return posted.row.lane if posted else None


def _named(event: Event) -> bool:
    """Whether it is one of what admins may do wherever they are."""
    match event:
        case CommandReceived(name=name):
            return name in ADMIN_COMMANDS
        case ButtonPressed(action=action):
            return action in STAFF_PRESSES
        case FormSubmitted(form=form):
            return form in STAFF_FORMS
        case _:
            return False
