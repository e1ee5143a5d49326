"""Looks an installation over and says what to do about each fault."""

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from commands.console import FAULT, desk
from commands.logs import configure
from domain.errors import BadInput, DeskmateError, Misconfigured
from settings import Company, Settings, Slack, load

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
        for area, names, guide in _secrets(settings, company):
            yield _token(settings, area, names, guide)


def _secrets(settings: Settings, company: Company) -> Iterator[tuple[str, Mapping[str, str], str]]:
    if slack := company.slack:
        yield slack.bot, {name: name for name in settings.slack_secrets(slack)}, "docs/slack.md"
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
        *(one.slack.bot for one in settings.companies if one.slack and _needs_web(settings, one.slack)),
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


def _needs_web(settings: Settings, slack: Slack) -> bool:
    return slack.mode == "http" or settings.by_link(slack)


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
            here.say(f"{MARKS[one.state]} [bold]{one.area}[/] {escape(one.words)}")
            if one.todo:
                here.say(f"    [dim]→[/] {escape(one.todo)}")
        verdict = f"{len(faults)} to mend." if faults else "Everything that is configured works."
        here.say(f"\n{verdict}")
    raise typer.Exit(FAULT if faults else 0)


async def _no_file(key: str) -> bytes:
    raise BadInput(f"There is no file {key}.")


async def storage(settings: Settings) -> Finding:
    """Whether MongoDB answers, or a private one could be started."""
    variable = settings.mongodb.uri_env
    uri = settings.secret(variable)
    return await probe("database", lambda: _reached(uri, variable) if uri else _startable())


async def _reached(uri: str, variable: str) -> str:
    from store.client import connect, translated

    client = connect(uri)
    try:
        async with translated():
            hello = await client.admin.command("hello")
        if not hello.get("setName"):
            raise Misconfigured(f"{variable} must name a replica set: transactions need one.")
        version = (await client.server_info())["version"]
        return f"MongoDB {version}, replica set {hello['setName']}"
    finally:
        await client.close()


async def _startable() -> str:
    from store.local import binary

    program = await asyncio.to_thread(binary)
    process = await asyncio.create_subprocess_exec(
        program, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, wrong = await process.communicate()
    if process.returncode:
        raise Misconfigured(
            f"{program} does not run: {wrong.decode()[-200:].strip()} (make setup installs it)"
        )
    return f"a private MongoDB is started when needed ({said.decode().splitlines()[0]})"


async def models(settings: Settings) -> Finding:
    """Whether the encoder and the emotion model load."""
    from wiring.models import Models

    async def load() -> str:
        made = await asyncio.to_thread(Models, settings)
        try:
            vectors = await made.encoder.encode(["hello"])
            emotion = await made.emotions.read("thank you so much")
            return (
                f"encoder {made.encoder.id} ({vectors.shape[1]} dimensions), emotion reads “{emotion.label}”"
            )
        finally:
            await made.close()

    return await probe("models", load)


async def language_model(settings: Settings) -> list[Finding]:
    """Whether Gemini answers, where there is a key."""
    from wiring.models import gemini

    client = gemini(settings)
    if client is None:
        return []
    try:
        return [await probe("gemini", client.check)]
    finally:
        await client.close()


async def platforms(settings: Settings) -> list[Finding]:
    """Whether each configured platform answers with its token."""
    from store.client import connect, database
    from wiring import channels

    # Only an installation by a link is asked for in the database.
    uri = settings.secret(settings.mongodb.uri_env)
    client = connect(uri or "mongodb://127.0.0.1:9/")
    findings: list[Finding] = []
    try:
        for company in settings.companies:
            db = database(client, settings.mongodb.database)
            made = channels.connect(settings, company, db=db, blobs=_no_file, first=True)
            for bot, channel in made.channels.items():
                if made.installer and made.staff and bot == made.staff.bot and not uri:
                    findings.append(_in_private(str(bot)))
                else:
                    findings.append(await probe(str(bot), channel.check))
                await _close(channel)
    finally:
        await client.close()
    return findings


def _in_private(bot: str) -> Finding:
    """The installation is in the private database, which the running service holds."""
    words = "installed by a link; its state is at /healthz of the running service"
    return Finding(area=bot, state=State.OFF, words=words, todo="`python run.py slack-link` makes the link.")


async def _close(channel: object) -> None:
    if close := getattr(channel, "close", None):
        await close()


def doctor(context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Check config, tokens, database, models and platforms, and say what to do about each fault."""
    here = desk(context)
    configure(level="error", style="console")
    try:
        settings = load(here.config)
    except Misconfigured as error:
        todo = str(error)
        broken = Finding(area="config", state=State.FAULT, words=str(here.config), todo=todo)
        report([broken], context, as_json=as_json)
        return
    report(here.run(examine(settings, here.config)), context, as_json=as_json)


async def examine(settings: Settings, config: Path) -> list[Finding]:
    """Look at everything."""
    findings = [Finding(area="config", state=State.OK, words=str(config)), *system(settings)]
    findings += [*tokens(settings), *webhooks(settings)]
    findings += [await storage(settings), await models(settings)]
    return [*findings, *await language_model(settings), *await platforms(settings)]
