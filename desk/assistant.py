"""The brain for agents: the same answers customers get, for the asker alone."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from desk.firm import Firm
from desk.ports import Channel
from desk.staff import Section
from desk.step import Step
from desk.telling import Teller
from domain.answer import Answer, Author, Line, Turn
from domain.content import Content, Sources, plain
from domain.errors import BadInput
from domain.ids import Address, BotId
from domain.inbound import CommandReceived, MessageReceived

PROMPTS = (
    ("Prices", "What does it cost?"),
    ("Times", "How long does it take?"),
    ("Refunds", "When does a customer get their money back?"),
    ("Complaints", "What can I offer to a customer who complains?"),
)
"""Questions that are suggested before the first one; most companies' documents answer them."""
LINES = 8
"""Earlier lines of a thread that a further question is understood with."""
TALKS = 500


class AssistantDesk:
    """/ask, and direct messages to the bot, answered in the asker's thread."""

    def __init__(
        self,
        *,
        firm: Firm,
        teller: Teller,
        channels: Mapping[BotId, Channel],
        answer: Callable[[Turn], Awaitable[Answer]],
    ) -> None:
        self._firm = firm
        self._teller = teller
        self._channels = channels
        self._answer = answer
        # A help for further questions, not a record: after a restart they are understood by themselves.
        self._talks: OrderedDict[Address, tuple[Line, ...]] = OrderedDict()

    @property
    def section(self) -> Section:
        """What it answers."""
        return Section(commands={"ask": self._ask}, message=self._message)

    async def _message(self, step: Step, event: MessageReceived) -> None:
        """A direct message to the bot is a question; people talking in the channel are left alone."""
        staff, question = self._firm.staff, event.text.strip()
        if not staff or event.address.channel == staff.channel or not question:
            return
        place = replace(event.address, thread=event.address.thread or event.ref.id)
        if channel := self._channels.get(place.bot):
            await channel.typing(place)
        content = await self._answered(question, self._talks.get(place, ()))
        self._remember(place, question, plain(content))
        step.send(place, content, "answer")

    def _remember(self, place: Address, question: str, answer: str) -> None:
        said = (Line(author=Author.CUSTOMER, text=question), Line(author=Author.BOT, text=answer))
        self._talks[place] = (*self._talks.pop(place, ()), *said)[-LINES:]
        while len(self._talks) > TALKS:
            self._talks.popitem(last=False)

    async def _ask(self, step: Step, event: CommandReceived) -> None:
        question = event.text.strip()
        if not question:
            raise BadInput("Write a question, for example /ask What does express delivery cost?")
        self._teller.tell(step, event, await self._answered(question))

    async def _answered(self, question: str, before: tuple[Line, ...] = ()) -> Content:
        turn = Turn(company=self._firm.id, text=question, history=before, tone=self._firm.tone, language="")
        answer = await self._answer(turn)
        content = answer.content
        if answer.sources:
            content = content.plus(Sources(answer.sources))
        return content
