"""What the desk needs of the database. ``store`` implements it on MongoDB, for one company each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from desk.changes import Changes, Feedback, LinkCode, Noted, Outgoing
from domain.answer import Line
from domain.conversation import Conversation
from domain.emotion import Emotion
from domain.errors import DeskmateError
from domain.ids import AgentId, ConversationId, CustomerId, Identity, Lane, MessageRef, TicketId
from domain.inbound import Event
from domain.log import Entry
from domain.people import Agent, Availability, Customer, Role
from domain.ticket import Ticket


class Stale(DeskmateError):
    """Somebody else changed this meanwhile; look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An accepted event that is not handled yet."""

    id: str
    lane: Lane
    event: Event
    accepted_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to work on one lane until it runs out; ``fence`` changes with every owner."""

    key: str
    owner: str
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of a lane: its latest conversation, customer and ticket.

    ``ticket_version`` is the ticket's version as read; a commit against another version is refused.
    """

    conversation: Conversation | None
    customer: Customer | None
    ticket: Ticket | None
    ticket_version: int = 0
    feedback: Feedback | None = None


class Inbox(Protocol):
    """Accepted events."""

    async def put(self, lane: Lane, event: Event) -> bool:
        """Keep an event durably; false if its source is known already. Raises Unavailable."""
        ...

    async def waiting(self, lane: Lane) -> list[Waiting]:
        """What is due in a lane, in the order it was accepted."""
        ...

    async def move(self, id: str, lane: Lane) -> None:
        """Put an event into another lane."""
        ...

    async def defer(self, id: str, until: datetime, *, failed: bool) -> None:
        """Look at it again later; ``failed`` counts an attempt."""
        ...

    async def finish(self, ids: Sequence[str], *, dead: bool = False) -> None:
        """Nothing (more) is to be done; ``dead``: it could not be handled."""
        ...

    async def lanes_due(self) -> list[Lane]:
        """Lanes with something due."""
        ...


class Leases(Protocol):
    """Who works on what."""

    async def take(self, key: str) -> Lease | None:
        """Take a lease; None while somebody else holds it."""
        ...

    async def renew(self, lease: Lease) -> bool:
        """Hold it longer; false if it was lost."""
        ...

    async def release(self, lease: Lease) -> None:
        """Give it back."""
        ...


class Records(Protocol):
    """Conversations, messages, tickets, customers."""

    async def case(self, lane: Lane) -> Case:
        """What is known of a lane."""
        ...

    async def history(self, conversation: ConversationId, limit: int) -> list[Line]:
        """The public messages of a conversation, oldest first."""
        ...

    async def emotions(self, conversation: ConversationId, limit: int) -> list[Emotion]:
        """The emotions of the customer's messages, oldest first."""
        ...

    async def customer(self, identity: Identity) -> Customer | None:
        """A customer by who they are on a platform; joined accounts are one customer."""
        ...

    async def message(self, ref: MessageRef) -> Noted | None:
        """A message somebody wrote, by where it stands."""
        ...

    async def ticket(self, id: TicketId) -> Ticket | None:
        """A ticket."""
        ...

    async def tickets(self, *, assignee: AgentId | None = None, waiting: bool = False) -> list[Ticket]:
        """Tickets that are not solved, longest waiting first: an agent's, the queue's, or all."""
        ...

    async def requests(self, customer: CustomerId) -> list[Ticket]:
        """The latest tickets of a customer and of the accounts joined with theirs, newest first."""
        ...

    async def feedback(self, id: str) -> Feedback | None:
        """What is known of one resolution's survey."""
        ...

    async def next_reference(self) -> str:
        """The next ticket's reference, such as T-12."""
        ...

    async def commit(self, lease: Lease, changes: Changes, case: Case) -> None:
        """Write all changes in one transaction. Raises Stale when the lease or the ticket moved on."""
        ...


class Links(Protocol):
    """Codes that join accounts. They are made and used by `Records.commit`."""

    async def code(self, digest: str) -> LinkCode | None:
        """A code by its digest."""
        ...

    async def failures(self, identity: Identity, now: datetime) -> int:
        """Wrong codes that somebody sent lately."""
        ...

    async def failed(self, identity: Identity, now: datetime) -> None:
        """Somebody sent a wrong code."""
        ...


class Agents(Protocol):
    """Who answers customers."""

    async def get(self, id: AgentId) -> Agent | None:
        """An agent by id."""
        ...

    async def join(
        self, identity: Identity, *, name: str, role: Role, capacity: int, availability: Availability
    ) -> Agent:
        """The agent of an identity; made with these values if there was none."""
        ...

    async def all(self) -> list[Agent]:
        """All agents, by name."""
        ...

    async def set_availability(self, id: AgentId, availability: Availability, at: datetime) -> None:
        """Change whether they get tickets."""
        ...

    async def set_capacity(self, id: AgentId, capacity: int) -> None:
        """Change how many open tickets they get at most."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A row of the outbox and how far it is: pending, sent, dead or cancelled."""

    row: Outgoing
    state: str
    attempts: int
    ref: MessageRef | None
    why: str = ""


class Outbox(Protocol):
    """What is to be done on platforms."""

    async def add(self, rows: Sequence[Outgoing]) -> None:
        """Keep rows that belong to no lane's commit (answers to commands)."""
        ...

    async def next(self, queue: str) -> Posted | None:
        """The first row of a queue that is not done."""
        ...

    async def started(self, key: str) -> None:
        """Note, before the platform is called, that it is about to be."""
        ...

    async def done(
        self, row: Outgoing, ref: MessageRef | None, also: Sequence[Outgoing], entries: Sequence[Entry]
    ) -> None:
        """It is done; what follows from it is written in the same transaction."""
        ...

    async def later(self, key: str, until: datetime, *, failed: bool) -> None:
        """Try again at a time."""
        ...

    async def dead(self, row: Outgoing, why: str, also: Sequence[Outgoing], entries: Sequence[Entry]) -> None:
        """It can't be done; what follows from that is written in the same transaction."""
        ...

    async def posted(self, key: str) -> Posted | None:
        """A row by its key."""
        ...

    async def at(self, ref: MessageRef) -> Posted | None:
        """The row that made a message on a platform."""
        ...

    async def showing(self, origin: str) -> list[Posted]:
        """The rows that show one message of ours, in order."""
        ...

    async def cards_on_their_way(self, channel: str) -> bool:
        """Whether a ticket's card for this channel is not delivered yet."""
        ...

    async def queues_due(self) -> list[str]:
        """Queues with something due."""
        ...

    async def dead_letters(self) -> list[Posted]:
        """What could not be delivered, newest first."""
        ...

    async def revive(self, key: str) -> bool:
        """Try a dead letter again."""
        ...


Compose = Callable[[Ticket, Agent, Conversation], Changes]
"""What an assignment changes besides: the ticket after it, entries, messages."""


class Assignment(Protocol):
    """Gives waiting tickets to agents."""

    async def assign_next(self, at: datetime, compose: Compose) -> Changes | None:
        """Assign the longest waiting ticket to the least busy agent, atomically; None: nothing to do."""
        ...
