"""`accord demo`."""

import typer


def command() -> None:
    """Walk the whole way on the two seed articles: check, agree, train, score, facts, report."""
    raise typer.Exit(0)
