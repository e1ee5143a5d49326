"""A channel without a platform: what `desk` is tested over. It passes the same suite as the real ones."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count

from desk.ports import Accept, Fetched, Limits
from domain.content import Block, Bullets, Buttons, Code, Content, File, Item, Paragraph, Span, plain
from domain.errors import BadInput, DeskmateError, Unreachable
from domain.ids import Address, BotId, CompanyId, Identity, MessageRef, Platform
from domain.inbound import (
    Actor,
    Attachment,
    ButtonPressed,
    Event,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
)

FAKE, ACME = BotId("fake"), CompanyId("acme")
LIMITS = Limits(text=1000, caption=1000, per_second=10.0, can_thread=True, can_react=True, idempotent=True)


@dataclass(slots=True, kw_only=True)
class Sent:
    """One message that is shown. ``old``: texts before edits; ``files``: name and bytes."""

    ref: MessageRef
    content: Content
    key: str = ""
    old: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    deleted: bool = False

    @property
    def text(self) -> str:
        """What is read."""
        return plain(Content(tuple(b for b in self.content.blocks if not isinstance(b, File))))

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """Action and label of each button."""
        rows = [block for block in self.content.blocks if isinstance(block, Buttons)]
        return [(one.action, one.label) for row in rows for one in row.items]


class FakeChannel:
    """Keeps in memory what a platform would show; people's doings are methods."""

    limits = LIMITS

    def __init__(
        self,
        *,
        blobs: Fetched,
        platform: Platform = Platform.TELEGRAM,
        bot: BotId = FAKE,
        company: CompanyId = ACME,
        max_file_bytes: int = 50_000_000,
        world: "World | None" = None,
    ) -> None:
        self.platform = platform
        self.bot = bot
        self.company = company
        self.max_file_bytes = max_file_bytes
        self.world = world or World()
        self._blobs = blobs

    @property
    def sent(self) -> list[Sent]:
        """What we sent, in order."""
        return self.world.sent

    def split(self, content: Content) -> tuple[Content, ...]:
        """Pieces within the limit, in order."""
        pieces: list[list[Block]] = [[]]
        room = self.limits.text
        for block in (part for whole in content.blocks for part in _parts(whole, self.limits.text)):
            size = len(plain(Content((block,)))) + 1
            if pieces[-1] and size > room:
                pieces.append([])
                room = self.limits.text
            pieces[-1].append(block)
            room -= size
        return tuple(Content(tuple(piece)) for piece in pieces if piece)

    async def send(
        self,
        to: Address,
        content: Content,
        *,
        key: str,
        again: bool = False,
        reply_to: MessageRef | None = None,
    ) -> MessageRef:
        """Show a message, or find the one of an earlier attempt."""
        if to.channel in self.world.blocked:
            raise Unreachable
        found = next((one for one in self.sent if one.key == key and again), None)
        if found is not None:
            return found.ref
        lost = self.world.fail(after=False)
        if lost is not None:
            raise lost
        files = [(f.name, await self._blobs(f.blob)) for f in content.blocks if isinstance(f, File)]
        ref = MessageRef(address=to, id=self.world.ident())
        self.sent.append(Sent(ref=ref, content=content, key=key, files=files))
        lost = self.world.fail(after=True)
        if lost is not None:
            raise lost
        return ref

    async def edit(self, ref: MessageRef, content: Content) -> None:
        """Replace what a message says."""
        one = self._find(ref)
        one.old.append(one.text)
        one.content = content

    async def delete(self, ref: MessageRef) -> None:
        """Take a message away; one that is gone is no error."""
        for one in self.sent:
            if one.ref == ref:
                one.deleted = True

    async def react(self, ref: MessageRef, mark: str, *, on: bool = True) -> None:
        """Put a mark on a message, or take it off."""
        marks = self.world.marks.setdefault(ref.id, set())
        (marks.add if on else marks.discard)(mark)

    @property
    def connected(self) -> bool:
        """Always."""
        return True

    async def typing(self, at: Address) -> None:
        """Note that somebody was shown to be writing."""
        self.world.typed.append(at)

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file that somebody sent."""
        data = self.world.files[attachment.handle]
        if len(data) > self.max_file_bytes:
            raise BadInput(f"{attachment.name} is too large")
        return data

    async def profile(self, identity: Identity) -> str:
        """A name made of the id."""
        return identity.user.title()

    async def home(self, identity: Identity, content: Content) -> None:
        """Keep a person's home page."""
        self.world.homes[identity.user] = content

    async def run(self, accept: Accept) -> None:
        """Hand over what people did, until cancelled."""
        self.world.running = True
        try:
            while True:
                event = await self.world.events.get()
                try:
                    await accept(event)
                except DeskmateError:
                    # Not acknowledged: a platform delivers it again.
                    self.world.events.put_nowait(event)
                    await asyncio.sleep(0)
        finally:
            self.world.running = False

    async def check(self) -> str:
        """Nothing to check."""
        return "Fake: no platform"

    def _find(self, ref: MessageRef) -> Sent:
        return next(one for one in self.sent if one.ref == ref)


