"""Files on their way from one platform to another: by upload, never by an address."""

from collections.abc import Awaitable, Callable, Mapping

from desk.ports import Channel
from domain.content import File
from domain.errors import BadInput
from domain.ids import BotId
from domain.inbound import Attachment, CommandReceived, FormSubmitted, MessageReceived
from domain.texts import Key, say

Keep = Callable[[str, bytes], Awaitable[None]]
"""Stores a blob under a key; the same key twice is harmless."""

MAX_MEGABYTES = 25
"""What is passed on between platforms; Discord takes no more from bots."""

_OF_TEXT = "-text"


def made_of_text(file: File) -> bool:
    """Whether a file is a customer's own long message: its beginning has been shown already."""
    return file.blob.endswith(_OF_TEXT)


class Files:
    """Fetches what people attached and keeps it for sending."""

    def __init__(self, *, channels: Mapping[BotId, Channel], keep: Keep) -> None:
        self._channels = channels
        self._keep = keep

    async def take(
        self, event: MessageReceived, key: str, language: str
    ) -> tuple[tuple[File, ...], tuple[str, ...]]:
        """The files of a message, and a sentence for each that can't be passed on. Raises Unavailable."""
        files: list[File] = []
        problems: list[str] = []
        channel = self._channels[event.address.bot]
        for number, one in enumerate(event.attachments):
            try:
                data = await channel.fetch(one) if one.size <= MAX_MEGABYTES * 2**20 else b""
            except BadInput:
                data = b""
            if not data:
                problems.append(say(Key.FILE_TOO_BIG, language, megabytes=MAX_MEGABYTES))
                continue
            blob = f"{key}-{number}"
            await self._keep(blob, data)
            image = one.mime.startswith("image/")
            files.append(File(blob, one.name, one.mime, len(data), image))
        return tuple(files), tuple(problems)

    async def long_text(self, said: str, key: str) -> File:
        """A text that is too long for a chat, as a file."""
        data = said.encode()
        blob = key + _OF_TEXT
        await self._keep(blob, data)
        return File(blob, "message.txt", "text/plain", len(data), image=False)

    async def fetch(self, event: CommandReceived | FormSubmitted, one: Attachment) -> bytes:
        """The bytes of one of a command's files. Raises BadInput, Unavailable."""
        return await self._channels[event.address.bot].fetch(one)
