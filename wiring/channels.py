"""A company's connections to the platforms, made from its settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bots.discord.channel import DiscordChannel
from bots.slack.oauth import Installer
from bots.telegram.channel import TelegramChannel
from desk import forms
from desk.ports import Belongs, Channel, Fetched, Link, Prefill
from domain.ids import Address, BotId, CompanyId, Identity, MessageRef, Platform
from domain.inbound import CommandReceived
from domain.texts import LANGUAGES, Key, say
from settings import Company, Discord, Settings, Telegram
from store.jobs import MongoCursor
from store.scoped import Db
from web.server import Route
from wiring import slack
from wiring.slack import Apps

CUSTOMER_COMMANDS: tuple[tuple[str, Key], ...] = (
    ("start", Key.COMMAND_START),
    ("human", Key.COMMAND_HUMAN),
    ("status", Key.COMMAND_STATUS),
    ("language", Key.COMMAND_LANGUAGE),
    ("help", Key.COMMAND_HELP),
    ("privacy", Key.COMMAND_PRIVACY),
    ("link", Key.COMMAND_LINK),
    ("unlink", Key.COMMAND_UNLINK),
)


ADMIN_COMMANDS = (
    ("report", "What happened lately: kind, period, agent"),
    ("upload", "As the caption of a document: add it to what I know"),
    ("kb", "The documents that I know"),
)
"""Described in English, as all that is for the staff."""


async def _nowhere(ref: MessageRef) -> str:
    return ""


async def _everybody(identity: Identity) -> bool:
    return True


@dataclass(slots=True)
class Connections:
    """The channels that are configured, their webhooks, and what is missing for the others."""

    channels: dict[BotId, Channel] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    staff: Address | None = None
    link: Link = _nowhere
    belongs: Belongs = _everybody
    prefill: Prefill | None = None
    """Set once the desk is there; the channels are made before it."""
    installer: Installer | None = None
    """The pages on which the company's Slack workspace lets the app in, where it does that by a link."""

    def add(self, channel: Any) -> None:
        """A channel, with its webhooks if it has any."""
        self.channels[channel.bot] = channel
        if hasattr(channel, "routes"):
            self.routes.extend(channel.routes())

    async def filled(self, event: CommandReceived) -> Mapping[str, str]:
        """What the form of a command says when it opens."""
        return await self.prefill(event) if self.prefill else {}

    async def close(self) -> None:
        """Let go of connections that sending alone has opened."""
        for channel in self.channels.values():
            if isinstance(channel, (DiscordChannel, TelegramChannel)):
                await channel.close()


def connect(
    settings: Settings,
    company: Company,
    *,
    db: Db,
    blobs: Fetched,
    first: bool,
    apps: Apps | None = None,
) -> Connections:
    """Channels for everything whose secrets are there. ``first``: serves the short Slack addresses too.

    ``apps``: the Slack apps that other companies' connections share.
    """
    made = Connections()
    _slack(made, settings, company, db=db, blobs=blobs, first=first, apps=apps or Apps())
    for telegram in company.telegram:
        _telegram(made, settings=settings, company=company, telegram=telegram, blobs=blobs)
    for discord in company.discord:
        _discord(made, settings=settings, company=company, discord=discord, blobs=blobs, db=db)
    return made


def _lacks(made: Connections, settings: Settings, what: str, *names: str) -> bool:
    absent = [name for name in names if not settings.secret(name)]
    if absent:
        made.missing.append(f"{what} is not connected: set {' and '.join(absent)}.")
    return bool(absent)


def _slack(
    made: Connections,
    settings: Settings,
    company: Company,
    *,
    db: Db,
    blobs: Fetched,
    first: bool,
    apps: Apps,
) -> None:
    own = company.slack
    if own is None or _lacks(made, settings, f"Slack ({own.bot})", *settings.slack_secrets(own)):
        return
    kept = slack.installations(settings, company, own, db)
    if kept and not settings.web.public_url:
        made.missing.append(f"Slack ({own.bot}) is not connected: its link needs web.public_url.")
        return
    connection = slack.channel(
        settings, company, own, kept=kept, blobs=blobs, first=first, apps=apps, prefill=made.filled
    )
    made.add(connection)
    made.link = connection.link
    made.belongs = connection.belongs
    made.staff = Address(
        platform=Platform.SLACK, bot=BotId(own.bot), workspace="", channel=settings.secret(own.channel_env)
    )
    if kept:
        made.installer = slack.installer(settings, company, own, kept=kept, connection=connection)


def _telegram(
    made: Connections, *, settings: Settings, company: Company, telegram: Telegram, blobs: Fetched
) -> None:
    names = [telegram.token_env] + ([telegram.secret_env] if telegram.mode == "webhook" else [])
    if _lacks(made, settings, f"Telegram ({telegram.bot})", *names):
        return
    public = settings.web.public_url.rstrip("/")
    made.add(
        TelegramChannel(
            company=CompanyId(company.id),
            bot=BotId(telegram.bot),
            token=settings.secret(telegram.token_env),
            base_url=telegram.base_url,
            base_file_url=telegram.files,
            mode=telegram.mode,
            webhook_url=f"{public}/webhooks/telegram/{telegram.bot}" if public else "",
            secret=settings.secret(telegram.secret_env),
            groups=frozenset(telegram.groups),
            admins=settings.listed(telegram.admins_env),
            admin_commands=ADMIN_COMMANDS,
            blobs=blobs,
            commands={
                code: [(name, say(key, code)) for name, key in CUSTOMER_COMMANDS] for code in LANGUAGES
            },
        )
    )


def _discord(
    made: Connections, *, settings: Settings, company: Company, discord: Discord, blobs: Fetched, db: Db
) -> None:
    if _lacks(made, settings, f"Discord ({discord.bot})", discord.token_env):
        return
    made.add(
        DiscordChannel(
            company=CompanyId(company.id),
            bot=BotId(discord.bot),
            token=settings.secret(discord.token_env),
            base_url=discord.base_url,
            gateway_url=discord.gateway_url,
            blobs=blobs,
            cursor=MongoCursor(db=db, company=CompanyId(company.id), bot=BotId(discord.bot)),
            forms=forms.customers(company.language),
            guild=discord.guild,
            support_channel=discord.support_channel,
        )
    )
