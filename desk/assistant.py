"""The brain for agents: the same answers customers get, for the asker alone."""

from collections.abc import Awaitable, Callable

from desk.staff import Section
from desk.step import Firm, Step
from desk.telling import Teller
from domain.answer import Answer, Turn
from domain.content import Content, Sources
from domain.errors import BadInput
from domain.inbound import CommandReceived, MessageReceived


class AssistantDesk:
    """/ask, and direct messages to the bot."""

    def __init__(self, *, firm: Firm, teller: Teller, answer: Callable[[Turn], Awaitable[Answer]]) -> None:
        self._firm = firm
        self._teller = teller
        self._answer = answer

    @property
    def section(self) -> Section:
        """What it answers."""
        return Section(commands={"ask": self._ask}, message=self._message)

    async def _message(self, step: Step, event: MessageReceived) -> None:
        """A direct message to the bot is a question; people talking in the channel are left alone."""
        staff = self._firm.staff
        if staff and event.address.channel != staff.channel and event.text.strip():
            step.send(event.address, await self._answered(event.text.strip()), "answer")

    async def _ask(self, step: Step, event: CommandReceived) -> None:
        question = event.text.strip()
        if not question:
            raise BadInput("Write a question, for example /ask What does express delivery cost?")
        self._teller.tell(step, event, await self._answered(question))

    async def _answered(self, question: str) -> Content:
        turn = Turn(company=self._firm.id, text=question, tone=self._firm.tone, language="")
        answer = await self._answer(turn)
        content = answer.content
        if answer.sources:
            content = content.plus(Sources(answer.sources))
        return content
