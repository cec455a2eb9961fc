"""What `accord doccano` prints: what a push or a pull did, conflicts, and who has done what."""

from collections.abc import Mapping, Sequence
from typing import Literal

import typer
from rich.markup import escape
from rich.table import Table

from accord.bridges.doccano.conflicts import Conflict
from accord.bridges.doccano.pull import Report
from accord.bridges.doccano.push import Pushed
from accord.bridges.doccano.status import FINISHED, OPEN, STARTED, SUGGESTED, Status
from accord.cli.console import err, out
from accord.counted import counted

_LISTED = 20


def print_pushed(pushed: Pushed) -> None:
    """What a push did."""
    uploaded = counted(pushed.uploaded, "document")
    out.print(f"{uploaded} uploaded, {pushed.there} there already", markup=False)
    for account, count in pushed.labelled.items():
        documents = counted(count, "document")
        out.print(f"{account}: labels to start from in {documents}", markup=False)
    if pushed.removed:
        removed = counted(pushed.removed, "doubled example")
        out.print(f"{removed} removed that nobody had worked on")
    if pushed.foreign:
        foreign = counted(pushed.foreign, "other example")
        out.print(f"{foreign} in the project, left alone")
    _print_some([f"left out: {name}: {reason}" for name, reason in pushed.left_out])


def print_report(report: Report) -> None:
    """What a pull brought, one line a changed document, and what it left out."""
    for change in report.changes:
        plus, minus = change.mentions
        more, less = change.relations
        counts = f"mentions +{plus} -{minus}, relations +{more} -{less}"
        state = "finished" if change.complete else "unfinished"
        detail = f": {counts}; {state}" if plus + minus + more + less else f"; {state}"
        line = f"{change.layer}/{change.document} {change.what}{detail}"
        out.print(line, markup=False, soft_wrap=True)
    out.print(
        f"{counted(len(report.members), 'member')}: "
        f"{counted(len(report.changes), 'document')} changed, {report.unchanged} as before",
        markup=False,
    )
    if report.untouched:
        out.print(f"{report.untouched} with nothing but labels to start from, not pulled")
    if report.foreign:
        foreign = counted(report.foreign, "example")
        out.print(f"{foreign} that no push brought, left out")
    _print_some([f"no such document here: {name}" for name in sorted(report.unknown)])
    _print_some([f"left out: {name} ({who}): {why}" for name, who, why in report.left_out])
    for member in report.gone:
        out.print(
            f"{member} is no member any more, so the server does not export that work; the layer "
            "stays as it is",
            markup=False,
            soft_wrap=True,
        )


def print_status(title: str, status: Status, documents: bool) -> None:
    """How much each member has done, and on demand each document's row."""
    table = _table(title, "member", (FINISHED, STARTED, SUGGESTED, OPEN), "right")
    for member, counts in status.counts().items():
        table.add_row(escape(member), *(str(count) for count in counts.values()))
    out.print(table)
    if documents:
        table = _table(None, "document", status.members, "left")
        for document, row in status.documents.items():
            words = (row.get(member, "") for member in status.members)
            table.add_row(escape(document), *words)
        out.print()
        out.print(table)


def _table(
    title: str | None, first: str, others: Sequence[str], justify: Literal["left", "right"]
) -> Table:
    name = None if title is None else escape(title)
    table = Table(title=name, title_justify="left", box=None, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for other in others:
        table.add_column(escape(other), justify=justify, no_wrap=True)
    return table


def _print_some(lines: Sequence[str]) -> None:
    for line in lines[:_LISTED]:
        out.print(line, markup=False, soft_wrap=True)
    if len(lines) > _LISTED:
        out.print(f"... and {len(lines) - _LISTED} more")


def print_conflicts(conflicts: Sequence[Conflict], known: Mapping[str, Mapping[str, str]]) -> None:
    """The conflicts and the choices for each; exits with 1 if there are any."""
    if not conflicts:
        return
    for kind in dict.fromkeys(conflict.kind for conflict in conflicts):
        same = [conflict for conflict in conflicts if conflict.kind == kind]
        err.print(f"conflict {kind}: {len(same)}", markup=False)
        for conflict in same[:_LISTED]:
            place = f"{conflict.document} ({conflict.who})" if conflict.who else conflict.document
            line = f"  {place}: {conflict.reason}" if place else f"  {conflict.reason}"
            err.print(line, markup=False, soft_wrap=True)
        if len(same) > _LISTED:
            err.print(f"  ... and {len(same) - _LISTED} more")
        for choice, meaning in known[kind].items():
            err.print(f"  --resolve {kind}={choice}: {meaning}", markup=False, soft_wrap=True)
    raise typer.Exit(1)
