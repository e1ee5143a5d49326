"""How the stand-in's REST API takes a request: who it is from, what is in it, and what is recorded."""

import asyncio
import json
import secrets
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.discord_rules import Fault, Schema
from sandbox.discord_world import World
from sandbox.stand import Recorded

PREFIX = "/api/v10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a multipart body."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read."""

    method: str
    template: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    uploads: Sequence[Upload]
    authorized: bool


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(slots=True, kw_only=True)
class Failure:
    """What the next requests shall meet. ``status`` 0 cuts the connection; ``after``: it is done first."""

    status: int
    times: int
    path: str
    method: str
    code: int
    message: str
    retry_after: float
    after: bool

    def meets(self, request: web.Request) -> bool:
        """Whether this request is one of them."""
        return self.times > 0 and self.path in request.path and self.method in ("", request.method)


@dataclass(slots=True, kw_only=True)
class Bucket:
    """A rate limit: ``limit`` requests in ``seconds`` for each channel."""

    limit: int = 30
    seconds: float = 1.0
    hits: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, key: str, now: float) -> tuple[int, float]:
        """What remains after this request (-1: it was one too many) and when the window is over."""
        hits = self.hits[key]
        while hits and hits[0] <= now - self.seconds:
            hits.popleft()
        if len(hits) >= self.limit:
            return -1, hits[0] + self.seconds - now
        hits.append(now)
        return self.limit - len(hits), hits[0] + self.seconds - now


class Api:
    """Wraps handlers: authorization, failures on purpose, rate limits, schema checks, the record."""

    def __init__(self, *, world: World, token: str, schema: Schema, requests: list[Recorded]) -> None:
        self._world = world
        self._token = token
        self._schema = schema
        self._requests = requests
        self.failures: list[Failure] = []
        self.bucket = Bucket()

    def endpoint(self, method: str, template: str, handler: Handler) -> web.RouteDef:
        """A route of the API."""

        async def handle(request: web.Request) -> web.Response:
            return await self._handle(request, template, handler)

        return web.route(method, PREFIX + template, handle)

    async def _handle(self, request: web.Request, template: str, handler: Handler) -> web.Response:
        self._world.origin = f"{request.scheme}://{request.host}"
        body, uploads = await _read(request)
        failure = next((one for one in self.failures if one.meets(request)), None)
        if failure is not None and not failure.after:
            return self._fail(request, failure, body)
        call = Call(
            method=request.method,
            template=template,
            path=request.path,
            params=request.match_info,
            query=request.query,
            body=body,
            uploads=uploads,
            authorized=self._authorized(request),
        )
        response = await self._answer(call, handler)
        if failure is not None:
            return self._fail(request, failure, body)
        return response

    def _authorized(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "")
        return secrets.compare_digest(given.encode(), f"Bot {self._token}".encode())

    async def _answer(self, call: Call, handler: Handler) -> web.Response:
        faults = self._schema.faults(call.method, call.template, call.body) if call.body is not None else ()
        headers: dict[str, str] = {}
        try:
            if not call.authorized and not call.template.startswith(("/interactions", "/webhooks")):
                raise Fault(401, 0, "401: Unauthorized")
            headers = self._limit(call)
            result = await handler(call)
            response = reply(result, headers=headers)
        except Fault as fault:
            response = reply(fault.body, status=fault.status, headers=headers | _retry_headers(fault))
        self._record(call.method, call.path, call.body, response.status, faults)
        return response

    def _limit(self, call: Call) -> dict[str, str]:
        if call.method != "POST" or not call.template.endswith("/messages"):
            return {}
        remaining, reset = self.bucket.take(call.params["channel_id"], asyncio.get_running_loop().time())
        if remaining < 0:
            raise Fault(
                429, 0, "You are being rate limited.", retry_after=round(reset, 3), **{"global": False}
            )
        return {
            "X-RateLimit-Limit": str(self.bucket.limit),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": f"{self._world.clock() + reset:.3f}",
            "X-RateLimit-Reset-After": f"{reset:.3f}",
            "X-RateLimit-Bucket": "messages",
        }

    def _fail(self, request: web.Request, failure: Failure, body: Any) -> web.Response:
        failure.times -= 1
        self._record(request.method, request.path, body, failure.status, ())
        if failure.status == 0:
            if request.transport is not None:
                request.transport.abort()
            raise asyncio.CancelledError
        extra = {"retry_after": failure.retry_after, "global": False} if failure.status == 429 else {}
        fault = Fault(
            failure.status, failure.code, failure.message or f"{failure.status}: on purpose", **extra
        )
        return reply(fault.body, status=fault.status, headers=_retry_headers(fault))

    def _record(self, method: str, path: str, body: Any, status: int, faults: tuple[str, ...]) -> None:
        kept = body if isinstance(body, Mapping) else {} if body is None else {"items": body}
        self._requests.append(
            Recorded(method=method, path=path.removeprefix(PREFIX), body=kept, status=status, faults=faults)
        )


def _retry_headers(fault: Fault) -> dict[str, str]:
    if fault.status != 429:
        return {}
    seconds = float(fault.body["retry_after"])
    return {
        "Retry-After": str(seconds),
        "Via": "1.1 google",
        "X-RateLimit-Limit": "5",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset-After": str(seconds),
        "X-RateLimit-Scope": "user",
    }


async def _read(request: web.Request) -> tuple[Any, Sequence[Upload]]:
    kind = request.content_type
    if kind == "application/json":
        text = await request.text()
        return (json.loads(text) if text else None), ()
    if kind != "multipart/form-data":
        return None, ()
    form = await request.post()
    uploads = [
        Upload(name=value.filename, mime=value.content_type, data=value.file.read())
        for name, value in form.items()
        if name.startswith("files[") and isinstance(value, web.FileField)
    ]
    return json.loads(str(form.get("payload_json", "{}"))), uploads


def reply(result: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A response as Discord sends it: the content type has no charset, and nothing to say is a 204."""
    if result is None:
        return web.Response(status=204, headers=headers)
    typed = {**(headers or {}), "Content-Type": "application/json"}
    return web.Response(body=json.dumps(result).encode(), status=status, headers=typed)
