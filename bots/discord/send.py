"""Outgoing messages: through a channel, or through an interaction that waits for its answer."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

import discord

from bots.discord.failures import TROUBLE, UNKNOWN_MESSAGE, WEBHOOK_GONE, on_sending
from bots.discord.parse import Parser
from bots.discord.render import Rendered, render, render_plain
from bots.discord.replies import Recent, Replies
from bots.discord.rest import EPHEMERAL, ORIGINAL, Json, Rest, Upload
from bots.discord.split import split
from desk.ports import Fetched
from domain.content import Content
from domain.errors import Refused
from domain.ids import Address, MessageRef, derived

LOADING = 1 << 7
T = TypeVar("T")
NONCE = 25
"""Characters a nonce may have (Discord's documentation, Create Message)."""


class Sender:
    """Sends, edits and deletes for one bot.

    ``mine``: ids of messages that this process sent, with their nonces. ``gone``: ids of messages that it
    deleted.
    """

    def __init__(
        self,
        *,
        parser: Parser,
        rest: Rest,
        replies: Replies,
        gone: Recent[bool],
        blobs: Fetched,
        max_file_bytes: int,
    ) -> None:
        self._parser = parser
        self._rest = rest
        self._replies = replies
        self._gone = gone
        self._blobs = blobs
        self._max_file_bytes = max_file_bytes
        self._mine: Recent[str] = Recent()

    async def send(
        self, to: Address, content: Content, *, key: str, again: bool, reply_to: MessageRef | None = None
    ) -> MessageRef:
        """Send a content; one that does not fit goes in pieces, and the last one's reference counts."""
        pieces = split(content)
        for number, piece in enumerate(pieces[:-1]):
            await self._piece(to, piece, key=f"{key}/{number}", again=again)
        return await self._piece(to, pieces[-1], key=key, again=again, more=_quoting(to, reply_to))

    async def _piece(
        self, to: Address, piece: Content, *, key: str, again: bool, more: Json | None = None
    ) -> MessageRef:
        nonce = derived("discord", str(to.bot), to.channel, key)[:NONCE]
        body = {"nonce": nonce, "enforce_nonce": True} | (more or {})
        return await self._plainer(
            piece, lambda shown, uploads: self._deliver(to, shown, uploads, more=body, again=again)
        )

    async def _plainer(
        self, piece: Content, attempt: Callable[[Rendered, Sequence[Upload]], Awaitable[T]]
    ) -> T:
        """Try a piece as it is, then without markup, then as words alone; raise the first Refused."""
        first: Refused | None = None
        uploads = await self._uploads(piece)
        for shown in _variants(piece):
            try:
                return await attempt(shown, uploads if shown.files else ())
            except Refused as error:
                first = first or error
        raise first or Refused("There is nothing to show")

    async def _uploads(self, piece: Content) -> list[Upload]:
        found = []
        for file in render(piece).files:
            data = await self._blobs(file.blob)
            if len(data) > self._max_file_bytes:
                limit = self._max_file_bytes // 1_000_000
                raise Refused(f"{file.name} is larger than the {limit} MB that Discord takes")
            found.append(Upload(name=file.name, mime=file.mime, data=data))
        return found

    async def _deliver(
        self, to: Address, shown: Rendered, uploads: Sequence[Upload], *, more: Json, again: bool
    ) -> MessageRef:
        body = shown.body()
        try:
            if self._replies.usable(to.private_to):
                try:
                    return await self._follow_up(to, body, uploads, again=again)
                except discord.HTTPException as error:
                    if error.code not in (*WEBHOOK_GONE, UNKNOWN_MESSAGE):
                        raise
                    self._replies.expire(to.private_to)
            return await self._post(to, body, uploads, more=more, again=again)
        except TROUBLE as error:
            raise on_sending(error) from error

    async def _post(
        self, to: Address, body: Json, uploads: Sequence[Upload], *, more: Json, again: bool
    ) -> MessageRef:
        """An ordinary message. Discord shows a nonce once, but only looks back some minutes."""
        nonce = str(more["nonce"])
        found = await self._sent_before(to.channel, nonce, body) if again else ""
        if not found:
            found = str((await self._rest.create(to.channel, body | more, uploads))["id"])
        self._mine.add(found, nonce)
        await self._stop_thinking(to.channel)
        return self._parser.ref(to.channel, found)

    async def _sent_before(self, channel: str, nonce: str, body: Json) -> str:
        """The id of our recent message with this nonce, or with this very content."""
        for message in await self._rest.recent(channel):
            known = self._mine.get(str(message["id"])) or str(message.get("nonce") or "")
            mine = str(message["author"]["id"]) == self._rest.user
            if mine and (known == nonce or (not known and _looks(message) == _looks(body))):
                return str(message["id"])
        return ""

    async def _stop_thinking(self, channel: str) -> None:
        """The answer came as an ordinary message: take the interaction's "thinking" away."""
        if token := self._replies.answered_otherwise(channel):
            try:
                await self._rest.hook("DELETE", token, ORIGINAL)
            except TROUBLE:
                self._replies.expire(token)

    async def _follow_up(
        self, to: Address, body: Json, uploads: Sequence[Upload], *, again: bool
    ) -> MessageRef:
        token = to.private_to
        await self._replies.acknowledged(token)
        hidden = self._replies.hidden(token)
        if again or hidden is None:
            first = await self._rest.hook("GET", token, ORIGINAL)
            flags = int(first.get("flags") or 0)
            hidden = bool(flags & EPHEMERAL)
            self._replies.deferred(to.channel, token, hidden=hidden, thinking=False)
            if again and not flags & LOADING and _looks(first) == _looks(body):
                return self._reply_ref(to, first)
        private = {"flags": EPHEMERAL} if hidden else {}
        sent = await self._rest.hook("POST", token, body=body | private, uploads=uploads)
        self._replies.answered(to.channel, token)
        return self._reply_ref(to, sent)

    def _reply_ref(self, to: Address, message: Json) -> MessageRef:
        """An ephemeral message can only be reached through its token; any other also through its channel."""
        ephemeral = int(message.get("flags") or 0) & EPHEMERAL
        return self._parser.ref(to.channel, str(message["id"]), to.private_to if ephemeral else "")

    async def edit(self, ref: MessageRef, content: Content) -> None:
        """Replace a message; what no longer fits follows as new messages."""
        first, *rest = split(content)

        async def attempt(shown: Rendered, uploads: Sequence[Upload]) -> None:
            try:
                await self._change("PATCH", ref, shown.body(), uploads)
            except TROUBLE as error:
                raise on_sending(error) from error

        await self._plainer(first, attempt)
        for number, piece in enumerate(rest):
            key = derived("edit", ref.id, str(number), repr(piece))
            await self._piece(ref.address, piece, key=key, again=False)

    async def delete(self, ref: MessageRef) -> None:
        """Delete a message; one that is gone is no error."""
        self._gone.add(ref.id, True)
        try:
            await self._change("DELETE", ref, None, ())
        except discord.NotFound:
            return
        except TROUBLE as error:
            raise on_sending(error) from error

    async def _change(
        self, method: str, ref: MessageRef, body: Json | None, uploads: Sequence[Upload]
    ) -> None:
        token = ref.address.private_to
        if self._replies.usable(token):
            try:
                await self._rest.hook(method, token, ref.id, body=body, uploads=uploads)
                return
            except discord.HTTPException as error:
                if error.code not in WEBHOOK_GONE:
                    raise
                self._replies.expire(token)
        path = "/channels/{channel_id}/messages/{message_id}"
        channel = ref.address.channel
        await self._rest.call(method, path, body=body, uploads=uploads, channel_id=channel, message_id=ref.id)


def _variants(piece: Content) -> Iterator[Rendered]:
    plain = render_plain(piece)
    words = Rendered(text=plain.text)
    yield from (shown for shown in (render(piece), plain, words) if not shown.empty)


def _quoting(to: Address, quoted: MessageRef | None) -> Json:
    """The message that is answered; one that is gone meanwhile is no obstacle."""
    if quoted is None or quoted.address.channel != to.channel:
        return {}
    return {"message_reference": {"message_id": quoted.id, "fail_if_not_exists": False}}


def _looks(message: Json) -> tuple[object, ...]:
    """What a message shows, in a form in which what we send and what Discord gives back are equal."""
    rows = message.get("components") or []
    return (
        str(message.get("content") or "").strip(),
        len(message.get("attachments") or []),
        tuple(embed.get("description") for embed in message.get("embeds") or []),
        tuple(one.get("custom_id") for row in rows for one in row.get("components", [])),
    )
