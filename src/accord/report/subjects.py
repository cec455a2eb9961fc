"""What the report of a model says of each estimate, as view values for its template."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from accord.compare import (
    Counts,
    Interval,
    Match,
    Scores,
    Signature,
    Target,
    bootstrap,
    intervals,
    randomisation,
)
from accord.document import Layer
from accord.experiment import MAIN, outcomes
from accord.facts import FactCounts
from accord.model.joint.calibrate import Reliability, reliability
from accord.report.curves import (
    Estimate,
    LearningPoint,
    learning_plot,
    reliability_plot,
    score_plot,
)
from accord.report.mistakes import NONE, Confusion
from accord.report.score_tables import DASH, percent
from accord.schema import Schema

#: Rounds of the bootstrap behind each interval of the page.
ROUNDS = 2000

_CERTAIN = 0.05


@dataclass(frozen=True)
class Subject:
    """One estimate: a model's labels, or another layer's, with what was scored of them.

    `layers` are by document id. `signatures` may be empty, `learning_curve` too.
    """

    name: str
    layers: Mapping[str, Layer]
    scores: Scores
    facts: FactCounts
    signatures: tuple[Signature, ...] = ()
    learning_curve: tuple[LearningPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A row of scores: all types together (`total`), or one."""

    name: str
    total: bool
    cells: tuple[str, ...]
    interval: str
    reference: int
    estimate: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot as markup with the table that says the same in figures."""

    title: str
    svg: Markup
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A count of a confusion; `share` is of its row, `right` where both types are the same."""

    count: int
    share: float
    right: bool


@dataclass(frozen=True, slots=True)
class ConfusionView:
    """A table of types expected (rows) by types found (columns)."""

    caption: str
    how: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...], int], ...]


@dataclass(frozen=True, slots=True)
class Contest:
    """One measure of two estimates: figures in percent, and whether the data tell them apart."""

    measure: str
    first: str
    second: str
    difference: str
    interval: str
    p: str
    verdict: str


def score_lines(scores: Scores) -> dict[Target, tuple[ScoreLine, ...]]:
    """Strict precision, recall and F1, F1 under the other matches, by type; those that occur."""
    found = {}
    for target in Target:
        strict = scores.table(target, Match.STRICT)
        others = [scores.table(target, match) for match in (Match.BOUNDARY, Match.OVERLAP)]
        names = [name for name, counts in strict.items() if not counts.empty]
        spread = _intervals(scores, target, names)
        rows = {f"all {target}s": ("micro", [_sum(t) for t in (strict, *others)])}
        rows |= {name: (name, [table[name] for table in (strict, *others)]) for name in names}
        found[target] = tuple(
            ScoreLine(
                label,
                key == "micro",
                (*percent(counts[0]), *(percent(c)[2] for c in counts[1:])),
                _interval_words(spread.get(key)),
                counts[0].support,
                counts[0].tp + counts[0].fp,
            )
            for label, (key, counts) in rows.items()
        )
    return found


def score_figure(target: Target, subjects: Sequence[Subject]) -> Figure:
    """F1 of every type with its interval, a series an estimate."""
    rows: dict[str, list[Estimate | None]] = {}
    types = list(subjects[0].scores.table(target, Match.STRICT))
    spreads = [_intervals(s.scores, target, types) for s in subjects]
    for key in ("micro", *types):
        estimates = []
        for subject, spread in zip(subjects, spreads, strict=True):
            counts = subject.scores.counts(f"{target}.strict.{key}.f1")
            interval = spread.get(key)
            low, high = (None, None) if interval is None else (interval.low, interval.high)
            estimates.append(None if counts.empty else Estimate(counts.f1, low, high))
        if any(estimates):
            rows["all" if key == "micro" else key] = estimates
    title = f"F1 of {target}s by type, strict"
    names = [subject.name for subject in subjects]
    plot = score_plot(f"plot-{target}", title, rows, names)
    table = tuple((label, *map(_estimate_words, estimates)) for label, estimates in rows.items())
    return Figure(title, Markup(plot.svg()), ("type", *names), table)  # noqa: S704 - escaped there


def confusion_view(confusion: Confusion) -> ConfusionView:
    """The confusion with each count's share of its row."""
    columns = (*confusion.types, NONE)
    rows = []
    for expected in columns:
        counts = [confusion.counts.get((expected, found), 0) for found in columns]
        total = sum(counts)
        cells = tuple(
            Cell(n, n / total if total else 0.0, expected == found)
            for n, found in zip(counts, columns, strict=True)
        )
        rows.append((expected, cells, total))
    mentions = confusion.target is Target.MENTION
    how = "matched by extent" if mentions else "matched by both ends, in either direction"
    return ConfusionView(f"{confusion.target} types", how, columns, tuple(rows))


