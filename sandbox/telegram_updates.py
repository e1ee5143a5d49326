"""Updates on their way to one bot: kept until confirmed, by long polling or by webhook."""

import asyncio
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

from sandbox.telegram_world import ApiError, Json

FIRST_UPDATE = 700_000_001
LEFT_OUT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})  # unless asked for
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
DELAYS = (0.05, 0.1, 0.2, 0.5, 1.0)  # Telegram waits longer; nobody at a demo wants to
PENDING = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first"
)
OTHER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(slots=True, kw_only=True)
class Webhook:
    """Where updates are posted to; ``url`` "" is none."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    error: str = ""
    error_at: int = 0
    attempts: list[int] = field(default_factory=list)


class Updates:
    """The queue of one bot. ``issued`` is everything that ever went into it."""

    def __init__(self) -> None:
        self.issued: list[Json] = []
        self.webhook = Webhook()
        self._pending: list[Json] = []
        self._again: list[Json] = []
        self._next = FIRST_UPDATE
        self._allowed: frozenset[str] = frozenset()
        self._changed = asyncio.Condition()
        self._turn = 0
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def pending(self) -> int:
        """How many the bot has not confirmed."""
        return len(self._pending)

    async def push(self, kind: str, value: Json) -> int:
        """Queue an update unless the bot does not want its kind. Returns its id, 0 if unwanted."""
        if kind not in self._allowed if self._allowed else kind in LEFT_OUT:
            return 0
        number = self._next
        self._next += 1
        update: Json = {"update_id": number, kind: value}
        self.issued.append(update)
        await self._put(update)
        return number

    async def put(self, update: Json) -> None:
        """Queue an update as it is: a repeated one, or one of a kind that nobody knows yet."""
        update = {"update_id": self._next} | update
        self._next = max(self._next, update["update_id"] + 1)
        await self._put(update)

    async def repeat(self, update: Json) -> None:
        """Hand out an update once more, confirmed or not, as Telegram does now and then."""
        async with self._changed:
            (self._pending if self.webhook.url else self._again).append(update)
            self._changed.notify_all()

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Which kinds the bot wants from now on; None keeps what was set before."""
        if kinds is not None:
            self._allowed = frozenset(kinds)

    async def get(self, *, offset: int, limit: int, timeout: float) -> list[Json]:
        """Long polling. Raises `ApiError` 409 beside a webhook or a newer call."""
        if self.webhook.url:
            raise ApiError(409, PENDING)
        self._turn += 1
        mine = self._turn
        self._confirm(offset)
        async with self._changed:
            self._changed.notify_all()
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await self._changed.wait_for(
                        lambda: bool(self._pending or self._again) or self._turn != mine or self._closing
                    )
        if self._turn != mine:
            raise ApiError(409, OTHER)
        repeated, self._again = self._again, []
        return [*repeated, *self._pending][:limit]

    async def set_webhook(self, *, url: str, secret: str, max_connections: int, drop: bool) -> None:
        """Post updates to an address from now on; "" goes back to polling."""
        parts = urlsplit(url)
        if url and parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not SECRET.fullmatch(secret):
            raise ApiError(400, "Bad Request: secret token contains unallowed characters")
        await self.close()
        if drop:
            self._pending.clear()
        self.webhook = Webhook(url=url, secret=secret, max_connections=max_connections)
        if url:
            self._task = asyncio.create_task(self._post_all())

    def webhook_info(self) -> Json:
        """As getWebhookInfo answers."""
        hook = self.webhook
        info: Json = {
            "url": hook.url,
            "has_custom_certificate": False,
            "pending_update_count": self.pending,
        }
        if hook.url:
            info["max_connections"] = hook.max_connections
        if hook.error:
            info |= {"last_error_date": hook.error_at, "last_error_message": hook.error}
        return info | ({"allowed_updates": sorted(self._allowed)} if self._allowed else {})

    def open(self) -> None:
        """Let polls wait: the stand-in starts (again)."""
        self._closing = False

    async def hang_up(self) -> None:
        """Answer open polls at once: the stand-in stops."""
        async with self._changed:
            self._closing = True
            self._changed.notify_all()

    async def close(self) -> None:
        """Stop posting to the webhook."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _put(self, update: Json) -> None:
        async with self._changed:
            self._pending.append(update)
            self._changed.notify_all()

    def _confirm(self, offset: int) -> None:
        """Forget what the bot has: everything before ``offset`` (negative: all but the last so many)."""
        if offset < 0:
            self._pending = self._pending[offset:]
        else:
            self._pending = [update for update in self._pending if update["update_id"] >= offset]

    async def _post_all(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            while True:
                async with self._changed:
                    await self._changed.wait_for(lambda: bool(self._pending))
                update = self._pending[0]
                failures = 0
                while not await self._posted(session, update):
                    await asyncio.sleep(DELAYS[min(failures, len(DELAYS) - 1)])
                    failures += 1
                self._pending.remove(update)

    async def _posted(self, session: aiohttp.ClientSession, update: Json) -> bool:
        hook = self.webhook
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            async with session.post(hook.url, json=update, headers=headers) as response:
                hook.attempts.append(response.status)
                if 200 <= response.status < 300:
                    return True
                hook.error = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            hook.error = f"Connection failed: {type(error).__name__}"
        hook.error_at = int(time.time())
        return False
