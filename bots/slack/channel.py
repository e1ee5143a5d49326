"""The Slack adapter: one app in one workspace."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Literal

import aiohttp
import structlog
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack import http, render, socket, split
from bots.slack.errors import ADVICE, sending, translated
from bots.slack.files import Files
from bots.slack.incoming import Incoming
from bots.slack.names import People
from bots.slack.outgoing import Outgoing
from desk.ports import Accept, Fetched, Form, Limits
from domain.content import Content
from domain.errors import Misconfigured, RateLimited, Unavailable, Unreachable
from domain.ids import Address, BotId, CompanyId, Identity, MessageRef, Platform
from domain.inbound import Attachment

log = structlog.get_logger(__name__)

SLACK = "https://slack.com/api/"
REQUEST_SECONDS = 30
SCOPES = frozenset(
    {"chat:write", "commands", "files:read", "files:write", "im:write", "reactions:write", "users:read"}
)
"""Without these something visible breaks; the manifest explains all that the app asks for."""
LIMITS = Limits(
    text=split.MESSAGE,
    caption=split.MESSAGE,
    per_second=1.0,
    burst=10,
    can_thread=True,
    can_react=True,
    idempotent=True,
)
"""docs.slack.dev/apis/web-api/rate-limits: chat.postMessage allows one a second a channel, and bursts."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _web_client(token: str, base_url: str) -> AsyncWebClient:
    """Without the SDK's retries: the outbox retries, and it knows what a repeated message would do."""
    base = base_url.rstrip("/") + "/"
    return AsyncWebClient(token=token, base_url=base, timeout=REQUEST_SECONDS, retry_handlers=[])


