"""Installing the app in the workspaces of several companies: Slack's OAuth, by Bolt's flow.

Who runs the service makes a link for a company (`invitation`) and sends it to that company's admin.
The link, and the state that goes to Slack and comes back, are signed and name the company; a state is
also tied to the browser by Bolt's cookie, ends after ten minutes and is good once.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.scopes import SCOPES
from bots.slack.signed import Clock, Signed, company_in, spent_key
from desk.workspaces import Installation, Installations
from domain.errors import DeskmateError
from domain.ids import CompanyId

log = structlog.get_logger(__name__)

AUTHORIZE = "https://slack.com/oauth/v2/authorize"
INSTALL = "/slack/install"
REDIRECT = "/slack/oauth_redirect"
STATE_SECONDS = 600
INVITATION_DAYS = 7
DONE = "Deskmate is installed. Invite it to your agents' channel with /invite @Deskmate."
FAILED = "Slack did not let Deskmate in ({reason}). Please start again."
NO_LINK = "This link is not good, or not any more. Ask whoever runs Deskmate for a new one."
AWAY = "Slack can't be reached right now. Please start again in a minute."
ORG_WIDE = "Deskmate is installed in one workspace at a time, not in a whole organisation"
PLAIN: dict[str, str | Sequence[str]] = {"Content-Type": "text/plain; charset=utf-8"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Flow = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


class States(AsyncOAuthStateStore):
    """One company's states: signed, so that issuing stores nothing, and spent when they come back."""

    def __init__(
        self, *, company: CompanyId, secret: str, installations: Installations, clock: Clock = time.time
    ) -> None:
        self._company = company
        self._signed = Signed(secret=secret, use="oauth-state", seconds=STATE_SECONDS, clock=clock)
        self._installations = installations
        self._clock = clock

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """A new state."""
        return self._signed.make(self._company)

    async def async_consume(self, state: str) -> bool:
        """Whether we issued it for this company not long ago, and it comes for the first time."""
        if not self._signed.good(state, self._company):
            return False
        until = datetime.fromtimestamp(self._clock(), UTC) + timedelta(seconds=STATE_SECONDS)
        return await self._installations.spend(spent_key(state), until)


class Keeper(AsyncInstallationStore):
    """Hands what Bolt saves to our own port, and tells that it is there."""

    def __init__(self, *, installations: Installations, installed: Callable[[], None]) -> None:
        self._installations = installations
        self._installed = installed

    async def async_save(self, installation: SlackInstallation) -> None:
        """Keep an installation. Raises BoltError with words for the person."""
        if installation.is_enterprise_install or not installation.team_id or not installation.bot_token:
            raise BoltError(ORG_WIDE)
        try:
            await self._installations.save(_ours(installation))
        except DeskmateError as error:
            raise BoltError(str(error)) from error
        log.info("slack_app_installed", team=installation.team_id)
        self._installed()


def _ours(installation: SlackInstallation) -> Installation:
    return Installation(
        workspace=str(installation.team_id),
        name=str(installation.team_name or installation.team_id),
        bot_user=str(installation.bot_user_id or ""),
        token=str(installation.bot_token),
        scopes=tuple(installation.bot_scopes or ()),
        installed_by=str(installation.user_id or ""),
        at=datetime.fromtimestamp(installation.installed_at, UTC),
    )


class Installer:
    """How one company's workspace lets the app in.

    ``redirect_url`` is the public address of `REDIRECT`, as it stands in the app's settings.
    ``installed`` are called once an installation is kept.
    """

    def __init__(
        self,
        *,
        company: CompanyId,
        client_id: str,
        client_secret: str,
        redirect_url: str,
        installations: Installations,
        base_url: str = "https://slack.com/api/",
        authorize_url: str = AUTHORIZE,
        clock: Clock = time.time,
    ) -> None:
        self.company = company
        self.installed: list[Callable[[], None]] = []
        self._invitations = invitations(client_secret, clock)
        logger = logging.getLogger(__name__ + ".bolt")
        # Bolt's warnings name the one-time code.
        logger.setLevel(logging.ERROR)
        client = AsyncWebClient(base_url=base_url.rstrip("/") + "/", retry_handlers=[], logger=logger)
        settings = AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=SCOPES,
            redirect_uri=redirect_url,
            install_path=INSTALL,
            redirect_uri_path=REDIRECT,
            install_page_rendering_enabled=False,
            installation_store=Keeper(installations=installations, installed=self._tell),
            state_store=States(
                company=company, secret=client_secret, installations=installations, clock=clock
            ),
            state_expiration_seconds=STATE_SECONDS,
            authorization_url=authorize_url,
            callback_options=AsyncCallbackOptions(success=_done, failure=_failed),
            logger=logger,
        )
        flow = AsyncOAuthFlow(client=client, settings=settings, logger=logger)
        self.start: Flow = flow.handle_installation
        self.finish: Flow = flow.handle_callback

    def _tell(self) -> None:
        for each in self.installed:
            each()

    def invited(self, invitation: str) -> bool:
        """Whether a link is one of ours for this company."""
        return self._invitations.good(invitation, self.company)


def invitations(client_secret: str, clock: Clock = time.time) -> Signed:
    """Makes the part of a link that names the company."""
    days = INVITATION_DAYS
    return Signed(secret=client_secret, use="invitation", seconds=days * 86_400, clock=clock)


def invitation(*, company: CompanyId, client_secret: str, public_url: str) -> str:
    """A link with which the admin of a company's workspace installs the app; good for a week."""
    return f"{public_url.rstrip('/')}{INSTALL}?invitation={invitations(client_secret).make(company)}"


class SlackInstall:
    """The page that starts an installation and the one that Slack sends people back to."""

    def __init__(self, *, installers: Sequence[Installer]) -> None:
        self._installers: Mapping[CompanyId, Installer] = {one.company: one for one in installers}

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Method, path and handler."""
        return (("GET", INSTALL, self._install), ("GET", REDIRECT, self._redirect))

    async def _install(self, request: web.Request) -> web.StreamResponse:
        asked = request.query.get("invitation", "")
        installer = self._installers.get(company_in(asked))
        if installer is None or not installer.invited(asked):
            return web.Response(status=403, text=NO_LINK)
        return await _answer(request, installer.start)

    async def _redirect(self, request: web.Request) -> web.StreamResponse:
        installer = self._installers.get(company_in(request.query.get("state", "")))
        if installer is None:
            reason = request.query.get("error", "invalid_state")
            return web.Response(status=400, text=FAILED.format(reason=_name(reason)))
        return await _answer(request, installer.finish)


async def _answer(request: web.Request, handle: Flow) -> web.StreamResponse:
    try:
        return await to_aiohttp_response(await handle(await to_bolt_request(request)))
    except (aiohttp.ClientError, TimeoutError, DeskmateError):
        log.warning("slack_install_failed")
        return web.Response(status=503, text=AWAY)


async def _done(_: AsyncSuccessArgs) -> BoltResponse:
    return BoltResponse(status=200, body=DONE, headers=PLAIN)


async def _failed(args: AsyncFailureArgs) -> BoltResponse:
    reason = str(args.error) if args.error else _name(args.reason)
    return BoltResponse(status=args.suggested_status_code, body=FAILED.format(reason=reason), headers=PLAIN)


def _name(reason: str) -> str:
    """Slack's name of a reason; what anybody could have put into the address isn't repeated."""
    return reason if reason.replace("_", "").isalnum() and len(reason) <= 40 else "unknown"
