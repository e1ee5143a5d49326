"""One person on two platforms: accounts are joined by a code that was sent from both, never by a name."""

import asyncio
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import scrypt

from desk import card
from desk.changes import Joined, LinkCode, Parted
from desk.step import Step, card_key
from desk.storage import Links, Records
from domain.content import Content, Paragraph, Span, Style, text
from domain.ids import CompanyId
from domain.inbound import CommandReceived
from domain.people import Customer, customer_id
from domain.texts import Key, known_language, say
from domain.ticket import Status, Ticket

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without letters and digits that look alike. Eight of them are about 40 bits."""
LENGTH = 8
LASTS = timedelta(minutes=10)
FAILURES = 5
"""Wrong codes of one account before it has to wait."""
OVER = (Status.SOLVED, Status.CLOSED)


async def digest_of(company: CompanyId, code: str) -> str:
    """What is kept of a code: too slow to compute to be found by trying within its ten minutes."""
    salt = f"deskmate|{company}".encode()
    made = await asyncio.to_thread(scrypt, code.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    return made.hex()


def normalised(given: str) -> str:
    """A code as it was made, however it was typed."""
    return "".join(given.split()).replace("-", "").upper()


class AccountsDesk:
    """Decides what /link and /unlink change. Writes nothing but wrong tries."""

    def __init__(self, *, records: Records, links: Links) -> None:
        self._records = records
        self._links = links

    async def link(self, step: Step, event: CommandReceived, given: str) -> None:
        """Without a code: make one. With a code: join the account that asked for it."""
        customer = await self._customer(step, event)
        language = _language(step, customer, event)
        if _overheard(step, event):
            step.send(event.address, text(say(Key.LINK_PRIVATE, language)), "link")
        elif code := normalised(given):
            await self._redeem(step, customer, event, code)
        else:
            await self._offer(step, customer, event)

    async def unlink(self, step: Step, event: CommandReceived) -> None:
        """This account is a customer of its own again; the first account lets go of all others."""
        customer = await self._customer(step, event)
        language = _language(step, customer, event)
        mine = event.actor.identity
        if not customer.also:
            step.send(event.address, text(say(Key.LINK_NONE, language)), "unlink")
            return
        parted = customer.also if mine == customer.identity else (mine,)
        step.changes.accounts = Parted(kept=customer.id, parted=parted)
        if not _overheard(step, event):  # in a group it may be somebody else's conversation
            alone = replace(customer, id=customer_id(step.firm.id, mine), also=())
            self._belongs(step, alone, before=customer)
        step.send(event.address, text(say(Key.UNLINKED, language)), "unlink")

    async def _customer(self, step: Step, event: CommandReceived) -> Customer:
        """Whoever sent it: in a group that need not be who began the conversation."""
        who = event.actor.identity
        known = await self._records.customer(who)
        if known is None:
            known = Customer(id=customer_id(step.firm.id, who), identity=who, name=event.actor.name)
            step.changes.customer = known
        return known

    async def _offer(self, step: Step, customer: Customer, event: CommandReceived) -> None:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        step.changes.accounts = LinkCode(
            digest=await digest_of(step.firm.id, code),
            customer=customer.id,
            identity=event.actor.identity,
            address=event.address,
            expires_at=step.now + LASTS,
        )
        shown = f"{code[:4]}-{code[4:]}"
        minutes = int(LASTS.total_seconds() // 60)
        said = say(Key.LINK_CODE, _language(step, customer, event), code=shown, minutes=minutes)
        step.send(event.address, _with_mono(said, shown), "code", secret=True)

    async def _redeem(self, step: Step, customer: Customer, event: CommandReceived, code: str) -> None:
        mine, language = event.actor.identity, _language(step, customer, event)
        if await self._links.failures(mine, step.now) >= FAILURES:
            minutes = int(LASTS.total_seconds() // 60)
            step.send(event.address, text(say(Key.LINK_LATER, language, minutes=minutes)), "link")
            return
        found = await self._found(step, code)
        kept = await self._records.customer(found.identity) if found else None
        if found is None or kept is None or (found.used_by and kept.id != customer.id):
            await self._links.failed(mine, step.now)
            step.send(event.address, text(say(Key.LINK_WRONG, language)), "link")
        elif found.identity == mine:
            step.send(event.address, text(say(Key.LINK_HERE, language)), "link")
        else:
            step.send(event.address, text(say(Key.LINK_DONE, language)), "link")
            if kept.id != customer.id:  # else it was joined before: saying so again changes nothing
                await self._join(step, customer, kept, found)

    async def _found(self, step: Step, code: str) -> LinkCode | None:
        """A code that is still good. Digests are compared, in a time that says nothing of them."""
        digest = await digest_of(step.firm.id, code)
        found = await self._links.code(digest)
        good = found is not None and hmac.compare_digest(found.digest, digest)
        return found if good and found and found.expires_at > step.now else None

    async def _join(self, step: Step, customer: Customer, kept: Customer, found: LinkCode) -> None:
        step.changes.accounts = Joined(digest=found.digest, kept=kept.id, gone=customer.id)
        language = kept.language or step.firm.language
        step.send(found.address, text(say(Key.LINK_DONE, language)), "link-other")
        before = await self._records.requests(kept.id)
        whole = replace(kept, also=(*kept.also, customer.identity, *customer.also))
        self._belongs(step, whole, before=customer)
        self._tell_agents(step, whole, [*before, *await self._records.requests(customer.id)])

    def _belongs(self, step: Step, customer: Customer, *, before: Customer) -> None:
        """What they have open here is that customer's from now on; what somebody else began is not."""
        if step.conversation is None or step.conversation.customer != before.id:
            return
        step.talk(customer=customer.id)
        if step.ticket and step.ticket.status not in OVER:
            where = customer.elsewhere(step.ticket.platform)
            step.set_ticket(replace(step.ticket, customer=customer.id, also_on=where))
            step.update_card(card.card(step.ticket), "accounts")

    def _tell_agents(self, step: Step, customer: Customer, requests: Sequence[Ticket]) -> None:
        """In the threads of everything the customer has open, here and elsewhere."""
        for ticket in [one for one in requests if one.status not in OVER]:
            others = [one for one in requests if one.id != ticket.id]
            where = customer.elsewhere(ticket.platform)
            self._tell_thread(step, ticket, card.also_on(ticket.customer_name, where, others))

    def _tell_thread(self, step: Step, ticket: Ticket, words: Content) -> None:
        if step.firm.staff:
            step.send(step.firm.staff, words, f"also-{ticket.id}", under=card_key(ticket))


def _overheard(step: Step, event: CommandReceived) -> bool:
    return step.shared(event.address) and not event.address.private_to


async def tell_requests(step: Step, records: Records) -> None:
    """Agents learn where else the customer of a new ticket is, and what they asked for before."""
    customer, ticket = step.customer, step.ticket
    if customer is None or ticket is None or not customer.also:
        return
    others = [one for one in await records.requests(customer.id) if one.id != ticket.id]
    step.to_thread(card.also_on(ticket.customer_name, ticket.also_on, others), "also")


def _language(step: Step, customer: Customer, event: CommandReceived) -> str:
    talk = step.conversation.language if step.conversation else ""
    return talk or customer.language or known_language(event.actor.language) or step.firm.language


def _with_mono(said: str, shown: str) -> Content:
    """A text in which the code can be copied with a tap."""
    before, code, after = said.partition(shown)
    return Content((Paragraph((Span(before), Span(code, Style.MONO), Span(after))),))
