"""Telegram as a channel of the desk."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from aiohttp import web
from telegram import ReactionTypeEmoji, Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bots.telegram.connection import Access, Connection, Mode, make_api
from bots.telegram.delivery import Delivery
from bots.telegram.failures import in_use, says
from bots.telegram.menu import Commands, Menu
from bots.telegram.parse import Here, parse
from bots.telegram.render import render
from bots.telegram.split import CAPTION_LIMIT, TEXT_LIMIT, split
from desk.ports import Accept, Fetched, Form, Limits
from domain.content import Content
from domain.errors import BadInput, DeskmateError, Refused, Unavailable, Unreachable
from domain.ids import Address, BotId, CompanyId, Identity, MessageRef, Platform
from domain.inbound import Actor, AddressMoved, Attachment, CommandReceived

log = structlog.get_logger()
T = TypeVar("T")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ANSWER_SECONDS = 5.0
ALBUM = "+"
"""Joins the ids of an album's messages in one reference."""
MARKS = {"sent": "👍", "delivered": "👌", "failed": "💔", "seen": "👀"}  # bots may only use a fixed set


def _is_group(channel: str) -> bool:
    """Groups and channels have negative ids, people have positive ones."""
    return channel.startswith("-")


class TelegramChannel:
    """One bot of one company on Telegram.

    ``base_url`` and ``base_file_url`` end with ``/bot``; the token is appended. ``webhook_url`` is the
    public address of this service (https); the path of `routes` is appended to it. ``commands`` maps
    languages (two letters, "" for everybody else) to (name, description). ``groups`` are ids of groups
    that are customers' places: each topic of such a forum, or the whole group, is a conversation.
    ``admin_commands`` are shown to ``admins`` (their ids) alone. ``forms`` are ignored: Telegram has none.
    """

    platform = Platform.TELEGRAM
    limits = Limits(
        text=TEXT_LIMIT,
        caption=CAPTION_LIMIT,
        per_second=1.0,  # https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
        per_minute=20.0,
        shared=_is_group,
        overall_per_second=30.0,
        can_thread=True,
        can_react=True,
    )

    def __init__(
        self,
        *,
        company: CompanyId,
        bot: BotId,
        token: str,
        base_url: str,
        base_file_url: str,
        mode: Mode,
        webhook_url: str = "",
        secret: str = "",
        blobs: Fetched,
        forms: Mapping[str, Form] | None = None,
        commands: Commands | None = None,
        max_file_bytes: int = 20_000_000,
        groups: frozenset[str] = frozenset(),
        admins: frozenset[str] = frozenset(),
        admin_commands: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.company = company
        self.bot = bot
        self._max_file_bytes = max_file_bytes
        self._here = Here(bot=bot, groups=groups)
        self._access = Access(bot=bot, mode=mode, public=webhook_url, secret=secret, in_groups=bool(groups))
        self._api = make_api(bot, token, base_url, base_file_url)
        self._delivery = Delivery(bot=self._api, blobs=blobs)
        self._menu = Menu(
            api=self._api, bot=bot, commands=commands or {}, admins=admins, admin_commands=admin_commands
        )
        self._connection = Connection(
            api=self._api, access=self._access, menu=self._menu, handle=self._handle
        )
        self._accept: Accept | None = None
        self._telling: asyncio.Task[None] | None = None
        self._moved: dict[str, str] = {}

    @property
    def connected(self) -> bool:
        """Whether updates are received."""
        return self._connection.receiving

    def split(self, content: Content) -> tuple[Content, ...]:
        """Pieces that each fit one message, in order, nothing dropped."""
        return split(content)

    async def send(
        self,
        to: Address,
        content: Content,
        *,
        key: str,
        again: bool = False,
        reply_to: MessageRef | None = None,
    ) -> MessageRef:
        """Send one piece; Telegram knows no keys, so a repeated send may show twice.

        What is for one person in a group goes to their own chat with the bot.
        """
        rendered = render(content)
        if to.private_to.isdecimal() and _is_group(to.channel):
            to = replace(to, channel=to.private_to, thread="")
        topic = int(to.thread) if to.thread else None
        quoted = _ids(reply_to)[0] if reply_to and reply_to.address.channel == to.channel else None
        address, sent = await self._at(to, lambda chat: self._delivery.send(chat, topic, rendered, quoted))
        return MessageRef(address=address, id=ALBUM.join(map(str, sent)))

    async def edit(self, ref: MessageRef, content: Content) -> None:
        """Replace the text or caption (and the file, if the content has one)."""
        rendered = render(content)
        await self._at(ref.address, lambda chat: self._delivery.edit(chat, _ids(ref)[0], rendered))

    async def delete(self, ref: MessageRef) -> None:
        """Delete; Telegram allows it for 48 hours, later it is refused."""

        async def gone_after(chat: int) -> None:
            for message in _ids(ref):
                try:
                    await self._api.delete_message(chat, message)
                except BadRequest as error:
                    if not says(error, "message to delete not found"):
                        raise

        await self._at(ref.address, gone_after)

    async def react(self, ref: MessageRef, mark: str, *, on: bool = True) -> None:
        """Put a mark on a message, or take it off; a bot has one reaction a message."""
        emoji = MARKS.get(mark)
        if emoji is None:
            return
        reaction = [ReactionTypeEmoji(emoji)] if on else []
        with suppress(Refused):  # some groups allow no reactions
            await self._at(
                ref.address,
                lambda chat: self._api.set_message_reaction(chat, _ids(ref)[0], reaction=reaction),
            )

    async def typing(self, at: Address) -> None:
        """Show "typing ..." for five seconds."""
        topic = int(at.thread) if at.thread else None
        with suppress(DeskmateError):
            await self._at(
                at,
                lambda chat: self._api.send_chat_action(chat, ChatAction.TYPING, message_thread_id=topic),
            )

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file. Raises BadInput over the limit (Telegram's own is 20 MB), Unavailable."""
        megabytes = f"{self._max_file_bytes / 1_000_000:g} MB"
        limit = f"{attachment.name} is larger than the {megabytes} that can be fetched from Telegram."
        if attachment.size > self._max_file_bytes:
            raise BadInput(limit)
        try:
            with in_use(self.bot):
                file = await self._api.get_file(attachment.handle)
                if not file.file_path:
                    raise BadInput(f"Telegram doesn't give {attachment.name} away.")
                if (file.file_size or 0) > self._max_file_bytes:
                    raise BadInput(limit)
                return bytes(await file.download_as_bytearray())
        except DeskmateError as error:
            if isinstance(error.__cause__, BadRequest):
                raise BadInput(limit if says(error.__cause__, "too big") else str(error)) from error
            raise

    async def profile(self, identity: Identity) -> str:
        """The person's name; their id where Telegram doesn't tell."""
        with suppress(TelegramError, ValueError):
            return (await self._api.get_chat(int(identity.user))).effective_name or identity.user
        return identity.user

    async def home(self, identity: Identity, content: Content) -> None:
        """Telegram has no home page."""

    async def run(self, accept: Accept) -> None:
        """Connect and receive until cancelled. Raises Misconfigured."""
        self._accept = accept
        try:
            self._here = replace(self._here, username=await self._connection.open())
            await self._connection.receive()
        finally:
            self._accept = None
            if self._telling:
                self._telling.cancel()
            await self.close()

    async def close(self) -> None:
        """Close connections; `run` opens them anew."""
        await self._connection.close()

    async def check(self) -> str:
        """``@name is reachable ...``. Raises Misconfigured or Unavailable."""
        return await self._connection.check()

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """What to serve in webhook mode: (method, path, handler)."""
        if self._access.mode == "polling":
            return ()
        return (("POST", self._access.path, self._connection.webhook.receive),)

    async def _handle(self, update: Update) -> None:
        """Store an update; then stop the button's spinner. Raises Unavailable."""
        accept = self._accept
        if accept is None:
            raise Unavailable("The service is stopping.")
        event = parse(update, here=self._here, now=datetime.now(UTC))
        if isinstance(event, AddressMoved):
            self._follow(event.address, event.to)
        if event is not None:
            await accept(event)
        if isinstance(event, CommandReceived) and event.name == "start":
            self._telling = asyncio.create_task(self._menu.tell_admin(event.actor.identity.user))
        if update.callback_query:
            with suppress(TelegramError):
                await self._api.answer_callback_query(update.callback_query.id, read_timeout=ANSWER_SECONDS)

    async def _at(self, address: Address, do: Callable[[int], Awaitable[T]]) -> tuple[Address, T]:
        """Do something in a chat, wherever it has moved. Raises domain errors."""
        with in_use(self.bot):
            now = replace(address, channel=self._moved.get(address.channel, address.channel))
            try:
                return now, await do(_chat(now))
            except ChatMigrated as error:
                moved = replace(now, channel=str(error.new_chat_id))
                await self._announce(now, moved)
                return moved, await do(_chat(moved))

    async def _announce(self, old: Address, new: Address) -> None:
        self._follow(old, new)
        if self._accept is None:
            return
        event = AddressMoved(
            source=f"telegram:{self.bot}:moved:{old.channel}:{new.channel}",
            at=datetime.now(UTC),
            actor=Actor(
                identity=Identity(platform=self.platform, workspace=self.bot, user=old.channel), name=""
            ),
            address=replace(old, thread=""),
            to=replace(new, thread=""),
        )
        with suppress(DeskmateError):  # Telegram tells it by an update, too
            await self._accept(event)

    def _follow(self, old: Address, new: Address) -> None:
        log.warning("telegram_group_moved", bot=self.bot, old=old.channel, new=new.channel)
        self._moved[old.channel] = new.channel
        if old.channel in self._here.groups:
            self._here = replace(self._here, groups=self._here.groups | {new.channel})


def _ids(ref: MessageRef) -> list[int]:
    """The messages of a reference: an album has several."""
    return [int(one) for one in ref.id.split(ALBUM)]


def _chat(address: Address) -> int:
    try:
        return int(address.channel)
    except ValueError:
        raise Unreachable("This is no Telegram chat.") from None
