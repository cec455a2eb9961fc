"""The `accord` command.

Exit codes: 0 good, 1 a check failed, 2 wrong usage or input.
"""

import sys
from typing import Annotated

import typer
from rich.markup import escape

import accord
from accord.cli import (
    agree,
    annotate,
    check,
    convert,
    demo,
    doccano,
    evaluate,
    extract,
    facts,
    ingest,
    lint,
    profile,
    report,
    reproduce,
    study,
    train,
    validate,
)
from accord.cli.console import err
from accord.errors import AccordError

app = typer.Typer(
    name="accord",
    help="Label, learn and extract who is allied with whom and who pledged how much, by when, "
    "for what.",
    epilog="Exit codes: 0 good, 1 a check failed, 2 wrong usage or input. Start with: accord demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for module in (
    validate,
    lint,
    profile,
    ingest,
    convert,
    agree,
    annotate,
    train,
    study,
    evaluate,
    check,
    extract,
    facts,
    report,
    reproduce,
    demo,
):
    app.command(module.__name__.rpartition(".")[2])(module.command)
app.add_typer(doccano.command, name="doccano")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"accord {accord.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; errors meant for the user are one line, without a traceback."""
    try:
        app()
    except AccordError as error:
        err.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(2)
    except OSError as error:
        # A full disk, a folder without permission: a traceback's exit code 1 would read as a
        # failed check.
        err.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(2)
    except KeyboardInterrupt:
        err.print("interrupted")
        sys.exit(130)
