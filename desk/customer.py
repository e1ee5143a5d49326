"""What else customers do: they press, edit, delete, send commands, block the bot."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from desk import card, handoff, survey, words
from desk.accounts import AccountsDesk, tell_requests
from desk.ports import Link
from desk.privacy import PrivacyDesk
from desk.routing import ADMIN_COMMANDS
from desk.step import Step, card_key
from desk.storage import Case, Outbox, Records, Waiting
from desk.turns import HISTORY, Received, Turns
from domain.answer import Author, Reason
from domain.content import Content, text
from domain.conversation import ConversationStatus, Handler
from domain.emotion import CALM
from domain.errors import DeskmateError
from domain.ids import MessageRef, TicketId
from domain.inbound import (
    Blocked,
    ButtonPressed,
    CommandReceived,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
)
from domain.log import Kind
from domain.texts import LANGUAGES, Key, known_language, say
from domain.ticket import Status

LINK_SECONDS = 3.0


class CustomerDesk:
    """Decides what a customer's events change. Writes nothing."""

    def __init__(
        self,
        *,
        turns: Turns,
        records: Records,
        outbox: Outbox,
        link: Link,
        accounts: AccountsDesk,
        rights: PrivacyDesk,
    ) -> None:
        self._turns = turns
        self._link = link
        self._records = records
        self._outbox = outbox
        self._accounts = accounts
        self._rights = rights

    async def edited(self, step: Step, case: Case, event: MessageEdited) -> None:
        """Agents see both texts; the bot doesn't answer again."""
        noted = await self._records.message(event.ref)
        if noted is None or noted.message.text == event.text:
            return
        step.changes.rewritten[noted.message.id] = event.text
        shown = card.edited(event.actor.name, noted.message.text, event.text)
        await self._replace_shown(step, noted.message.id, shown)

    async def deleted(self, step: Step, case: Case, event: MessageDeleted) -> None:
        """Agents still see what a deleted message said."""
        noted = await self._records.message(event.ref)
        if noted is None:
            return
        step.changes.rewritten[noted.message.id] = None
        await self._replace_shown(step, noted.message.id, card.deleted(event.actor.name, noted.message.text))

    async def _replace_shown(self, step: Step, origin: str, content: Content) -> None:
        step.rewrite(await self._outbox.showing(origin), content)

    async def blocked(self, step: Step, case: Case, event: Blocked) -> None:
        """The agents must know that nothing arrives any more."""
        if step.ticket and step.conversation and step.conversation.handler is Handler.AGENT:
            state = "blocked the bot: nothing reaches them" if event.blocked else "can be reached again"
            step.to_thread(card.line(f"{event.actor.name} {state}."), "blocked")
        if event.blocked and step.conversation:
            step.log(Kind.CUSTOMER_BLOCKED)

    async def pressed(self, step: Step, case: Case, event: ButtonPressed) -> None:
        """A button of one of our messages."""
        handler = _PRESSES.get(event.action)
        if handler:
            await handler(self, step, case, event)

    async def commanded(self, step: Step, case: Case, event: CommandReceived) -> None:
        """A slash command."""
        handler = _COMMANDS.get(event.name, CustomerDesk._unknown)
        await handler(self, step, case, event)

    async def submitted(self, step: Step, case: Case, event: FormSubmitted) -> None:
        """A form: only the comment on a rating has one."""
        feedback = await self._records.feedback(event.value)
        if event.form == "comment" and feedback and (said := event.fields.get("comment", "").strip()):
            await self._about(step, case, feedback.ticket)
            survey.comment(step, feedback, said)

    async def _about(self, step: Step, case: Case, ticket: TicketId | None) -> None:
        """Show a survey's answer in the thread of its own ticket, also when a newer one is open."""
        if ticket and (case.ticket is None or case.ticket.id != ticket):
            step.ticket = await self._records.ticket(ticket)

    async def _rate(self, step: Step, case: Case, event: ButtonPressed) -> None:
        feedback = await self._records.feedback(event.value.rpartition(":")[0])
        await self._about(step, case, feedback.ticket if feedback else None)
        rated = survey.rate(step, feedback, event.value, event.ref)
        if survey.is_low(rated):
            survey.alert(step, rated, await self._thread_link(step))

    async def _thread_link(self, step: Step) -> str:
        """Where the ticket's thread is; "" if that can't be told now: the alert matters more."""
        posted = await self._outbox.posted(card_key(step.ticket)) if step.ticket else None
        if posted is None or posted.ref is None:
            return ""
        try:
            async with asyncio.timeout(LINK_SECONDS):
                return await self._link(posted.ref)
        except (DeskmateError, TimeoutError):
            return ""

    async def _comment(self, step: Step, case: Case, event: ButtonPressed) -> None:
        survey.ask_comment(step, await self._records.feedback(event.value))

    async def _skip(self, step: Step, case: Case, event: ButtonPressed) -> None:
        survey.skip_comment(step, await self._records.feedback(event.value), event.ref)

    async def _human(self, step: Step, case: Case, event: ButtonPressed | CommandReceived) -> None:
        """A person was asked for; asking again tells how things stand."""
        await self._turns.enter(step, case, event)
        talk = step.talk()
        if talk.handler is Handler.AGENT:
            step.send(event.address, text(say(Key.HANDOFF_ALREADY, talk.language)), "already")
            return
        history = await self._records.history(talk.id, HISTORY)
        asked = [line.text for line in history if line.author is Author.CUSTOMER]
        emotions = await self._records.emotions(talk.id, 1)
        handoff.hand_off(
            step,
            reference=await self._records.next_reference(),
            customer_name=event.actor.name,
            reason=Reason.ASKED,
            question=asked[-1] if asked else say(Key.BUTTON_HUMAN, talk.language),
            history=history,
            emotion=emotions[-1] if emotions else CALM,
        )
        await tell_requests(step, self._records)

    async def _solved(self, step: Step, case: Case, event: ButtonPressed) -> None:
        """The customer confirms that the bot's answer helped."""
        talk = case.conversation
        if talk is None or talk.handler is Handler.AGENT or talk.status is ConversationStatus.RESOLVED:
            return
        step.talk(status=ConversationStatus.RESOLVED, refusals=0)
        step.log(Kind.CONVERSATION_RESOLVED, by="bot", confirmed=True)
        step.to_customer(text(say(Key.GLAD, talk.language)), "glad")

    async def _reopen(self, step: Step, case: Case, event: ButtonPressed) -> None:
        """Not solved: back to the agent, or to a new one when the customer has moved on since."""
        ticket, talk = case.ticket, case.conversation
        same = ticket and talk and ticket.id == event.value and ticket.conversation == talk.id
        if not same:
            await self._human(step, case, event)
        elif ticket and ticket.status in (Status.SOLVED, Status.CLOSED):
            handoff.reopen(step, None)

    async def _language(self, step: Step, case: Case, event: ButtonPressed | CommandReceived) -> None:
        """Choose a language, or show what there is."""
        customer = await self._turns.enter(step, case, event)
        wanted = event.value if isinstance(event, ButtonPressed) else _argument(event)
        code = known_language(wanted)
        language = step.talk().language
        if code:
            step.changes.customer = replace(customer, language=code)
            step.talk(language=code)
            step.send(event.address, text(say(Key.LANGUAGE_SET, code)), "language")
        elif wanted:
            choices = ", ".join(LANGUAGES.values())
            step.send(event.address, text(say(Key.LANGUAGE_UNKNOWN, language, choices=choices)), "language")
        else:
            step.send(event.address, words.languages(language), "language")

    async def _greet(self, step: Step, case: Case, event: CommandReceived) -> None:
        await self._turns.enter(step, case, event)
        language = step.talk().language
        greeting = say(Key.GREETING, language, company=step.firm.name)
        step.send(event.address, words.offered(greeting, language), "greeting")

    async def _help(self, step: Step, case: Case, event: CommandReceived) -> None:
        await self._tell(step, case, event, Key.HELP)

    async def _privacy(self, step: Step, case: Case, event: CommandReceived) -> None:
        await self._rights.show(step, event)

    async def _my_data(self, step: Step, case: Case, event: ButtonPressed) -> None:
        await self._rights.copy(step, event)

    async def _erase(self, step: Step, case: Case, event: ButtonPressed) -> None:
        await self._rights.ask(step, event)

    async def _erase_yes(self, step: Step, case: Case, event: ButtonPressed) -> None:
        await self._rights.erase(step, event)

    async def _erase_no(self, step: Step, case: Case, event: ButtonPressed) -> None:
        await self._rights.keep(step, event)

    async def _tell(self, step: Step, case: Case, event: CommandReceived, key: Key) -> None:
        language = case.conversation.language if case.conversation else step.firm.language
        content = words.offered(say(key, language, company=step.firm.name), language)
        step.send(event.address, content, "told")

    async def _status(self, step: Step, case: Case, event: CommandReceived) -> None:
        """How things stand."""
        language = case.conversation.language if case.conversation else step.firm.language
        step.send(event.address, text(await self._standing(case, language)), "status")

    async def _standing(self, case: Case, language: str) -> str:
        talk, ticket = case.conversation, case.ticket
        if talk is None or talk.status is ConversationStatus.RESOLVED:
            return say(Key.STATUS_NONE, language)
        if ticket is None or talk.handler is Handler.BOT:
            return say(Key.STATUS_BOT, language)
        if ticket.assignee_name:
            return say(Key.STATUS_AGENT, language, agent=ticket.assignee_name.split()[0])
        waiting = [one.id for one in await self._records.tickets(waiting=True)]
        position = waiting.index(ticket.id) + 1 if ticket.id in waiting else 1
        return say(Key.STATUS_WAITING, language, position=position)

    async def _ask(self, step: Step, case: Case, event: CommandReceived) -> None:
        """A question through a command is a message like any other."""
        question = _argument(event)
        if not question:
            await self._tell(step, case, event, Key.HELP)
            return
        ref = MessageRef(address=event.address, id=event.source)
        message = MessageReceived(
            source=event.source,
            at=event.at,
            actor=event.actor,
            address=event.address,
            ref=ref,
            text=question,
        )
        row = Waiting(id=event.source, lane=step.lane, event=message, accepted_at=step.now, attempts=0)
        await self._turns.wrote(step, case, [Received(row=row, event=message)])

    async def _link_accounts(self, step: Step, case: Case, event: CommandReceived) -> None:
        await self._accounts.link(step, event, _argument(event))

    async def _unlink(self, step: Step, case: Case, event: CommandReceived) -> None:
        await self._accounts.unlink(step, event)

    async def _not_allowed(self, step: Step, case: Case, event: CommandReceived) -> None:
        await self._tell(step, case, event, Key.NOT_ALLOWED)

    async def _unknown(self, step: Step, case: Case, event: CommandReceived) -> None:
        await self._tell(step, case, event, Key.UNKNOWN_COMMAND)


