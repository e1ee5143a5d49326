"""The HTTP side of the Slack stand-in: tokens, failures on demand, uploads, downloads and response_url."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.slack_api import METHODS, decoded
from sandbox.slack_arguments import check_arguments
from sandbox.slack_call import SlackError
from sandbox.slack_install import Grants
from sandbox.slack_state import BOT_USER, Post, Workspace
from sandbox.stand import Recorded

APP_TOKEN_METHODS = {"apps.connections.open"}
EXCHANGE = "oauth.v2.access"
"""Called with the app's id and secret instead of a token."""
SCOPES = (
    "chat:write,commands,channels:history,groups:history,channels:read,groups:read,assistant:write,"
    "im:history,im:write,files:read,files:write,reactions:write,users:read"
)
UPLOAD_LIMIT = 64 * 1024 * 1024
LOGIN_PAGE = "<!DOCTYPE html><html><title>Slack</title><body>Sign in to Deskmate</body></html>"


@dataclass(slots=True, kw_only=True)
class Failure:
    """How the next call of a method fails. ``after``: the work is done, but the answer is lost."""

    error: str = ""
    status: int = 200
    retry_after: int = 0
    after: bool = False


class Web:
    """Answers the app's requests."""

    def __init__(self, *, workspace: Workspace, context: Any, bot_token: str, app_token: str) -> None:
        self.workspace = workspace
        self.requests: list[Recorded] = []
        self.failures: dict[str, list[Failure]] = {}
        self._context = context
        self._app_token = app_token
        self.grants = Grants(workspace=workspace, bot_token=bot_token, scopes=SCOPES)

    def routes(self, connect: Callable[[web.Request], Any]) -> list[web.RouteDef]:
        """The addresses of the platform."""
        return [
            web.route("*", "/api/{method}", self.call),
            web.get("/link/", connect),
            web.post("/upload/v1/{file}", self.upload),
            web.get("/files-pri/{file}/{name}", self.download),
            web.get("/files-pri/{file}/download/{name}", self.download),
            web.post("/{kind:actions|commands}/{team}/{channel}/{person}", self.respond),
            web.get("/see/{file}/{name}", self.see),
            web.get("/oauth/v2/authorize", self.grants.authorize),
        ]

    async def call(self, request: web.Request) -> web.Response:
        """One call of the Web API."""
        self._context.origin = str(request.url.origin())
        method, args = request.match_info["method"], {}
        failure = self._failure(method)
        try:
            args = await _arguments(request)
            scopes = self._scopes(method, request, args)
            if failure and not failure.after:
                return self._failed(method, args, failure)
            header = request.headers.get("Authorization", "")
            exchanged = self.grants.exchange(args, header) if method == EXCHANGE else None
            answer = dict(exchanged) if exchanged else await self._answer(method, args)
        except SlackError as error:
            return self._refused(method, args, error)
        if failure:
            return self._failed(method, args, failure)
        self._record(method, args)
        return web.json_response({"ok": True, **answer}, headers={"X-OAuth-Scopes": scopes})

    async def _answer(self, method: str, args: Mapping[str, Any]) -> dict[str, Any]:
        if method not in METHODS:
            raise SlackError("unknown_method")
        check_arguments(method, args)
        try:
            return await METHODS[method](self._context, args)
        except (ValueError, TypeError) as error:
            raise SlackError("invalid_arguments", [str(error)]) from error

    def _scopes(self, method: str, request: web.Request, args: dict[str, Any]) -> str:
        """What the caller may do; refuses whose token isn't good or isn't the right kind."""
        if method == EXCHANGE:
            return ""
        header = request.headers.get("Authorization", "")
        token = str(args.pop("token", "") or header.removeprefix("Bearer ").strip())
        if not token:
            raise SlackError("not_authed")
        if method not in APP_TOKEN_METHODS:
            return self.grants.allowed(token, method)
        if token.startswith("xoxb-"):
            raise SlackError("not_allowed_token_type")
        if not hmac.compare_digest(token.encode(), self._app_token.encode()):
            raise SlackError("invalid_auth")
        return ""

    def _failure(self, method: str) -> Failure | None:
        waiting = self.failures.get(method) or self.failures.get("*")
        return waiting.pop(0) if waiting else None

    def _failed(self, method: str, args: Mapping[str, Any], failure: Failure) -> web.Response:
        headers = {"Retry-After": str(failure.retry_after)} if failure.retry_after else {}
        self._record(method, args, status=failure.status)
        if failure.status >= 500:
            return web.Response(status=failure.status, text="upstream error", headers=headers)
        return web.json_response(
            {"ok": False, "error": failure.error}, status=failure.status, headers=headers
        )

    def _refused(self, method: str, args: Mapping[str, Any], error: SlackError) -> web.Response:
        self._record(method, args, faults=(error.code, *error.messages))
        answer: dict[str, Any] = {"ok": False, "error": error.code}
        if error.messages:
            answer["response_metadata"] = {"messages": [f"[ERROR] {line}" for line in error.messages]}
        return web.json_response(answer)

    def _record(
        self, method: str, args: Mapping[str, Any], *, status: int = 200, faults: tuple[str, ...] = ()
    ) -> None:
        self.requests.append(
            Recorded(method="POST", path=f"/api/{method}", body=dict(args), status=status, faults=faults)
        )

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes of a file, raw or as a form; the length must be the one that was announced."""
        stored = self.workspace.files.get(request.match_info["file"])
        if stored is None or stored.data is not None:
            return web.Response(status=404, text="not found")
        data = await _uploaded(request)
        if len(data) != stored.length:
            return web.Response(status=400, text="length differs")
        stored.data = data
        return web.Response(text=f"OK - {len(data)}")

    async def download(self, request: web.Request) -> web.Response:
        """The bytes of a file; without the bot's token Slack shows its sign-in page."""
        try:
            self.grants.scopes(request.headers.get("Authorization", "").removeprefix("Bearer ").strip())
        except SlackError:
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        stored = self.workspace.files.get(request.match_info["file"].partition("-")[2])
        if stored is None or stored.data is None:
            return web.Response(status=404, text="not found")
        return web.Response(body=stored.data, content_type=stored.mime)

    async def see(self, request: web.Request) -> web.Response:
        """A file as a person gets it: no part of Slack's API, for whoever shows the panes."""
        stored = self.workspace.files.get(request.match_info["file"])
        if stored is None or stored.data is None:
            return web.Response(status=404, text="not found")
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return web.Response(body=stored.data, content_type=stored.mime, headers=headers)

    async def respond(self, request: web.Request) -> web.Response:
        """A post to a response_url: shown to the one person."""
        body = await request.json()
        person = request.match_info["person"]
        self.workspace.posts.append(
            Post(
                channel=request.match_info["channel"],
                ts=self.workspace.stamp(),
                user=BOT_USER,
                bot=True,
                text=str(body.get("text") or ""),
                blocks=list(body.get("blocks") or []),
                only_for="" if body.get("response_type") == "in_channel" else person,
            )
        )
        return web.Response(text="ok")


async def _arguments(request: web.Request) -> dict[str, Any]:
    query = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except json.JSONDecodeError as error:
            raise SlackError("invalid_json") from error
        return query | dict(body)
    return decoded(query | dict(await request.post()))


async def _uploaded(request: web.Request) -> bytes:
    if request.content_type.startswith("multipart/"):
        form = await request.post()
        part = next((value for value in form.values() if isinstance(value, web.FileField)), None)
        return part.file.read() if part else b""
    return await request.read()
