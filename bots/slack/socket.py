"""Socket Mode: the SDK's client, made to back off and to tell a wrong token from a broken line."""

import asyncio
import logging
import random
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.errors import translated
from bots.slack.hands import Hands
from domain.errors import Misconfigured, RateLimited, Unavailable

log = structlog.get_logger(__name__)

FIRST_WAIT = 0.25
LONGEST_WAIT = 30.0
CONNECT_SECONDS = 10.0
"""How long one address is tried; Slack's addresses are good for a short time only."""


async def address(client: AsyncWebClient, app_token: str) -> str:
    """A fresh address for one connection. Raises Misconfigured, RateLimited or Unavailable."""
    async with translated():
        answer = await client.apps_connections_open(app_token=app_token)
    return str(answer["url"])


class Connection(SocketModeClient):
    """The SDK's client. It would try a used address for ever, and hide a revoked token in the log."""

    def __init__(self, *, app_token: str, client: AsyncWebClient, first: str, ping_seconds: float) -> None:
        super().__init__(
            app_token=app_token,
            web_client=client,
            ping_interval=ping_seconds,
            logger=logging.getLogger("slack_sdk.socket_mode"),
        )
        self.wss_uri = first
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def issue_new_wss_url(self) -> str:
        """An address, sooner or later."""
        wait = FIRST_WAIT
        while True:
            try:
                return await address(self.web_client, self.app_token)
            except Misconfigured as error:
                if not self.failed.done():
                    self.failed.set_exception(error)
                raise
            except RateLimited as error:
                pause = error.retry_after
            except Unavailable:
                pause = wait * random.uniform(0.5, 1.5)  # noqa: S311 - jitter, not a secret
            log.info("slack_reconnecting", seconds=round(pause, 1))
            await asyncio.sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT)

    async def connect(self) -> None:
        """Connect, with a new address whenever the old one did not lead anywhere."""
        while not self.closed:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await super().connect()  # type: ignore[no-untyped-call]
                return
            except TimeoutError:
                self.wss_uri = await self.issue_new_wss_url()

    async def stop_receiving(self) -> None:
        """Take nothing new; what is not acknowledged, Slack delivers again."""
        self.auto_reconnect_enabled = False
        for task in (self.message_receiver, self.current_session_monitor):
            if task is not None:
                task.cancel()

    async def close(self) -> None:
        """Close, and wait for the client's tasks to end."""
        tasks = [self.message_processor, self.message_receiver, self.current_session_monitor]
        await super().close()  # type: ignore[no-untyped-call]
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
        if self.failed.done() and not self.failed.cancelled():
            self.failed.exception()


async def receive(
    *,
    app: AsyncApp,
    client: AsyncWebClient,
    app_token: str,
    hands: Hands,
    ping_seconds: float,
    until: asyncio.Event,
    up: asyncio.Event,
) -> None:
    """Receive over Socket Mode until told; ``up`` is set once the connection stands.

    Raises Misconfigured or, at the start, Unavailable.
    """

    async def handle(socket: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        with hands.holding():
            answer = await run_async_bolt_app(app, request)
            # A status other than 200 is not acknowledged: Slack delivers again.
            await send_async_response(socket, request, answer, 0.0)

    try:
        first = await address(client, app_token)
    except RateLimited as error:
        raise Unavailable(str(error)) from error
    connection = Connection(app_token=app_token, client=client, first=first, ping_seconds=ping_seconds)
    connection.socket_mode_request_listeners.append(handle)
    try:
        await connection.connect()
        up.set()
        await _first(connection.failed, until)
    finally:
        await connection.stop_receiving()
        await hands.drained()
        await connection.close()


async def _first(failed: asyncio.Future[None], until: asyncio.Event) -> None:
    """Wait for a fault, which is raised, or for the event."""
    told = asyncio.ensure_future(until.wait())
    try:
        either: list[asyncio.Future[Any]] = [failed, told]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if failed.done():
            failed.result()
    finally:
        told.cancel()
