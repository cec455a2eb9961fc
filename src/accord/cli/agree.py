"""`accord agree`."""

from typing import Annotated

import typer

from accord.cli.console import out, print_json
from accord.cli.options import HERE, AsJson, Require, Root, Split
from accord.cli.scores import check_requirements, print_scores, read_requirements, signatures
from accord.compare import Agreement, Arrow, Difference, agree
from accord.corpus import Corpus, read_corpus
from accord.document import Document, Mention


def command(
    layers: Annotated[list[str], typer.Argument(help="Two or more layers of annotations/.")],
    split: Split = "*",
    differences: Annotated[
        bool, typer.Option("--differences", help="List everything on which the layers differ.")
    ] = False,
    require: Require = None,
    root: Root = HERE,
    as_json: AsJson = False,
) -> None:
    """Agreement of layers, pair by pair: mention and relation F1, by type, under three matches.

    strict: span and type. boundary: span alone. overlap: same type, spans overlap.

    Example:  accord agree first second --split articles --differences

    Exits with 1 if a --require does not hold.
    """
    corpus = read_corpus(root)
    required = read_requirements(require, corpus.schema)
    ids = corpus.select(split)
    chosen = {
        name: {i: corpus.layer(name, i) for i in ids if i in corpus.layers.get(name, {})}
        for name in layers
    }
    for name, found in chosen.items():
        if not found:
            corpus.layer(name, ids[0])
    results = agree(chosen, corpus.schema)
    if as_json:
        print_json([result.to_json() for result in results])
    else:
        for result in results:
            _show(result, corpus, with_differences=differences)
    good = [check_requirements(result.scores, required) for result in results]
    if not all(good):
        raise typer.Exit(1)


def _show(result: Agreement, corpus: Corpus, *, with_differences: bool) -> None:
    documents = len(result.scores.documents)
    print_scores(result.scores, f"{result.first} and {result.second}, {documents} documents, in %")
    for signature in signatures(corpus, result.scores):
        out.print(str(signature), markup=False, soft_wrap=True)
    if with_differences:
        for difference in result.differences:
            document = corpus.documents[difference.document]
            out.print(describe(difference, document), markup=False, soft_wrap=True)


def describe(difference: Difference, document: Document) -> str:
    """A difference on one line: where, what kind, and what each side has."""
    paragraph = next(
        n for n, p in enumerate(document.paragraphs, 1) if p.end >= difference.span.start
    )
    first, second = (_label(x, document) for x in (difference.first, difference.second))
    return (
        f"{difference.document} paragraph {paragraph}: {difference.target} {difference.kind}: "
        f"{first} | {second}"
    )


def _label(label: Mention | Arrow | None, document: Document) -> str:
    if label is None:
        return "-"
    if isinstance(label, Arrow):
        return f"{label.type}({document[label.head.span]!r}, {document[label.tail.span]!r})"
    return f"{label.type} {document[label.span]!r}"
