"""The Slack adapter: one app in one workspace."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Literal

import aiohttp
import structlog
from aiohttp import web

from bots.slack import http, render, socket, split
from bots.slack.account import REQUEST_SECONDS, Account, Client
from bots.slack.errors import ADVICE, sending, translated
from bots.slack.files import Files
from bots.slack.incoming import Incoming
from bots.slack.names import People
from bots.slack.outgoing import Outgoing
from bots.slack.pane import Prompts
from bots.slack.switchboard import Switchboard
from desk.ports import Accept, Fetched, Form, Limits, Prefill
from desk.workspaces import Installations
from domain.content import Content
from domain.errors import Misconfigured, RateLimited, Unavailable, Unreachable
from domain.ids import Address, BotId, CompanyId, Identity, MessageRef, Platform
from domain.inbound import Attachment

log = structlog.get_logger(__name__)

SLACK = "https://slack.com/api/"
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


class SlackChannel:
    """Implements `desk.ports.Channel` with Slack's own SDKs.

    ``channel`` is the id of the agents' channel. ``default``: this bot also answers at the addresses
    without a bot's name. ``ping_seconds``: how often a Socket Mode connection is checked. Without a
    ``bot_token`` the one of the ``installations`` is used; ``switchboard`` joins the connections that
    share one app. ``prompts`` are suggested to whoever opens the assistant.
    """

    platform = Platform.SLACK
    limits = LIMITS

    def __init__(
        self,
        *,
        company: CompanyId,
        bot: BotId,
        bot_token: str = "",
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
        installations: Installations | None = None,
        switchboard: Switchboard | None = None,
        prompts: Prompts = (),
        prefill: Prefill | None = None,
    ) -> None:
        self.company = company
        self.bot = bot
        self._app_token = app_token
        self._secret = signing_secret
        self._mode = mode
        self._channel = channel
        self._default = default
        self._ping_seconds = ping_seconds
        kept = None if bot_token else installations
        self._client = Client(token=bot_token, base_url=base_url, installations=kept)
        self._account = Account(client=self._client, installations=kept)
        self._files = Files(client=self._client, base_url=base_url, max_bytes=max_file_bytes)
        self._out = Outgoing(client=self._client, files=self._files, blobs=blobs)
        self._people = People(client=self._client)
        self._up = asyncio.Event()
        self._prefill = prefill
        self._in = self._incoming(forms or {}, switchboard or Switchboard(), prompts)

    def _incoming(self, forms: Mapping[str, Form], switchboard: Switchboard, prompts: Prompts) -> Incoming:
        return Incoming(
            bot=self.bot,
            channel=self._channel,
            client=self._client,
            account=self._account,
            people=self._people,
            forms=forms,
            signing_secret=self._secret,
            switchboard=switchboard,
            prompts=prompts,
            prefill=self._prefill,
        )

    # Sending

    @property
    def connected(self) -> bool:
        """Whether events can arrive."""
        return self._up.is_set()

    def split(self, content: Content) -> tuple[Content, ...]:
        """Pieces that each fit one message."""
        return render.split(content)

    async def send(
        self,
        to: Address,
        content: Content,
        *,
        key: str,
        again: bool = False,
        reply_to: MessageRef | None = None,
    ) -> MessageRef:
        """Send one piece; ``again`` first looks for the message of an earlier attempt."""
        return await self._out.send(await self._placed(to), content, key=key, again=again)

    async def _placed(self, to: Address) -> Address:
        """With the workspace filled in, so that replies to what we send come from the same address."""
        if to.workspace:
            return to
        if not self._account.team:
            async with sending():
                await self._account.identify()
        return replace(to, workspace=self._account.team)

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
        return await self._out.link(ref)

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

    async def belongs(self, identity: Identity) -> bool:
        """Whether a person is in the agents' channel. Raises Unavailable."""
        try:
            return await self._people.together(identity.user, channel=self._channel)
        except RateLimited as error:
            raise Unavailable(str(error)) from error
        except Unreachable:
            return False

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
        """Connect and receive until cancelled, or the app was installed anew or removed.

        Raises Misconfigured or Unavailable.
        """
        async with self._session():
            self._account.changed.clear()
            await self._account.identify()
            self._in.accept = accept
            try:
                await self._receive()
            finally:
                self._in.accept = None
                self._up.clear()

    async def _receive(self) -> None:
        log.info("slack_connecting", bot=self.bot, mode=self._mode)
        if self._mode == "http":
            self._need_secret()
            self._up.set()
            try:
                await self._account.changed.wait()
            finally:
                await self._in.hands.drained()
            return
        self._need_app_token()
        await socket.receive(
            app=self._in.app,
            client=self._client,
            app_token=self._app_token,
            hands=self._in.hands,
            ping_seconds=self._ping_seconds,
            until=self._account.changed,
            up=self._up,
        )

    def renew(self) -> None:
        """The app was installed (again) in our workspace: connect anew with its token."""
        self._account.renew()

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

    # Checking

    async def check(self) -> str:
        """One line about the connection. Raises Misconfigured with what to do."""
        me = await self._account.identify()
        if self._account.scopes and (missing := sorted(SCOPES - self._account.scopes)):
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
                answer = await self._client.conversations_info(channel=self._channel)
        except Unreachable as error:
            raise Misconfigured(
                f"Slack: the agents' channel {self._channel} is unknown; set its id and invite the app there"
            ) from error
        found = answer.get("channel") or {}
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
