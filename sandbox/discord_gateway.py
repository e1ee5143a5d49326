"""The stand-in's gateway: sessions, sequence numbers, and the replay of what a dropped connection missed."""

import asyncio
import contextlib
import json
import secrets
import zlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.discord_world import Wire, World

HEARTBEAT_MS = 41_250
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = 1 << 1 | 1 << 8 | MESSAGE_CONTENT
"""Members, presences and message content need a switch in the developer portal."""
REPLAY = 1000


class Refusal(Exception):
    """The gateway closes the connection with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(slots=True, kw_only=True)
class Session:
    """One identified client. ``socket`` is None while it is disconnected; it can then be resumed."""

    id: str
    intents: int
    socket: "Socket | None" = None
    sequence: int = 0
    sent: deque[Wire] = field(default_factory=lambda: deque(maxlen=REPLAY))


class Socket:
    """One websocket, compressed as asked for."""

    def __init__(self, web_socket: web.WebSocketResponse, request: web.Request, *, compress: bool) -> None:
        self.web = web_socket
        self._request = request
        self._deflate = zlib.compressobj() if compress else None

    def cut(self) -> None:
        """End the connection without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def send(self, payload: Wire) -> None:
        """Send one gateway payload; a connection that is gone is no error."""
        text = json.dumps(payload)
        with contextlib.suppress(ConnectionError, RuntimeError):
            if self._deflate is None:
                await self.web.send_str(text)
                return
            data = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            await self.web.send_bytes(data)


