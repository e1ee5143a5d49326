"""Application commands as data, and how Discord wants to be told of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.texts import LANGUAGES, Key, say

STRING, ATTACHMENT = 3, 11
GUILD_INSTALL, IN_GUILD, IN_DM = 0, 0, 1
MANAGE_GUILD = 1 << 5
DESCRIPTION = 100
"""Characters a description may have (Discord's documentation, Application Commands)."""
LOCALES: Mapping[str, tuple[str, ...]] = {
    "es": ("es-ES", "es-419"),
    "fr": ("fr",),
    "de": ("de",),
    "pt": ("pt-BR",),
    "hi": ("hi",),
}
"""Our languages as Discord's locales. Discord has no Arabic, so Arabic speakers see English here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An argument of a command. ``kind``: text or file; ``choices`` are (value, label) pairs.

    ``descriptions`` maps one of our language codes to a translation.
    """

    name: str
    description: str
    descriptions: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A slash command. ``admin``: offered to a server's managers, answered for their eyes only."""

    name: str
    description: str
    descriptions: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    admin: bool = False


REPORTS = (
    ("all", "Everything"),
    ("csat", "Customer satisfaction"),
    ("emotions", "Emotions"),
    ("workload", "Workload"),
    ("speed", "Response times"),
    ("gaps", "Questions without an answer"),
    ("advice", "What is worth doing"),
)
SHELF = (
    ("list", "List what is in service"),
    ("drafts", "What waits to be published"),
    ("history", "A document's versions"),
    ("rollback", "Put an earlier version back"),
    ("remove", "Take a document out of service"),
)
PERIODS = (("today", "Today"), ("7d", "Last 7 days"), ("30d", "Last 30 days"))


SHARE = "share"
"""An admin's command with this option is answered for everybody to see."""
YES_NO = (("yes", "Yes"), ("no", "No"))


def default_commands(
    *, reports: Sequence[tuple[str, str]] = REPORTS, periods: Sequence[tuple[str, str]] = PERIODS
) -> tuple[Command, ...]:
    """The commands of a company's bot, described in every language we speak."""
    return (*_for_customers(), *_for_admins(tuple(reports), tuple(periods)))


def _for_customers() -> tuple[Command, ...]:
    question = Option(name="text", **_described(Key.COMMAND_ASK))
    language = Option(
        name="choice",
        **_described(Key.COMMAND_LANGUAGE),
        choices=tuple(LANGUAGES.items()),
    )
    code = Option(name="code", **_described(Key.COMMAND_LINK), required=False)
    return (
        Command(name="ask", **_described(Key.COMMAND_ASK), options=(question,)),
        Command(name="human", **_described(Key.COMMAND_HUMAN)),
        Command(name="status", **_described(Key.COMMAND_STATUS)),
        Command(name="language", **_described(Key.COMMAND_LANGUAGE), options=(language,)),
        Command(name="privacy", **_described(Key.COMMAND_PRIVACY)),
        Command(name="help", **_described(Key.COMMAND_HELP)),
        Command(name="link", **_described(Key.COMMAND_LINK), options=(code,)),
        Command(name="unlink", **_described(Key.COMMAND_UNLINK)),
    )


def _for_admins(
    reports: tuple[tuple[str, str], ...], periods: tuple[tuple[str, str], ...]
) -> tuple[Command, ...]:
    file = Option(name="file", description="A PDF or another document", kind="file")
    kind = Option(name="kind", description="What it is about", choices=reports, required=False)
    period = Option(name="period", description="How far back", choices=periods, required=False)
    more = (
        Option(
            name="from", description="First day of a period of your own, such as 2026-11-01", required=False
        ),
        Option(name="to", description="Last day of it; left out: today", required=False),
        Option(name="agent", description="Only this agent's figures", required=False),
        Option(name=SHARE, description="Show it to everybody here", choices=YES_NO, required=False),
    )
    shelf = (
        Option(name="do", description="What to do; left out: list", choices=SHELF, required=False),
        Option(name="document", description="The document's name", required=False),
        Option(name="version", description="The version to go back to", required=False),
    )
    return (
        Command(name="kb", description="The documents that I know", options=shelf, admin=True),
        Command(name="upload", description="Add a document to what I know", options=(file,), admin=True),
        Command(name="report", description="What happened lately", options=(kind, period, *more), admin=True),
    )


def _described(key: Key) -> dict[str, Any]:
    texts = {language: say(key, language) for language in LOCALES}
    return {"description": say(key, "en"), "descriptions": texts}


def payload(command: Command) -> dict[str, Any]:
    """A command as the REST API takes it."""
    options = [_option(option) for option in sorted(command.options, key=lambda one: not one.required)]
    return {
        "type": 1,
        "name": command.name,
        **_texts(command.description, command.descriptions),
        "options": options,
        "contexts": [IN_GUILD, IN_DM],
        "integration_types": [GUILD_INSTALL],
        "default_member_permissions": MANAGE_GUILD if command.admin else None,
    }


def _option(option: Option) -> dict[str, Any]:
    made = {
        "type": ATTACHMENT if option.kind == "file" else STRING,
        "name": option.name,
        **_texts(option.description, option.descriptions),
        "required": option.required,
    }
    choices = [{"name": label[:100], "value": value} for value, label in option.choices]
    return made | ({"choices": choices} if choices else {})


def _texts(description: str, descriptions: Mapping[str, str]) -> dict[str, Any]:
    translated = {
        locale: text[:DESCRIPTION]
        for language, text in descriptions.items()
        for locale in LOCALES.get(language, ())
    }
    return {"description": description[:DESCRIPTION], "description_localizations": translated or None}


def several(commands: Sequence[Command]) -> frozenset[str]:
    """Names of the commands with more than one text argument: only by name is it clear which was given."""
    texts = {one.name: [option for option in one.options if option.kind == "text"] for one in commands}
    return frozenset(name for name, options in texts.items() if len(options) > 1)
