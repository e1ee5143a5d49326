"""What every command needs: the settings, one-line errors, and words for people or JSON for scripts."""

import asyncio
import json
import signal
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.errors import DeskmateError
from settings import DEFAULT, Settings, load

T = TypeVar("T")
FAULT = 2
"""Exit status when what was asked can't be done; 1 is kept for faults of our own."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """Options given before the command. ``out`` is for results, ``err`` for everything else."""

    config: Path = DEFAULT
    debug: bool = False
    out: Console = field(default_factory=Console)
    err: Console = field(default_factory=lambda: Console(stderr=True))

    def settings(self) -> Settings:
        """What the config file and the environment say; ends with one line if they are wrong."""
        try:
            return load(self.config)
        except DeskmateError as error:
            self.fail(error, FAULT)

    def json(self, value: object) -> None:
        """One JSON object on standard output, for a script."""
        self.out.print_json(json.dumps(value, default=str))

    def say(self, words: str) -> None:
        """A line for a person."""
        self.out.print(words, highlight=False, soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
        """Rows for a person; their words are shown as they are."""
        table = Table(*columns, title=title or None, title_justify="left", box=None, pad_edge=False)
        for row in rows:
            table.add_row(*map(escape, row))
        self.out.print(table)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run to the end; errors of ours become one line. SIGTERM stops as politely as Ctrl-C."""
        try:
            return asyncio.run(_stoppable(work))
        except DeskmateError as error:
            self.fail(error, FAULT)
        except (KeyboardInterrupt, asyncio.CancelledError):
            raise typer.Exit(130) from None
        except OSError as error:
            self.fail(error, FAULT)
        except Exception as error:
            self.fail(error, 1)

    def fail(self, error: Exception, status: int) -> NoReturn:
        """Say what went wrong and end; with --debug, where."""
        if self.debug:
            raise error
        words = said(error)
        if status == 1:
            words = f"Something went wrong: {words} (run.py --debug shows where)"
        self.err.print(f"[red bold]✗[/] {escape(words)}", highlight=False, soft_wrap=True)
        raise typer.Exit(status)


def said(error: Exception) -> str:
    """An error in words for a person."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error) or type(error).__name__


async def _stoppable(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


def desk(context: typer.Context) -> Desk:
    """The options given before the command."""
    found = context.find_object(Desk)
    return found if found is not None else Desk()
