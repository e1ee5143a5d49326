"""eval: a company's own questions, asked and checked; the exit status is for its CI.

A file of golden questions is a YAML list. Only ``question`` is needed; everything else is checked if it is
there::

    - question: What does express delivery cost?
      must_contain: ["24.90"]        # each of these stands in the answer (capitals don't matter)
      must_cite_page: 6              # a page, or a list of which one is cited
    - question: Do you sell pizza?
      must_refuse: true              # says honestly that it doesn't know
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from commands.console import FAULT, Desk, desk
from commands.knowledge import AsJson, Company, as_record, turn
from commands.opened import opened
from domain.answer import Answer
from domain.content import plain
from domain.errors import BadInput
from settings import Settings


class Golden(BaseModel):
    """One question and what its answer must be like."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(min_length=1)
    must_contain: str | tuple[str, ...] = ()
    must_cite_page: int | tuple[int, ...] = ()
    must_refuse: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a question went; ``faults`` is empty if it went well."""

    golden: Golden
    answer: Answer
    faults: tuple[str, ...]


def read(path: Path) -> list[Golden]:
    """The questions of a file. Raises BadInput that names what is wrong."""
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TypeAdapter(list[Golden]).validate_python(rows)
    except FileNotFoundError as error:
        raise BadInput(f"There is no file {path}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} can't be read: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = " → ".join(str(part) for part in first["loc"]) or "the file"
        raise BadInput(f"{path}, {place}: {first['msg']}.") from error


def faults(golden: Golden, answer: Answer) -> Iterator[str]:
    """What is wrong with an answer."""
    words = plain(answer.content).casefold()
    wanted = (golden.must_contain,) if isinstance(golden.must_contain, str) else golden.must_contain
    for part in wanted:
        if part.casefold() not in words:
            yield f"does not contain “{part}”"
    pages = (golden.must_cite_page,) if isinstance(golden.must_cite_page, int) else golden.must_cite_page
    cited = sorted({source.page for source in answer.sources})
    if pages and not set(pages) & set(cited):
        yield f"cites pages {cited or 'none'}, not {' or '.join(map(str, pages))}"
    if golden.must_refuse is not None and answer.refused != golden.must_refuse:
        yield "should have refused" if golden.must_refuse else "refused"


def evaluate(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Golden questions in YAML; see examples/golden.yaml.")],
    company: Company = "",
    as_json: AsJson = False,
) -> None:
    """Ask a company's golden questions; the exit status says whether all went well."""
    here = desk(context)
    verdicts = here.run(_evaluate(here.settings(), file, company))
    bad = [one for one in verdicts if one.faults]
    if as_json:
        here.json(
            {"passed": len(verdicts) - len(bad), "failed": len(bad), "questions": [*map(_record, verdicts)]}
        )
    else:
        _show(here, verdicts, len(bad))
    raise typer.Exit(FAULT if bad else 0)


async def _evaluate(settings: Settings, file: Path, company: str) -> list[Verdict]:
    questions = await asyncio.to_thread(read, file)
    async with opened(settings) as app:
        branch = app.branch(company)
        verdicts = []
        for golden in questions:
            answer = await branch.brain.answer(turn(branch, golden.question))
            verdicts.append(Verdict(golden=golden, answer=answer, faults=tuple(faults(golden, answer))))
    return verdicts


def _record(one: Verdict) -> dict[str, Any]:
    return {"question": one.golden.question, "faults": one.faults, **as_record(one.answer)}


def _show(here: Desk, verdicts: list[Verdict], bad: int) -> None:
    rows = [
        (
            "✗" if one.faults else "✓",
            one.golden.question,
            "; ".join(one.faults) or ("refused" if one.answer.refused else "answered"),
            ", ".join(str(source.page) for source in one.answer.sources),
        )
        for one in verdicts
    ]
    here.table(("", "question", "result", "pages"), rows)
    here.say(f"\n{len(verdicts) - bad} of {len(verdicts)} went well.")
