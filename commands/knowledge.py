"""ingest, ask and index: a company's documents and what is found in them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from brain.knowledge.knowledge import Synced
from brain.knowledge.publisher import Progress as Told
from commands.console import FAULT, Desk, desk
from commands.opened import opened
from domain.answer import Answer, Turn
from domain.content import plain
from domain.errors import BadInput
from domain.ids import CompanyId
from domain.knowledge import Document
from settings import Settings

if TYPE_CHECKING:
    from wiring.company import Branch

Company = Annotated[str, typer.Option(help="A company's id; the first one of the config if it isn't given.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for a script.")]
STAGES = {"read": "Reading", "understand": "Understanding", "publish": "Publishing"}

index = typer.Typer(help="The search index.", no_args_is_help=True)


@contextmanager
def told(here: Desk) -> Iterator[Told]:
    """A progress bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=here.err, transient=True) as bar:
        task = bar.add_task("Opening", total=None)
        yield lambda stage, done, total: bar.update(
            task, description=STAGES.get(stage, stage), completed=done, total=total or None
        )


def ingest(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(help="Documents to add or replace.")] = None,
    sync: Annotated[Path | None, typer.Option(help="Take in every readable file of this folder.")] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="With --sync: remove documents with no file there.")
    ] = False,
    company: Company = "",
    as_json: AsJson = False,
) -> None:
    """Add documents, or replace their earlier versions; with --sync, a whole folder's."""
    here = desk(context)
    if not files and not sync:
        here.fail(BadInput("Name a file, or a folder with --sync."), FAULT)
    work = _ingest(here, files=files or [], sync=sync, prune=prune, company=company)
    documents, synced, failed = here.run(work)
    if as_json:
        here.json({"documents": [*map(_document, documents)], "sync": _sync(synced), "failed": failed})
    else:
        _show_taken(here, documents, synced, failed)
    raise typer.Exit(FAULT if failed else 0)


async def _ingest(
    here: Desk, *, files: list[Path], sync: Path | None, prune: bool, company: str
) -> tuple[list[Document], Synced | None, dict[str, str]]:
    """What was taken in, what the folder's sync did, and what failed and why."""
    folder = _folder(sync) if sync else None
    async with opened(here.settings()) as app:
        branch = app.branch(company)
        with told(here) as progress:
            documents, failed = await _files(branch, files, progress)
            knowledge = branch.books.knowledge
            synced = await knowledge.sync(folder, prune=prune, progress=progress) if folder else None
    return documents, synced, failed | (synced.failed if synced else {})


async def _files(
    branch: "Branch", files: list[Path], progress: Told
) -> tuple[list[Document], dict[str, str]]:
    documents: list[Document] = []
    failed: dict[str, str] = {}
    for path in files:
        try:
            data = await asyncio.to_thread(path.read_bytes)
            documents.append(await branch.books.ingest(path.name, data, progress=progress))
        except BadInput as error:
            failed[path.name] = str(error)
        except OSError as error:
            failed[path.name] = error.strerror or str(error)
    return documents, failed


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise BadInput(f"{path} is not a folder.")
    return path


def _show_taken(here: Desk, documents: list[Document], synced: Synced | None, failed: dict[str, str]) -> None:
    for one in documents:
        here.say(f"[green]✓[/] {one.name}: version {one.version}, {one.pages} pages, {one.passages} passages")
    for kind, names in _sync(synced).items():
        here.say(f"{kind}: {', '.join(names) or 'none'}")
    for name, why in failed.items():
        here.err.print(f"[red]✗[/] {name}: {why}", highlight=False)


def _document(one: Document) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "version": one.version,
        "pages": one.pages,
        "passages": one.passages,
    }


def _sync(synced: Synced | None) -> dict[str, list[str]]:
    kinds = ("added", "replaced", "unchanged", "removed")
    return {kind: list(getattr(synced, kind)) for kind in kinds} if synced else {}


def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="What a customer would ask.")],
    company: Company = "",
    language: Annotated[str, typer.Option(help="Answer in this language; detected if it isn't given.")] = "",
    as_json: AsJson = False,
) -> None:
    """Ask the brain, without any platform: the answer, its sources, and what was felt and found."""
    here = desk(context)
    answer = here.run(_ask(here.settings(), question, company, language))
    if as_json:
        here.json(as_record(answer))
    else:
        _show_answer(here, answer)


async def _ask(settings: Settings, question: str, company: str, language: str) -> Answer:
    if not question.strip():
        raise BadInput("Ask something.")
    async with opened(settings) as app:
        branch = app.branch(company)
        if not await branch.books.documents():
            raise BadInput("There are no documents yet: take one in with run.py ingest FILE.")
        return await branch.brain.answer(turn(branch, question, language))


def turn(branch: "Branch", question: str, language: str = "") -> Turn:
    """A first question of a new customer."""
    firm = branch.firm
    return Turn(company=CompanyId(firm.id), text=question, language=language, tone=firm.tone)


def as_record(answer: Answer) -> dict[str, Any]:
    """An answer for a script."""
    return {
        "action": str(answer.action),
        "reason": str(answer.reason or ""),
        "answer": plain(answer.content),
        "language": answer.language,
        "emotion": {"label": str(answer.emotion.label), "confidence": round(answer.emotion.confidence, 4)},
        "refused": answer.refused,
        "quoted": answer.quoted,
        "confidence": round(answer.confidence, 4),
        "sources": [{"title": one.title, "section": one.section, "page": one.page} for one in answer.sources],
        "found": [
            {"heading": one.passage.heading, "page": one.passage.page, "relevance": round(one.relevance, 4)}
            for one in answer.found
        ],
        "milliseconds": round(answer.timings.total, 1),
    }


def _show_answer(here: Desk, answer: Answer) -> None:
    here.out.print(plain(answer.content), markup=False, highlight=False, soft_wrap=True)
    for source in answer.sources:
        here.out.print(
            f"  • {source.title} › {source.section}, p. {source.page}", markup=False, highlight=False
        )
    notes = [str(answer.action), str(answer.emotion.label), answer.language, f"{answer.timings.total:.0f} ms"]
    notes += [word for word, true in (("quoted", answer.quoted), ("refused", answer.refused)) if true]
    here.say(f"\n[dim]{' · '.join(notes)}[/]")
    here.table(
        ("relevance", "page", "heading"),
        [(f"{one.relevance:.2f}", str(one.passage.page), one.passage.heading) for one in answer.found],
    )


@index.command()
def rebuild(context: typer.Context, company: Company = "", as_json: AsJson = False) -> None:
    """Make the search index anew from the database: after a loss, or with another encoder."""
    here = desk(context)
    counts = here.run(_rebuild(here, here.settings(), company))
    if as_json:
        here.json({"passages": counts})
    else:
        for name, count in counts.items():
            here.say(f"[green]✓[/] {name}: {count} passages")


async def _rebuild(here: Desk, settings: Settings, company: str) -> dict[str, int]:
    async with opened(settings) as app:
        branches = [app.branch(company)] if company else list(app.branches.values())
        with told(here) as progress:
            return {
                str(one.firm.id): await one.books.knowledge.rebuild(progress=progress) for one in branches
            }
