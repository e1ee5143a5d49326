"""Presses, commands and forms: stored, then acknowledged within Discord's three seconds."""

import asyncio
from collections.abc import Mapping
from typing import Final

import discord
import structlog

from bots.discord import forms, parse
from bots.discord.commands import SHARE
from bots.discord.failures import TROUBLE
from bots.discord.intake import Intake
from bots.discord.parse import Parser
from bots.discord.replies import Recent, Replies
from bots.discord.rest import EPHEMERAL, Json, Rest
from desk.ports import Form
from domain.errors import Unavailable
from domain.inbound import Event

log = structlog.get_logger()

DEFERRED, DEFERRED_UPDATE, MODAL = 5, 6, 9
"""Interaction callback types."""
ANSWER_SECONDS: Final = 2.5
"""An interaction must be answered within 3 s, and the answer has to travel."""


PERSONAL = frozenset({"link", "unlink", "privacy"})
"""Commands whose answers nobody else in a thread may read: a code, a copy of everything."""


class Interactions:
    """``private`` names the commands whose answers only the asker sees. ``guild`` and ``support``: see
    `bots.discord.channel.DiscordChannel`."""

    def __init__(
        self,
        *,
        intake: Intake,
        parser: Parser,
        rest: Rest,
        replies: Replies,
        forms: Mapping[str, Form],
        private: frozenset[str],
        guild: str,
        support: str,
    ) -> None:
        self._intake = intake
        self._parser = parser
        self._rest = rest
        self._replies = replies
        self._forms = forms
        self._private = private
        self._guild = guild
        self._support = support
        self._homes: Recent[str] = Recent()

    async def came(self, interaction: discord.Interaction) -> None:
        """One from the gateway. What could not be stored is not acknowledged: Discord says it failed."""
        if interaction.guild_id and self._guild and str(interaction.guild_id) != self._guild:
            log.info("discord_interaction_from_elsewhere", bot=self._parser.bot, guild=interaction.guild_id)
            return
        key, value = asked_form(interaction)
        if (form := self._forms.get(key)) is not None:
            await self._respond(interaction, MODAL, forms.modal(form, value))
            return
        channel = interaction.channel_id or 0
        await self._intake.in_lane(channel, lambda: self._accept(interaction), urgent=True)

    async def _accept(self, interaction: discord.Interaction) -> None:
        home = await self._home(interaction)
        hidden = self._hidden(interaction)
        event = self._parser.interaction(interaction, home=home, hidden=hidden)
        if event is None:
            return
        self._replies.opening(interaction.token)
        try:
            await self._store(event, interaction, home=home, hidden=hidden)
        finally:
            self._replies.opened(interaction.token)

    async def _store(
        self, event: Event, interaction: discord.Interaction, *, home: str, hidden: bool
    ) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._intake.store(event)
        except (TimeoutError, Unavailable):
            log.warning("discord_interaction_not_stored", bot=self._parser.bot, source=event.source)
            return
        thinking = interaction.message is None
        kind = DEFERRED if thinking else DEFERRED_UPDATE
        if await self._respond(interaction, kind, {"flags": EPHEMERAL} if hidden and thinking else None):
            self._replies.deferred(home, interaction.token, hidden=hidden, thinking=thinking)

    def _hidden(self, interaction: discord.Interaction) -> bool:
        """Whether the answer is for the person's eyes only: in a server, and of an admin's command."""
        if interaction.message is not None:
            return interaction.message.flags.ephemeral
        if shared(interaction):
            return False
        name = str(parse.data_of(interaction).get("name", ""))
        if name in self._private or (interaction.guild_id and name in PERSONAL):
            return True
        return bool(interaction.guild_id) and not self._in_support(interaction)

    def _in_support(self, interaction: discord.Interaction) -> bool:
        return bool(self._support) and str(getattr(interaction.channel, "parent_id", "")) == self._support

    async def _home(self, interaction: discord.Interaction) -> str:
        """Where the person is answered later: here in direct messages and support threads, else in their
        direct messages."""
        here = str(interaction.channel_id or "")
        if not interaction.guild_id or self._in_support(interaction) or shared(interaction):
            return here
        return await self._dm(str(interaction.user.id)) or here

    async def _dm(self, user: str) -> str:
        if user not in self._homes:
            try:
                self._homes.add(user, await self._rest.dm(user))
            except TROUBLE:
                log.warning("discord_dm_unknown", bot=self._parser.bot)
        return self._homes.get(user) or ""

    async def _respond(self, interaction: discord.Interaction, kind: int, data: Json | None) -> bool:
        try:
            await self._rest.respond(str(interaction.id), interaction.token, kind, data)
        except TROUBLE as error:
            log.warning("discord_not_acknowledged", bot=self._parser.bot, error=type(error).__name__)
            return False
        return True


def shared(interaction: discord.Interaction) -> bool:
    """Whether an admin wants everybody to see the answer."""
    options = parse.data_of(interaction).get("options") or ()
    return any(one.get("name") == SHARE and one.get("value") == "yes" for one in options)


def asked_form(interaction: discord.Interaction) -> tuple[str, str]:
    """The key and the value of the form that a press or a bare command may open."""
    data = parse.data_of(interaction)
    if interaction.type is discord.InteractionType.component:
        action, value = forms.meant(str(data.get("custom_id", "")))
        return f"button:{action}", value
    if interaction.type is discord.InteractionType.application_command and not data.get("options"):
        return f"command:{data.get('name', '')}", ""
    return "", ""
