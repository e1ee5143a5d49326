"""discord.py's HTTP client at a base URL of its own, and the calls that we make with it.

discord.py keeps its base URL and gateway in class attributes, shared by the whole process. Nothing here
touches those: each client rewrites the address of its own requests, so two bots of one process may talk
to two different places.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route
from discord.utils import MISSING

from bots.discord.failures import ServerTrouble, pause_of

DISCORD = "https://discord.com/api/v10"
PATIENCE = 5.0
"""Seconds that a request may wait for its rate limit before RateLimited says so; discord.py holds the
channel's other requests back meanwhile, and no other channel's."""
EPHEMERAL = 1 << 6
PRIVATE_THREAD = 12
ORIGINAL = "@original"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file with its bytes."""

    name: str
    mime: str
    data: bytes


Json = dict[str, Any]


class Wire(HTTPClient):
    """discord.py's client: buckets, 429, headers are its; the addresses and the patience are ours."""

    def __init__(self, *, base_url: str = DISCORD, gateway_url: str = "") -> None:
        super().__init__(asyncio.get_running_loop(), http_trace=_impatient())
        self._base = (base_url or DISCORD).rstrip("/")
        self._gateway = gateway_url
        self.max_ratelimit_timeout = PATIENCE

    async def request(self, route: Route, **options: Any) -> Any:
        """One REST call, at our base URL."""
        route.url = self._base + route.url.removeprefix(Route.BASE)
        try:
            return _read(await super().request(route, **options))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ServerTrouble("an answer that can't be read") from error

    async def ws_connect(self, url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        """The gateway. discord.py asks for its default one; a resume names the session's own."""
        wanted = yarl.URL(url)
        if wanted.host == DiscordWebSocket.DEFAULT_GATEWAY.host and (ours := await self.gateway_url()):
            url = str(yarl.URL(ours).update_query(wanted.query))
        return await super().ws_connect(url, compress=compress)

    async def gateway_url(self) -> str:
        """Where the gateway is: as configured, else (away from discord.com) as the REST API says."""
        if not self._gateway and self._base != DISCORD:
            self._gateway = (await self.request(Route("GET", "/gateway/bot")))["url"]
        return self._gateway


def _read(answer: Any) -> Any:
    """An answer; one whose content type has a charset discord.py takes for text. Raises ValueError."""
    return json.loads(answer) if isinstance(answer, str) and answer.strip() else answer


def _impatient() -> aiohttp.TraceConfig:
    """discord.py retries a 5xx for half a minute while it holds the channel; our outbox does it better.

    A 429 that doesn't look like Discord's own it takes for a ban, without asking how long to wait.
    """

    async def ended(
        session: aiohttp.ClientSession, context: SimpleNamespace, done: aiohttp.TraceRequestEndParams
    ) -> None:
        response = done.response
        if response.status >= 500:
            response.close()
            raise ServerTrouble(f"{response.status}")
        if response.status == 429 and not response.headers.get("Via"):
            body = await response.text()
            response.close()
            raise discord.RateLimited(pause_of(body, response.headers))

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    return trace


class Rest:
    """The REST calls of one bot. Logs in when first needed, so that a process without a gateway can send."""

    def __init__(self, *, token: str, base_url: str = DISCORD) -> None:
        self._token = token
        self._base_url = base_url
        self._wire: Wire | None = None
        self._opening = asyncio.Lock()
        self.user = ""
        self.application: Mapping[str, Any] = {}

    async def open(self) -> Wire:
        """The logged-in client."""
        async with self._opening:
            if self._wire is None:
                wire = Wire(base_url=self._base_url)
                try:
                    self.user = str((await wire.static_login(self._token))["id"])
                    self.application = await wire.request(Route("GET", "/oauth2/applications/@me"))
                except BaseException:
                    await wire.close()
                    raise
                self._wire = wire
            return self._wire

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        async with self._opening:
            wire, self._wire = self._wire, None
            if wire is not None and wire.connector is not MISSING:
                await wire.close()

    async def call(
        self, method: str, path: str, *, body: Any = None, uploads: Sequence[Upload] = (), **parameters: str
    ) -> Any:
        """One call; its answer as JSON. ``parameters`` fill the path."""
        wire = await self.open()
        route = Route(method, path, **parameters)
        if uploads:
            return await wire.request(route, form=_form(body, uploads))
        return await wire.request(route, **({} if body is None else {"json": body}))

    async def create(self, channel: str, body: Json, uploads: Sequence[Upload] = ()) -> Json:
        """Send a message to a channel."""
        path = "/channels/{channel_id}/messages"
        found: Json = await self.call("POST", path, body=body, uploads=uploads, channel_id=channel)
        return found

    async def edit(self, channel: str, message: str, body: Json, uploads: Sequence[Upload] = ()) -> None:
        """Change a message of ours."""
        path = "/channels/{channel_id}/messages/{message_id}"
        await self.call("PATCH", path, body=body, uploads=uploads, channel_id=channel, message_id=message)

    async def delete(self, channel: str, message: str) -> None:
        """Delete a message."""
        path = "/channels/{channel_id}/messages/{message_id}"
        await self.call("DELETE", path, channel_id=channel, message_id=message)

    async def recent(self, channel: str) -> list[Json]:
        """The last messages of a channel, newest first."""
        path = "/channels/{channel_id}/messages?limit=25"
        found: list[Json] = await self.call("GET", path, channel_id=channel)
        return found

    async def message(self, channel: str, message: str) -> Json:
        """One message."""
        path = "/channels/{channel_id}/messages/{message_id}"
        found: Json = await self.call("GET", path, channel_id=channel, message_id=message)
        return found

    async def respond(self, interaction: str, token: str, kind: int, data: Json | None = None) -> None:
        """The first response to an interaction, due within 3 seconds."""
        path = "/interactions/{interaction_id}/{webhook_token}/callback"
        body: Json = {"type": kind} | ({"data": data} if data else {})
        await self.call("POST", path, body=body, interaction_id=interaction, webhook_token=token)

    async def hook(
        self, method: str, token: str, message: str = "", body: Any = None, uploads: Sequence[Upload] = ()
    ) -> Any:
        """A follow-up of an interaction; ``message`` (``@original`` too): read, edit or delete that one."""
        await self.open()
        path = "/webhooks/{webhook_id}/{webhook_token}"
        parameters = {"webhook_id": str(self.application["id"]), "webhook_token": token}
        if message == ORIGINAL:
            path += f"/messages/{ORIGINAL}"
        elif message:
            path, parameters = path + "/messages/{message_id}", parameters | {"message_id": message}
        return await self.call(method, path, body=body, uploads=uploads, **parameters)

    async def channel(self, channel: str) -> Json:
        """A channel."""
        found: Json = await self.call("GET", "/channels/{channel_id}", channel_id=channel)
        return found

    async def dm(self, user: str) -> str:
        """The id of the direct-message channel with a person."""
        return str((await self.call("POST", "/users/@me/channels", body={"recipient_id": user}))["id"])

    async def thread(self, channel: str, name: str, person: str) -> str:
        """A new private thread with one person in it; its id."""
        body = {"name": name[:100], "type": PRIVATE_THREAD, "invitable": False}
        made = await self.call("POST", "/channels/{channel_id}/threads", body=body, channel_id=channel)
        path = "/channels/{channel_id}/thread-members/{user_id}"
        await self.call("PUT", path, channel_id=str(made["id"]), user_id=person)
        return str(made["id"])


def _form(body: Json, uploads: Sequence[Upload]) -> list[dict[str, Any]]:
    """A multipart body; made of bytes, so that a repeated request sends it whole."""
    parts: list[dict[str, Any]] = [{"name": "payload_json", "value": json.dumps(body)}]
    for number, upload in enumerate(uploads):
        parts.append(
            {
                "name": f"files[{number}]",
                "value": upload.data,
                "filename": upload.name,
                "content_type": upload.mime or "application/octet-stream",
            }
        )
    return parts
