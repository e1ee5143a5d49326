"""Customers in memory: a channel without a platform, and a responder without a language model."""

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter

from brain.markdown import escape
from brain.ports import Draft, Prompt
from desk.ports import Accept, Limits
from domain.answer import Action
from domain.content import Content
from domain.ids import Address, BotId, Identity, MessageRef, Platform
from domain.inbound import Actor, Attachment, MessageReceived

SAID = 300
"""Characters of the best passage that the responder says; about as long as an answer."""


class AtOnce:
    """A language model that takes no time: says the start of the best passage and cites it."""

    def __init__(self) -> None:
        self.answers = 0

    async def respond(self, prompt: Prompt) -> Draft:
        self.answers += 1
        best = prompt.passages[0].passage
        return Draft(action=Action.REPLY, text=escape(best.text[:SAID]), cited=(best.id,))


@dataclass(slots=True, kw_only=True)
class Asked:
    """One question on its way, in `perf_counter` seconds. ``brain`` is in milliseconds."""

    chat: str
    began: float
    accepted: float = 0.0
    taken: float = 0.0
    committing: float = 0.0
    committed: float = 0.0
    seen: float = 0.0
    brain: dict[str, float] = field(default_factory=dict)
    action: str = ""
    quoted: bool = False
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class InMemory:
    """A channel of customers in this process. One question a chat is on its way at a time."""

    platform = Platform.TELEGRAM
    limits = Limits(text=4096, caption=1024, per_second=0.0, idempotent=True)
    connected = True

    def __init__(self) -> None:
        self.bot = BotId("bench")
        self.asked: dict[str, Asked] = {}
        self._accept: asyncio.Future[Accept] = asyncio.get_running_loop().create_future()
        self._numbers = itertools.count(1)

    async def ask(self, chat: str, question: str) -> Asked:
        """Write a message; return when the answer is there. Raises TimeoutError."""
        accept = await self._accept
        event = self._event(chat, question)
        asked = self.asked[chat] = Asked(chat=chat, began=perf_counter())
        await accept(event)
        asked.accepted = perf_counter()
        async with asyncio.timeout(30):
            await asked.done
        return asked

    def _event(self, chat: str, question: str) -> MessageReceived:
        address = self._address(chat)
        number = next(self._numbers)
        who = Identity(platform=self.platform, workspace=self.bot, user=chat)
        return MessageReceived(
            source=f"bench:{number}",
            at=datetime.now(UTC),
            actor=Actor(identity=who, name=f"Customer {chat}", language="en"),
            address=address,
            ref=MessageRef(address=address, id=str(number)),
            text=question,
        )

    def _address(self, chat: str) -> Address:
        return Address(platform=self.platform, bot=self.bot, workspace=self.bot, channel=chat)

    async def send(
        self,
        to: Address,
        content: Content,
        *,
        key: str,
        again: bool = False,
        reply_to: MessageRef | None = None,
    ) -> MessageRef:
        asked = self.asked.get(to.channel)
        if asked and not asked.done.done():
            asked.seen = perf_counter()
            asked.done.set_result(None)
        return MessageRef(address=to, id=f"ours-{next(self._numbers)}")

    def split(self, content: Content) -> tuple[Content, ...]:
        return (content,)

    async def edit(self, ref: MessageRef, content: Content) -> None: ...

    async def delete(self, ref: MessageRef) -> None: ...

    async def react(self, ref: MessageRef, mark: str, *, on: bool = True) -> None: ...

    async def typing(self, at: Address) -> None: ...

    async def home(self, identity: Identity, content: Content) -> None: ...

    async def fetch(self, attachment: Attachment) -> bytes:
        return b""

    async def profile(self, identity: Identity) -> str:
        return identity.user

    async def run(self, accept: Accept) -> None:
        self._accept.set_result(accept)
        await asyncio.Event().wait()

    async def check(self) -> str:
        return "in memory"
