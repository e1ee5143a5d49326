"""eval: a company's own questions, asked and checked; the exit status is for its CI."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from brain import evaluation
from brain.evaluation import Row
from brain.golden import read
from commands.console import FAULT, Desk, desk
from commands.knowledge import AsJson, Company
from commands.opened import opened
from domain.ids import CompanyId
from settings import DEFAULT, Settings

EXAMPLE = DEFAULT.parent / "examples" / "golden.yaml"


def evaluate(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="Golden questions in YAML; the company's own if none is given.")
    ] = None,
    company: Company = "",
    as_json: AsJson = False,
) -> None:
    """Ask a company's golden questions; the exit status says whether all went well."""
    here = desk(context)
    rows = here.run(_evaluate(here.settings(), file, company))
    bad = [row for row in rows if not row.passed]
    if as_json:
        here.json({"passed": len(rows) - len(bad), "failed": len(bad), "questions": [*map(_record, rows)]})
    else:
        _show(here, rows, len(bad))
    raise typer.Exit(FAULT if bad else 0)


async def _evaluate(settings: Settings, file: Path | None, company: str) -> list[Row]:
    given = await asyncio.to_thread(read, file) if file else []
    async with opened(settings) as app:
        branch = app.branch(company)
        questions = given or await branch.books.golden.questions() or await asyncio.to_thread(read, EXAMPLE)
        asked = evaluation.evaluate(
            branch.brain, questions, company=CompanyId(branch.firm.id), tone=branch.firm.tone
        )
        return [row async for row in asked]


def _record(row: Row) -> dict[str, Any]:
    return {**asdict(row), "passed": row.passed}


def _show(here: Desk, rows: Sequence[Row], bad: int) -> None:
    here.table(
        ("", "question", "pages", "result"),
        [
            ("✓" if row.passed else "✗", row.question, ", ".join(map(str, row.pages)), "; ".join(row.faults))
            for row in rows
        ],
    )
    here.say(f"\n{len(rows) - bad} of {len(rows)} went well.")
