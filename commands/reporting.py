"""report: numbers in the terminal, as JSON, or as files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.console import Desk, desk
from commands.knowledge import AsJson, Company
from commands.opened import opened
from reports.result import Report
from settings import Settings

report = typer.Typer(help="Numbers of a period.", invoke_without_command=True)


@report.callback()
def show(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="csat, emotions, workload, speed, gaps, advice or all.")] = "all",
    period: Annotated[str, typer.Option(help="today, 7d, 30d or two days: 2026-11-01..2026-11-20.")] = "7d",
    agent: Annotated[str, typer.Option(help="One agent's id.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write the PDF, the CSV and the charts into this folder.")
    ] = None,
    company: Company = "",
    as_json: AsJson = False,
) -> None:
    """Numbers of a period: satisfaction, emotions, workload, speed, unanswered questions."""
    if context.invoked_subcommand:
        return
    here = desk(context)
    made = here.run(_report(here.settings(), kind, period, agent, company, full=out is not None))
    files = _write(made, out) if out else []
    if as_json:
        advice = [{"what": one.what, "evidence": one.evidence} for one in made.advice]
        told = {"title": made.title, "headline": made.headline, "lines": made.lines, "advice": advice}
        here.json({**told, "files": files})
    else:
        _show(here, made, files)


async def _report(
    settings: Settings, kind: str, period: str, agent: str, company: str, *, full: bool
) -> Report:
    async with opened(settings) as app:
        reporter = app.branch(company).reporter
        return await reporter.report(kind=kind, period=period, agent=agent or None, full=full)


def _write(made: Report, folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    parts = {"report.pdf": made.pdf, "report.csv": made.csv, **{one.name: one.png for one in made.charts}}
    written = [folder / Path(name).name for name, data in parts.items() if data]
    for path, data in zip(written, filter(None, parts.values()), strict=True):
        path.write_bytes(data)
    return [str(path) for path in written]


def _show(here: Desk, made: Report, files: list[str]) -> None:
    here.out.print(f"[bold]{made.title}[/]", highlight=False)
    advice = (f"{number}. {one.what} ({one.evidence[0]})" for number, one in enumerate(made.advice, 1))
    for line in (made.headline, *made.lines, *advice, *(f"→ {name}" for name in files)):
        here.out.print(line, markup=False, highlight=False, soft_wrap=True)


@report.command()
def rebuild(context: typer.Context, company: Company = "", as_json: AsJson = False) -> None:
    """Compute the stored days anew from the event log."""
    here = desk(context)
    days = here.run(_rebuild(here.settings(), company))
    if as_json:
        here.json({"days": days})
    else:
        for name, count in days.items():
            here.say(f"[green]✓[/] {name}: {count} days")


async def _rebuild(settings: Settings, company: str) -> dict[str, int]:
    async with opened(settings) as app:
        branches = [app.branch(company)] if company else list(app.branches.values())
        now = datetime.now(UTC)
        return {str(one.firm.id): await one.reporter.history.rebuild(now=now) for one in branches}
