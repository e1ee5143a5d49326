"""Updates that Telegram posts to us."""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web
from telegram import Bot, Update

from bots.telegram.polling import readable
from domain.errors import Unavailable

log = structlog.get_logger()
BODY_LIMIT = 1_000_000  # updates carry no files; real ones are a few kilobytes
HEADER = "X-Telegram-Bot-Api-Secret-Token"

Handle = Callable[[Update], Awaitable[None]]


class Webhook:
    """One bot's webhook. Telegram repeats whatever is not answered with 2xx."""

    def __init__(self, *, bot: Bot, secret: str, handle: Handle) -> None:
        self._bot = bot
        self._secret = secret.encode()
        self._handle = handle
        self.open = False

    async def receive(self, request: web.Request) -> web.Response:
        """403 without the secret, 400 for what is no update, 503 if it can't be stored now, else 200."""
        given = request.headers.get(HEADER, "").encode("utf-8", "replace")
        if not self._secret or not hmac.compare_digest(given, self._secret):
            log.warning("telegram_webhook_forbidden")
            return web.Response(status=403)
        body = await _bounded(request)
        if body is None:
            return web.Response(status=413)
        update = _update(body)
        if update is None:
            return web.Response(status=400)
        return web.Response(status=await self._stored(update))

    async def _stored(self, raw: dict[str, Any]) -> int:
        if not self.open:
            return 503
        if not readable(raw):
            return 200  # it would not become readable by coming again
        try:
            await self._handle(Update.de_json(raw, self._bot))
        except Unavailable:
            return 503
        return 200


async def _bounded(request: web.Request) -> bytes | None:
    """The body, or None if it is too big to be an update."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


def _update(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return update if isinstance(update, dict) and isinstance(update.get("update_id"), int) else None
