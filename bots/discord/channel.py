"""`desk.ports.Channel` on Discord."""

import asyncio
from collections.abc import Mapping, Sequence

import discord
import structlog

from bots.discord.commands import Command, default_commands, payload, several
from bots.discord.doctor import diagnose
from bots.discord.failures import TROUBLE, on_connecting, on_sending
from bots.discord.files import Expired, download, too_big
from bots.discord.gateway import Gateway
from bots.discord.history import History
from bots.discord.intake import Intake
from bots.discord.interact import Interactions
from bots.discord.parse import Parser, unhandle
from bots.discord.ports import Cursor, NoCursor
from bots.discord.receive import Receiver
from bots.discord.render import TEXT
from bots.discord.replies import Recent, Replies
from bots.discord.rest import DISCORD, Rest
from bots.discord.send import Sender
from bots.discord.split import split
from desk.ports import Accept, Fetched, Form, Limits
from domain.content import Content
from domain.errors import BadInput, Unavailable
from domain.ids import Address, BotId, CompanyId, Identity, MessageRef, Platform
from domain.inbound import Attachment

log = structlog.get_logger()

MARKS: Mapping[str, str] = {"sent": "📨", "delivered": "✅", "failed": "⚠️", "seen": "👀"}


class DiscordChannel:
    """One bot of one company. Customers write to it in direct messages (or in a support channel).

    ``base_url`` and ``gateway_url`` belong to this object alone (see `bots.discord.rest`), so two
    channels of one process may talk to two different places; an empty ``gateway_url`` is Discord's own,
    or, where ``base_url`` is not Discord's, the one that its ``/gateway/bot`` names. ``guild`` ties the
    bot to one server: its admins' commands are offered there only, and what comes from other servers is
    ignored. ``commands`` are set anew at each `run`.
    """

    platform = Platform.DISCORD
    limits = Limits(
        text=TEXT, caption=TEXT, per_second=1.0, can_thread=False, can_react=True, idempotent=True
    )

    def __init__(
        self,
        *,
        company: CompanyId,
        bot: BotId,
        token: str,
        base_url: str = DISCORD,
        gateway_url: str = "",
        blobs: Fetched,
        forms: Mapping[str, Form] | None = None,
        commands: Sequence[Command] | None = None,
        cursor: Cursor | None = None,
        guild: str = "",
        support_channel: str = "",
        max_file_bytes: int = 25_000_000,
    ) -> None:
        self.company = company
        self.bot = bot
        self._token = token
        self._base_url = base_url
        self._gateway_url = gateway_url
        self._forms = forms or {}
        self._commands = default_commands() if commands is None else tuple(commands)
        self._cursor = cursor or NoCursor()
        self._guild = guild
        self._support = support_channel
        self._max_file_bytes = max_file_bytes
        self._parser = Parser(bot=bot, several=several(self._commands))
        self._rest = Rest(token=token, base_url=base_url)
        self._replies = Replies()
        self._gateway_now: Gateway | None = None
        self._gone: Recent[bool] = Recent()
        self._sender = Sender(
            parser=self._parser,
            rest=self._rest,
            replies=self._replies,
            gone=self._gone,
            blobs=blobs,
            max_file_bytes=max_file_bytes,
        )

    @property
    def connected(self) -> bool:
        """Whether the gateway is open."""
        return self._gateway_now is not None and self._gateway_now.up

    def split(self, content: Content) -> tuple[Content, ...]:
        """Pieces that each fit one message of 2000 characters, in order."""
        return split(content)

    async def send(
        self,
        to: Address,
        content: Content,
        *,
        key: str,
        again: bool = False,
        reply_to: MessageRef | None = None,
    ) -> MessageRef:
        """Send one piece; see `desk.ports.Channel.send`.

        ``to.private_to`` (an interaction's token) sends through the interaction for the 15 minutes that
        Discord grants; after that the message goes to the channel, which is the person's direct messages.
        """
        return await self._sender.send(to, content, key=key, again=again, reply_to=reply_to)

    async def edit(self, ref: MessageRef, content: Content) -> None:
        """Replace a message of ours. Its files stay unless the content has others."""
        await self._sender.edit(ref, content)

    async def delete(self, ref: MessageRef) -> None:
        """Delete a message of ours; Discord lets nobody delete a customer's in direct messages."""
        await self._sender.delete(ref)

    async def react(self, ref: MessageRef, mark: str, *, on: bool = True) -> None:
        """Put a mark on a message as a reaction, or take it off."""
        path = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"
        method, emoji = "PUT" if on else "DELETE", MARKS.get(mark, mark)
        channel = ref.address.channel
        try:
            await self._rest.call(method, path, channel_id=channel, message_id=ref.id, emoji=emoji)
        except discord.NotFound:
            return
        except TROUBLE as error:
            raise on_sending(error) from error

    async def typing(self, at: Address) -> None:
        """Show that somebody is writing, for ten seconds; an open interaction shows it by itself."""
        if self._replies.usable(at.private_to):
            return
        try:
            await self._rest.call("POST", "/channels/{channel_id}/typing", channel_id=at.channel)
        except TROUBLE as error:
            log.debug("discord_typing_failed", bot=self.bot, error=type(error).__name__)

    async def fetch(self, attachment: Attachment) -> bytes:
        """The bytes of a file. Addresses expire after about a day; a new one is asked for then."""
        if attachment.size > self._max_file_bytes:
            raise too_big(self._max_file_bytes)
        url, channel, message, file = unhandle(attachment.handle)
        try:
            return await download(url, limit=self._max_file_bytes)
        except Expired:
            url = await self._fresh_url(channel, message, file)
        try:
            return await download(url, limit=self._max_file_bytes)
        except Expired as error:
            raise BadInput("This file is no longer on Discord.") from error

    async def _fresh_url(self, channel: str, message: str, file: str) -> str:
        gone = BadInput("This file is no longer on Discord.")
        if not message:
            raise gone
        try:
            found = await self._rest.message(channel, message)
        except discord.NotFound as error:
            raise gone from error
        except TROUBLE as error:
            raise Unavailable from error
        urls = {str(one["id"]): str(one["url"]) for one in found.get("attachments", [])}
        if file not in urls:
            raise gone
        return urls[file]

    async def profile(self, identity: Identity) -> str:
        """The name to show for a person."""
        try:
            user = await self._rest.call("GET", "/users/{user_id}", user_id=identity.user)
        except discord.NotFound:
            return ""
        except TROUBLE as error:
            raise Unavailable from error
        return str(user.get("global_name") or user["username"])

    async def home(self, identity: Identity, content: Content) -> None:
        """Discord has no home page."""

    async def run(self, accept: Accept) -> None:
        """Connect and receive until cancelled; resumes and reconnects by itself.

        Raises Misconfigured (token, intents, server) with what to do, or Unavailable.
        """
        intake = Intake(bot=self.bot, accept=accept)
        gateway: Gateway | None = None
        try:
            await self._rest.open()
            await self._tell_commands()
            gateway = self._gateway_now = self._gateway(intake)
            await gateway.start(self._token)
        except asyncio.CancelledError:
            await self._stop(gateway, intake)
            gateway = None
            await self._rest.close()
            raise
        except Exception as error:  # discord.py fails in its own ways while it connects
            raise on_connecting(error) from error
        finally:
            if gateway is not None:
                await self._stop(gateway, intake)
        raise Unavailable("Discord closed the connection")

    def _gateway(self, intake: Intake) -> Gateway:
        receiver = Receiver(
            intake=intake,
            parser=self._parser,
            rest=self._rest,
            cursor=self._cursor,
            gone=self._gone,
            support=self._support,
        )
        interactions = Interactions(
            intake=intake,
            parser=self._parser,
            rest=self._rest,
            replies=self._replies,
            forms=self._forms,
            private=frozenset(command.name for command in self._commands if command.admin),
            guild=self._guild,
            support=self._support,
        )
        return Gateway(
            bot=self.bot,
            base_url=self._base_url,
            gateway_url=self._gateway_url,
            receiver=receiver,
            history=History(
                intake=intake, cursor=self._cursor, written=receiver.written, edited=receiver.changed
            ),
            interactions=interactions,
            content=bool(self._support),
        )

    async def _stop(self, gateway: Gateway | None, intake: Intake) -> None:
        self._gateway_now = None
        if gateway is not None:
            await gateway.close()
        await intake.finish()

    async def _tell_commands(self) -> None:
        """Set the application commands. Customers' are global: only such ones work in direct messages."""
        everywhere = [one for one in self._commands if not (one.admin and self._guild)]
        await self._put_commands("/applications/{application_id}/commands", everywhere)
        if self._guild:
            here = [one for one in self._commands if one.admin]
            path = "/applications/{application_id}/guilds/{guild_id}/commands"
            await self._put_commands(path, here, guild_id=self._guild)

    async def _put_commands(self, path: str, commands: Sequence[Command], guild_id: str = "") -> None:
        """What Discord refuses (a server that the bot isn't in) must not keep customers from writing;
        `check` explains it."""
        application = str(self._rest.application["id"])
        try:
            body = [payload(command) for command in commands]
            await self._rest.call("PUT", path, body=body, application_id=application, guild_id=guild_id)
        except discord.HTTPException as error:
            if error.status not in (400, 403, 404):
                raise
            log.error("discord_commands_refused", bot=self.bot, status=error.status, guild=guild_id)

    async def close(self) -> None:
        """Close what sending without `run` has opened."""
        await self._rest.close()

    async def check(self) -> str:
        """One line about the connection. Raises Misconfigured with what to do."""
        rest = Rest(token=self._token, base_url=self._base_url)
        try:
            return await diagnose(rest, guild=self._guild, support=self._support)
        except TROUBLE as error:
            raise on_connecting(error) from error
        finally:
            await rest.close()
