"""HTTP mode: signed requests of Slack, checked and dispatched by Bolt."""

from collections.abc import Sequence

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bots.slack.hands import Hands

BODY_LIMIT = 1 << 20
"""Bytes a request: Slack's largest payloads (a message of 40,000 characters with blocks) stay below."""
CHUNK = 1 << 16


async def body_of(request: web.Request) -> str:
    """A body within the limit. Raises HTTP 413 and 400."""
    data = bytearray()
    async for chunk in request.content.iter_chunked(CHUNK):
        data += chunk
        if len(data) > BODY_LIMIT:
            raise web.HTTPRequestEntityTooLarge(max_size=BODY_LIMIT, actual_size=len(data))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise web.HTTPBadRequest(text="not UTF-8") from error


async def dispatch(request: web.Request, *, app: AsyncApp, hands: Hands) -> web.Response:
    """One request of Slack: 401 where the signature is wrong or old, 503 where nothing could be stored."""
    body = await body_of(request)
    _signable(request)
    with hands.holding():
        answer = await app.async_dispatch(_read(request, body))
    return await to_aiohttp_response(answer)


def _signable(request: web.Request) -> None:
    """Bolt's verifier raises where a header can't even be compared: that is a wrong signature, too."""
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "0")
    signature = request.headers.get("X-Slack-Signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and signature.isascii()):
        raise web.HTTPUnauthorized


def _read(request: web.Request, body: str) -> AsyncBoltRequest:
    """Raises HTTP 400: Bolt parses JSON before it looks at the signature."""
    headers: dict[str, str | Sequence[str]] = {name: [value] for name, value in request.headers.items()}
    try:
        return AsyncBoltRequest(body=body, query=request.query_string, headers=headers)
    except ValueError as error:
        raise web.HTTPBadRequest(text="not JSON") from error
