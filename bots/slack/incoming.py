"""What Slack tells us, through Bolt: checked, parsed, stored, and only then acknowledged."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack import envelope, parse
from bots.slack import forms as modals
from bots.slack.account import Account
from bots.slack.errors import translated
from bots.slack.hands import Hands, Turns
from bots.slack.names import People
from bots.slack.pane import Pane, Prompts
from bots.slack.switchboard import Extension, Switchboard
from desk.ports import Accept, Form, Prefill
from domain.errors import DeskmateError, Unavailable
from domain.ids import Address, BotId
from domain.inbound import CommandReceived, Event

log = structlog.get_logger(__name__)

DONE = 200
LATER = 503
PREFILL_SECONDS = 1.5
"""Of the three that Slack gives for opening a form."""
FORM_FAILED = "That form could not be opened. Please try again."


class Incoming:
    """One app's events, interactions and commands."""

    def __init__(
        self,
        *,
        bot: BotId,
        channel: str,
        client: AsyncWebClient,
        account: Account,
        people: People,
        forms: Mapping[str, Form],
        signing_secret: str,
        switchboard: Switchboard,
        prompts: Prompts,
        prefill: Prefill | None,
    ) -> None:
        self.hands = Hands()
        self._turns = Turns()
        self._pane = Pane(client=client, prompts=prompts, hands=self.hands)
        self._account = account
        self._switchboard = switchboard
        switchboard.join(Extension(team=self._connected, receive=self._own))
        self.accept: Accept | None = None
        self._bot = bot
        self._channel = channel
        self._client = client
        self._people = people
        self._forms = forms
        self._prefill = prefill
        self.app = self._bolt(signing_secret)

    def _bolt(self, signing_secret: str) -> AsyncApp:
        async def authorize() -> AuthorizeResult:
            # Answered from memory: asking Slack here would lose an event whenever Slack fails to answer.
            return AuthorizeResult(
                enterprise_id=None,
                team_id=self._account.me.get("team_id"),
                bot_id=self._account.me.get("bot_id"),
                bot_user_id=self._account.me.get("user_id"),
                bot_token=self._client.token,
            )

        async def receive(body: dict[str, Any]) -> BoltResponse:
            return BoltResponse(status=await self._receive(body), body="")

        logger = logging.getLogger(__name__ + ".bolt")
        # Bolt warns at every start that tokens in the environment are not used here.
        logger.setLevel(logging.ERROR)
        app = AsyncApp(
            name="deskmate",
            client=self._client,
            signing_secret=signing_secret,
            authorize=authorize,
            logger=logger,
        )
        # A global middleware, because Bolt acknowledges an event before its listeners run.
        app.use(receive)
        return app

    def _connected(self) -> str:
        """The workspace that we receive for now."""
        return self._account.team if self.accept else ""

    async def _receive(self, body: Mapping[str, Any]) -> int:
        """Whose it is handles it; anything but `DONE` makes Slack deliver it again."""
        if self.accept is None:
            return LATER
        team = envelope.team_of(body)
        if team in {"", self._account.team}:
            return await self._own(body)
        other = self._switchboard.of(team)
        if other is not None:
            return await other(body)
        log.warning("slack_other_workspace", team=team)
        return DONE if self._switchboard.complete else LATER

    async def _own(self, body: Mapping[str, Any]) -> int:
        """Handle a payload of our workspace."""
        if self.accept is None:
            return LATER
        if (gone := envelope.removed(body)) is not None:
            await self._account.removed(gone)
            return DONE
        if self._pane.started(body):
            return DONE
        try:
            async with self._turns.of(envelope.place_of(body)):
                await self._handle(body, self.accept)
        except Unavailable:
            log.warning("slack_event_not_stored")
            return LATER
        return DONE

    async def _handle(self, body: Mapping[str, Any], accept: Accept) -> None:
        event = self._read(body, await self._here(body))
        if event is None:
            return
        self._pane.asked(event)
        wanted = modals.wanted(event, self._forms)
        if wanted is None:
            await accept(event)
        else:
            await self._open(*wanted, event=event, trigger=str(body.get("trigger_id") or ""))

    def _read(self, body: Mapping[str, Any], here: parse.Here) -> Event | None:
        """What can't be understood is let go: delivered again, it would be no clearer."""
        now = datetime.now(UTC)
        try:
            return modals.submitted(body, here, now=now) or parse.parse(body, here, now=now)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.warning("slack_payload_not_understood", kind=body.get("type"), why=type(error).__name__)
            return None

    async def _here(self, body: Mapping[str, Any]) -> parse.Here:
        return parse.Here(
            bot=self._bot,
            team=self._account.team,
            bot_id=str(self._account.me.get("bot_id") or ""),
            bot_user=str(self._account.me.get("user_id") or ""),
            channel=self._channel,
            names=await self._people.named(envelope.people(body)),
        )

    async def _open(self, form: Form, value: str, *, event: Event, trigger: str) -> None:
        """Open a form at once: Slack allows three seconds. Failing, the person is told."""
        origin = event.address
        try:
            filled = await self._filled(form, event)
            shown = modals.view(form, value, origin, filled)
            async with translated():
                await self._client.views_open(trigger_id=trigger, view=shown)
        except DeskmateError as error:
            log.warning("slack_form_not_opened", form=form.name, error=str(error))
            await self._tell(origin)

    async def _filled(self, form: Form, event: Event) -> Mapping[str, str]:
        """What a form says already; without it, it is opened empty."""
        if not form.prefilled or self._prefill is None or not isinstance(event, CommandReceived):
            return {}
        try:
            async with asyncio.timeout(PREFILL_SECONDS):
                return await self._prefill(event)
        except (Unavailable, TimeoutError):
            log.warning("slack_form_not_filled", form=form.name)
            return {}

    async def _tell(self, origin: Address) -> None:
        try:
            async with translated():
                await self._client.chat_postEphemeral(
                    channel=origin.channel,
                    user=origin.private_to,
                    thread_ts=origin.thread or None,
                    text=FORM_FAILED,
                )
        except DeskmateError:
            log.warning("slack_notice_not_shown")
