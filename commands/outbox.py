"""outbox: what could not be delivered, and trying it again."""

from typing import TYPE_CHECKING, Annotated

import typer

from commands.console import FAULT, desk
from commands.opened import opened
from desk.storage import Posted
from domain.errors import BadInput
from settings import Settings

if TYPE_CHECKING:
    from wiring.company import Branch

COLUMNS = ("when (UTC)", "to", "what", "why", "key")
KEY = 12
"""Characters of a key that are shown; a key may be given by any start of it that is not shared."""


def outbox(
    context: typer.Context,
    retry: Annotated[
        list[str] | None, typer.Option(help="Key of a message to try again, or all; may be repeated.")
    ] = None,
    company: Annotated[str, typer.Option(help="A company's id; the first one if it isn't given.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for a script.")] = False,
) -> None:
    """Show the messages that could not be delivered; with --retry, try them again."""
    here = desk(context)
    letters, retried = here.run(_outbox(here.settings(), retry or [], company))
    if as_json:
        here.json({"undelivered": [_row(one) for one in letters], "retried": retried})
    elif retry:
        here.say(f"{len(retried)} of {len(letters)} messages are tried again by the running service.")
    elif letters:
        here.table(COLUMNS, [list(_row(one).values()) for one in letters])
    else:
        here.say("Everything was delivered.")
    raise typer.Exit(FAULT if retry and not retried else 0)


async def _outbox(settings: Settings, retry: list[str], company: str) -> tuple[list[Posted], list[str]]:
    async with opened(settings) as app:
        branch = app.branch(company)
        letters = await branch.stores.outbox.dead_letters()
        return letters, await tried_again(branch, letters, retry)


async def tried_again(branch: "Branch", letters: list[Posted], keys: list[str]) -> list[str]:
    """Put messages back into the queue; the keys of those that were. Raises BadInput for an unknown key."""
    wanted = letters if keys == ["all"] else [_meant(letters, key) for key in keys]
    return [one.row.key for one in wanted if await branch.stores.outbox.revive(one.row.key)]


def _meant(letters: list[Posted], start: str) -> Posted:
    fitting = [one for one in letters if start and one.row.key.startswith(start)]
    if len(fitting) != 1:
        raise BadInput(f"There is no undelivered message '{start}'. run.py outbox lists them.")
    return fitting[0]


def _row(one: Posted) -> dict[str, str]:
    """Where it should have gone and why it didn't; never what it says."""
    row = one.row
    return {
        "at": f"{row.at:%Y-%m-%d %H:%M}",
        "to": f"{row.to.bot} {row.to.channel}",
        "what": f"{row.purpose} ({row.act})",
        "why": one.why,
        "key": row.key[:KEY],
    }
