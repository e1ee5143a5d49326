"""How the staff's desk answers: to the asking person alone, where the platform can."""

from collections.abc import Mapping
from dataclasses import replace

from desk.changes import Purpose
from desk.firm import Firm
from desk.ports import Channel
from desk.step import Step
from desk.storage import Outbox
from domain.content import Content, text
from domain.ids import Address, BotId
from domain.inbound import Event


class Teller:
    """Tells an agent or admin something, at the end of a step or before its long work."""

    def __init__(self, *, firm: Firm, channels: Mapping[BotId, Channel], outbox: Outbox) -> None:
        self._firm = firm
        self._channels = channels
        self._outbox = outbox

    def place(self, event: Event) -> Address:
        """Where the answer goes."""
        if event.address.private_to:
            return event.address
        return replace(event.address, private_to=event.actor.identity.user)

    def tell(self, step: Step, event: Event, content: Content, part: str = "answer") -> None:
        """Answer, once the step is done."""
        step.send(self.place(event), content, part, purpose=Purpose.REPORT)

    async def now(self, step: Step, event: Event, words: str, part: str) -> None:
        """Say something before the long work starts, not after it."""
        early = Step(
            firm=self._firm, channels=self._channels, lane=step.lane, seed=step.changes.seed, now=step.now
        )
        self.tell(early, event, text(words), part)
        await self._outbox.add(early.changes.outgoing)
