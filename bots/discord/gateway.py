"""discord.py's gateway client: identifies, beats, resumes, and hands on what it hears."""

from collections.abc import Callable
from typing import Any

import discord
import structlog
from discord.state import ConnectionState

from bots.discord.history import History
from bots.discord.interact import Interactions
from bots.discord.receive import Receiver
from bots.discord.rest import Wire
from domain.ids import BotId

log = structlog.get_logger()

NEEDED = frozenset({"READY", "RESUMED"})
"""Without these there is no connection."""


class Gateway(discord.Client):
    """One connection. Only handlers live here; what they mean is decided elsewhere.

    ``content``: also hear what people write in servers.
    """

    def __init__(
        self,
        *,
        bot: BotId,
        base_url: str,
        gateway_url: str,
        receiver: Receiver,
        history: History,
        interactions: Interactions,
        content: bool,
    ) -> None:
        self._bot = bot
        self._base_url = base_url
        self._gateway_url = gateway_url
        self._receiver = receiver
        self._history = history
        self._interactions = interactions
        self.up = False
        super().__init__(
            intents=intents(content=content),
            max_messages=None,
            guild_ready_timeout=0.1,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    def _get_state(self, **options: Any) -> ConnectionState[Any]:
        """discord.py builds its own HTTP client just before; ours takes its place, at our base URL."""
        self.http = Wire(base_url=self._base_url, gateway_url=self._gateway_url)
        state = super()._get_state(**options)
        for event, read in state.parsers.items():
            if event not in NEEDED:
                state.parsers[event] = self._tolerant(event, read)
        return state

    def _tolerant(self, event: str, read: Callable[[Any], None]) -> Callable[[Any], None]:
        """One event that discord.py can't read must not end the connection, and with it all the others."""

        def tolerant(data: Any) -> None:
            try:
                read(data)
            except (KeyError, TypeError, ValueError, AttributeError, AssertionError) as error:
                log.warning("discord_event_unreadable", bot=self._bot, kind=event, error=type(error).__name__)

        return tolerant

    async def on_connect(self) -> None:
        """A new session (not a resumed one): Discord keeps nothing for it, so look what was missed."""
        self.up = True
        log.info("discord_connected", bot=self._bot)
        await self._history.catch_up(self)

    async def on_resumed(self) -> None:
        """The session goes on; Discord has replayed what was missed."""
        self.up = True
        log.info("discord_resumed", bot=self._bot)

    async def on_disconnect(self) -> None:
        """The connection is gone; discord.py reconnects with a back-off."""
        self.up = False
        log.info("discord_disconnected", bot=self._bot)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote."""
        await self._receiver.message(message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A message changed."""
        await self._receiver.edited(payload.message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message is gone."""
        await self._gone(payload.message_id, payload)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Several messages are gone (a moderator's purge)."""
        for message in sorted(payload.message_ids):
            await self._gone(message, payload)

    async def _gone(
        self, message: int, payload: discord.RawMessageDeleteEvent | discord.RawBulkMessageDeleteEvent
    ) -> None:
        channel = payload.channel_id
        place = self.get_channel(channel)
        await self._receiver.deleted(channel, message, place=place, guild=payload.guild_id)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """A press, a command or a form."""
        await self._interactions.came(interaction)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """A handler failed; say so without the message's text."""
        log.exception("discord_handler_failed", bot=self._bot, handler=event_method)


def intents(*, content: bool) -> discord.Intents:
    """What we listen to. ``content``: what people write in a server, which is a privileged intent;
    direct messages carry their text without it."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.dm_messages = True
    if content:
        wanted.guild_messages = True
        wanted.message_content = True
    return wanted