def reliabilities(
    reference: Mapping[str, Layer], estimate: Mapping[str, Layer], schema: Schema
) -> dict[str, Reliability]:
    """How far the estimate's probabilities can be trusted; nothing for labels without any."""
    mentions, relations = outcomes(reference, estimate, schema)
    marked = [m.score for layer in estimate.values() for m in layer.mentions]
    joined = [r.score for layer in estimate.values() for r in layer.relations]
    return {
        name: reliability([1 / (1 + math.exp(-o.odds)) for o in found], [o.right for o in found])
        for name, found, scores in (
            ("mentions", mentions, marked),
            ("relations", relations, joined),
        )
        if any(score is not None for score in scores)
    }


def reliability_figures(found: Mapping[str, Reliability], prefix: str) -> tuple[Figure, ...]:
    """A figure each."""
    figures = []
    for what, value in found.items():
        plot = reliability_plot({what: value}, f"{prefix}-{what}")
        rows = tuple(
            (f"{b.least:g} to {b.least + 0.1:.1f}", str(b.count), f"{100 * b.claimed:.1f}",
             f"{100 * b.held:.1f}")
            for b in value.bins
        )  # fmt: skip
        title = f"{what}: expected calibration error {100 * value.error:.1f} points"
        heads = ("probability", "predictions", "stated, %", "right, %")
        figures.append(Figure(title, Markup(plot.svg()), heads, rows))  # noqa: S704
    return tuple(figures)


def learning_figure(points: Sequence[LearningPoint], prefix: str) -> Figure:
    """The learning curve with its figures."""
    rows = tuple(
        (
            str(p.articles),
            f"{100 * p.share:.0f} %",
            f"{100 * p.mention_f1:.1f}",
            f"{100 * p.relation_f1:.1f}",
            DASH if p.fact_f1 is None else f"{100 * p.fact_f1:.1f}",
        )
        for p in points
    )
    plot = learning_plot(points, f"{prefix}-learning")
    heads = ("articles", "share", "mentions F1", "relations F1", "facts F1")
    return Figure("Learning curve", Markup(plot.svg()), heads, rows)  # noqa: S704


def contests(first: Scores, second: Scores) -> tuple[Contest, ...]:
    """The main measures of two estimates, tested in pairs of documents."""
    found = []
    for measure in MAIN:
        test = randomisation(first, second, measure)
        interval = DASH
        if len(first.documents) > 1:
            drawn = bootstrap(first, second, measure, rounds=ROUNDS)
            interval = f"{100 * drawn.low:+.1f} to {100 * drawn.high:+.1f}"
        sure = test.p < _CERTAIN
        found.append(
            Contest(
                f"{measure.partition('.')[0]}s, strict F1",
                f"{100 * test.first:.1f}",
                f"{100 * test.second:.1f}",
                f"{100 * test.difference:+.1f}",
                interval,
                f"{test.p:.3f}" if test.p >= 0.001 else "< 0.001",
                "more than chance would give"
                if sure
                else "no more than another choice of documents may give",
            )
        )
    return tuple(found)


def _intervals(scores: Scores, target: Target, types: Sequence[str]) -> dict[str, Interval]:
    """F1's intervals by type and for all ("micro"); none for labels of a single document.

    However documents are drawn, those would give the same F1: no width at all, as if it were sure.
    """
    measures = {key: f"{target}.strict.{key}.f1" for key in ("micro", *types)}
    spread = {
        key: measure
        for key, measure in measures.items()
        if sum(not counts.empty for counts in scores.per_document(measure).values()) > 1
    }
    if not spread:
        return {}
    return dict(zip(spread, intervals(scores, spread.values(), rounds=ROUNDS), strict=True))


def _sum(table: Mapping[str, Counts]) -> Counts:
    return sum(table.values(), start=Counts())


def _interval_words(interval: Interval | None) -> str:
    return DASH if interval is None else f"{100 * interval.low:.1f} to {100 * interval.high:.1f}"


def _estimate_words(estimate: Estimate | None) -> str:
    if estimate is None:
        return DASH
    words = f"{100 * estimate.value:.1f}"
    if estimate.low is not None and estimate.high is not None:
        words += f" ({100 * estimate.low:.1f} to {100 * estimate.high:.1f})"
    return words