class Gateway:
    """Handles ``/gw``. ``privileged`` says which privileged intents the portal has switched on."""

    def __init__(self, *, world: World, token: str) -> None:
        self.world = world
        self.token = token
        self.privileged = PRIVILEGED
        self.sessions: dict[str, Session] = {}
        self.resumed = 0
        self.identified = 0

    @property
    def connected(self) -> bool:
        """Whether some client is listening."""
        return any(session.socket for session in self.sessions.values())

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """The websocket endpoint."""
        self.world.origin = f"{request.scheme}://{request.host}"
        response = web.WebSocketResponse()
        await response.prepare(request)
        socket = Socket(response, request, compress=request.query.get("compress") == "zlib-stream")
        await socket.send(
            {"op": 10, "d": {"heartbeat_interval": HEARTBEAT_MS, "_trace": []}, "s": None, "t": None}
        )
        try:
            await self._converse(socket)
        except Refusal as refusal:
            await response.close(code=refusal.code)
        finally:
            self._left(socket, response.close_code)
        return response

    def _left(self, socket: Socket, code: int | None) -> None:
        for session in list(self.sessions.values()):
            if session.socket is socket:
                session.socket = None
                if code in (1000, 1001):  # the client closed for good: such a session can't be resumed
                    del self.sessions[session.id]

    async def _converse(self, socket: Socket) -> None:
        session: Session | None = None
        async for frame in socket.web:
            if frame.type is not WSMsgType.TEXT:
                raise Refusal(4002)
            try:
                payload = json.loads(frame.data)
                op, data = payload["op"], payload.get("d")
            except (ValueError, KeyError):
                raise Refusal(4002) from None
            if op == 1:
                await socket.send({"op": 11, "d": None, "s": None, "t": None})
            elif op in (2, 6):
                if session is not None:
                    raise Refusal(4005)
                session = await (self._identify if op == 2 else self._resume)(socket, data)
            elif session is None:
                raise Refusal(4003)
            elif op not in (3, 4, 8):
                raise Refusal(4001)

    async def _identify(self, socket: Socket, data: Mapping[str, Any]) -> Session:
        self._authenticate(data)
        if int(data["intents"]) & PRIVILEGED & ~self.privileged:
            raise Refusal(4014)
        for old in [session.id for session in self.sessions.values() if session.socket is None]:
            del self.sessions[old]  # Discord lets them time out; nobody is left who could resume them
        session = Session(id=secrets.token_hex(16), intents=int(data["intents"]), socket=socket)
        self.sessions[session.id] = session
        self.identified += 1
        await self._push(session, "READY", self._ready(session))
        if session.intents & GUILDS:
            await self._push(session, "GUILD_CREATE", self.world.guild_object())
        return session

    def _ready(self, session: Session) -> Wire:
        return {
            "v": 10,
            "user": self.world.user(self.world.bot),
            "guilds": [{"id": self.world.guild, "unavailable": True}],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "private_channels": [],
            "relationships": [],
            "application": {"id": self.world.application, "flags": 0},
        }

    @property
    def url(self) -> str:
        """The gateway's own address, as ``/gateway/bot`` answers it."""
        return self.world.origin.replace("http", "ws", 1) + "/gw"

    async def _resume(self, socket: Socket, data: Mapping[str, Any]) -> Session | None:
        self._authenticate(data)
        session = self.sessions.get(str(data["session_id"]))
        seq = int(data["seq"] or 0)
        if session is None or (session.sent and seq < session.sent[0]["s"] - 1):
            await socket.send({"op": 9, "d": False, "s": None, "t": None})
            return None
        if seq > session.sequence:
            raise Refusal(4007)
        session.socket = socket
        self.resumed += 1
        for payload in list(session.sent):
            if payload["s"] > seq:
                await socket.send(payload)
        await self._push(session, "RESUMED", {"_trace": []})
        return session

    def _authenticate(self, data: Mapping[str, Any]) -> None:
        if not secrets.compare_digest(str(data.get("token", "")), self.token):
            raise Refusal(4004)

    async def dispatch(self, event: str, data: Wire, *, intent: int) -> None:
        """Send an event to every session whose intents cover it (0: everybody), or keep it for a resume."""
        for session in list(self.sessions.values()):
            if not intent or session.intents & intent:
                await self._push(session, event, self._seen_by(session, data))

    def _seen_by(self, session: Session, data: Wire) -> Wire:
        """Message content is privileged in guilds, except in the bot's own messages and mentions of it."""
        hidden = data.get("guild_id") and "content" in data and not session.intents & MESSAGE_CONTENT
        mine = (data.get("author") or {}).get("id") == self.world.bot.id
        named = any(one["id"] == self.world.bot.id for one in data.get("mentions") or [])
        if not hidden or mine or named:
            return data
        return data | {"content": "", "embeds": [], "attachments": [], "components": []}

    async def _push(self, session: Session, event: str, data: Wire) -> None:
        session.sequence += 1
        payload = {"op": 0, "t": event, "s": session.sequence, "d": data}
        session.sent.append(payload)
        if session.socket is not None:
            await session.socket.send(payload)

    async def redeliver(self) -> None:
        """Send the last dispatched event of every session again."""
        for session in self.sessions.values():
            if session.sent and session.socket is not None:
                await session.socket.send(session.sent[-1])

    async def drop(self) -> None:
        """Cut every connection without a farewell, as a failing network does; sessions stay resumable."""
        for session in self.sessions.values():
            socket, session.socket = session.socket, None
            if socket is not None:
                socket.cut()
        await asyncio.sleep(0)

    async def ask_reconnect(self) -> None:
        """Op 7: the client shall reconnect and resume."""
        await self._tell({"op": 7, "d": None, "s": None, "t": None})

    async def invalidate(self) -> None:
        """Op 9: the session is over and can't be resumed; the client shall identify anew."""
        sessions = list(self.sessions.values())
        self.sessions.clear()
        for session in sessions:
            if session.socket is not None:
                await session.socket.send({"op": 9, "d": False, "s": None, "t": None})

    async def close(self, code: int) -> None:
        """Close every connection with a code of Discord's."""
        for session in list(self.sessions.values()):
            if session.socket is not None:
                await session.socket.web.close(code=code)

    async def _tell(self, payload: Wire) -> None:
        for session in list(self.sessions.values()):
            if session.socket is not None:
                await session.socket.send(payload)
