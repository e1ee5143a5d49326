"""A company's connections to the platforms, made from its settings."""

from dataclasses import dataclass, field
from typing import Any

from bots.discord.channel import DiscordChannel
from bots.slack.channel import SlackChannel
from bots.telegram.channel import TelegramChannel
from desk import forms
from desk.ports import Channel, Fetched, Link
from domain.ids import Address, BotId, CompanyId, MessageRef, Platform
from domain.texts import LANGUAGES, Key, say
from settings import Company, Discord, Settings, Slack, Telegram
from store.jobs import MongoCursor
from store.scoped import Db
from web.server import Route

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


async def _nowhere(ref: MessageRef) -> str:
    return ""


@dataclass(slots=True)
class Connections:
    """The channels that are configured, their webhooks, and what is missing for the others."""

    channels: dict[BotId, Channel] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    staff: Address | None = None
    link: Link = _nowhere

    def add(self, channel: Any) -> None:
        """A channel, with its webhooks if it has any."""
        self.channels[channel.bot] = channel
        if hasattr(channel, "routes"):
            self.routes.extend(channel.routes())

    async def close(self) -> None:
        """Let go of connections that sending alone has opened."""
        for channel in self.channels.values():
            if isinstance(channel, (DiscordChannel, TelegramChannel)):
                await channel.close()


def connect(settings: Settings, company: Company, *, db: Db, blobs: Fetched, first: bool) -> Connections:
    """Channels for everything whose secrets are there. ``first``: serves the short Slack addresses too."""
    made = Connections()
    if company.slack:
        _slack(made, settings=settings, company=company, slack=company.slack, blobs=blobs, first=first)
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
    made: Connections, *, settings: Settings, company: Company, slack: Slack, blobs: Fetched, first: bool
) -> None:
    second = slack.app_token_env if slack.mode == "socket" else slack.signing_secret_env
    if _lacks(made, settings, f"Slack ({slack.bot})", slack.bot_token_env, second, slack.channel_env):
        return
    channel = settings.secret(slack.channel_env)
    connection = SlackChannel(
        company=CompanyId(company.id),
        bot=BotId(slack.bot),
        bot_token=settings.secret(slack.bot_token_env),
        app_token=settings.secret(slack.app_token_env),
        signing_secret=settings.secret(slack.signing_secret_env),
        base_url=slack.base_url,
        mode=slack.mode,
        channel=channel,
        blobs=blobs,
        forms=forms.STAFF,
        default=first,
    )
    made.add(connection)
    made.link = connection.link
    made.staff = Address(platform=Platform.SLACK, bot=BotId(slack.bot), workspace="", channel=channel)


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
            base_file_url=telegram.file_base_url,
            mode=telegram.mode,
            webhook_url=f"{public}/webhooks/telegram/{telegram.bot}" if public else "",
            secret=settings.secret(telegram.secret_env),
            groups=frozenset(telegram.groups),
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
