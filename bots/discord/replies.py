"""Answers to interactions: who still waits for one, and whether it is for their eyes only."""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from typing import Final, Generic, TypeVar

KEPT: Final = 5000
OPENING_SECONDS: Final = 3.0
T = TypeVar("T")


class Recent(Generic[T]):
    """The last few thousand of something, by key."""

    def __init__(self, *, kept: int = KEPT) -> None:
        self._kept = kept
        self._items: OrderedDict[str, T] = OrderedDict()

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def add(self, key: str, value: T) -> None:
        """Remember; the oldest is forgotten when there are too many."""
        self._items[key] = value
        while len(self._items) > self._kept:
            self._items.popitem(last=False)

    def get(self, key: str) -> T | None:
        """What was remembered."""
        return self._items.get(key)

    def pop(self, key: str) -> T | None:
        """Forget it."""
        return self._items.pop(key, None)


class Replies:
    """What one process knows of open interactions. All of it may be lost: Discord knows it too."""

    def __init__(self) -> None:
        self._waiting: Recent[str] = Recent()
        self._hidden: Recent[bool] = Recent()
        self._expired: Recent[bool] = Recent()
        self._opening: Recent[asyncio.Event] = Recent()

    def opening(self, token: str) -> None:
        """An interaction is about to be acknowledged: its answer may be ready before that."""
        self._opening.add(token, asyncio.Event())

    def opened(self, token: str) -> None:
        """It was acknowledged, or never will be."""
        if waiting := self._opening.pop(token):
            waiting.set()

    async def acknowledged(self, token: str) -> None:
        """Wait until an answer may use the token; at most as long as Discord waits itself."""
        if waiting := self._opening.get(token):
            with suppress(TimeoutError):
                async with asyncio.timeout(OPENING_SECONDS):
                    await waiting.wait()

    def deferred(self, channel: str, token: str, *, hidden: bool, thinking: bool) -> None:
        """An interaction was acknowledged; ``thinking``: the person sees that an answer is on its way."""
        self._hidden.add(token, hidden)
        if thinking:
            self._waiting.add(channel, token)

    def hidden(self, token: str) -> bool | None:
        """Whether the answer is for one person's eyes only; None: another process acknowledged it."""
        return self._hidden.get(token)

    def answered(self, channel: str, token: str) -> None:
        """An answer went out through the interaction."""
        if self._waiting.get(channel) == token:
            self._waiting.pop(channel)

    def answered_otherwise(self, channel: str) -> str:
        """An answer went out as an ordinary message; the token whose "thinking" is to be taken away."""
        return self._waiting.pop(channel) or ""

    def expire(self, token: str) -> None:
        """Discord no longer takes this token."""
        self._expired.add(token, True)

    def usable(self, token: str) -> bool:
        """Whether trying this token makes sense. A person's id (all digits) is none: what is for one person
        goes to their direct messages then."""
        return bool(token) and not token.isdigit() and token not in self._expired
