"""`accord facts`, and tables of pledges and alliances on the terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from accord.cli.console import err, out, print_json
from accord.cli.options import HERE, AsJson, CsvFolder, Root, Split
from accord.corpus import read_corpus
from accord.facts import Alliance, Facts, Party, Pledge, alliance_csv, facts, pledge_csv
from accord.facts import as_json as facts_json
from accord.files import write_text


def command(
    layer: Annotated[str, typer.Argument(help="A layer of annotations/.")] = "gold",
    split: Split = "*",
    csv: CsvFolder = None,
    root: Root = HERE,
    as_json: AsJson = False,
) -> None:
    """The pledges and alliances that a layer's labels amount to.

    Example:  accord facts gold --split articles --csv out/facts
    """
    corpus = read_corpus(root)
    ids = [i for i in corpus.select(split) if i in corpus.layers.get(layer, {})]
    if not ids:
        corpus.layer(layer, corpus.select(split)[0])
    found = [facts(corpus.documents[i], corpus.layer(layer, i)) for i in ids]
    if as_json:
        for each in found:
            print_json({"id": each.document, "facts": facts_json(each)})
    else:
        for each in found:
            print_facts(each, each.document)
    if csv is not None:
        write_csv(csv, found)


def write_csv(folder: Path, found: Sequence[Facts]) -> None:
    """Write pledges.csv and alliances.csv into a folder, and say so."""
    for name, text in (("pledges", pledge_csv(found)), ("alliances", alliance_csv(found))):
        write_text(folder / f"{name}.csv", text)
        err.print(f"wrote {folder / name}.csv", markup=False, soft_wrap=True)


def print_facts(found: Facts, title: str) -> None:
    """The facts of one document as two tables; a line says where there are none."""
    out.print(f"\n[bold]{escape(title)}[/]")
    if not found.pledges and not found.alliances:
        out.print("  no pledge and no alliance found")
    if found.alliances:
        out.print(alliance_table(found))
    if found.pledges:
        out.print(pledge_table(found))


def pledge_table(found: Facts) -> Table:
    """Who, how much, by when, to whom, for what: a row a pledge."""
    table = _table("pledges", ("who", "how much", "by when", "to whom", "for what"))
    for pledge in found.pledges:
        table.add_row(
            _names(pledge.pledgers),
            escape(pledge.amount.text) if pledge.amount else "-",
            _when(pledge),
            _names(pledge.recipients),
            escape("; ".join(pledge.purposes)) or "-",
        )
    return table


def alliance_table(found: Facts) -> Table:
    """Name, members, leaders and purpose: a row an alliance."""
    table = _table("alliances", ("alliance", "members", "led by", "for what"))
    for alliance in found.alliances:
        table.add_row(
            _name(alliance),
            _names(alliance.members),
            _names(alliance.leaders),
            escape("; ".join(alliance.purposes)) or "-",
        )
    return table


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", show_lines=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _name(alliance: Alliance) -> str:
    return escape(alliance.name if alliance.named else f"({alliance.name})")


def _when(pledge: Pledge) -> str:
    return escape("; ".join(when.text for when in pledge.when)) or "-"


def _names(parties: tuple[Party, ...]) -> str:
    return escape("; ".join(party.name for party in parties)) or "-"