def _argument(event: CommandReceived) -> str:
    """What follows a command: its text, or its only option."""
    return event.text.strip() or next((value for value in event.options.values() if value), "").strip()


Press = Callable[[CustomerDesk, Step, Case, ButtonPressed], Awaitable[None]]
Command = Callable[[CustomerDesk, Step, Case, CommandReceived], Awaitable[None]]

_PRESSES: dict[str, Press] = {
    "rate": CustomerDesk._rate,
    "comment": CustomerDesk._comment,
    "skip": CustomerDesk._skip,
    "human": CustomerDesk._human,
    "solved": CustomerDesk._solved,
    "reopen": CustomerDesk._reopen,
    "language": CustomerDesk._language,
    "my_data": CustomerDesk._my_data,
    "erase": CustomerDesk._erase,
    "erase_yes": CustomerDesk._erase_yes,
    "erase_no": CustomerDesk._erase_no,
}
_COMMANDS: dict[str, Command] = {
    "start": CustomerDesk._greet,
    "help": CustomerDesk._help,
    "human": CustomerDesk._human,
    "status": CustomerDesk._status,
    "language": CustomerDesk._language,
    "privacy": CustomerDesk._privacy,
    "ask": CustomerDesk._ask,
    "link": CustomerDesk._link_accounts,
    "unlink": CustomerDesk._unlink,
    **dict.fromkeys(ADMIN_COMMANDS, CustomerDesk._not_allowed),
}
