"""`accord lint`."""

from typing import Annotated

import typer

from accord.cli.console import err, out, print_json
from accord.cli.options import HERE, AsJson, Root, Split
from accord.corpus import read_corpus
from accord.corpus.lint import lint
from accord.counted import counted


def command(
    layer: Annotated[str, typer.Argument(help="A layer of annotations/.")] = "gold",
    split: Split = "*",
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if anything is suspicious.")
    ] = False,
    root: Root = HERE,
    as_json: AsJson = False,
) -> None:
    """List suspicious labels: names marked here and not there, money without a mark, idle pledges.

    A finding is a place to look, not an error. What counts as suspicious stands in the schema.

    Example:  accord lint gold --split articles
    """
    corpus = read_corpus(root)
    selected = corpus.select(split)
    ids = [i for i in selected if i in corpus.layers.get(layer, {})]
    if not ids:
        corpus.layer(layer, selected[0])
    findings = lint(corpus, layer, ids)
    if as_json:
        print_json([{"path": str(f.path), "item": f.item, "reason": f.reason} for f in findings])
    else:
        for finding in findings:
            out.print(str(finding), markup=False, soft_wrap=True)
        found = counted(len(findings), "place")
        err.print(f"{found} to look at in {counted(len(ids), 'document')}")
    if strict and findings:
        raise typer.Exit(1)
