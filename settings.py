"""config.toml and the environment become frozen settings; an unknown key is an error that names it."""

import os
import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from domain.errors import BadInput, Misconfigured
from ticketing.hours import parse_hours

DEFAULT = Path(__file__).parent / "config.toml"

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[int, Field(gt=0)]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"'{name}' is no time zone; write one such as Europe/Berlin") from error
    return name


def _clock(words: str) -> str:
    if words:
        time.fromisoformat(words.rsplit(maxsplit=1)[-1])
    return words


def _hours(words: str) -> str:
    try:
        parse_hours(words, ZoneInfo("UTC"))
    except BadInput as error:
        raise ValueError(str(error)) from error
    return words


def _bot_api(address: str) -> str:
    """Ends with /bot, as the token follows; people leave it out, or end with another slash."""
    bare = address.rstrip("/")
    return bare if bare.endswith("/bot") else f"{bare}/bot"


BotApi = Annotated[str, AfterValidator(_bot_api)]
Zone = Annotated[str, AfterValidator(_zone)]
Clock = Annotated[str, AfterValidator(_clock)]
Opening = Annotated[str, AfterValidator(_hours)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class Section(BaseModel):
    """A table of config.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class App(Section):
    """How the process behaves."""

    data_dir: str = ".data"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"
    workers: Positive = 32
    burst_ms: int = Field(default=700, ge=0)
    burst_max_ms: int = Field(default=3000, ge=0)
    lease_seconds: float = Field(default=30, gt=0)
    max_text: Positive = 8000
    shutdown_seconds: float = Field(default=20, ge=0)


class Mongodb(Section):
    """Where the database is."""

    uri_env: str = "MONGODB_URI"
    database: str = "deskmate"


class Chroma(Section):
    """Where the vectors are."""

    url: str = ""


class Queue(Section):
    """How processes wake each other."""

    url: str = ""


class Web(Section):
    """The webhook backend."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""


class Models(Section):
    """Which models read and search."""

    encoder: str = "minilm"
    emotion: str = "minilm"
    emotion_labels: dict[str, str] = Field(default_factory=dict)
    cache_dir: str = ".cache/models"
    threads: Positive = 2
    batch_wait_ms: float = Field(default=2, ge=0)


class Brain(Section):
    """When the bot answers, refuses, and brings a human."""

    relevance: Share = 0.35
    passages: Positive = 5
    anger: Share = 0.7
    refusals: Positive = 2


class Gemini(Section):
    """The language model."""

    api_key_env: str = "GEMINI_API_KEY"
    base_url: str = ""
    api_version: str = "v1beta"
    model: str = "gemini-2.5-flash"
    attempts: Positive = 3
    timeout_seconds: float = Field(default=8, gt=0)
    deadline_seconds: float = Field(default=20, gt=0)
    usd_per_million_prompt: float = 0.30
    usd_per_million_answer: float = 2.50


class Knowledge(Section):
    """How documents are read."""

    max_megabytes: Positive = 50
    parse_seconds: float = Field(default=120, gt=0)
    pdf: Literal["pymupdf", "pypdfium2"] = "pymupdf"
    confirm: bool = True
    sync_minutes: float = Field(default=15, gt=0)


class Tickets(Section):
    """The life of tickets."""

    claim_minutes: float = Field(default=15, ge=0)
    survey_minutes: float = Field(default=0, ge=0)


class Experience(Section):
    """Reports of how a chat went."""

    write: Literal["model", "quotes", "off"] = "model"
    wait_minutes: float = Field(default=5, ge=0)
    unrated_hours: float = Field(default=24, ge=0)


class Retention(Section):
    """How long messages are kept."""

    days: int = Field(default=0, ge=0)


class Digest(Section):
    """Scheduled posts."""

    daily: Clock = "08:00"
    weekly: Clock = "mon 08:00"
    catch_up_hours: float = Field(default=6, ge=0)


class AgentEntry(Section):
    """An agent known from the start."""

    user: str
    name: str
    role: Literal["agent", "admin"] = "agent"
    capacity: Positive | None = None


class Slack(Section):
    """The agents' side."""

    bot: Id = "slack"
    bot_token_env: str = "SLACK_BOT_TOKEN"
    app_token_env: str = "SLACK_APP_TOKEN"
    signing_secret_env: str = "SLACK_SIGNING_SECRET"
    client_id_env: str = "SLACK_CLIENT_ID"
    client_secret_env: str = "SLACK_CLIENT_SECRET"
    mode: Literal["socket", "http"] = "socket"
    channel_env: str = "SLACK_CHANNEL"
    admins_env: str = "SLACK_ADMINS"
    base_url: str = "https://slack.com/api/"
    authorize_url: str = "https://slack.com/oauth/v2/authorize"

    @property
    def receiving_env(self) -> str:
        """The secret with which events are received."""
        return self.app_token_env if self.mode == "socket" else self.signing_secret_env


class Telegram(Section):
    """One Telegram bot."""

    bot: Id = "telegram"
    token_env: str = "TELEGRAM_TOKEN"
    mode: Literal["polling", "webhook"] = "polling"
    secret_env: str = "TELEGRAM_SECRET"
    groups: tuple[str, ...] = Field(default=(), strict=False)
    admins_env: str = "TELEGRAM_ADMINS"
    base_url: BotApi = "https://api.telegram.org/bot"
    file_base_url: str = ""

    @property
    def files(self) -> str:
        """Where files are fetched: the same server, unless another one is named."""
        return _bot_api(self.file_base_url) if self.file_base_url else f"{self.base_url[:-4]}/file/bot"


class Discord(Section):
    """One Discord bot."""

    bot: Id = "discord"
    token_env: str = "DISCORD_TOKEN"
    guild: str = ""
    support_channel: str = ""
    admins_env: str = "DISCORD_ADMINS"
    base_url: str = "https://discord.com/api/v10"
    gateway_url: str = ""


class Company(Section):
    """A tenant."""

    id: Id
    name: str
    timezone: Zone = "UTC"
    language: Literal["en", "es", "fr", "de", "pt", "hi", "ar"] = "en"
    tone: str = "friendly, short, concrete"
    capacity: Positive = 10
    hours: Opening = ""
    first_response_minutes: float = Field(default=60, ge=0)
    resolution_hours: float = Field(default=24, ge=0)
    golden: str = ""
    sync_dir: str = ""
    sync_prune: bool = False
    agents: tuple[AgentEntry, ...] = Field(default=(), strict=False)
    slack: Slack | None = None
    telegram: tuple[Telegram, ...] = Field(default=(), strict=False)
    discord: tuple[Discord, ...] = Field(default=(), strict=False)


class Settings(Section):
    """Everything. ``environment`` holds the variables that the ``*_env`` options name."""

    app: App = App()
    mongodb: Mongodb = Mongodb()
    chroma: Chroma = Chroma()
    queue: Queue = Queue()
    web: Web = Web()
    models: Models = Models()
    brain: Brain = Brain()
    gemini: Gemini = Gemini()
    knowledge: Knowledge = Knowledge()
    tickets: Tickets = Tickets()
    experience: Experience = Experience()
    retention: Retention = Retention()
    digest: Digest = Digest()
    companies: tuple[Company, ...] = Field(strict=False, min_length=1)
    root: Path = Field(default=Path(), strict=False, exclude=True)
    environment: Mapping[str, str] = Field(default_factory=dict, repr=False, exclude=True)

    def secret(self, name: str) -> str:
        """The value of an environment variable, "" if it isn't set."""
        return self.environment.get(name, "").strip()

    def listed(self, name: str) -> frozenset[str]:
        """The comma-separated values of an environment variable."""
        return frozenset(part.strip() for part in self.secret(name).split(",") if part.strip())

    def by_link(self, slack: Slack) -> bool:
        """Whether a workspace installs the app by a link: the app's own id and secret, no bot's token."""
        own = self.secret(slack.client_id_env) and self.secret(slack.client_secret_env)
        return bool(own) and not self.secret(slack.bot_token_env)

    def slack_secrets(self, slack: Slack) -> tuple[str, ...]:
        """The environment variables that a connection to Slack needs."""
        rest = (slack.receiving_env, slack.channel_env)
        if self.by_link(slack):
            return (slack.client_id_env, slack.client_secret_env, *rest)
        return (slack.bot_token_env, *rest)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.root / self.app.data_dir

    def company(self, wanted: str = "") -> Company:
        """A company by id; the first one for "". Raises Misconfigured."""
        for company in self.companies:
            if wanted in ("", company.id):
                return company
        raise Misconfigured(f"There is no company '{wanted}' in config.toml.")


def load(path: Path = DEFAULT, environment: Mapping[str, str] | None = None) -> Settings:
    """Read a config file and, beside it, ``.env`` (the environment wins). Raises Misconfigured."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Misconfigured(f"There is no config file at {path}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path.name} can't be read: {error}.") from error
    known = os.environ if environment is None else environment
    local = {name: value for name, value in dotenv_values(path.parent / ".env").items() if value}
    return parse(tables, path=path, environment={**local, **known})


def parse(tables: Mapping[str, object], *, path: Path, environment: Mapping[str, str]) -> Settings:
    """Settings from the tables of a config file. Raises Misconfigured naming the file and the key."""
    if strange := {"root", "environment"} & tables.keys():
        raise Misconfigured(f"{path.name}: unknown option '{min(strange)}'; see the comments in config.toml.")
    try:
        settings = Settings.model_validate({**tables, "root": path.parent, "environment": dict(environment)})
    except ValidationError as error:
        raise Misconfigured(f"{path.name}: {_explain(error)}") from error
    _unique("company id", [company.id for company in settings.companies], path)
    _unique("bot", [bot for company in settings.companies for bot in _bots(company)], path)
    for bots in ([c.telegram for c in settings.companies], [c.discord for c in settings.companies]):
        # Two connections with one token would both answer everything, or take each other's messages.
        _unique("variable of a bot's token", [one.token_env for several in bots for one in several], path)
    return settings


def _bots(company: Company) -> list[str]:
    slack = [company.slack.bot] if company.slack else []
    return [*slack, *(one.bot for one in company.telegram), *(one.bot for one in company.discord)]


def _unique(what: str, names: list[str], path: Path) -> None:
    for name in names:
        if names.count(name) > 1:
            raise Misconfigured(f"{path.name}: the {what} '{name}' is used twice; give each its own.")


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"unknown option '{key}'; see the comments in config.toml for what there is."
    return f"option '{key}': {first['msg']}."
