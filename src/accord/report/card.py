"""A model's card: what it learned from, by which command, with which result; and its figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accord.compare import Scores, Signature, Target
from accord.compare.counts import Counts, Match
from accord.counted import counted
from accord.experiment import SeedSpread
from accord.facts import FactCounts
from accord.model.folder import LEARNING_CURVE, RELIABILITY
from accord.model.joint.calibrate import Reliability
from accord.report.curves import LearningPoint, learning_plot, reliability_plot
from accord.report.plots import standalone

_HASH = 64  # hexadecimal digits of a SHA-256

# Headings by which a study finds its place in a card.
_STUDY, _RELIABILITY = "# Study", "## Reliability"


@dataclass(frozen=True)
class Result:
    """Figures of one scoring: how the text was kept apart, and the command that gives them.

    `split` is what the finished model was scored on, `folds` into how many its training text was
    cut: what `accord.reproduce` needs to score again.
    """

    title: str
    scores: Scores
    facts: FactCounts
    signatures: Sequence[Signature]
    command: str
    split: str | None = None
    folds: int | None = None


def card(
    name: str,
    record: Mapping[str, Any],
    command: str,
    results: Sequence[Result],
    reliabilities: Mapping[str, Reliability],
    spreads: Sequence[SeedSpread] = (),
) -> str:
    """The card as Markdown (CommonMark with tables)."""
    lines = [f"# {name}", "", "| | |", "| --- | --- |"]
    shown = {key: _SHOWN.get(key, _shown)(value) for key, value in record.items()}
    lines += [f"| {key} | {text} |" for key, text in shown.items() if text]
    lines += ["", "Trained by:", "", "```sh", command, "```", ""]
    for result in results:
        lines += [f"## {result.title}", "", "```sh", result.command, "```", ""]
        lines += _table(result)
        lines += ["", *(f"`{signature}`  " for signature in result.signatures), ""]
    lines += _seeds(spreads)
    lines += _trust(reliabilities)
    return "\n".join(lines)


def study_part(
    text: str,
    result: Result,
    points: Sequence[LearningPoint],
    unseen: str,
    reliabilities: Mapping[str, Reliability],
) -> str:
    """A card with what a study found at its end, in place of an earlier study's.

    The study's reliability takes the place of the training's: there is one figure of it.
    """
    own = text.partition(_STUDY)[0].partition(_RELIABILITY)[0].rstrip()
    lines = [own, "", _STUDY, "", f"## {result.title}", "", "```sh", result.command, "```", ""]
    lines += _table(result)
    lines += ["", *(f"`{signature}`  " for signature in result.signatures), ""]
    lines += [
        "## Learning curve",
        "",
        f"On {unseen!r}, which none of these models saw, by how many articles each learned from.",
        "",
        f"![learning curve]({LEARNING_CURVE})",
        "",
        "| articles | share | mention F1 | relation F1 | fact F1 |",
        "| --: | --: | --: | --: | --: |",
    ]
    for p in points:
        figures = (p.share, p.mention_f1, p.relation_f1, p.fact_f1 or 0.0)
        lines.append(f"| {p.articles} | " + " | ".join(f"{100 * v:.1f}" for v in figures) + " |")
    return "\n".join([*lines, "", *_trust(reliabilities)])


def reliability_figure(reliabilities: Mapping[str, Reliability]) -> str:
    """The reliability figure as an SVG file; the same values give the same bytes."""
    return standalone(reliability_plot(reliabilities))


def learning_curve_svg(points: Sequence[LearningPoint]) -> str:
    """The learning curve as an SVG file; the same values give the same bytes."""
    return standalone(learning_plot(points))


def metrics(
    results: Sequence[Result],
    reliabilities: Mapping[str, Reliability],
    spreads: Sequence[SeedSpread] = (),
    provenance: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The card's figures for programs.

    `provenance` is what the scoring rests on (`accord.model.provenance.scoring_record`). Figures
    are fractions from 0 to 1.
    """
    value: dict[str, Any] = {
        "results": [
            {
                "title": result.title,
                "command": result.command,
                "split": result.split,
                "folds": result.folds,
                **result.scores.to_json(documents=True),
                "facts": result.facts.to_json(),
                "signatures": [signature.to_json() for signature in result.signatures],
            }
            for result in results
        ],
        "reliability": {
            name: {
                "error": r.error,
                "bins": [
                    {"least": b.least, "count": b.count, "claimed": b.claimed, "held": b.held}
                    for b in r.bins
                ],
            }
            for name, r in reliabilities.items()
        },
    }
    if spreads:
        value["seeds"] = {
            s.measure: {"values": dict(s.values), "mean": s.mean, "deviation": s.deviation}
            for s in spreads
        }
    if provenance:
        value["provenance"] = dict(provenance)
    return value


