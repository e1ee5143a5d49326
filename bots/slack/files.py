"""Files up to Slack and down from it."""

import asyncio
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError

from bots.slack.account import Client
from bots.slack.errors import sending, translated
from domain.content import File
from domain.errors import BadInput, Unavailable
from domain.inbound import Attachment

SHARED_TRIES = 6
FIRST_WAIT = 0.05
"""Seconds; doubled each time. Slack shares an uploaded file a moment after it says so."""
SLACK_HOSTS = (".slack.com", ".slack-edge.com", ".slack-files.com")
TRANSFER = aiohttp.ClientTimeout(total=120, sock_connect=10)
CHUNK = 1 << 16


class Files:
    """Uploads and downloads with the bot's token."""

    def __init__(self, *, client: Client, base_url: str, max_bytes: int) -> None:
        self._client = client
        self._host = urlsplit(base_url).hostname or ""
        self._max_bytes = max_bytes

    async def upload(
        self, files: Sequence[tuple[File, bytes]], *, channel: str, thread: str, words: str
    ) -> str:
        """Share files as one message with a caption; its ts, or the first file's id if Slack won't say."""
        async with translated(), aiohttp.ClientSession(timeout=TRANSFER) as session:
            idents = [await self._put(session, file, data) for file, data in files]
            named = zip(idents, files, strict=True)
            done = await self._client.files_completeUploadExternal(
                files=[{"id": ident, "title": file.name} for ident, (file, _) in named],
                channel_id=channel,
                thread_ts=thread or None,
                initial_comment=words or None,
            )
        told: Mapping[str, Any] = next(iter(done.get("files") or ()), {})
        return share_of(told, channel) or await self._shared(idents[0], channel) or idents[0]

    async def _put(self, session: aiohttp.ClientSession, file: File, data: bytes) -> str:
        """One file to the address that Slack names. (The SDK's own way blocks on large files.)"""
        place = await self._client.files_getUploadURLExternal(
            filename=file.name, length=len(data), alt_txt=file.alt or None
        )
        async with session.post(str(place["upload_url"]), data=BytesIO(data)) as response:
            if response.status != 200:
                raise Unavailable(f"Slack did not take the file ({response.status})")
        return str(place["file_id"])

    async def _shared(self, ident: str, channel: str) -> str:
        """The ts of the message that shares a file; "" if Slack doesn't say in three seconds."""
        wait = FIRST_WAIT
        for _ in range(SHARED_TRIES):
            info = await self._info(ident)
            stamp = share_of(info, channel)
            if stamp or not info:
                return stamp
            await asyncio.sleep(wait)
            wait *= 2
        return ""

    async def _info(self, ident: str) -> Mapping[str, Any]:
        """What Slack knows of a file; nothing if it doesn't say."""
        try:
            found = (await self._client.files_info(file=ident)).get("file")
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            return {}
        return found if isinstance(found, Mapping) else {}

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file. Raises BadInput over the limit, Unavailable."""
        ident, _, address = attachment.handle.partition(" ")
        if attachment.size > self._max_bytes:
            raise self._too_big(attachment)
        if not address:
            info = await self._info(ident)
            address = str(info.get("url_private_download") or info.get("url_private") or "")
        if not self._slacks_own(address):
            raise BadInput(f"{attachment.name} is not stored in Slack, so it can't be passed on")
        async with sending(), aiohttp.ClientSession(timeout=TRANSFER) as session:
            headers = {"Authorization": f"Bearer {await self._client.lend()}"}
            async with session.get(address, headers=headers) as response:
                return await self._read(response, attachment)

    def _slacks_own(self, address: str) -> bool:
        """Our token goes to Slack and to nobody else."""
        host = urlsplit(address).hostname or ""
        return bool(host) and (host == self._host or host.endswith(SLACK_HOSTS))

    async def _read(self, response: aiohttp.ClientResponse, attachment: Attachment) -> bytes:
        if response.status != 200:
            raise Unavailable(f"Slack did not give the file ({response.status})")
        if response.content_type == "text/html" and attachment.mime != "text/html":
            # Without files:read Slack answers with its sign-in page.
            raise Unavailable("Slack did not give the file: the app needs files:read, see docs/slack.md")
        data = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK):
            data += chunk
            if len(data) > self._max_bytes:
                raise self._too_big(attachment)
        return bytes(data)

    def _too_big(self, attachment: Attachment) -> BadInput:
        return BadInput(f"{attachment.name} is larger than {self._max_bytes // 1_000_000} MB")


def share_of(info: Mapping[str, Any], channel: str) -> str:
    """The ts of the message that shares a file in a channel, "" if there is none yet."""
    shares: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]] = info.get("shares") or {}
    for kind in shares.values():
        for share in kind.get(channel) or ():
            return str(share.get("ts") or "")
    return ""
