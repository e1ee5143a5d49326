"""A stand-in for Slack: Web API, Socket Mode, signed HTTP events, and three agents who use it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from sandbox.slack_deliver import ACK_SECONDS, RETRY_DELAYS, Postman, Reply, Signed, Sockets
from sandbox.slack_install import Grants
from sandbox.slack_panes import panes, sheets
from sandbox.slack_payloads import event_body
from sandbox.slack_people import People
from sandbox.slack_state import BOT_USER, SUPPORT, TEAM, Person, Workspace
from sandbox.slack_web import UPLOAD_LIMIT, Failure, Web
from sandbox.stand import Pane, Recorded, Sheet

BOT_TOKEN = "xoxb-sandbox"  # noqa: S105 - the stand-in's own, worth nothing elsewhere
APP_TOKEN = "xapp-sandbox"  # noqa: S105
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105


class SlackStand:
    """One workspace with three agents (Alma is an admin) and the app in #support."""

    name = "slack"

    def __init__(
        self,
        *,
        bot_token: str = BOT_TOKEN,
        app_token: str = APP_TOKEN,
        ack_seconds: float = ACK_SECONDS,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        team: str = TEAM,
        team_name: str = "Deskmate",
    ) -> None:
        self.workspace = Workspace(team=team, name=team_name)
        self.origin = ""
        self.channel = SUPPORT
        self.sockets = Sockets(ack_seconds=ack_seconds)
        self.signed: Signed | None = None
        self.postman = Postman(line=self.sockets, delays=retry_delays)
        self._web = Web(workspace=self.workspace, context=self, bot_token=bot_token, app_token=app_token)
        self._people = People(stage=self)
        self._actions: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
            "say": self._people.say,
            "press": self._people.press,
            "edit": self._people.edit,
            "delete": self._people.delete,
            "command": self._people.command,
            "submit": self._people.submit,
            "cancel": self._people.cancel,
            "shortcut": self._people.shortcut,
            "open_home": self._people.open_home,
            "open_assistant": self._people.open_assistant,
        }

    @property
    def requests(self) -> list[Recorded]:
        """What the app asked, in order."""
        return self._web.requests

    def app(self) -> web.Application:
        """The platform's routes: ``/api/<method>``, the socket, uploads and downloads."""
        app = web.Application(client_max_size=UPLOAD_LIMIT)
        app.add_routes(self._web.routes(self.sockets.connect))
        app.on_shutdown.append(self._close)
        return app

    async def _close(self, _: web.Application) -> None:
        await self.postman.close()
        await self.sockets.drop(graceful=False)

    def http_mode(
        self, url: str, signing_secret: str = SIGNING_SECRET, *, ack_seconds: float = ACK_SECONDS
    ) -> Signed:
        """From now on, post to ``url`` + ``/events``, ``/interactions`` and ``/commands``, signed."""
        self.signed = Signed(url=url, secret=signing_secret, ack_seconds=ack_seconds)
        self.postman.line = self.signed
        return self.signed

    def socket_url(self) -> str:
        """An address for one Socket Mode connection."""
        return (
            f"{self.origin.replace('http', 'ws', 1)}/link/?ticket={self.sockets.ticket()}&app_id=A0DESKMATE"
        )

    def emit(self, event: Mapping[str, Any], *, event_id: str = "") -> None:
        """Send an event to the app, again and again until it is acknowledged."""
        ident = event_id or self.workspace.ident("Ev")
        self.postman.post(event_body(event, event_id=ident, team=self.workspace.team))

    @property
    def grants(self) -> Grants:
        """Codes and tokens."""
        return self._web.grants

    def uninstall(self) -> None:
        """An admin removes the app from the workspace: its tokens end, and it is told so."""
        self.grants.revoke("account_inactive")
        self.emit({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}})
        self.emit({"type": "app_uninstalled"})

    def redeliver(self, *, new_event_id: bool = False, index: int = -1) -> None:
        """Send an event once more, under its own id or, as Slack sometimes does, under another."""
        body = dict(self.postman.sent[index])
        if new_event_id:
            body["event_id"] = self.workspace.ident("Ev")
        self.postman.post(body)

    async def resend(self, kind: str, payload: Mapping[str, Any]) -> Reply:
        """Send an interaction or a command that the caller built."""
        return await self.postman.ask(kind, payload)

    def fail_next(
        self,
        method: str = "*",
        *,
        error: str = "",
        status: int = 200,
        retry_after: int = 0,
        times: int = 1,
        after: bool = False,
    ) -> None:
        """Make the next calls of a method fail: ``ratelimited`` with 429, an error name, or a 5xx.

        ``after``: the work is done but the answer is a failure, as when a connection breaks.
        """
        status = 429 if error == "ratelimited" else status
        failure = Failure(error=error, status=status, retry_after=retry_after, after=after)
        self._web.failures.setdefault(method, []).extend([failure] * times)

    async def drop(self, *, graceful: bool = True) -> None:
        """End the app's Socket Mode connections."""
        await self.sockets.drop(graceful=graceful)

    def panes(self) -> list[Pane]:
        """What people see now."""
        return panes(self.workspace)

    def forms(self, person: str) -> list[Sheet]:
        """The modals that a person has open."""
        return sheets(self.workspace, {self.workspace.person(person).id})

    @property
    def people(self) -> Sequence[Person]:
        """The agents."""
        return [person for person in self.workspace.people.values() if not person.bot]

    async def act(self, pane: str, person: str, action: str, **arguments: Any) -> Mapping[str, Any]:
        """A person does something; see `sandbox.slack_people.People`."""
        who = self.workspace.person(person)
        room = self.workspace.direct(who.id).id if pane.startswith("home:") else pane or self.channel
        return await self._actions[action](room, who, **arguments)
