"""The `accord` command.

A command's module is imported when it is called: `accord --help`, and commands that need neither
numpy nor a model, start without them.

Exit codes: 0 good, 1 a check failed, 2 wrong usage or input.
"""

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

import accord
from accord.cli.console import err
from accord.errors import AccordError

#: What `accord --help` says of each command: the first sentence of its module's own help.
COMMANDS = {
    "validate": "Check texts, checksums, splits and labels; list every finding with file and line.",
    "lint": "List suspicious labels: names marked here and not there, money without a mark, idle "
    "pledges.",
    "profile": "Describe labelled text: size, vocabulary, repetition, labels a paragraph and by "
    "type.",
    "ingest": "Clean articles as found on the web into documents of the corpus.",
    "convert": "Convert labelled documents from one tool's format to another's.",
    "agree": "Agreement of layers, pair by pair: mention and relation F1, by type, under three "
    "matches.",
    "annotate": "Label a corpus in the browser: mentions and relations, by keyboard or mouse.",
    "train": "Train a model from a recipe; the same recipe and labels give the same bytes.",
    "study": "Cross-validate a trained model's recipe and draw its learning curve.",
    "evaluate": "Score a model, a recipe or a layer against a reference layer.",
    "check": "Judge a model or a layer by the committed baseline; fail only on what cannot be "
    "chance.",
    "extract": "Extract mentions, relations and facts from texts (.txt, UTF-8; folders with all "
    "below them).",
    "facts": "The pledges and alliances that a layer's labels amount to.",
    "report": "Write one page: scores with intervals, confusion, and every error in its sentence.",
    "reproduce": "Make a model again from its record, and say whether it is the same.",
    "demo": "Walk the whole way on the two seed articles: check, agree, extract, score, facts, "
    "report.",
    "doccano": "Label with doccano: serve one on this machine, push documents, pull what people "
    "label.",
}


class _Commands(TyperGroup):
    """Knows its commands by name and first sentence, and imports the one that is called."""

    # The types of typer's own click are not public.
    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, known, rest = super().resolve_command(ctx, args)
        return name, load(name) if name in COMMANDS else known, rest


app = typer.Typer(
    cls=_Commands,
    name="accord",
    help="Label, learn and extract who is allied with whom and who pledged how much, by when, "
    "for what.",
    epilog="Exit codes: 0 good, 1 a check failed, 2 wrong usage or input. Start with: accord demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def load(name: str) -> Any:
    """Import a command, or a group of them, by name and build it, ready for its arguments."""
    command = import_module(f"accord.cli.{name}").command
    if isinstance(command, typer.Typer):
        return typer.main.get_command(command)
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich")
    alone.command(name)(command)
    return typer.main.get_command(alone)


def _listed() -> None:
    """Stands for a command in the list of them."""


for known, line in COMMANDS.items():
    app.command(known, help=line)(_listed)


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
