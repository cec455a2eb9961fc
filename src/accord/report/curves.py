"""The report's plots: scores with their intervals, reliability, and the learning curve."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accord.errors import InputError
from accord.model.joint.calibrate import Reliability
from accord.report.plots import WIDTH, Plot, line, path, point, text

_ROW = 22
_LABELS = 104


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval, as fractions; `low` and `high` are None where there is none."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """What was learned from a share of the labelled text; F1 as fractions from 0 to 1.

    `deviation`s are over seeds or draws, None where there was one. `fact_f1` may be missing.
    """

    share: float
    articles: int
    mention_f1: float
    relation_f1: float
    fact_f1: float | None = None
    mention_deviation: float | None = None
    relation_deviation: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As ``learning_curve`` of metrics.json holds it, without what is not known."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value is not None}


def read_learning_curve(rows: object) -> tuple[LearningPoint, ...]:
    """The points of metrics.json's ``learning_curve``, by number of articles.

    Raises InputError for anything else than a list of objects with share, articles, mention_f1 and
    relation_f1; other keys than `LearningPoint`'s are passed over.
    """
    if not isinstance(rows, list):
        raise InputError(f"learning_curve must be a list of objects, not {type(rows).__name__}")
    found = []
    for number, row in enumerate(rows, start=1):
        try:
            point = LearningPoint(
                float(row["share"]),
                int(row["articles"]),
                float(row["mention_f1"]),
                float(row["relation_f1"]),
                *(_number(row.get(key)) for key in _OPTIONAL),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"learning_curve, entry {number}: {error}; it needs share, articles, mention_f1 "
                "and relation_f1"
            ) from None
        if not all(0 <= f1 <= 1 for f1 in (point.mention_f1, point.relation_f1)):
            raise InputError(f"learning_curve, entry {number}: F1 must lie between 0 and 1")
        found.append(point)
    return tuple(sorted(found, key=lambda p: p.articles))


_OPTIONAL = ("fact_f1", "mention_deviation", "relation_deviation")


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def score_plot(
    name: str, title: str, rows: Mapping[str, Sequence[Estimate | None]], series: Sequence[str]
) -> Plot:
    """A row a type: a point a series at its F1, and a line over its interval."""
    left, right, top = _LABELS + 8.0, WIDTH - 14.0, 14.0 + 16 * (len(series) > 1)
    height = top + _ROW * len(rows) + 26
    bottom = height - 24

    def x(value: float) -> float:
        return left + (right - left) * value

    parts = [_legend(series, left)] if len(series) > 1 else []
    for tick in range(0, 101, 25):
        parts.append(line(x(tick / 100), top - 4, x(tick / 100), bottom, "grid"))
        parts.append(text(x(tick / 100), bottom + 13, str(tick), "soft", "middle"))
    for index, (label, estimates) in enumerate(rows.items()):
        middle = top + _ROW * (index + 0.5)
        strong = ("strong",) if index == 0 else ()
        parts.append(text(_LABELS, middle + 4, _cut(label), "end", *strong))
        for number, estimate in enumerate(estimates):
            if estimate is None:
                continue
            y = middle + (number - (len(estimates) - 1) / 2) * 7
            if estimate.low is not None and estimate.high is not None:
                parts.append(path([(x(estimate.low), y), (x(estimate.high), y)], number))
            parts.append(point(x(estimate.value), y, number, 3.5))
    described = "; ".join(
        f"{label}: {', '.join(_said(e, s) for e, s in zip(estimates, series, strict=True))}"
        for label, estimates in rows.items()
    )
    return Plot(name, title, f"F1 in percent, with 95% intervals. {described}.", WIDTH, height,
                "".join(parts))  # fmt: skip


def reliability_plot(reliabilities: Mapping[str, Reliability], name: str = "reliability") -> Plot:
    """A panel each: how often predictions held, by the probability that they stated."""
    parts = []
    said = []
    for index, (what, value) in enumerate(reliabilities.items()):
        left, right, top, bottom = (WIDTH * index + 44.0, WIDTH * (index + 1) - 16.0, 24.0, 290.0)

        def x(v: float, left: float = left, right: float = right) -> float:
            return left + (right - left) * v

        def y(v: float, top: float = top, bottom: float = bottom) -> float:
            return bottom - (bottom - top) * v

        parts.append(text((left + right) / 2, 14, what, "middle", "strong"))
        for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
            parts.append(line(x(tick), top, x(tick), bottom, "grid"))
            parts.append(line(left, y(tick), right, y(tick), "grid"))
            parts.append(text(x(tick), bottom + 13, f"{tick:g}", "soft", "middle"))
            parts.append(text(left - 5, y(tick) + 4, f"{tick:g}", "soft", "end"))
        parts.append(line(x(0), y(0), x(1), y(1), "ideal"))
        parts.append(path([(x(b.claimed), y(b.held)) for b in value.bins], 0))
        most = max((b.count for b in value.bins), default=1)
        for b in value.bins:
            parts.append(point(x(b.claimed), y(b.held), 0, 2.5 + 4 * math.sqrt(b.count / most)))
        parts.append(text((left + right) / 2, bottom + 28, "stated probability", "soft", "middle"))
        parts.append(text(left, top - 5, "share that was right", "soft"))
        bars = ", ".join(f"{100 * b.claimed:.0f} held {100 * b.held:.0f}" for b in value.bins)
        said.append(f"{what}: stated percent and percent that held: {bars or 'no predictions'}")
    title = f"Reliability of {' and '.join(reliabilities)}"
    width = WIDTH * max(1, len(reliabilities))
    return Plot(name, title, ". ".join(said) + ".", width, 326, "".join(parts))


def learning_plot(points: Sequence[LearningPoint], name: str = "learning-curve") -> Plot:
    """Strict F1 by the number of articles that were learned from."""
    left, right, top, bottom = 34.0, WIDTH - 70.0, 14.0, 230.0
    most = max((p.articles for p in points), default=1) or 1

    def place(articles: float, value: float) -> tuple[float, float]:
        return left + (right - left) * articles / most, bottom - (bottom - top) * value

    parts = []
    for tick in range(0, 101, 25):
        height = place(0, tick / 100)[1]
        parts.append(line(left, height, right, height, "grid"))
        parts.append(text(left - 5, height + 4, str(tick), "soft", "end"))
    for p in points:
        parts.append(line(place(p.articles, 0)[0], bottom, place(p.articles, 0)[0], bottom + 4,
                          "grid"))  # fmt: skip
    ticks: list[float] = []
    for p in reversed(points):
        at = place(p.articles, 0)[0]
        if all(abs(at - other) > 24 for other in ticks):
            ticks.append(at)
            parts.append(text(at, bottom + 15, str(p.articles), "soft", "middle"))
    parts.append(text((left + right) / 2, bottom + 30, "articles learned from", "soft", "middle"))
    said = []
    ends: list[float] = []
    for series, (what, key, spread) in enumerate(_LEARNT):
        values = [(p, getattr(p, key)) for p in points if getattr(p, key) is not None]
        if not values:
            continue
        for p, value in values:
            deviation = getattr(p, spread) if spread else None
            if deviation:
                (x, high), (_, low) = (
                    place(p.articles, min(1, value + deviation)),
                    place(p.articles, max(0, value - deviation)),
                )
                parts.append(line(x, low, x, high, f"s{series}"))
        places = [place(p.articles, value) for p, value in values]
        parts.append(path(places, series))
        parts += [point(x, y, series, 3.5) for x, y in places]
        # Names at the ends of lines, moved apart where the lines end close together.
        end = places[-1][1]
        while any(abs(end - other) < 12 for other in ends):
            end += 3
        ends.append(end)
        parts.append(text(places[-1][0] + 8, end + 4, what))
        said.append(what + ": " + ", ".join(f"{p.articles}: {100 * v:.1f}" for p, v in values))
    description = f"Strict F1 in percent by number of articles. {'; '.join(said)}."
    return Plot(name, "Learning curve", description, WIDTH, 266, "".join(parts))


_LEARNT = (
    ("mentions", "mention_f1", "mention_deviation"),
    ("relations", "relation_f1", "relation_deviation"),
    ("facts", "fact_f1", None),
)


def _legend(series: Sequence[str], left: float) -> str:
    parts = []
    for number, name in enumerate(series):
        at = left + number * 120
        parts.append(path([(at, 8), (at + 16, 8)], number))
        parts.append(point(at + 8, 8, number, 3.5))
        parts.append(text(at + 22, 12, _cut(name)))
    return "".join(parts)


def _said(estimate: Estimate | None, series: str) -> str:
    if estimate is None:
        return f"{series} nothing to measure"
    words = f"{series} {100 * estimate.value:.1f}"
    if estimate.low is not None and estimate.high is not None:
        words += f" ({100 * estimate.low:.1f} to {100 * estimate.high:.1f})"
    return words


def _cut(label: str) -> str:
    return label if len(label) <= 16 else f"{label[:15]}…"
