"""What we say in Slack: messages, private words, files, reactions, home pages."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack import render
from bots.slack.errors import BAD_BLOCKS, code_of, sending, translated
from bots.slack.files import Files
from desk.ports import Fetched
from domain.content import Content
from domain.errors import DeskmateError, Refused, Unreachable
from domain.ids import Address, Identity, MessageRef

MARKS = {"sent": "outbox_tray", "delivered": "white_check_mark", "failed": "warning", "seen": "eyes"}
"""Names of the emoji that stand for what became of a message."""
PAGE = 200
PAGES = 10
"""How far back an earlier attempt is looked for: 2000 messages of a thread."""
LINKS = 5000
"""Addresses of messages that are remembered."""
SETTLED = {"already_reacted", "no_reaction", "message_not_found"}
Json = Mapping[str, Any]


class Outgoing:
    """Sends with the SDK's web client; every error is one of the domain's."""

    def __init__(self, *, client: AsyncWebClient, files: Files, blobs: Fetched) -> None:
        self._client = client
        self._files = files
        self._blobs = blobs
        self._links: dict[tuple[str, str], str] = {}

    async def send(self, to: Address, content: Content, *, key: str, again: bool) -> MessageRef:
        """One piece as one message."""
        async with sending():
            if render.files(content):
                return await self._send_files(to, content, again=again)
            if to.private_to:
                return await self._send_private(to, content, key=key)
            found = await self._sent_before(to, key) if again else ""
            return MessageRef(address=to, id=found or await self._post(to, content, key=key))

    async def _post(self, to: Address, content: Content, *, key: str) -> str:
        answer = await self._with_blocks(
            self._client.chat_postMessage,
            content,
            channel=to.channel,
            thread_ts=to.thread or None,
            metadata=render.metadata(key),
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["ts"])

    async def _with_blocks(self, call: Any, content: Content, **arguments: Any) -> Json:
        """Blocks where Slack takes them, else the words alone."""
        blocks, words = render.blocks(content), render.text(content)
        if blocks:
            try:
                return await _answer(call(text=words, blocks=blocks, **arguments))
            except SlackApiError as error:
                if code_of(error) not in BAD_BLOCKS:
                    raise
        # Left out, the blocks of a message that is changed would stay.
        return await _answer(call(text=words, blocks=[], **arguments))

    async def _send_private(self, to: Address, content: Content, *, key: str) -> MessageRef:
        """Seen by one person only: in the channel, or as a direct message where the app isn't in it."""
        try:
            async with translated():
                answer = await self._with_blocks(
                    self._client.chat_postEphemeral,
                    content,
                    channel=to.channel,
                    user=to.private_to,
                    thread_ts=to.thread or None,
                )
            return MessageRef(address=to, id=str(answer["message_ts"]))
        except Unreachable:
            direct = await self._direct(to)
            return MessageRef(address=direct, id=await self._post(direct, content, key=key))

    async def _direct(self, to: Address) -> Address:
        answer = await self._client.conversations_open(users=to.private_to)
        return replace(to, channel=str(answer["channel"]["id"]), thread="", private_to="")

    async def _send_files(self, to: Address, content: Content, *, again: bool) -> MessageRef:
        """Files can't be shown to one person in a channel: those go as a direct message."""
        place = await self._direct(to) if to.private_to else to
        files = render.files(content)
        if again and (found := await self._uploaded_before(place, content)):
            return MessageRef(address=place, id=found)
        loaded = [(file, await self._blobs(file.blob)) for file in files]
        stamp = await self._files.upload(
            loaded, channel=place.channel, thread=place.thread, words=render.caption(content)
        )
        return MessageRef(address=place, id=stamp)

    async def _sent_before(self, to: Address, key: str) -> str:
        """The ts of the message that an earlier attempt with this key sent, "" if there is none."""
        async for message in self._messages(to):
            if render.key_of(message) == key:
                return str(message["ts"])
        return ""

    async def _uploaded_before(self, to: Address, content: Content) -> str:
        """Files carry no key of ours: the same names under the same caption are the same message."""
        names = sorted(file.name for file in render.files(content))
        words = render.caption(content)
        async for message in self._messages(to):
            shown = sorted(str(one.get("name")) for one in message.get("files") or ())
            if shown == names and message.get("bot_id") and str(message.get("text") or "") == words:
                return str(message["ts"])
        return ""

    async def _messages(self, to: Address) -> AsyncIterator[Json]:
        """The messages of a thread, or the newest of a channel."""
        cursor = ""
        for _ in range(PAGES):
            common: dict[str, Any] = {
                "channel": to.channel,
                "limit": PAGE,
                "cursor": cursor or None,
                "include_all_metadata": True,
            }
            if to.thread:
                page = await _answer(self._client.conversations_replies(ts=to.thread, **common))
            else:
                page = await _answer(self._client.conversations_history(**common))
            for message in page.get("messages") or ():
                yield message
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    async def edit(self, ref: MessageRef, content: Content) -> None:
        """Replace a message of ours; private words can't be changed, so they are said anew."""
        if ref.address.private_to:
            await self.send(ref.address, content, key="", again=False)
            return
        if "." not in ref.id:
            raise Refused("Slack did not tell which message shares this file, so it can't be changed")
        async with sending():
            await self._with_blocks(self._client.chat_update, content, channel=ref.address.channel, ts=ref.id)

    async def delete(self, ref: MessageRef) -> None:
        """Delete a message of ours; one that is gone is no error."""
        if ref.address.private_to:
            return
        async with sending():
            try:
                if "." in ref.id:
                    await self._client.chat_delete(channel=ref.address.channel, ts=ref.id)
                else:
                    await self._client.files_delete(file=ref.id)
            except SlackApiError as error:
                if code_of(error) not in {"message_not_found", "file_not_found", "file_deleted"}:
                    raise

    async def react(self, ref: MessageRef, mark: str, *, on: bool) -> None:
        """A mark on a message, or off it; what is already so is no error."""
        if ref.address.private_to or mark not in MARKS:
            return
        call = self._client.reactions_add if on else self._client.reactions_remove
        async with sending():
            try:
                await call(channel=ref.address.channel, timestamp=ref.id, name=MARKS[mark])
            except SlackApiError as error:
                if code_of(error) not in SETTLED:
                    raise

    async def link(self, ref: MessageRef) -> str:
        """The address of a message; it never changes."""
        place = (ref.address.channel, ref.id)
        if place not in self._links:
            async with sending():
                found = await self._client.chat_getPermalink(channel=place[0], message_ts=place[1])
            if len(self._links) >= LINKS:
                self._links.clear()
            self._links[place] = str(found["permalink"])
        return self._links[place]

    async def typing(self, at: Address) -> None:
        """Slack shows this in the app's own threads of direct messages only."""
        if not (at.channel.startswith("D") and at.thread):
            return
        with suppress(DeskmateError):
            async with translated():
                await self._client.assistant_threads_setStatus(
                    channel_id=at.channel, thread_ts=at.thread, status="is writing…"
                )

    async def home(self, identity: Identity, content: Content) -> None:
        """Show a person's home page."""
        async with sending():
            await self._client.views_publish(user_id=identity.user, view=render.home(content))


async def _answer(call: Any) -> Json:
    """The data of an answer."""
    data: Json = (await call).data
    return data
