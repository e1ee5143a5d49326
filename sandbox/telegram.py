"""A stand-in for Telegram: the Bot API for bots, and the app for people."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from aiohttp import web

from sandbox.stand import Pane, Recorded
from sandbox.telegram_calls import Call, read_call
from sandbox.telegram_methods import METHODS
from sandbox.telegram_panes import panes
from sandbox.telegram_people import People
from sandbox.telegram_schema import load_schema
from sandbox.telegram_updates import Updates
from sandbox.telegram_world import Account, ApiError, Json, Person, World

BODY_LIMIT = 60 * 1024 * 1024
DESCRIPTIONS = {
    400: "Bad Request: wrong parameter",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    429: "Too Many Requests: retry later",
}
__all__ = ["Person", "TelegramStand"]


class TelegramStand:
    """One Telegram with bots (token: username) and people (names, or `Person` for more).

    Every person has a private pane with every bot: ``<bot id>/<person id>``. Nothing is kept on disk.
    ``requests`` records every call; ``faults`` says how a body breaks the official description.
    """

    name = "telegram"

    def __init__(self, *, bots: Mapping[str, str], people: Sequence[Person | str]) -> None:
        self.requests: list[Recorded] = []
        self.world = World(bots=bots, people=people)
        self.updates = {token: Updates() for token in bots}
        self.people = People(world=self.world, updates=self.updates)
        self._schema = load_schema()
        self._failures: dict[str, list[ApiError]] = defaultdict(list)
        self._origin = ""

    def app(self) -> web.Application:
        """The Bot API at ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""
        app = web.Application(client_max_size=BODY_LIMIT)
        app.add_routes(
            [
                web.get("/file/bot{token}/{path:.+}", self._download),
                web.get("/_files/{unique}/{name}", self._show),
                web.route("*", "/bot{token}/{method}", self._call),
            ]
        )
        app.on_shutdown.append(self._hang_up)
        app.cleanup_ctx.append(self._lifetime)
        return app

    def panes(self) -> list[Pane]:
        """What people see now."""
        return panes(self.world, self._origin)

    def pane(self, person: str, bot: str = "") -> str:
        """The id of a person's private pane with a bot (by username; "" : the first)."""
        accounts = self.world.accounts.values()
        account = next(one for one in accounts if one.username == bot or not bot)
        return f"{account.id}/{self.world.person(person).id}"

    def group(self, title: str, people: Sequence[str], *, forum: bool = False) -> str:
        """A new group with every bot in it; returns its pane's id, which is also its chat id."""
        return self.world.group(title, people, forum=forum).pane

    async def act(self, pane: str, person: str, action: str, **arguments: Any) -> Mapping[str, Any]:
        """A person does something: see `People`. Raises LookupError for what isn't there."""
        doing = getattr(self.people, action, None) if not action.startswith("_") else None
        if doing is None or pane not in self.world.chats:
            raise LookupError(f"nothing here to {action} in {pane}")
        done: Json = await doing(self.world.chats[pane], self.world.person(person), **arguments)
        return done

    def fail_next(
        self, method: str, status: int, description: str = "", retry_after: int = 0, times: int = 1
    ) -> None:
        """Answer the next calls of a method (``*``: of any) with an error instead of doing them."""
        parameters = {"retry_after": retry_after} if retry_after else {}
        error = ApiError(status, description or DESCRIPTIONS.get(status, "Internal Server Error"), parameters)
        self._failures[method.lower()] += [error] * times

    async def redeliver(self, bot: str = "") -> int:
        """Hand out a bot's last update once more. Returns its id."""
        queue = self._queue(bot)
        await queue.repeat(queue.issued[-1])
        return int(queue.issued[-1]["update_id"])

    async def inject(self, update: Json, bot: str = "") -> None:
        """Hand out an update as it is, for example of a kind that nobody knows yet."""
        await self._queue(bot).put(update)

    def update_faults(self) -> list[str]:
        """How updates that were handed out break the official description; none is expected."""
        if self._schema is None:
            return []
        issued = [update for queue in self.updates.values() for update in queue.issued]
        return [fault for update in issued for fault in self._schema.type_faults("Update", update)]

    def _queue(self, bot: str) -> Updates:
        return next(
            self.updates[account.token]
            for account in self.world.accounts.values()
            if not bot or account.username == bot
        )

    async def _hang_up(self, _: web.Application) -> None:
        await asyncio.gather(*(queue.hang_up() for queue in self.updates.values()))

    async def _lifetime(self, _: web.Application) -> AsyncIterator[None]:
        for queue in self.updates.values():
            queue.open()
        yield
        await asyncio.gather(*(queue.close() for queue in self.updates.values()))

    async def _call(self, request: web.Request) -> web.Response:
        self._origin = str(request.url.origin())
        method = request.match_info["method"]
        record = Recorded(method=method, path=f"/bot<token>/{method}", body={})
        self.requests.append(record)
        try:
            result = await self._done(request, record)
        except ApiError as error:
            record.status = error.status
            return _error(error)
        return web.json_response({"ok": True, "result": result})

    async def _done(self, request: web.Request, record: Recorded) -> object:
        account = self._account(request)
        call = await read_call(request, account, record.method)
        record.body = call.body
        if self._schema is not None and self._schema.known(record.method):
            record.faults = self._schema.method_faults(record.method, call.body)
        for name in (record.method.lower(), "*"):
            if self._failures[name]:
                raise self._failures[name].pop(0)
        return await self._result(call)

    async def _result(self, call: Call) -> object:
        name = call.method.lower()
        own = {
            "getupdates": self._get_updates,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._webhook_info,
            "answercallbackquery": self._answer,
        }
        if name in own:
            return await own[name](call)
        if name not in METHODS:
            raise ApiError(404, "Not Found: method not found")
        return METHODS[name](self.world, call)

    async def _get_updates(self, call: Call) -> list[Json]:
        queue = self.updates[call.account.token]
        queue.allow(call.body.get("allowed_updates"))
        limit = min(max(call.whole("limit", 100), 1), 100)
        return await queue.get(
            offset=call.whole("offset"), limit=limit, timeout=min(call.whole("timeout"), 50)
        )

    async def _set_webhook(self, call: Call) -> bool:
        queue = self.updates[call.account.token]
        queue.allow(call.body.get("allowed_updates"))
        await queue.set_webhook(
            url=str(call.body.get("url", "")),
            secret=str(call.body.get("secret_token", "")),
            max_connections=call.whole("max_connections", 40),
            drop=bool(call.body.get("drop_pending_updates")),
        )
        return True

    async def _delete_webhook(self, call: Call) -> bool:
        call.body.pop("url", None)
        return await self._set_webhook(call)

    async def _webhook_info(self, call: Call) -> Json:
        return self.updates[call.account.token].webhook_info()

    async def _answer(self, call: Call) -> bool:
        query = str(call.body.get("callback_query_id", ""))
        if query not in self.people.answers or self.people.answers[query] is not None:
            expired = "query is too old and response timeout expired or query ID is invalid"
            raise ApiError(400, f"Bad Request: {expired}")
        self.people.answers[query] = call.body
        return True

    def _account(self, request: web.Request) -> Account:
        account = self.world.accounts.get(request.match_info["token"])
        if account is None:
            raise ApiError(401, "Unauthorized")
        return account

    async def _download(self, request: web.Request) -> web.Response:
        try:
            self._account(request)
        except ApiError as error:
            return _error(error)
        path = request.match_info["path"]
        stored = next((file for file in self.world.files.values() if file.path == path), None)
        if stored is None:
            return _error(ApiError(404, "Not Found"))
        return web.Response(body=stored.content, content_type="application/octet-stream")

    async def _show(self, request: web.Request) -> web.Response:
        unique = request.match_info["unique"]
        stored = next((file for file in self.world.files.values() if file.unique == unique), None)
        if stored is None:
            raise web.HTTPNotFound
        return web.Response(body=stored.content, content_type=stored.mime.partition(";")[0])


def _error(error: ApiError) -> web.Response:
    body: Json = {"ok": False, "error_code": error.status, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.json_response(body, status=error.status)
