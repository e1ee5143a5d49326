"""The webhook backend: one aiohttp app for every platform's webhooks, and its health."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from aiohttp import web

from domain.errors import Misconfigured

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Route = tuple[str, str, Handler]
Health = Callable[[], Awaitable[Mapping[str, object]]]
"""Facts about the service; ``ok`` says whether it works."""

MAX_BODY = 2 * 2**20
"""Bytes of a webhook's body that are read; platforms send references to files, not files."""


def application(*, routes: Sequence[Route], health: Health) -> web.Application:
    """The app with every channel's routes and ``/healthz``."""
    app = web.Application(client_max_size=MAX_BODY)
    for method, path, handler in routes:
        app.router.add_route(method, path, handler)

    async def healthz(_: web.Request) -> web.Response:
        facts = await health()
        return web.json_response(dict(facts), status=200 if facts.get("ok") else 503)

    app.router.add_get("/healthz", healthz)
    return app


class Server:
    """Serves the app on one address until it is stopped."""

    def __init__(self, *, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        self._host = host
        self._port = port

    async def start(self) -> str:
        """Listen; the address. Raises Misconfigured when the port is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        try:
            await site.start()
        except OSError as error:
            raise Misconfigured(f"Port {self._port} is taken: set web.port to another one.") from error
        host, port = self._runner.addresses[0][:2]
        log.info("web_listening", host=host, port=port)
        return f"http://{host}:{port}"

    async def stop(self) -> None:
        """Finish the requests in hand and close."""
        await self._runner.cleanup()
