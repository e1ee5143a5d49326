"""The command line of Deskmate: ``python run.py --help``."""

from pathlib import Path
from typing import Annotated

import typer

from commands import convert, doctor, exchange, golden, knowledge, outbox, reporting, serving, slack
from commands.console import Desk
from settings import DEFAULT

app = typer.Typer(
    help="Customer support that lives where people already chat.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serving.serve)
app.command()(serving.sandbox)
app.command()(knowledge.ingest)
app.command()(knowledge.ask)
app.command()(convert.convert)
reporting.report.command("export")(exchange.export)
reporting.report.command("import")(exchange.take)
app.add_typer(reporting.report, name="report")
app.add_typer(knowledge.index, name="index")
app.command("eval")(golden.evaluate)
app.command()(doctor.doctor)
app.command()(outbox.outbox)
app.command("slack-link")(slack.slack_link)


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[Path, typer.Option(help="Another config file.")] = DEFAULT,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
) -> None:
    """Take what every command needs."""
    context.obj = Desk(config=config, debug=debug)


if __name__ == "__main__":
    app()
