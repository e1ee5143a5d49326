"""A company's connection to Slack: by a bot's token, or by a workspace that installs the app by a link."""

from dataclasses import dataclass, field

from bots.slack.channel import SlackChannel
from bots.slack.oauth import REDIRECT, Installer, SlackInstall, invitation
from bots.slack.switchboard import Switchboard
from desk import forms
from desk.assistant import PROMPTS
from desk.ports import Fetched, Prefill
from desk.workspaces import Installations
from domain.errors import Misconfigured
from domain.ids import BotId, CompanyId
from settings import Company, Settings, Slack
from store.scoped import Db
from store.seal import Seal
from store.workspaces import MongoInstallations
from web.server import Route


@dataclass(slots=True)
class Apps:
    """Slack apps of this process by what they share: a signing secret or an app token."""

    boards: dict[str, Switchboard] = field(default_factory=dict)

    def board(self, secret: str) -> Switchboard:
        """The one of a secret."""
        return self.boards.setdefault(secret, Switchboard())


def installations(settings: Settings, company: Company, slack: Slack, db: Db) -> MongoInstallations | None:
    """Where the company's installation is kept; None where it has a bot's token."""
    if not settings.by_link(slack):
        return None
    seal = Seal(secret=settings.secret(slack.client_secret_env), use="slack installation")
    return MongoInstallations(db=db, company=CompanyId(company.id), bot=BotId(slack.bot), seal=seal)


def channel(
    settings: Settings,
    company: Company,
    slack: Slack,
    *,
    kept: Installations | None,
    blobs: Fetched,
    first: bool,
    apps: Apps,
    prefill: Prefill,
) -> SlackChannel:
    """The connection; everything it needs is there."""
    return SlackChannel(
        company=CompanyId(company.id),
        bot=BotId(slack.bot),
        bot_token=settings.secret(slack.bot_token_env),
        app_token=settings.secret(slack.app_token_env),
        signing_secret=settings.secret(slack.signing_secret_env),
        base_url=slack.base_url,
        mode=slack.mode,
        channel=settings.secret(slack.channel_env),
        blobs=blobs,
        forms=forms.STAFF,
        default=first,
        installations=kept,
        prompts=PROMPTS,
        prefill=prefill,
        switchboard=apps.board(settings.secret(slack.receiving_env)),
    )


def installer(
    settings: Settings, company: Company, slack: Slack, *, kept: Installations, connection: SlackChannel
) -> Installer:
    """The pages with which the company's workspace lets the app in."""
    made = Installer(
        company=CompanyId(company.id),
        client_id=settings.secret(slack.client_id_env),
        client_secret=settings.secret(slack.client_secret_env),
        redirect_url=settings.web.public_url.rstrip("/") + REDIRECT,
        installations=kept,
        base_url=slack.base_url,
        authorize_url=slack.authorize_url,
    )
    made.installed.append(connection.renew)
    return made


def pages(installers: list[Installer]) -> list[Route]:
    """The addresses for installing; none where no workspace installs by a link."""
    return list(SlackInstall(installers=installers).routes()) if installers else []


def link(settings: Settings, wanted: str) -> str:
    """A link for a company's admin. Raises Misconfigured with what is missing."""
    company = settings.company(wanted)
    if company.slack is None:
        raise Misconfigured(f"{company.id} has no [companies.slack] in config.toml.")
    if settings.secret(company.slack.bot_token_env):
        raise Misconfigured(f"{company.id} is connected by {company.slack.bot_token_env}; it needs no link.")
    if not settings.by_link(company.slack):
        names = f"{company.slack.client_id_env} and {company.slack.client_secret_env}"
        raise Misconfigured(f"Set {names}; see docs/slack.md.")
    if not settings.web.public_url:
        raise Misconfigured("Set web.public_url to your public https address.")
    return invitation(
        company=CompanyId(company.id),
        client_secret=settings.secret(company.slack.client_secret_env),
        public_url=settings.web.public_url,
    )
