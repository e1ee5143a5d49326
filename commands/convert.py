"""convert: what would be read from a file, and pictures as PDF; nothing is kept."""

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from brain.knowledge.json_file import to_json
from brain.knowledge.load import Loader
from commands.console import FAULT, Desk, desk
from domain.errors import BadInput
from domain.knowledge import ParsedDocument

To = Literal["json", "text", "pdf"]


def convert(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Documents and pictures.")],
    to: Annotated[To, typer.Option(help="What to make of them; pdf is for pictures.")] = "json",
    folder: Annotated[
        Path | None, typer.Option(help="Where to write; beside each file if not given.")
    ] = None,
) -> None:
    """Turn documents into JSON or text, and pictures into PDF, as uploads are read."""
    here = desk(context)
    failed = here.run(_convert(here, files, to, folder))
    raise typer.Exit(FAULT if failed else 0)


async def _convert(here: Desk, files: list[Path], to: To, folder: Path | None) -> int:
    """Convert each; how many failed."""
    loader = Loader()
    failed = 0
    for path in files:
        target = (folder or path.parent) / f"{path.name}.{ENDINGS[to]}"
        try:
            data = await asyncio.to_thread(path.read_bytes)
            await asyncio.to_thread(target.write_bytes, await _made(loader, path.name, data, to))
        except (BadInput, OSError) as error:
            failed += 1
            said = error.strerror or error if isinstance(error, OSError) else error
            here.err.print(f"[red]✗[/] {path.name}: {said}", highlight=False)
        else:
            here.say(f"[green]✓[/] {target}")
    return failed


ENDINGS = {"json": "json", "text": "txt", "pdf": "pdf"}


async def _made(loader: Loader, name: str, data: bytes, to: To) -> bytes:
    if to == "pdf":
        return await loader.image_to_pdf(data, name)
    parsed = await loader.load(data, name)
    return (to_json(parsed) if to == "json" else _text(parsed)).encode()


def _text(parsed: ParsedDocument) -> str:
    parts = (f"{each.heading}\n{each.text}" if each.heading else each.text for each in parsed.sections)
    return "\n\n".join((parsed.title, *parts)) + "\n"
