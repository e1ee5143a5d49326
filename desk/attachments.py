"""Files on their way from one platform to another: by upload, never by an address."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

from desk.ports import Channel
from domain.content import File, Paragraph, Span, Style
from domain.errors import BadInput, RateLimited, Refused, Unavailable, Unreachable
from domain.ids import BotId
from domain.inbound import Attachment, CommandReceived, FormSubmitted, MessageReceived
from domain.texts import Key, say

Keep = Callable[[str, bytes], Awaitable[None]]
"""Stores a blob under a key; the same key twice is harmless."""

MAX_MEGABYTES = 25
"""What is passed on between platforms; Discord takes no more from bots."""

SURELY_SMALL = 5_000_000
"""Bytes that every platform lets bots fetch."""

PATIENCE = 6
"""Attempts at a message until its files are given up; with the pauses between them half a minute."""

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
        self, event: MessageReceived, key: str, language: str, *, attempts: int = 0
    ) -> tuple[tuple[File, ...], tuple[str, ...]]:
        """The files of a message, and a sentence for each that can't be passed on.

        ``attempts``: how often the message was tried before. Raises Unavailable or RateLimited; after
        PATIENCE attempts no more, for the words matter more than a file that can't be had.
        """
        files: list[File] = []
        problems: list[str] = []
        for number, one in enumerate(event.attachments):
            data, why = await self._taken(event.address.bot, one, last=attempts >= PATIENCE)
            if why:
                problems.append(say(why, language, megabytes=MAX_MEGABYTES))
                continue
            blob = f"{key}-{number}"
            await self._keep(blob, data)
            image = one.mime.startswith("image/")
            files.append(File(blob, one.name, one.mime, len(data), image))
        return tuple(files), tuple(problems)

    async def _taken(self, bot: BotId, one: Attachment, *, last: bool) -> tuple[bytes, Key | None]:
        """The bytes, or what to say about a file that can't be had."""
        if one.size > MAX_MEGABYTES * 2**20:
            return b"", Key.FILE_TOO_BIG
        try:
            data = await self._channels[bot].fetch(one)
        except BadInput:
            return b"", Key.FILE_LOST if 0 < one.size < SURELY_SMALL else Key.FILE_TOO_BIG
        except (Refused, Unreachable):
            return b"", Key.FILE_LOST
        except (Unavailable, RateLimited):
            if not last:
                raise
            return b"", Key.FILE_LOST
        return data, None if data else Key.FILE_LOST

    async def long_text(self, said: str, key: str) -> File:
        """A text that is too long for a chat, as a file."""
        data = said.encode()
        blob = key + _OF_TEXT
        await self._keep(blob, data)
        return File(blob, "message.txt", "text/plain", len(data), image=False)

    async def fetch(self, event: CommandReceived | FormSubmitted, one: Attachment) -> bytes:
        """The bytes of one of a command's files. Raises BadInput, Unavailable."""
        return await self._channels[event.address.bot].fetch(one)


def lacking(sent: Sequence[Attachment], files: Sequence[File]) -> tuple[Paragraph, ...]:
    """For agents: a line about each file that did not make it."""
    missing = Counter(one.name for one in sent) - Counter(file.name for file in files)
    lines = (f"📎 {name}: could not be passed on" for name in missing.elements())
    return tuple(Paragraph((Span(line, Style.ITALIC),)) for line in lines)