class SlackChannel:
    """Implements `desk.ports.Channel` with Slack's own SDKs.

    ``channel`` is the id of the agents' channel. ``default``: this bot also answers at the addresses
    without a bot's name. ``ping_seconds``: how often a Socket Mode connection is checked.
    """

    platform = Platform.SLACK
    limits = LIMITS

    def __init__(
        self,
        *,
        company: CompanyId,
        bot: BotId,
        bot_token: str,
        app_token: str = "",
        signing_secret: str = "",
        base_url: str = SLACK,
        mode: Literal["socket", "http"] = "socket",
        channel: str,
        blobs: Fetched,
        forms: Mapping[str, Form] | None = None,
        max_file_bytes: int = 50_000_000,
        default: bool = False,
        ping_seconds: float = 5.0,
    ) -> None:
        self.company = company
        self.bot = bot
        self._app_token = app_token
        self._secret = signing_secret
        self._mode = mode
        self._channel = channel
        self._default = default
        self._ping_seconds = ping_seconds
        self._client = _web_client(bot_token, base_url)
        self._files = Files(client=self._client, token=bot_token, base_url=base_url, max_bytes=max_file_bytes)
        self._out = Outgoing(client=self._client, files=self._files, blobs=blobs)
        self._people = People(client=self._client)
        self._in = Incoming(
            bot=bot,
            channel=channel,
            client=self._client,
            people=self._people,
            forms=forms or {},
            signing_secret=signing_secret,
        )

    # Sending

    def split(self, content: Content) -> tuple[Content, ...]:
        """Pieces that each fit one message."""
        return render.split(content)

    async def send(self, to: Address, content: Content, *, key: str, again: bool = False) -> MessageRef:
        """Send one piece; ``again`` first looks for the message of an earlier attempt."""
        return await self._out.send(await self._placed(to), content, key=key, again=again)

    async def _placed(self, to: Address) -> Address:
        """With the workspace filled in, so that replies to what we send come from the same address."""
        if to.workspace:
            return to
        if not self._in.me:
            async with sending():
                self._in.me = await self._identify()
        return replace(to, workspace=str(self._in.me.get("team_id") or ""))

    async def edit(self, ref: MessageRef, content: Content) -> None:
        """Replace a message of ours."""
        await self._out.edit(ref, content)

    async def delete(self, ref: MessageRef) -> None:
        """Delete a message of ours."""
        await self._out.delete(ref)

    async def react(self, ref: MessageRef, mark: str, *, on: bool = True) -> None:
        """Put a mark on a message, or take it off."""
        await self._out.react(ref, mark, on=on)

    async def link(self, ref: MessageRef) -> str:
        """The address under which people open a message."""
        async with sending():
            found = await self._client.chat_getPermalink(channel=ref.address.channel, message_ts=ref.id)
        return str(found["permalink"])

    async def typing(self, at: Address) -> None:
        """Show that somebody is writing, where Slack can."""
        await self._out.typing(at)

    async def home(self, identity: Identity, content: Content) -> None:
        """Show a person's home page."""
        await self._out.home(identity, content)

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file. Raises BadInput over the limit, Unavailable."""
        return await self._files.fetch(attachment)

    async def profile(self, identity: Identity) -> str:
        """The name to show for a person."""
        return await self._people.name(identity.user)

    # Receiving

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """The addresses for HTTP mode: method, path and handler; none in Socket Mode."""
        if self._mode == "socket":
            return ()
        bases = [f"/webhooks/slack/{self.bot}"] + (["/webhooks/slack"] if self._default else [])
        kinds = ("events", "interactions", "commands")
        return [("POST", f"{base}/{kind}", self._webhook) for base in bases for kind in kinds]

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        if not self._secret:
            # An empty secret would let anybody sign.
            return web.Response(status=503, text="The signing secret is not set")
        return await http.dispatch(request, app=self._in.app, hands=self._in.hands)

    async def run(self, accept: Accept) -> None:
        """Connect and receive until cancelled. Raises Misconfigured or Unavailable."""
        async with self._session():
            self._in.me = await self._identify()
            self._in.accept = accept
            try:
                await self._receive()
            finally:
                self._in.accept = None

    async def _receive(self) -> None:
        log.info("slack_connecting", bot=self.bot, mode=self._mode)
        if self._mode == "http":
            self._need_secret()
            try:
                await asyncio.Event().wait()
            finally:
                await self._in.hands.drained()
        self._need_app_token()
        await socket.receive(
            app=self._in.app,
            client=self._client,
            app_token=self._app_token,
            hands=self._in.hands,
            ping_seconds=self._ping_seconds,
        )

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[None]:
        """One pool of connections while running; outside of it the SDK opens one a request."""
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            self._client.session = session
            try:
                yield
            finally:
                self._client.session = None

    async def _identify(self) -> Mapping[str, Any]:
        try:
            async with translated():
                answer = await self._client.auth_test()
        except RateLimited as error:
            raise Unavailable(str(error)) from error
        self._scopes = {str(k).lower(): str(v) for k, v in dict(answer.headers).items()}.get(
            "x-oauth-scopes", ""
        )
        data: Mapping[str, Any] = dict(answer.data) if isinstance(answer.data, Mapping) else {}
        return data

    # Checking

    async def check(self) -> str:
        """One line about the connection. Raises Misconfigured with what to do."""
        me = await self._identify()
        granted = {scope.strip() for scope in self._scopes.split(",") if scope.strip()}
        if granted and (missing := sorted(SCOPES - granted)):
            raise Misconfigured(f"Slack: the app lacks {', '.join(missing)}; {ADVICE}")
        if self._mode == "socket":
            self._need_app_token()
            await socket.address(self._client, self._app_token)
        else:
            self._need_secret()
        name = await self._channel_name()
        return f"Slack: {me.get('user')} in {me.get('team')}, agents in #{name}, {self._mode} mode"

    async def _channel_name(self) -> str:
        try:
            async with translated():
                found = (await self._client.conversations_info(channel=self._channel))["channel"]
        except Unreachable as error:
            raise Misconfigured(
                f"Slack: the agents' channel {self._channel} is unknown; set its id and invite the app there"
            ) from error
        if not found.get("is_member", True):
            raise Misconfigured(
                f"Slack: the app isn't in #{found.get('name')}; write /invite @Deskmate there"
            )
        return str(found.get("name") or self._channel)

    def _need_secret(self) -> None:
        if not self._secret:
            raise Misconfigured("Slack: HTTP mode needs the signing secret, see docs/slack.md")

    def _need_app_token(self) -> None:
        if not self._app_token:
            raise Misconfigured("Slack: Socket Mode needs the app token (xapp-...), see docs/slack.md")