class World:
    """What outlives one connection: messages, files, and what people did that nobody took yet."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.files: dict[str, bytes] = {}
        self.homes: dict[str, Content] = {}
        self.marks: dict[str, set[str]] = {}
        self.typed: list[Address] = []
        self.blocked: set[str] = set()
        self.running = False
        self.last: Event | None = None
        self._failures: list[tuple[bool, DeskmateError]] = []
        self._serial = count(1)

    def ident(self) -> str:
        """A new id."""
        return str(next(self._serial))

    def fail_next(self, error: DeskmateError, *, after: bool = False) -> None:
        """The next message fails; ``after``: though it is shown."""
        self._failures.append((after, error))

    def fail(self, *, after: bool) -> DeskmateError | None:
        """The failure that is due now."""
        if self._failures and self._failures[0][0] == after:
            return self._failures.pop(0)[1]
        return None

    def happen(self, make: Callable[..., Event], person: str, address: Address, **fields: object) -> Event:
        """A person did something at an address."""
        identity = Identity(platform=address.platform, workspace=address.workspace, user=person)
        event = make(
            source=f"fake:{self.ident()}",
            at=datetime.now(UTC),
            actor=Actor(identity=identity, name=person.title()),
            address=address,
            **fields,
        )
        self.last = event
        self.events.put_nowait(event)
        return event

    def say(
        self, person: str, address: Address, text: str, files: list[tuple[str, bytes]] | None = None
    ) -> str:
        """A person writes; the message's id."""
        ident = self.ident()
        attachments = []
        for name, data in files or []:
            self.files[name] = data
            attachments.append(
                Attachment(handle=name, name=name, mime="application/octet-stream", size=len(data))
            )
        ref = MessageRef(address=address, id=ident)
        self.happen(MessageReceived, person, address, ref=ref, text=text, attachments=tuple(attachments))
        return ident

    def edit(self, person: str, address: Address, ident: str, text: str) -> None:
        """A person changes a message."""
        self.happen(MessageEdited, person, address, ref=MessageRef(address=address, id=ident), text=text)

    def delete(self, person: str, address: Address, ident: str) -> None:
        """A person deletes a message."""
        self.happen(MessageDeleted, person, address, ref=MessageRef(address=address, id=ident))

    def press(self, person: str, ref: MessageRef, action: str) -> None:
        """A person presses a button."""
        one = next(sent for sent in self.sent if sent.ref == ref)
        rows = [block for block in one.content.blocks if isinstance(block, Buttons)]
        button = next(b for row in rows for b in row.items if b.action == action)
        self.happen(
            ButtonPressed,
            person,
            replace(ref.address, private_to=person),
            action=action,
            value=button.value,
            ref=ref,
        )

    def redeliver(self) -> None:
        """The platform delivers the last event again."""
        if self.last is not None:
            self.events.put_nowait(self.last)


def _parts(block: Block, limit: int) -> Iterator[Block]:
    """Blocks cut by length alone."""
    if len(plain(Content((block,)))) <= limit:
        yield block
    elif isinstance(block, Code):
        yield from (Code(part.removesuffix("\n"), block.language) for part in _cut(block.text, limit))
    elif isinstance(block, Bullets):
        for item in block.items:
            for spans in _spans(item.spans, limit - 50):
                yield Bullets((Item(spans, item.depth),))
    elif isinstance(block, File | Buttons):
        yield block
    else:
        spans = getattr(block, "spans", None) or (Span(plain(Content((block,)))),)
        yield from (Paragraph(part) for part in _spans(spans, limit))


def _spans(spans: tuple[Span, ...], limit: int) -> Iterator[tuple[Span, ...]]:
    for span in spans:
        yield from ((Span(part, span.style, span.url),) for part in _cut(span.text, limit))


def _cut(words: str, limit: int) -> Iterator[str]:
    """After a line or a word where there is one."""
    while len(words) > limit:
        at = words.rfind("\n", 0, limit) + 1 or words.rfind(" ", 0, limit) + 1 or limit
        yield words[:at]
        words = words[at:]
    if words:
        yield words
