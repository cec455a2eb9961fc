"""Scores as view values: cells are text, a dash where there is nothing to measure."""

from collections.abc import Mapping
from dataclasses import dataclass

from accord.compare import Counts, Match, Scores, Target
from accord.facts import FactCounts

DASH = "–"
HEADS = ("precision", "recall", "F1")


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One type, or all types together (`total`): `cells` are P, R, F1 of each match in turn."""

    name: str
    total: bool
    cells: tuple[str, ...]
    reference: int
    estimate: int


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The figures of mentions, relations or facts, in percent."""

    caption: str
    matches: tuple[str, ...]
    rows: tuple[ScoreRow, ...]


def score_tables(scores: Scores) -> tuple[ScoreTable, ...]:
    """A table for mentions and one for relations; types that neither side has are left out."""
    kinds = list(next(iter(scores.documents.values())))
    tables = []
    for target in Target:
        matches = [match for match in Match if (target, match) in kinds]
        if matches:
            counts = {match: scores.table(target, match) for match in matches}
            tables.append(_table(f"{target}s", counts))
    return tuple(tables)


def fact_table(counts: FactCounts) -> ScoreTable:
    """The Fact measure: pledge records, alliance members, and both together."""
    rows = {"all facts": counts.all, "pledges": counts.pledges, "alliance members": counts.members}
    return ScoreTable(
        "facts", ("",), tuple(_row(name, name == "all facts", [c]) for name, c in rows.items())
    )


def percent(counts: Counts) -> tuple[str, str, str]:
    """Precision, recall and F1 with one decimal; dashes if neither side has a label."""
    if counts.empty:
        return DASH, DASH, DASH
    figures = (counts.precision, counts.recall, counts.f1)
    return f"{100 * figures[0]:.1f}", f"{100 * figures[1]:.1f}", f"{100 * figures[2]:.1f}"


def _table(caption: str, counts: Mapping[Match, Mapping[str, Counts]]) -> ScoreTable:
    totals = [sum(table.values(), start=Counts()) for table in counts.values()]
    rows = [_row(f"all {caption}", True, totals)]
    for name in next(iter(counts.values())):
        of_type = [table[name] for table in counts.values()]
        if not all(each.empty for each in of_type):
            rows.append(_row(name, False, of_type))
    return ScoreTable(caption, tuple(str(match) for match in counts), tuple(rows))


def _row(name: str, total: bool, counts: list[Counts]) -> ScoreRow:
    # How many labels each side has is the same under every match.
    cells = tuple(cell for each in counts for cell in percent(each))
    return ScoreRow(name, total, cells, counts[0].support, counts[0].tp + counts[0].fp)
