"""How one bot is connected: its SDK object, its commands, and polling or webhook."""

import asyncio
import logging
import os
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import httpx
import structlog
from telegram import Bot, User, WebhookInfo
from telegram.error import BadRequest, InvalidToken, TelegramError

from bots.telegram.failures import method_missing, translated
from bots.telegram.menu import Menu
from bots.telegram.parse import ALLOWED_UPDATES
from bots.telegram.polling import Handle, Poller, UpdatesRequest, pause
from bots.telegram.webhook import Webhook
from bots.telegram.wire import Wire
from domain.errors import Misconfigured
from domain.ids import BotId

log = structlog.get_logger()
Mode = Literal["polling", "webhook"]
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # https://core.telegram.org/bots/api#setwebhook
NO_ADDRESS = (
    "The bot '{bot}' has mode = \"webhook\": set web.public_url to the https address of this service."
)
UNSIGNED = (
    "The bot '{bot}' has mode = \"webhook\": put a long random text (letters, digits, _ and -) into the "
    "environment variable that secret_env names."
)
NOBODY = "The bot '{bot}' needs its token from @BotFather in the environment."
REFUSED = "Telegram refuses the webhook address of the bot '{bot}': {why}. It must be a public https address."


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the bot is and how updates come.

    ``public`` is this service's address for webhooks; ``in_groups``: it serves groups, too.
    """

    bot: BotId
    mode: Mode
    public: str = ""
    secret: str = ""
    in_groups: bool = False

    @property
    def path(self) -> str:
        """The path of the webhook."""
        return f"/webhooks/telegram/{self.bot}"

    def webhook_address(self) -> str:
        """The webhook's public address, "" in polling mode. Raises Misconfigured."""
        if self.mode == "polling":
            return ""
        if not self.public or not SECRET.fullmatch(self.secret):
            raise Misconfigured((UNSIGNED if self.public else NO_ADDRESS).format(bot=self.bot))
        return self.public if self.public.endswith(self.path) else self.public.rstrip("/") + self.path


class Connection:
    """Opens, receives, checks and closes. ``handle`` returns when an update is stored."""

    def __init__(self, *, api: Bot, access: Access, menu: Menu, handle: Handle) -> None:
        self._api = api
        self._access = access
        self._menu = menu
        self._handle = handle
        self.receiving = False
        self.webhook = Webhook(bot=api, secret=access.secret, handle=handle)

    async def open(self) -> str:
        """Say hello until it works; returns the bot's username. Raises Misconfigured."""
        address = self._access.webhook_address()
        failures = 0
        while True:
            try:
                with translated(self._access.bot, InvalidToken):
                    return await self._open(address)
            except TelegramError as error:
                failures += 1
                log.warning("telegram_connect_failed", bot=self._access.bot, error=type(error).__name__)
                await asyncio.sleep(pause(failures))

    async def receive(self) -> None:
        """Receive until cancelled. Raises Misconfigured when the token is withdrawn."""
        log.info("telegram_connected", bot=self._access.bot, mode=self._access.mode)
        telling = asyncio.create_task(self._menu.tell())
        self.receiving = True
        try:
            if self._access.mode == "webhook":
                await asyncio.Event().wait()
            with translated(self._access.bot):
                await Poller(bot=self._api, handle=self._handle).run()
        finally:
            self.receiving = False
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def close(self) -> None:
        """Close connections; `open` opens them anew."""
        self.webhook.open = False
        with suppress(TelegramError):
            await self._api.shutdown()
            await self._api.request.shutdown()  # it may have been opened again since

    async def check(self) -> str:
        """``@name is reachable ...``. Raises Misconfigured or Unavailable."""
        self._access.webhook_address()
        with translated(self._access.bot):
            me = await self._api.get_me()
        hook = None
        with suppress(TelegramError):
            hook = await self._api.get_webhook_info()
        return f"@{me.username} is reachable, {self._access.mode}{self._remarks(me, hook)}"

    def _remarks(self, me: User, hook: WebhookInfo | None) -> str:
        remarks = self._hook_remarks(hook) if hook else []
        if self._access.in_groups and not me.can_read_all_group_messages:
            remarks.append(
                "in groups it reads commands only: turn its privacy off with /setprivacy at @BotFather"
            )
        return "".join(f"; {remark}" for remark in remarks)

    def _hook_remarks(self, hook: WebhookInfo) -> list[str]:
        remarks = [f"{hook.pending_update_count} updates waiting"] if hook.pending_update_count else []
        if hook.last_error_message and self._access.mode == "webhook":
            remarks.append(f"Telegram's last delivery failed: {hook.last_error_message}")
        if hook.url and self._access.mode == "polling":
            remarks.append("a webhook is set and will be removed at the start")
        return remarks

    async def _open(self, address: str) -> str:
        await self._api.initialize()
        if address:
            await self._set_webhook(address)
            return self._api.username
        try:
            await self._api.delete_webhook()
        except InvalidToken as error:
            if not method_missing(error):  # a Bot API server that knows no webhooks has none
                raise
        return self._api.username

    async def _set_webhook(self, address: str) -> None:
        self.webhook.open = True  # Telegram may post before its answer to us arrives
        try:
            await self._api.set_webhook(
                address, secret_token=self._access.secret, allowed_updates=ALLOWED_UPDATES
            )
        except BadRequest as error:
            raise Misconfigured(REFUSED.format(bot=self._access.bot, why=error.message)) from error


class _Request(Wire):
    """Opens again after a close: a message may still be due when receiving has ended."""

    __slots__ = ()

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        """As the SDK's, on an open client."""
        await self.initialize()
        return await super().do_request(*args, **options)


def make_api(bot: BotId, token: str, base_url: str, base_file_url: str) -> Bot:
    """The SDK's object. Raises Misconfigured without a token."""
    _prepare_sdk()
    if not token.strip():
        raise Misconfigured(NOBODY.format(bot=bot))
    return Bot(
        token.strip(),
        base_url=base_url,
        base_file_url=base_file_url,
        request=_Request(
            connection_pool_size=64,
            read_timeout=20,
            pool_timeout=20,
            media_write_timeout=60,
            httpx_kwargs={"verify": _trusted()},
        ),
        get_updates_request=UpdatesRequest(
            connection_pool_size=2, read_timeout=10, httpx_kwargs={"verify": _trusted()}
        ),
    )


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates takes longest at a start: all bots share them."""
    return httpx.create_ssl_context()


def _prepare_sdk() -> None:
    """Two things the SDK offers no parameter for."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # else it warns with every flood limit
    logger = logging.getLogger("httpx")  # its INFO lines hold the address, and that the token
    logger.setLevel(max(logger.level, logging.WARNING))
