"""report export and report import: files in the formats of docs/schemas."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.console import desk
from commands.knowledge import AsJson, Company
from commands.opened import opened
from reports.periods import parse_period
from settings import Settings

if TYPE_CHECKING:
    from desk.exchange import Taken

Named = Annotated[str, typer.Option(help="feedback, session or session_analysis.")]


def export(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="The file to write; it holds customers' words.")],
    format: Named = "feedback",
    period: Annotated[str, typer.Option(help="today, 7d, 30d or two days: 2026-11-01..2026-11-20.")] = "30d",
    company: Company = "",
    as_json: AsJson = False,
) -> None:
    """Write ratings, conversations or the reports of them as a file."""
    here = desk(context)
    data = here.run(_export(here.settings(), format, period, company))
    out.write_bytes(data)
    if as_json:
        here.json({"file": str(out), "bytes": len(data)})
    else:
        here.say(f"[green]✓[/] {out}: {len(data):,} bytes")


async def _export(settings: Settings, format: str, period: str, company: str) -> bytes:
    from desk.exchange import named
    from wiring.reporting import exchange

    async with opened(settings) as app:
        branch = app.branch(company)
        days = parse_period(period, now=datetime.now(UTC), zone=branch.reporter.zone)
        return await exchange(branch.firm.id, branch.stores).export(named(format), days)


def take(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file to read.")],
    format: Annotated[str, typer.Option(help="Left out: told by its content.")] = "",
    company: Company = "",
    as_json: AsJson = False,
) -> None:
    """Read ratings, conversations or reports of them from a file; twice changes nothing."""
    here = desk(context)
    taken = here.run(_take(here.settings(), file.read_bytes(), format, company))
    if as_json:
        here.json({"format": taken.format, "items": taken.items})
    else:
        here.say(f"[green]✓[/] {file.name}: {taken.items} of {taken.format}")


async def _take(settings: Settings, data: bytes, format: str, company: str) -> "Taken":
    from desk.exchange import named
    from wiring.reporting import exchange

    async with opened(settings) as app:
        branch = app.branch(company)
        files = exchange(branch.firm.id, branch.stores)
        return await files.take(data, named(format) if format else None)
