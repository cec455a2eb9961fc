"""Score tables and required figures, shared by the commands that compare layers."""

import operator
import re
from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from accord.cli.console import err, out
from accord.compare import (
    Counts,
    Match,
    Measure,
    Scores,
    Signature,
    Statistic,
    Target,
    parse_measure,
    versions,
)
from accord.corpus import Corpus
from accord.errors import InputError
from accord.facts import FactCounts
from accord.schema import Schema

_REQUIREMENT = re.compile(r"\s*(?P<measure>[\w.-]+)\s*(?P<sign>>=|>|<=|<)\s*(?P<value>[0-9.]+)\s*")
_SIGNS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}


def print_scores(scores: Scores, title: str) -> None:
    """Micro and per-type figures; types that neither side has are left out."""
    table = Table(title=escape(title), title_justify="left", box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    matches = list(Match)
    for column in ("strict P", "R", "F1", "boundary F1", "overlap F1", "reference"):
        table.add_column(column, justify="right", no_wrap=True)
    for target in Target:
        tables = {match: scores.table(target, match) for match in matches}
        total = {match: sum(t.values(), start=Counts()) for match, t in tables.items()}
        table.add_row(f"{target}, micro", *_cells(total), style="bold")
        for name in tables[Match.STRICT]:
            row = {match: counts[name] for match, counts in tables.items()}
            if not all(counts.empty for counts in row.values()):
                table.add_row(f"  {name}", *_cells(row))
    out.print(table)


def print_fact_scores(right: FactCounts) -> None:
    """The Fact measure: pledge records, alliance members, and both together."""
    table = Table(title="facts, in %", title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    for column in ("P", "R", "F1", "in reference"):
        table.add_column(column, justify="right")
    rows = {"pledges": right.pledges, "alliance members": right.members, "all": right.all}
    for name, counts in rows.items():
        figures = (counts.precision, counts.recall, counts.f1)
        table.add_row(name, *(f"{100 * v:.1f}" for v in figures), str(counts.support))
    out.print(table)


def signatures(
    corpus: Corpus, scores: Scores, *, model: str | None = None, seed: int | None = None
) -> tuple[Signature, ...]:
    """The signature of strict micro F1, for mentions and for relations.

    `model` is the hash of the estimating model's files, `seed` that of its training.
    """
    ids = list(scores.documents)
    return tuple(
        Signature(
            Measure(target, Match.STRICT, "micro", Statistic.F1),
            len(ids),
            corpus.hash(scores.reference, ids),
            scores.reference,
            scores.estimate,
            versions(),
            model,
            seed,
        )
        for target in Target
    )


Requirement = tuple[Measure, str, float]
"""A measure, the sign of a comparison, and the limit."""


def read_requirements(
    requirements: Iterable[str] | None, schema: Schema
) -> tuple[Requirement, ...]:
    """Requirements ("MEASURE>=VALUE") as values; InputError for the first that cannot be read.

    Commands call it before they do anything that takes time.
    """
    parsed = []
    for text in requirements or ():
        match = _REQUIREMENT.fullmatch(text)
        if match is None:
            raise InputError(
                f"not a requirement: {text!r}; write MEASURE>=VALUE, "
                "such as 'relation.strict.micro.f1>=0.7'"
            )
        try:
            limit = float(match["value"])
        except ValueError:
            raise InputError(f"requirement {text!r}: {match['value']!r} is no number") from None
        parsed.append((parse_measure(match["measure"], schema), match["sign"], limit))
    return tuple(parsed)


def check_requirements(scores: Scores, requirements: Iterable[Requirement]) -> bool:
    """Whether every requirement holds; each is reported on standard error."""
    good = True
    for measure, sign, limit in requirements:
        value = scores.value(measure)
        holds = _SIGNS[sign](value, limit)
        good = good and holds
        verdict = "holds" if holds else "FAILS"
        err.print(f"{verdict}: {measure} = {value:.4f}, required {sign} {limit:g}", markup=False)
    return good


def _cells(counts: dict[Match, Counts]) -> list[str]:
    strict = counts[Match.STRICT]
    figures = [strict.precision, strict.recall, strict.f1]
    figures += [counts[match].f1 for match in (Match.BOUNDARY, Match.OVERLAP)]
    return [*(f"{100 * figure:.1f}" for figure in figures), str(strict.support)]
