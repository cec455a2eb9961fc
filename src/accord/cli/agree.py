"""`accord agree`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from accord.cli.console import out, print_json
from accord.cli.options import HERE, AsJson, Require, Root, Split
from accord.cli.scores import check_requirements, print_scores, read_requirements, signatures
from accord.compare import (
    AgreementReport,
    Arrow,
    Aspect,
    Difference,
    Kappa,
    Match,
    Target,
    agree,
    agreement_report,
)
from accord.compare.score import MICRO
from accord.corpus import Corpus, read_corpus
from accord.corpus.folder import ANNOTATIONS
from accord.counted import counted
from accord.document import Document, Layer, Mention


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
    kappa: Cohen's, of the types of each word, and of what joins each pair of
    mentions that both marked alike. In brackets, bootstrap intervals over
    documents. A layer that `accord annotate` writes is read as its people left
    it; documents that one of the two has not finished are left out.

    Example:  accord agree first second --split articles --differences

    Exits with 1 if a --require does not hold.
    """
    corpus = _as_journaled(read_corpus(root), layers)
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
    reports = [agreement_report(r, chosen, corpus.documents, corpus.schema) for r in results]
    if as_json:
        print_json([report.to_json() for report in reports])
    else:
        for report in reports:
            _show(report, corpus, with_differences=differences)
    good = [check_requirements(result.scores, required) for result in results]
    if not all(good):
        raise typer.Exit(1)


def _as_journaled(corpus: Corpus, names: Iterable[str]) -> Corpus:
    """The corpus with the layers that have a journal as that has them, not as their files do."""
    layers: dict[str, Mapping[str, Layer]] = dict(corpus.layers)
    for name in names:
        if (corpus.root / ANNOTATIONS / name / ".journal.jsonl").is_file():
            from accord.annotator.reading import read_layer
            from accord.annotator.texts import Texts

            states = read_layer(corpus.root, name, Texts(corpus.root)).states
            layers[name] = {i: state.layer for i, state in states.items()}
    return replace(corpus, layers=layers)


def _show(report: AgreementReport, corpus: Corpus, *, with_differences: bool) -> None:
    result = report.agreement
    documents = counted(len(result.scores.documents), "document")
    print_scores(result.scores, f"{result.first} and {result.second}, {documents}, in %")
    out.print(_uncertain(report))
    out.print(_aspects(report))
    if result.scores.incomplete:
        left = counted(len(result.scores.incomplete), "document")
        out.print(f"{left} left out: one of the two has not finished it", markup=False)
    for signature in signatures(corpus, result.scores):
        out.print(str(signature), markup=False, soft_wrap=True)
    if with_differences:
        for difference in result.differences:
            document = corpus.documents[difference.document]
            out.print(describe(difference, document), markup=False, soft_wrap=True)


def _uncertain(report: AgreementReport) -> Table:
    """Intervals of F1 by match, and kappa, of every type that occurs."""
    bounds = report.intervals
    title = "95% intervals over documents, in %; kappa" if bounds else "kappa"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for column in (*Match, "kappa", ""):
        table.add_column(column, justify="right", no_wrap=True)
    for target in Target:
        counts = report.agreement.scores.table(target, Match.OVERLAP)
        for name in (MICRO, *counts):
            if name != MICRO and counts[name].empty:
                continue
            cells = []
            for match in Match:
                found = bounds.get((target, match, name))
                cells.append(f"{100 * found.low:.1f}-{100 * found.high:.1f}" if found else "")
            shown = f"{target}, {MICRO}" if name == MICRO else f"  {name}"
            style = "bold" if name == MICRO else None
            row = (escape(shown), *cells, *_kappa(report.kappas[target, name]))
            table.add_row(*row, style=style)
    return table


def _kappa(kappa: Kappa) -> tuple[str, str]:
    """Its value and interval; a dash where it is not defined."""
    if kappa.value is None:
        return "-", ""
    interval = "" if kappa.low is None else f"[{kappa.low:.2f}, {kappa.high:.2f}]"
    return f"{kappa.value:.2f}", escape(interval)


def _aspects(report: AgreementReport) -> Table:
    """How many differences there are of each kind."""
    table = Table(title="differences", title_justify="left", box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for aspect in Aspect:
        table.add_column(aspect, justify="right")
    for target, counts in report.aspects.items():
        table.add_row(target, *(str(counts[aspect]) for aspect in Aspect))
    return table


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
