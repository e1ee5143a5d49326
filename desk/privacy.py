"""A customer's rights: a copy of what is kept about them, and its erasure."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog

from desk import card, words
from desk.attachments import Keep
from desk.changes import Purpose
from desk.holding import held
from desk.ports import Channel
from desk.step import Step, card_key
from desk.storage import Leases, Outbox, Posted
from domain.content import Button, Buttons, ButtonStyle, Content, File, paragraph, text
from domain.errors import Unavailable
from domain.ids import BotId, CustomerId, Identity, Lane
from domain.inbound import ButtonPressed, CommandReceived
from domain.people import Customer
from domain.texts import Key, say
from domain.ticket import Ticket

log = structlog.get_logger()

FILE = "my-data.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with all their accounts. ``customer`` None: nothing is kept. ``since``: first conversation."""

    identity: Identity
    customer: Customer | None
    ids: tuple[CustomerId, ...]
    lanes: tuple[Lane, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    open: tuple[Ticket, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The rows that the erasure itself needs: ``event`` and ``told`` are emptied once they are done."""

    lane: Lane
    event: str
    told: Sequence[str]
    kept: Collection[str]


class Persons(Protocol):
    """Everything that is kept about one person."""

    async def find(self, identity: Identity) -> Person:
        """Somebody by an account of theirs."""
        ...

    async def data(self, person: Person) -> Mapping[str, Any]:
        """Plain JSON values: profile, conversations, ratings, requests."""
        ...

    async def posts(self, person: Person) -> list[Posted]:
        """What was posted about them where the agents are, but for the tickets' cards."""
        ...


class Erasure(Protocol):
    """Takes it all away."""

    async def erase(
        self, person: Person, receipt: Receipt, forget: Callable[[datetime], Awaitable[None]]
    ) -> None:
        """Erase it. Doing it again, also after a crash in the middle, ends in the same state.

        ``forget`` is told from when on stored days have to be made anew.
        """
        ...


class PrivacyDesk:
    """/privacy and its buttons."""

    def __init__(
        self,
        *,
        persons: Persons,
        erasure: Erasure,
        outbox: Outbox,
        leases: Leases,
        channels: Mapping[BotId, Channel],
        keep: Keep,
        forget: Callable[[datetime], Awaitable[None]],
        renew_seconds: float,
    ) -> None:
        self._persons = persons
        self._erasure = erasure
        self._outbox = outbox
        self._leases = leases
        self._channels = channels
        self._keep = keep
        self._forget = forget
        self._renew_seconds = renew_seconds

    async def show(self, step: Step, event: CommandReceived) -> None:
        """What is kept, and the buttons for a copy and for erasure."""
        language = _language(step)
        told = text(say(Key.PRIVACY, language, company=step.firm.name))
        mine = Button("my_data", say(Key.BUTTON_MY_DATA, language))
        erase = Button("erase", say(Key.BUTTON_ERASE, language), "", ButtonStyle.DANGER)
        step.send(event.address, told.plus(Buttons((mine, erase, words.human_button(language)))), "told")

    async def copy(self, step: Step, event: ButtonPressed) -> None:
        """Send a file with everything."""
        language = _language(step)
        if _overheard(step, event):
            step.send(event.address, text(say(Key.IN_PRIVATE, language)), "private")
            return
        person = await self._persons.find(event.actor.identity)
        if person.customer is None:
            step.send(event.address, text(say(Key.KEPT_NOTHING, language)), "nothing")
            return
        data = json.dumps(await self._persons.data(person), ensure_ascii=False, indent=2).encode()
        blob = step.id("blob", FILE)
        await self._keep(blob, data)
        file = File(blob, FILE, "application/json", len(data))
        step.send(event.address, Content((paragraph(say(Key.EXPORTED, language)), file)), "exported")

    async def ask(self, step: Step, event: ButtonPressed) -> None:
        """Make sure that it is meant."""
        language = _language(step)
        if _overheard(step, event):
            step.send(event.address, text(say(Key.IN_PRIVATE, language)), "private")
            return
        person = await self._persons.find(event.actor.identity)
        asked = text(say(Key.ERASE_CONFIRM, language))
        if person.open:
            asked = asked.plus(paragraph(say(Key.ERASE_OPEN, language)))
        yes = Button("erase_yes", say(Key.BUTTON_ERASE_YES, language), "", ButtonStyle.DANGER)
        step.send(
            event.address, asked.plus(Buttons((yes, Button("erase_no", say(Key.BUTTON_NO, language))))), "ask"
        )

    async def keep(self, step: Step, event: ButtonPressed) -> None:
        """They don't want it after all."""
        step.edit_at(event.ref, text(say(Key.ALL_RIGHT, _language(step))), "kept")

    async def erase(self, step: Step, event: ButtonPressed) -> None:
        """Erase first, then say so: a crash in between repeats both, and neither does harm twice."""
        language = _language(step)
        person = await self._persons.find(event.actor.identity)
        notices = self._notices(step, person, await self._persons.posts(person))
        step.conversation = step.ticket = step.customer = None
        told = step.send(event.address, text(say(Key.ERASED, language)), "erased")
        receipt = Receipt(
            lane=step.lane,
            event=step.changes.seed,
            told=(told,),
            kept={row.key for row in notices.changes.outgoing},
        )
        async with AsyncExitStack() as stack:
            await self._hold(stack, [lane for lane in person.lanes if lane != step.lane])
            await self._outbox.add(notices.changes.outgoing)
            await self._erasure.erase(person, receipt, self._forget)
        step.changes.outgoing = [*notices.changes.outgoing, *step.changes.outgoing]
        log.info("customer_erased", company=step.firm.id, accounts=len(person.ids))

    async def _hold(self, stack: AsyncExitStack, lanes: Sequence[Lane]) -> None:
        """Nobody works on their other conversations meanwhile. Raises Unavailable: it is tried again."""
        for lane in lanes:
            lease = await self._leases.take(lane)
            if lease is None:
                raise Unavailable("Another conversation of this customer is in hand.")
            await stack.enter_async_context(held(self._leases, lease, every=self._renew_seconds))

    def _notices(self, step: Step, person: Person, posts: Sequence[Posted]) -> Step:
        """Agents' channel: what was relayed goes away, the card says why, open tickets' agents are told."""
        made = Step(
            firm=step.firm,
            channels=self._channels,
            lane=Lane(f"staff|{step.firm.id}|erasures"),
            seed=f"{step.changes.seed}|erasure",
            now=step.now,
        )
        if step.firm.staff is None:
            return made
        for posted in posts:
            made.delete(posted.row.key, posted.row.to, posted.row.key, under=posted.row.under)
        for ticket in person.tickets:
            made.edit(card_key(ticket), step.firm.staff, card.erased(ticket), f"card-{ticket.id}")
        for ticket in person.open:
            words = card.line(ERASED)
            made.send(
                step.firm.staff, words, f"told-{ticket.id}", purpose=Purpose.NOTICE, under=card_key(ticket)
            )
        return made


ERASED = "The customer had everything about them erased. This ticket is closed; nothing reaches them here."


def _language(step: Step) -> str:
    return step.conversation.language if step.conversation else step.firm.language


def _overheard(step: Step, event: ButtonPressed) -> bool:
    return step.shared(event.address) and not event.address.private_to
