"""Long polling that confirms an update only when it is stored.

The SDK's own `Updater` moves the offset as soon as an update is in its queue; a crash would lose it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bots.telegram.failures import method_missing, seconds
from bots.telegram.parse import ALLOWED_UPDATES
from bots.telegram.wire import Wire
from domain.errors import Unavailable

log = structlog.get_logger()
POLL_SECONDS = 25
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
FAREWELL_SECONDS = 3.0
HASTY_SECONDS = 0.2
ATTEMPTS = 10  # with pauses between them about two minutes

Handle = Callable[[Update], Awaitable[None]]


class UpdatesRequest(Wire):
    """Reads updates one by one, so that one that can't be read does not hold up the others."""

    __slots__ = ()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer with unreadable updates emptied; they are confirmed and never seen."""
        answer = Wire.parse_json_payload(payload)
        if isinstance(answer.get("result"), list):
            answer["result"] = [
                update if readable(update) else _emptied(update) for update in answer["result"]
            ]
        return answer


def readable(update: dict[str, Any]) -> bool:
    """Whether the SDK can make something of an update."""
    try:
        Update.de_json(dict(update), None)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        log.warning("telegram_update_unreadable", update=update.get("update_id"), error=type(error).__name__)
        return False
    return True


def pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row (1 or more)."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 10))


class Poller:
    """Receives the updates of one bot. ``handle`` returns when an update is stored."""

    def __init__(self, *, bot: Bot, handle: Handle) -> None:
        self._bot = bot
        self._handle = handle
        self._offset = 0
        self._confirmed = 0
        self._stumbled: Counter[int] = Counter()

    async def run(self) -> None:
        """Receive until cancelled. Raises InvalidToken; everything else is tried again."""
        failures = 0
        try:
            while True:
                try:
                    await self._round()
                    failures = 0
                except (TelegramError, Unavailable) as error:
                    if isinstance(error, InvalidToken) and not method_missing(error):
                        raise
                    failures += 1
                    await asyncio.sleep(self._after(error, failures))
        finally:
            await self._confirm()

    async def _round(self) -> None:
        began = asyncio.get_running_loop().time()
        updates = await self._bot.get_updates(
            offset=self._offset, timeout=POLL_SECONDS, allowed_updates=ALLOWED_UPDATES
        )
        self._confirmed = self._offset
        if not updates and asyncio.get_running_loop().time() - began < HASTY_SECONDS:
            await asyncio.sleep(HASTY_SECONDS)  # a server that doesn't hold polls must not be hammered
        work = asyncio.ensure_future(self._store(updates))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.gather(work, return_exceptions=True)  # what is in hand still reaches the desk
            raise

    async def _store(self, updates: Sequence[Update]) -> None:
        """Chats side by side, each in order. Raises Unavailable when something could not be stored."""
        chats: dict[int, list[Update]] = {}
        for update in updates:
            chats.setdefault(_chat(update), []).append(update)
        stored = set[int]().union(*await asyncio.gather(*map(self._store_chat, chats.values())))
        for update in updates:
            if update.update_id not in stored:
                raise Unavailable
            self._offset = update.update_id + 1

    async def _store_chat(self, updates: Sequence[Update]) -> set[int]:
        stored: set[int] = set()
        for update in updates:
            try:
                await self._handle(update)
            except Unavailable:
                log.warning("telegram_update_not_stored", update=update.update_id)
                break
            except Exception as error:
                if not self._give_up(update, error):
                    break
            stored.add(update.update_id)
        return stored

    def _give_up(self, update: Update, error: Exception) -> bool:
        """Whether an update that stumbles over a fault of ours is passed over, so that the rest gets by."""
        self._stumbled[update.update_id] += 1
        last = self._stumbled[update.update_id] >= ATTEMPTS
        note = log.error if last else log.warning
        event = "telegram_update_given_up" if last else "telegram_update_stumbled"
        note(event, update=update.update_id, error=type(error).__name__)
        return last

    def _after(self, error: Exception, failures: int) -> float:
        wait = seconds(error) if isinstance(error, RetryAfter) else pause(failures)
        event = "telegram_other_instance" if isinstance(error, Conflict) else "telegram_poll_failed"
        log.warning(event, error=type(error).__name__, wait=wait)
        return wait

    async def _confirm(self) -> None:
        """Tell Telegram what is stored, so that a restart doesn't see it again."""
        if self._offset == self._confirmed:
            return
        with suppress(TelegramError, TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._bot.get_updates(offset=self._offset, limit=1, timeout=0)


def _chat(update: Update) -> int:
    return update.effective_chat.id if update.effective_chat else update.update_id


def _emptied(update: Any) -> dict[str, Any]:
    return {"update_id": update["update_id"]}
