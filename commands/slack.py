"""slack-link: a link with which a workspace installs the app."""

from typing import Annotated

import typer

from commands.console import Desk, desk
from settings import Settings


def slack_link(
    context: typer.Context,
    company: Annotated[str, typer.Argument(help="The company's id; the first one if left out.")] = "",
) -> None:
    """Make a link with which the admin of a company's Slack workspace installs the app; good for a week."""
    here = desk(context)
    settings = here.settings()
    here.run(_link(here, settings, company))


async def _link(here: Desk, settings: Settings, company: str) -> None:
    from wiring import slack

    here.out.print(slack.link(settings, company), soft_wrap=True, highlight=False, markup=False)
