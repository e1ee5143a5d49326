"""Who we are in a workspace: by a token of the environment, or by an installation that is kept."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bots.slack.errors import BAD_TOKEN, code_of, translated
from desk.workspaces import Installations
from domain.errors import Misconfigured, RateLimited, Unavailable

log = structlog.get_logger(__name__)

REQUEST_SECONDS = 30
NOT_INSTALLED = (
    "Slack: the app isn't installed yet; `python run.py slack-link` makes a link to install it with"
)
REMOVED = (
    "Slack: the app was removed from {name} on {at:%d %b %Y}; "
    "`python run.py slack-link` makes a link to install it again"
)


class Client(AsyncWebClient):
    """The SDK's client, which gets an installation's token when it first needs one.

    Without the SDK's retries: the outbox retries, and it knows what a repeated message would do.
    """

    def __init__(self, *, token: str, base_url: str, installations: Installations | None) -> None:
        base = base_url.rstrip("/") + "/"
        super().__init__(token=token, base_url=base, timeout=REQUEST_SECONDS, retry_handlers=[])
        self._installations = installations

    async def lend(self) -> str:
        """The workspace's token. Raises Misconfigured where the app isn't installed, or Unavailable."""
        if not self.token and self._installations:
            found = await self._installations.current()
            if found is None:
                raise Misconfigured(NOT_INSTALLED)
            if not found.token:
                raise Misconfigured(REMOVED.format(name=found.name, at=found.removed_at or found.at))
            self.token = found.token
        return self.token or ""

    def forget(self) -> None:
        """Ask anew which token is good, where it can have changed."""
        if self._installations:
            self.token = None

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        """One call of the Web API."""
        await self.lend()
        try:
            return await super().api_call(api_method, **arguments)
        except SlackApiError as error:
            if code_of(error) in BAD_TOKEN:
                self.forget()
            raise
        except AttributeError as error:
            # The SDK stumbles over an answer that is no JSON object: a proxy's page, for example.
            raise Unavailable("Slack does not answer properly (no JSON)") from error


class Account:
    """The app in its workspace. ``me`` is what Slack says of us, empty before it was asked."""

    def __init__(self, *, client: Client, installations: Installations | None) -> None:
        self._client = client
        self._installations = installations
        self.me: Mapping[str, Any] = {}
        self.scopes: frozenset[str] = frozenset()
        self.changed = asyncio.Event()
        """Installed anew or removed: who receives has to start over."""

    @property
    def team(self) -> str:
        """The workspace, "" if it isn't known yet."""
        return str(self.me.get("team_id") or "")

    async def identify(self) -> Mapping[str, Any]:
        """Ask Slack who we are. Raises Misconfigured or Unavailable."""
        try:
            async with translated():
                answer = await self._client.auth_test()
        except RateLimited as error:
            raise Unavailable(str(error)) from error
        headers = {str(name).lower(): str(value) for name, value in dict(answer.headers).items()}
        granted = headers.get("x-oauth-scopes", "").split(",")
        self.scopes = frozenset(scope.strip() for scope in granted if scope.strip())
        self.me = dict(answer.data) if isinstance(answer.data, Mapping) else {}
        return self.me

    def renew(self) -> None:
        """The app was installed (again): take the new token."""
        self._client.forget()
        self.changed.set()

    async def removed(self, at: datetime) -> None:
        """Slack says that the app was removed from the workspace, or its token revoked."""
        if self._installations and not await self._installations.removed(self.team, at):
            return  # word of an earlier removal that came late
        log.error("slack_app_removed", team=self.team)
        self.renew()