def _trust(reliabilities: Mapping[str, Reliability]) -> list[str]:
    if not reliabilities:
        return []
    return [
        _RELIABILITY,
        "",
        "How often predictions of a stated probability were right, on held-out text.",
        "",
        f"![reliability of the probabilities]({RELIABILITY})",
        "",
        *(
            f"- {name}: expected calibration error {100 * r.error:.1f} points over "
            f"{counted(sum(b.count for b in r.bins), 'prediction')}"
            for name, r in reliabilities.items()
        ),
        "",
    ]


def _seeds(spreads: Sequence[SeedSpread]) -> list[str]:
    if not spreads:
        return []
    seeds = list(spreads[0].values)
    lines = [
        f"## Over {counted(len(seeds), 'seed')}",
        "",
        "The same folds, trained anew with each seed; deviation of the sample.",
        "",
        f"| in % | mean | deviation | {' | '.join(f'seed {seed}' for seed in seeds)} |",
        f"| --- | --: | --: | {' | '.join('--:' for _ in seeds)} |",
    ]
    for s in spreads:
        values = (s.mean, s.deviation, *s.values.values())
        lines.append(f"| `{s.measure}` | {' | '.join(f'{100 * v:.2f}' for v in values)} |")
    return [*lines, ""]


def _table(result: Result) -> list[str]:
    lines = [
        "| in % | P | R | F1 | boundary F1 | in reference |",
        "| --- | --: | --: | --: | --: | --: |",
    ]
    for target in Target:
        strict = result.scores.table(target, Match.STRICT)
        boundary = result.scores.table(target, Match.BOUNDARY)
        total = sum(strict.values(), start=Counts()), sum(boundary.values(), start=Counts())
        lines.append(_row(f"**{target}**", *total))
        lines += [_row(name, c, boundary[name]) for name, c in strict.items() if not c.empty]
    parts = {"**facts**": result.facts.all, "pledges": result.facts.pledges}
    parts["alliance members"] = result.facts.members
    return lines + [_row(name, counts, None) for name, counts in parts.items()]


def _row(name: str, strict: Counts, boundary: Counts | None) -> str:
    figures = [f"{100 * v:.1f}" for v in (strict.precision, strict.recall, strict.f1)]
    figures.append("" if boundary is None else f"{100 * boundary.f1:.1f}")
    return f"| {name} | {' | '.join(figures)} | {strict.support} |"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping) and value and all(len(str(v)) == _HASH for v in value.values()):
        return counted(len(value), "document")
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_words(v)}" for k, v in value.items() if v not in (None, "", []))
    if isinstance(value, list):
        return str(len(value))
    return f"`{_words(value)}`"


def _words(value: Any) -> str:
    words = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return words.replace("|", "\\|")


def _nothing(_: Any) -> str:
    return ""


def _hashes(value: Any) -> str:
    """The names of what was hashed; the hashes themselves are in record.json."""
    return ", ".join(f"{name} `{digest[:12]}`" for name, digest in dict(value).items())


_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "history": _nothing,
    "code": _hashes,
    "locks": _hashes,
}
