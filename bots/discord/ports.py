"""What the Discord adapter needs of others."""

from collections.abc import Mapping
from typing import Protocol


class Cursor(Protocol):
    """Remembers, durably and for one bot, the last message that was accepted in each channel.

    Discord queues nothing for a bot that is away; with this the channels' history is read from where
    the bot left off.
    """

    async def seen(self) -> Mapping[str, str]:
        """Channel id -> id of the last accepted message there.

        Each costs a request at every start, so channels that were silent for months may be left out.
        """
        ...

    async def note(self, channel: str, message: str, /) -> None:
        """A message was accepted. Ids grow with time; an older one than the noted changes nothing."""
        ...


class NoCursor:
    """Remembers nothing: messages sent while the bot is away stay unanswered."""

    async def seen(self) -> Mapping[str, str]:
        """Nothing."""
        return {}

    async def note(self, channel: str, message: str, /) -> None:
        """Forget it."""
