"""Installing the app in further workspaces: Slack's OAuth, by Bolt's flow."""

import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

AUTHORIZE = "https://slack.com/oauth/v2/authorize"
INSTALL = "/slack/install"
REDIRECT = "/slack/oauth_redirect"
STATE_SECONDS = 600
SCOPES = (
    "chat:write",
    "commands",
    "channels:history",
    "groups:history",
    "channels:read",
    "groups:read",
    "im:history",
    "im:write",
    "files:read",
    "files:write",
    "reactions:write",
    "users:read",
)
"""As in the manifest, which says what each is for."""
DONE = "Deskmate is installed. Invite it to your agents' channel with /invite @Deskmate."
FAILED = "Slack did not let Deskmate in ({reason}). Please start again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The app in one workspace. ``bot_token`` is a secret."""

    team: str
    team_name: str
    bot_id: str
    bot_user: str
    bot_token: str
    scopes: tuple[str, ...]
    installed_by: str
    at: datetime


class Installations(Protocol):
    """Where installations are kept; a later one of the same workspace replaces the earlier."""

    async def save(self, installation: Installation) -> None:
        """Keep it."""
        ...


class States(AsyncOAuthStateStore):
    """States that are signed instead of stored, so that any machine can check them.

    Bolt also ties a state to the browser by a cookie; Slack's code behind it works only once.
    """

    def __init__(self, *, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret.encode()
        self._clock = clock

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """A state that is good for ten minutes."""
        body = f"{int(self._clock())}.{secrets.token_urlsafe(16)}"
        return f"{body}.{self._sign(body)}"

    async def async_consume(self, state: str) -> bool:
        """Whether we issued it, not long ago."""
        body, _, signature = state.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return False
        return 0 <= self._clock() - int(body.partition(".")[0]) <= STATE_SECONDS

    def _sign(self, body: str) -> str:
        return hmac.new(self._secret, f"oauth-state:{body}".encode(), sha256).hexdigest()


class Keeper(AsyncInstallationStore):
    """Hands what Bolt saves to our own port."""

    def __init__(self, *, installations: Installations) -> None:
        self._installations = installations

    async def async_save(self, installation: SlackInstallation) -> None:
        """Keep an installation."""
        await self._installations.save(
            Installation(
                team=str(installation.team_id or ""),
                team_name=str(installation.team_name or ""),
                bot_id=str(installation.bot_id or ""),
                bot_user=str(installation.bot_user_id or ""),
                bot_token=str(installation.bot_token or ""),
                scopes=tuple(installation.bot_scopes or ()),
                installed_by=str(installation.user_id or ""),
                at=datetime.fromtimestamp(installation.installed_at, UTC),
            )
        )


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SlackInstall:
    """The page that starts an installation and the one that Slack sends people back to.

    ``redirect_url`` is the public address of `REDIRECT`, as it stands in the app's settings.
    """

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        redirect_url: str,
        installations: Installations,
        base_url: str = "https://slack.com/api/",
        authorize_url: str = AUTHORIZE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._flow = AsyncOAuthFlow(
            client=AsyncWebClient(base_url=base_url.rstrip("/") + "/", retry_handlers=[]),
            settings=AsyncOAuthSettings(
                client_id=client_id,
                client_secret=client_secret,
                scopes=SCOPES,
                redirect_uri=redirect_url,
                install_path=INSTALL,
                redirect_uri_path=REDIRECT,
                install_page_rendering_enabled=False,
                installation_store=Keeper(installations=installations),
                state_store=States(secret=client_secret, clock=clock),
                state_expiration_seconds=STATE_SECONDS,
                authorization_url=authorize_url,
                callback_options=AsyncCallbackOptions(success=_done, failure=_failed),
            ),
        )

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Method, path and handler."""
        return (("GET", INSTALL, self._install), ("GET", REDIRECT, self._redirect))

    async def _install(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, self._flow.handle_installation)

    async def _redirect(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, self._flow.handle_callback)

    async def _answer(
        self, request: web.Request, handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
    ) -> web.StreamResponse:
        return await to_aiohttp_response(await handle(await to_bolt_request(request)))


async def _done(_: AsyncSuccessArgs) -> BoltResponse:
    return BoltResponse(status=200, body=DONE, headers=_PLAIN)


async def _failed(args: AsyncFailureArgs) -> BoltResponse:
    reason = args.reason if args.reason.replace("_", "").isalnum() else "unknown"
    return BoltResponse(status=args.suggested_status_code, body=FAILED.format(reason=reason), headers=_PLAIN)


_PLAIN: dict[str, str | Sequence[str]] = {"Content-Type": "text/plain"}
