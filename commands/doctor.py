"""Looks an installation over and says what to do about each fault."""

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import typer

from commands.console import FAULT, desk
from domain.errors import DeskmateError
from settings import Company, Settings

CHECK_SECONDS = 25.0
LEAST_FREE_BYTES = 1_000_000_000


class State(StrEnum):
    """How a part is. ``off``: not configured, which is no fault."""

    OK = "ok"
    OFF = "off"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; ``todo`` says how to mend a fault or switch something on."""

    area: str
    state: State
    words: str
    todo: str = ""


Probe = Callable[[], Awaitable[str]]
"""One line about what works; raises DeskmateError whose message says what to do."""

MARKS = {State.OK: "[green]✓[/]", State.OFF: "[dim]○[/]", State.FAULT: "[red]✗[/]"}


def system(settings: Settings) -> Iterator[Finding]:
    """The machine: Python, disk, programs."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(area="python", state=State.OK, words=f"Python {version}")
    yield _disk(settings.data)
    for program, use, package in (
        ("tesseract", "reads scanned documents", "tesseract-ocr"),
        ("chromium", "takes pictures of the sandbox page and tests it", "chromium"),
    ):
        if path := shutil.which(program):
            yield Finding(area=program, state=State.OK, words=path)
        else:
            yield Finding(
                area=program,
                state=State.OFF,
                words=f"not installed; it {use}",
                todo=f"sudo apt-get install {package}",
            )


def _disk(folder: Path) -> Finding:
    place = next(path for path in (folder, *folder.parents, Path.cwd()) if path.exists())
    free = shutil.disk_usage(place).free
    words = f"{free / 1e9:.0f} GB free for {folder}"
    if free < LEAST_FREE_BYTES:
        return Finding(
            area="disk", state=State.FAULT, words=words, todo="Make room, or set another app.data_dir."
        )
    return Finding(area="disk", state=State.OK, words=words)


def tokens(settings: Settings) -> Iterator[Finding]:
    """Which secrets are set and which aren't, by name, never their values."""
    yield _token(
        settings, "gemini", {"gemini.api_key_env": settings.gemini.api_key_env}, "docs/configuration.md"
    )
    for company in settings.companies:
        for area, names, guide in _secrets(company):
            yield _token(settings, area, names, guide)


def _secrets(company: Company) -> Iterator[tuple[str, Mapping[str, str], str]]:
    if slack := company.slack:
        second = ("app_token_env", slack.app_token_env)
        if slack.mode == "http":
            second = ("signing_secret_env", slack.signing_secret_env)
        names = {"bot_token_env": slack.bot_token_env, second[0]: second[1], "channel_env": slack.channel_env}
        yield slack.bot, names, "docs/slack.md"
    for telegram in company.telegram:
        names = {"token_env": telegram.token_env}
        if telegram.mode == "webhook":
            names["secret_env"] = telegram.secret_env
        yield telegram.bot, names, "docs/telegram.md"
    for discord in company.discord:
        yield discord.bot, {"token_env": discord.token_env}, "docs/discord.md"


def _token(settings: Settings, area: str, names: Mapping[str, str], guide: str) -> Finding:
    missing = [variable for variable in names.values() if not settings.secret(variable)]
    area = f"{area} secrets"
    if not missing:
        return Finding(area=area, state=State.OK, words=f"{', '.join(names.values())} set")
    todo = f"Set {', '.join(missing)} in the environment or in .env; see {guide}."
    if len(missing) == len(names):
        return Finding(area=area, state=State.OFF, words="not configured", todo=todo)
    return Finding(area=area, state=State.FAULT, words=f"{', '.join(missing)} missing", todo=todo)


def webhooks(settings: Settings) -> Iterator[Finding]:
    """Whether the internet can reach us, where something needs that."""
    users = [
        *(bot.bot for one in settings.companies for bot in one.telegram if bot.mode == "webhook"),
        *(one.slack.bot for one in settings.companies if one.slack and one.slack.mode == "http"),
    ]
    if not users:
        return
    address = settings.web.public_url
    if address.startswith("https://"):
        yield Finding(area="webhooks", state=State.OK, words=f"{', '.join(users)} at {address}")
    else:
        yield Finding(
            area="webhooks",
            state=State.FAULT,
            words=f"{', '.join(users)} need a public address",
            todo="Set web.public_url to your public https address, or use polling or socket.",
        )


async def probe(area: str, ask: Probe) -> Finding:
    """Try something that may fail or hang."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return Finding(area=area, state=State.OK, words=await ask())
    except TimeoutError:
        words = f"no answer within {CHECK_SECONDS:.0f} seconds"
        return Finding(area=area, state=State.FAULT, words=words, todo="Check the network and the address.")
    except DeskmateError as error:
        return Finding(area=area, state=State.FAULT, words="does not work", todo=str(error))
    except Exception as error:
        return Finding(area=area, state=State.FAULT, words=f"{type(error).__name__}: {error}")


def report(findings: Sequence[Finding], context: typer.Context, *, as_json: bool) -> None:
    """Show the findings and end with the status that fits."""
    here = desk(context)
    faults = [one for one in findings if one.state is State.FAULT]
    if as_json:
        here.json({"ok": not faults, "findings": [asdict(one) for one in findings]})
    else:
        for one in findings:
            here.out.print(f"{MARKS[one.state]} [bold]{one.area}[/] {one.words}", highlight=False)
            if one.todo:
                here.out.print(f"    [dim]→[/] {one.todo}", highlight=False, markup=False)
        verdict = f"{len(faults)} fault(s)" if faults else "Everything that is configured works."
        here.say(f"\n{verdict}")
    raise typer.Exit(FAULT if faults else 0)
