"""How the Slack stand-in tells the app what happened: Socket Mode, or signed HTTP requests."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
from aiohttp import web

ACK_SECONDS = 3.0
RETRY_DELAYS = (0.0, 60.0, 300.0)
"""docs.slack.dev/apis/events-api#retries: almost at once, after a minute, after five minutes."""
FORM = "application/x-www-form-urlencoded"
PATHS = {"events_api": "events", "interactive": "interactions", "slash_commands": "commands"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the app answered. ``payload`` is what came with the acknowledgement."""

    ok: bool
    payload: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


class Line(Protocol):
    """A way to the app."""

    async def send(self, kind: str, payload: Mapping[str, Any], *, attempt: int, reason: str) -> Reply:
        """Deliver once and wait for the acknowledgement."""
        ...


class Sockets:
    """Socket Mode: envelopes over web sockets that the app opened."""

    def __init__(self, *, ack_seconds: float = ACK_SECONDS) -> None:
        self.ack_seconds = ack_seconds
        self.tickets: set[str] = set()
        self.sessions: list[web.WebSocketResponse] = []
        self.connections = 0
        self._acks: dict[str, asyncio.Future[Mapping[str, Any]]] = {}
        self._open = asyncio.Event()

    def ticket(self) -> str:
        """A ticket for one connection."""
        ticket = uuid4().hex
        self.tickets.add(ticket)
        return ticket

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """One connection of the app."""
        if request.query.get("ticket", "") not in self.tickets:
            raise web.HTTPForbidden(text="invalid ticket")
        self.tickets.remove(request.query["ticket"])
        session = web.WebSocketResponse()
        await session.prepare(request)
        await session.send_json(
            {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0DESKMATE"}}
        )
        self.sessions.append(session)
        self.connections += 1
        self._open.set()
        try:
            async for message in session:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._acked(json.loads(message.data))
        finally:
            self._gone(session)
        return session

    def _acked(self, message: Mapping[str, Any]) -> None:
        ack = self._acks.get(str(message.get("envelope_id")))
        if ack is not None and not ack.done():
            ack.set_result(message.get("payload") or {})

    def _gone(self, session: web.WebSocketResponse) -> None:
        if session in self.sessions:
            self.sessions.remove(session)
        if not self.sessions:
            self._open.clear()

    async def send(self, kind: str, payload: Mapping[str, Any], *, attempt: int, reason: str) -> Reply:
        """Deliver once. Events wait for a connection; presses and commands do not."""
        if kind == "events_api":
            await self._open.wait()
        if not self.sessions:
            return Reply(ok=False, status=503)
        envelope = {
            "envelope_id": str(uuid4()),
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        return await self._exchange(self.sessions[-1], envelope)

    async def _exchange(self, session: web.WebSocketResponse, envelope: Mapping[str, Any]) -> Reply:
        ident = str(envelope["envelope_id"])
        ack = self._acks[ident] = asyncio.get_running_loop().create_future()
        try:
            await session.send_json(envelope)
            async with asyncio.timeout(self.ack_seconds):
                return Reply(ok=True, payload=await ack)
        except (TimeoutError, ConnectionError):
            return Reply(ok=False, status=504)
        finally:
            del self._acks[ident]

    async def drop(self, *, graceful: bool) -> None:
        """End every connection: told beforehand (``disconnect``), or abruptly."""
        for session in list(self.sessions):
            if graceful:
                await session.send_json(
                    {"type": "disconnect", "reason": "refresh_requested", "debug_info": {}}
                )
            else:
                await session.close(code=aiohttp.WSCloseCode.GOING_AWAY)
            self._gone(session)


class Signed:
    """HTTP: requests signed with the app's signing secret (docs.slack.dev: Verifying requests from Slack)."""

    def __init__(self, *, url: str, secret: str, ack_seconds: float = ACK_SECONDS) -> None:
        self.url = url.rstrip("/")
        self.secret = secret
        self.ack_seconds = ack_seconds
        self.skew = 0.0
        """Seconds added to the timestamp: for tests of old requests."""

    async def send(self, kind: str, payload: Mapping[str, Any], *, attempt: int, reason: str) -> Reply:
        """Deliver once."""
        body, content_type = _encoded(kind, payload)
        headers = self.headers(body) | {"Content-Type": content_type}
        if attempt and kind == "events_api":
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        timeout = aiohttp.ClientTimeout(total=self.ack_seconds)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(f"{self.url}/{PATHS[kind]}", data=body, headers=headers) as response,
            ):
                answer = await response.read()
                payload = json.loads(answer) if answer.startswith(b"{") else {}
                return Reply(ok=response.status // 100 == 2, payload=payload, status=response.status)
        except (aiohttp.ClientError, TimeoutError):
            return Reply(ok=False, status=504)

    def headers(self, body: bytes) -> dict[str, str]:
        """The timestamp and the v0 signature of a body."""
        stamp = str(int(time.time() + self.skew))
        digest = hmac.new(self.secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def _encoded(kind: str, payload: Mapping[str, Any]) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    fields = dict(payload) if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode({name: str(value) for name, value in fields.items()}).encode(), FORM


class Postman:
    """Delivers events again until they are acknowledged, as Slack does."""

    def __init__(self, *, line: Line, delays: tuple[float, ...] = RETRY_DELAYS) -> None:
        self.line = line
        self.delays = delays
        self.sent: list[Mapping[str, Any]] = []
        self.lost: list[Mapping[str, Any]] = []
        self.acknowledged: list[Mapping[str, Any]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def post(self, payload: Mapping[str, Any]) -> None:
        """Deliver an event in the background."""
        self.sent.append(payload)
        task = asyncio.create_task(self._post(payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(self, payload: Mapping[str, Any]) -> None:
        reason = ""
        for attempt, delay in enumerate((None, *self.delays)):
            if delay:
                await asyncio.sleep(delay)
            reply = await self.line.send("events_api", payload, attempt=attempt, reason=reason)
            if reply.ok:
                self.acknowledged.append(payload)
                return
            reason = "timeout" if reply.status == 504 else "http_error"
        self.lost.append(payload)

    async def ask(self, kind: str, payload: Mapping[str, Any]) -> Reply:
        """Deliver a press, a form or a command: once, because somebody is waiting."""
        return await self.line.send(kind, payload, attempt=0, reason="")

    @property
    def waiting(self) -> int:
        """Events on their way."""
        return len(self._tasks)

    async def close(self) -> None:
        """Give up what is still on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
