"""`accord profile`."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from accord.cli.console import out, print_json
from accord.cli.options import HERE, AsJson, Root
from accord.corpus import read_corpus
from accord.corpus.profile import Profile, profile


def command(
    splits: Annotated[list[str], typer.Argument(help="Splits or patterns, side by side.")],
    layer: Annotated[str, typer.Option("--layer", help="A layer of annotations/.")] = "gold",
    root: Root = HERE,
    as_json: AsJson = False,
) -> None:
    """Describe labelled text: size, vocabulary, repetition, labels a paragraph and by type.

    Example:  accord profile articles practice
    """
    corpus = read_corpus(root)
    found = {split: profile(corpus, layer, corpus.select(split)) for split in splits}
    if as_json:
        print_json({split: vars(p) for split, p in found.items()})
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for split in found:
        table.add_column(escape(split), justify="right")
    rows = {split: _rows(p) for split, p in found.items()}
    names = list(dict.fromkeys(name for r in rows.values() for name in r))
    for name in names:
        table.add_row(name, *(r.get(name, "-") for r in rows.values()))
    out.print(table)


def _rows(p: Profile) -> dict[str, str]:
    rows = {
        "documents": str(p.documents),
        "paragraphs": str(p.paragraphs),
        "tokens": str(p.tokens),
        "different tokens": str(p.types),
        "type-token ratio in 1,000 tokens": f"{p.type_token_ratio:.3f}",
        "5-grams in several paragraphs": f"{100 * p.repeated:.2f}%",
        "paragraphs without relation": f"{100 * p.relation_free:.1f}%",
    }
    for name, values in p.quartiles.items():
        rows[f"{name} a paragraph, quartiles"] = " / ".join(map(str, values))
    for counter in (p.mentions, p.relations):
        total = sum(counter.values())
        for name, count in counter.most_common():
            rows[name] = f"{count} ({100 * count / total:.1f}%)"
    return rows
