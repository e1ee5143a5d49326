"""Requests to the Bot API, decoded from whichever of its four encodings the client used."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox.telegram_world import Account, ApiError, Json

# Everything else is decoded as JSON where it is JSON (form fields carry numbers and objects so).
WORDS = frozenset({
    "text", "caption", "url", "secret_token", "language_code", "callback_query_id", "file_id", "name",
    "title", "description", "parse_mode", "action", "username", "first_name", "last_name", "phone_number",
})  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Upload:
    """A file inside a request."""

    name: str
    mime: str
    content: bytes


@dataclass(slots=True, kw_only=True)
class Call:
    """One request of one bot. ``body`` names uploads as ``attach://<part>``."""

    account: Account
    method: str
    body: Json
    uploads: dict[str, Upload] = field(default_factory=dict)

    def need(self, name: str) -> Any:
        """A parameter that must be there. Raises `ApiError`."""
        value = self.body.get(name)
        if value is None or value == "":
            raise ApiError(400, f"Bad Request: {name} is empty")
        return value

    def whole(self, name: str, default: int = 0) -> int:
        """An integer parameter."""
        value = self.body.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ApiError(400, f"Bad Request: {name} must be an integer")
        return value


async def read_call(request: web.Request, account: Account, method: str) -> Call:
    """Decode a request's query, JSON, form or multipart body."""
    call = Call(account=account, method=method, body=_decoded(request.query.items()))
    kind = request.content_type
    if kind == "application/json":
        call.body |= await _json_body(request)
    elif kind == "multipart/form-data":
        await _multipart(request, call)
    elif request.can_read_body:
        form = await request.post()
        call.body |= _decoded((key, value) for key, value in form.items() if isinstance(value, str))
    return call


async def _json_body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        raise ApiError(400, "Bad Request: can't parse JSON object") from None
    if not isinstance(body, dict):
        raise ApiError(400, "Bad Request: object expected as JSON request body")
    return body


async def _multipart(request: web.Request, call: Call) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        if part.filename is None:
            call.body |= _decoded([(part.name, await part.text())])
            continue
        mime = part.headers.get("Content-Type", "application/octet-stream")
        call.uploads[part.name] = Upload(name=part.filename, mime=mime, content=bytes(await part.read()))
    for name in call.uploads:
        if not _attached(call.body, f"attach://{name}"):
            call.body[name] = f"attach://{name}"


def _attached(value: Any, uri: str) -> bool:
    if isinstance(value, dict):
        return any(_attached(inner, uri) for inner in value.values())
    if isinstance(value, list):
        return any(_attached(inner, uri) for inner in value)
    return bool(value == uri)


def _decoded(fields: Iterable[tuple[str, str]]) -> Json:
    return {name: value if name in WORDS else _maybe_json(value) for name, value in fields}


def _maybe_json(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
