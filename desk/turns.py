"""A customer wrote: the bot answers, or the message goes to the human who has the conversation."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from brain.ports import EmotionReader
from desk import card, handoff, survey, words
from desk.accounts import tell_requests
from desk.attachments import Files, lacking, made_of_text
from desk.changes import Purpose, Trace
from desk.extracts import Extracts
from desk.ports import Channel
from desk.step import Step
from desk.storage import Case, Outbox, Records, Waiting
from domain.answer import Action, Answer, Author, Line, Reason, Turn
from domain.content import Content, File, Quote, Span, plain, text
from domain.conversation import Conversation, ConversationStatus, Handler
from domain.emotion import CALM, Emotion
from domain.ids import Address, BotId, ConversationId, MessageId, MessageRef, derived
from domain.inbound import Inbound, MessageReceived
from domain.log import Kind
from domain.people import Customer, customer_id
from domain.texts import Key, known_language, say
from domain.ticket import Status
from ticketing import transitions

log = structlog.get_logger()

HISTORY = 20
"""Messages of a conversation that the brain reads."""

TYPING_SECONDS = 4.0
"""Telegram shows "typing" for five seconds, Discord for ten: a slow answer needs it again."""

Answering = Callable[[Turn], Awaitable[Answer]]
"""`brain.brain.Brain.answer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A customer's message on its way through a step."""

    row: Waiting
    event: MessageReceived


class Turns:
    """Decides what customers' messages change. Writes nothing."""

    def __init__(
        self,
        *,
        answer: Answering,
        emotions: EmotionReader,
        records: Records,
        outbox: Outbox,
        channels: Mapping[BotId, Channel],
        files: Files,
        extracts: Extracts,
    ) -> None:
        self._answer = answer
        self._emotions = emotions
        self._records = records
        self._outbox = outbox
        self._channels = channels
        self._files = files
        self._extracts = extracts

    async def wrote(self, step: Step, case: Case, messages: Sequence[Received]) -> None:
        """Messages that arrived together are answered together, once."""
        feedback = case.feedback
        talk = case.conversation
        over = talk is not None and talk.status is ConversationStatus.RESOLVED
        said = _joined(messages, step.firm.max_text)[0]
        if feedback and over and survey.is_comment(feedback, said, step.now):
            survey.comment(step, feedback, said)
            return
        await self.enter(step, case, messages[0].event)
        if step.conversation and step.conversation.handler is Handler.AGENT:
            await self._relay(step, messages)
        else:
            await self._reply(step, messages)

    async def enter(self, step: Step, case: Case, event: Inbound) -> Customer:
        """The customer and their open conversation, made where there is none."""
        customer = _owner(case, event) or await self._records.customer(event.actor.identity)
        if customer is None or _renamed(customer, event):
            customer = _customer(step, customer, event)
            step.changes.customer = customer
        step.customer = customer
        if case.conversation is None or case.conversation.status is ConversationStatus.RESOLVED:
            self._begin(step, customer, event)
        else:
            _own(step, customer, event)
        return customer

    def _begin(self, step: Step, customer: Customer, event: Inbound) -> None:
        id = ConversationId(derived(step.lane, step.changes.seed, "conversation"))
        language = customer.language or known_language(event.actor.language) or step.firm.language
        address = replace(event.address, private_to="")
        talk = Conversation(
            id=id,
            lane=step.lane,
            customer=customer.id,
            address=address,
            started_at=step.now,
            language=language,
        )
        step.begin(talk)
        step.changes.cancel_surveys = True
        step.log(Kind.CONVERSATION_STARTED)

    async def _relay(self, step: Step, messages: Sequence[Received]) -> None:
        """A human has the conversation: pass everything on, the bot stays silent."""
        if step.ticket is None or step.conversation is None:
            return
        step.set_ticket(transitions.answer(step.ticket))
        for number, one in enumerate(messages):
            emotion = await self._feel(one.event.text)
            shown, note = await self._shown(step, one, str(number), messages[0].row.attempts)
            part = f"relay-{one.row.id}"
            id = self._keep(step, one, emotion)
            shown = await self._read(step, one, shown)
            content = card.from_customer(one.event.actor.name, shown, emotion)
            step.to_thread(content, part, origin=id)
            if note:
                step.to_customer(text(note), f"note-{number}")
        step.update_card(card.card(step.ticket), "answer")

    async def _shown(self, step: Step, one: Received, part: str, attempts: int) -> tuple[Content, str]:
        """A message with its files, and what the customer has to be told about it."""
        said, cut = _cut(one.event.text, step.firm.max_text)
        content = (
            Content() if not said else (one.event.content if one.event.content and not cut else text(said))
        )
        if one.event.reply_to:
            content = await self._quoting(one.event, content)
        key, language = f"{step.changes.seed}-{part}", language_of(step)
        files, problems = await self._files.take(one.event, key, language, attempts=attempts)
        content = content.plus(*lacking(one.event.attachments, files))
        if cut:
            files = (await self._files.long_text(one.event.text, key), *files)
            problems = (say(Key.TOO_LONG_PASSED, language), *problems)
        return Content((*content.blocks, *files)), " ".join(problems)

    async def _read(self, step: Step, one: Received, shown: Content) -> Content:
        """With the words of its files, which the conversation's history holds from then on."""
        sent = [block for block in shown.blocks if isinstance(block, File) and not made_of_text(block)]
        for number, extract in enumerate(await self._extracts.of(sent)):
            part = f"{one.row.id}-file-{number}"
            step.said(
                Author.CUSTOMER, extract.kept, at=one.row.accepted_at, part=part, name=one.event.actor.name
            )
            shown = shown.plus(*extract.shown)
        return shown

    async def _quoting(self, event: MessageReceived, content: Content) -> Content:
        old = await self._said(event.reply_to) if event.reply_to else ""
        return Content((Quote((Span(old[:200]),)), *content.blocks)) if old else content

    async def _said(self, ref: MessageRef) -> str:
        """What a message says, whoever wrote it; "" if it isn't known."""
        if posted := await self._outbox.at(ref):
            return plain(posted.row.content)
        noted = await self._records.message(ref)
        return noted.message.text if noted else ""

    def _keep(self, step: Step, one: Received, emotion: Emotion | None) -> MessageId:
        said = _cut(one.event.text, step.firm.max_text)[0] or _names(one.event)
        id = step.said(
            Author.CUSTOMER,
            said,
            at=one.row.accepted_at,
            part=one.row.id,
            ref=one.event.ref,
            name=one.event.actor.name,
            emotion=emotion,
        )
        feeling = emotion or CALM
        scores = {str(label): round(score, 4) for label, score in feeling.scores.items()}
        step.log(
            Kind.CUSTOMER_WROTE,
            at=one.row.accepted_at,
            emotion=str(feeling.label),
            scores=scores,
            language=language_of(step),
        )
        return id

    async def _feel(self, said: str) -> Emotion | None:
        """The emotion of a message; a failing model must not stop a relay."""
        if not said.strip():
            return None
        try:
            return await self._emotions.read(said)
        except Exception:  # any fault of a model: the message matters more than its mood
            log.warning("emotion_failed", exc_info=True)
            return None

    async def _reply(self, step: Step, messages: Sequence[Received]) -> None:
        """Ask the brain, then answer, refuse or hand off."""
        said, cut = _joined(messages, step.firm.max_text)
        if not said:
            self._cannot_read(step, messages)
            return
        talk = step.talk()
        turn = await self._turn(step, said)
        async with self._typing(step):
            answer = await self._answer(turn)
        step.talk(language=answer.language)
        for one in messages:
            self._keep(step, one, answer.emotion if one.event.text.strip() else None)
        question = said[:500]
        trace = Trace(
            id=step.id("trace"),
            at=step.now,
            platform=talk.address.platform,
            conversation=talk.id,
            question=question,
            answer=answer,
        )
        step.changes.traces.append(trace)
        step.log(
            Kind.BOT_ANSWERED,
            action=str(answer.action),
            refused=answer.refused,
            quoted=answer.quoted,
            language=answer.language,
            prompt_tokens=answer.usage.prompt_tokens,
            answer_tokens=answer.usage.answer_tokens,
            cost=answer.usage.cost,
        )
        if answer.refused:
            step.log(Kind.QUESTION_UNANSWERED, question=question)
        if answer.action is Action.HANDOFF:
            await self._to_human(step, messages, answer, said, turn.history)
            return
        notice = " ".join(_too_long(step, cut))
        self._say(step, answer, messages, notice)

    def _say(self, step: Step, answer: Answer, messages: Sequence[Received], notice: str) -> None:
        step.talk(refusals=step.talk().refusals + 1 if answer.refused else 0)
        content = words.answered(answer, notice=notice)
        id = step.said(Author.BOT, plain(answer.content), at=step.now, part="answer")
        step.to_customer(
            content,
            "answer",
            purpose=Purpose.ANSWER,
            origin=id,
            accepted_at=messages[0].row.accepted_at,
            reply_to=_quoted(step, messages),
        )

    async def _to_human(
        self,
        step: Step,
        messages: Sequence[Received],
        answer: Answer,
        said: str,
        history: Sequence[Line],
    ) -> None:
        handoff.hand_off(
            step,
            reference=await self._records.next_reference(),
            customer_name=messages[0].event.actor.name,
            reason=answer.reason or Reason.MODEL_ASKED,
            question=said,
            history=[*history, Line(author=Author.CUSTOMER, text=said)],
            answer=answer,
        )
        await tell_requests(step, self._records)

    def _cannot_read(self, step: Step, messages: Sequence[Received]) -> None:
        for one in messages:
            self._keep(step, one, None)
        language = language_of(step)
        offer = words.offered(say(Key.FILE_RECEIVED, language), language)
        step.to_customer(offer, "file", reply_to=_quoted(step, messages))

    async def _turn(self, step: Step, said: str) -> Turn:
        talk = step.talk()
        customer = step.customer
        history, emotions = await asyncio.gather(
            self._records.history(talk.id, HISTORY), self._records.emotions(talk.id, HISTORY)
        )
        chosen = customer.language if customer else ""
        return Turn(
            company=step.firm.id,
            text=said,
            history=tuple(history),
            language=chosen,
            platform_language=talk.language,
            emotions=tuple(emotions),
            refusals=talk.refusals,
            tone=step.firm.tone,
        )

    @contextlib.asynccontextmanager
    async def _typing(self, step: Step) -> AsyncIterator[None]:
        """Show that somebody is writing; a platform that fails at it changes nothing."""
        address = step.talk().address
        channel = self._channels.get(address.bot)
        task = asyncio.create_task(_keep_typing(channel, address)) if channel else None
        try:
            yield
        finally:
            if task:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


async def _keep_typing(channel: Channel, address: Address) -> None:
    while True:
        await channel.typing(address)
        await asyncio.sleep(TYPING_SECONDS)


def _quoted(step: Step, messages: Sequence[Received]) -> MessageRef | None:
    """Where others read too, it must be seen whose message is answered; elsewhere it would be noise."""
    return messages[-1].event.ref if step.shared(step.talk().address) else None


def language_of(step: Step) -> str:
    """The language of the conversation, else the company's."""
    return step.conversation.language if step.conversation else step.firm.language


def _customer(step: Step, known: Customer | None, event: Inbound) -> Customer:
    if known:
        return replace(known, name=event.actor.name)
    who = event.actor.identity
    return Customer(id=customer_id(step.firm.id, who), identity=who, name=event.actor.name)


def _own(step: Step, customer: Customer, event: Inbound) -> None:
    """Accounts may have been parted meanwhile: a chat that nobody else can enter is its writer's.

    Only Telegram tells: a private chat bears its person's id. Others may write in a thread in Discord.
    """
    talk, ticket = step.conversation, step.ticket
    alone = event.address.channel == event.actor.identity.user
    if talk is None or talk.customer == customer.id or not alone:
        return
    step.talk(customer=customer.id)
    if ticket and ticket.conversation == talk.id and ticket.status is not Status.CLOSED:
        step.set_ticket(replace(ticket, customer=customer.id))


def _owner(case: Case, event: Inbound) -> Customer | None:
    """The customer of the conversation, if it is they who act now: in a group it may be another."""
    customer = case.customer
    known = customer is not None and event.actor.identity in (customer.identity, *customer.also)
    return customer if known else None


def _renamed(customer: Customer, event: Inbound) -> bool:
    """A joined account may have another name; the first account's counts."""
    return customer.identity == event.actor.identity and customer.name != event.actor.name


def _cut(said: str, limit: int) -> tuple[str, bool]:
    return said.strip()[:limit], len(said.strip()) > limit


def _joined(messages: Sequence[Received], limit: int) -> tuple[str, bool]:
    return _cut("\n".join(one.event.text.strip() for one in messages), limit)


def _too_long(step: Step, cut: bool) -> list[str]:
    return [say(Key.TOO_LONG, language_of(step), limit=step.firm.max_text)] if cut else []


def _names(event: MessageReceived) -> str:
    return " ".join(f"[{attachment.name}]" for attachment in event.attachments)
