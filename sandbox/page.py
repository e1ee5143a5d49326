"""The page that shows everybody's side at once: two customers, the agents' channel, and the brain."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import structlog
from aiohttp import BodyPartReader, web

from sandbox.stand import Stand

log = structlog.get_logger()

STATIC = Path(__file__).parent / "static"
POLL_SECONDS = 0.2
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
ACTIONS = frozenset(
    {"say", "press", "edit", "delete", "command", "submit", "cancel", "open_home", "shortcut"}
)
MAX_UPLOAD = 64 * 1024 * 1024
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; "
        "img-src 'self' data: http://127.0.0.1:*; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

BrainFeed = Callable[[], Awaitable[list[dict[str, Any]]]]
"""The brain's latest turns, newest first. Keys of one: id, at, platform, question, language,
emotion{label, scores, evidence}, action, reason, refused, quoted,
passages[{title, heading, page, relevance, text}], timings{language, emotion, retrieval, model, total}
in milliseconds, usage. Missing keys are shown as unknown."""


async def no_turns() -> list[dict[str, Any]]:
    """The feed of a brain that has not been asked yet."""
    return []


class Page:
    """Serves the page, streams what changed to it, and does what a person does in it.

    ``addresses``: stand's name -> its base URL, for files that stand-ins name by path.
    """

    def __init__(
        self,
        *,
        stands: Mapping[str, Stand],
        brain_feed: BrainFeed = no_turns,
        addresses: Mapping[str, str] | None = None,
    ) -> None:
        self._stands = stands
        self._feed = brain_feed
        self._addresses = addresses or {}
        self._stopping = asyncio.Event()

    def app(self) -> web.Application:
        """The page's routes. Only this machine's own names are served, so no website can reach in."""
        app = web.Application(middlewares=[_guard], client_max_size=MAX_UPLOAD)
        app.router.add_get("/", self._index)
        app.router.add_get("/api/events", self._events)
        app.router.add_post("/api/act", self._act)
        app.router.add_static("/static", STATIC)
        app.on_shutdown.append(self._stop)
        return app

    async def _stop(self, _: web.Application) -> None:
        self._stopping.set()

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        sent: dict[str, str] = {}
        while not self._stopping.is_set():
            try:
                await self._send_changes(response, sent)
            except ConnectionError:
                break
            await self._pause()
        return response

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _send_changes(self, response: web.StreamResponse, sent: dict[str, str]) -> None:
        now = await self._parts()
        changed = [(event, data) for event, data in now if sent.get(event) != data]
        for event, data in changed:
            sent[event] = data
            await response.write(f"event: {event}\ndata: {data}\n\n".encode())

    async def _parts(self) -> list[tuple[str, str]]:
        parts: list[tuple[str, Any]] = [("addresses", dict(self._addresses))]
        parts += [(name, [asdict(pane) for pane in stand.panes()]) for name, stand in self._stands.items()]
        try:
            parts.append(("brain", await self._feed()))
        except Exception as error:  # the application is restarting: the page keeps what it shows
            log.warning("brain_feed_failed", why=type(error).__name__)
        return [(event, json.dumps(data, default=str)) for event, data in parts]

    async def _act(self, request: web.Request) -> web.StreamResponse:
        if "X-Sandbox" not in request.headers:  # a form on another website can't set it
            return _failed("Only the page itself may do this.", status=403)
        try:
            order, files = await _read_order(request)
            stand = self._stands[str(order["stand"])]
            done = await _carry_out(stand, order, files)
        except Exception as error:  # whatever a stand-in can't do is said to the person who tried
            return _failed(_words(error))
        return web.json_response({"ok": True, "result": done}, dumps=_dumps)


async def _carry_out(
    stand: Stand, order: Mapping[str, Any], files: list[tuple[str, bytes]]
) -> Mapping[str, Any] | None:
    """Hand an order of the page to a stand-in. Raises LookupError, ValueError or TypeError."""
    action = str(order["action"])
    if action not in ACTIONS:
        raise ValueError(f"There is no action '{action}'.")
    arguments = dict(order.get("arguments", {}))
    if files:
        arguments["files"] = files
    return await stand.act(str(order["pane"]), str(order["person"]), action, **arguments)


async def _read_order(request: web.Request) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """The order and its files from a multipart body. Raises ValueError."""
    order: dict[str, Any] = {}
    files: list[tuple[str, bytes]] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "order":
            order = cast(dict[str, Any], json.loads(await part.text()))
        elif part.filename:
            files.append((part.filename, bytes(await part.read(decode=False))))
    return order, files


@web.middleware
async def _guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    if request.host.rsplit(":", 1)[0] not in LOCAL_HOSTS and request.host not in LOCAL_HOSTS:
        return _failed("This page is for this machine only.", status=403)
    response = await handler(request)
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


def _failed(message: str, *, status: int = 400) -> web.Response:
    return web.json_response({"ok": False, "error": message}, status=status)


def _words(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"There is no {error}."
    return str(error) or "That did not work."


def _dumps(value: Any) -> str:
    return json.dumps(value, default=str)


def names(stands: Iterable[Stand]) -> dict[str, Stand]:
    """Stands by name, in the order given."""
    return {stand.name: stand for stand in stands}
