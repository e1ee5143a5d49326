"""serve and sandbox: run until somebody stops it."""

import asyncio
import socket
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.console import Desk, desk
from commands.logs import configure
from settings import Settings

if TYPE_CHECKING:
    from wiring.demo import Demo

PORT = 8800
"""Where the sandbox page is looked for first."""


class Llm(StrEnum):
    """Who writes the answers of the sandbox."""

    EXTRACTIVE = "extractive"
    GEMINI = "gemini"


class Mode(StrEnum):
    """How the sandbox's platforms are connected."""

    CONNECT = "connect"
    WEBHOOKS = "webhooks"


def serve(context: typer.Context) -> None:
    """Run everything that is configured, and say what isn't."""
    here = desk(context)
    here.run(_serve(here, here.settings()))


async def _serve(here: Desk, settings: Settings) -> None:
    from wiring import build

    configure(level=settings.app.log_level, style=settings.app.log_format)
    app = build(settings)
    try:
        await app.open()
        await app.start()
        here.say(f"[bold]Deskmate is running.[/] Health: {app.web_url}/healthz. Ctrl-C stops it.")
        for branch in app.branches.values():
            for bot in branch.connections.channels:
                here.say(f"  [green]✓[/] {branch.firm.name}: {bot}")
            for missing in branch.connections.missing:
                here.say(f"  [dim]○[/] {branch.firm.name}: {missing}")
        await until_stopped()
    finally:
        here.say("Stopping; what is in hand is finished first ...")
        await app.close()


async def until_stopped() -> None:
    """Wait for Ctrl-C or SIGTERM, and take it as a wish, not as an error."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()


def sandbox(
    context: typer.Context,
    story: Annotated[
        bool, typer.Option("--story", help="Play a whole story, say what each party saw, end.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the page open when the story is over.")] = False,
    llm: Annotated[Llm, typer.Option(help="Who writes: quotes, or the real Gemini client.")] = Llm.EXTRACTIVE,
    mode: Annotated[Mode, typer.Option(help="Sockets and polling, or webhooks.")] = Mode.CONNECT,
    port: Annotated[int, typer.Option(help=f"The page's port; 0: {PORT}, or any free one.")] = 0,
) -> None:
    """Run the whole product on this machine, with stand-ins for every platform and a page to play in."""
    here = desk(context)
    here.run(_sandbox(here, story=story, keep=keep, llm=llm, mode=mode, port=port))


async def _sandbox(here: Desk, *, story: bool, keep: bool, llm: Llm, mode: Mode, port: int) -> None:
    from wiring.demo import Demo

    configure(level="debug" if here.debug else "warning", style="console")
    with tempfile.TemporaryDirectory(prefix="deskmate-") as folder:
        demo = Demo(
            data_dir=Path(folder),
            mode=mode.value,
            llm=llm.value,
            page=keep or not story,
            port=port or _free(PORT),
        )
        here.say("Starting the stand-ins, the database, the models and the handbook ...")
        try:
            await demo.start()
            if demo.sandbox.page_url:
                here.say(f"\n  [bold]The sandbox page:[/] {demo.sandbox.page_url}\n")
            if story:
                await _story(here, demo)
            if keep or not story:
                here.say("The page stays open until you press Ctrl-C.")
                await until_stopped()
        finally:
            await demo.stop()


async def _story(here: Desk, demo: "Demo") -> None:
    from wiring.story import play

    await play(demo, here.say)


def _free(port: int) -> int:
    """The port if nobody has it, else 0 for any."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port
