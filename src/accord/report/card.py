"""A model's card: what it learned from, by which command, with which result; and its figures."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accord.compare import Scores, Signature, Target
from accord.compare.counts import Counts, Match
from accord.errors import MissingExtraError
from accord.facts import FactCounts
from accord.model.folder import RELIABILITY
from accord.model.joint.calibrate import Reliability

_HASH = 64  # hexadecimal digits of a SHA-256


@dataclass(frozen=True)
class Result:
    """Figures of one scoring: how the text was kept apart, and the command that gives them."""

    title: str
    scores: Scores
    facts: FactCounts
    signatures: Sequence[Signature]
    command: str


def card(
    name: str,
    record: Mapping[str, Any],
    command: str,
    results: Sequence[Result],
    reliabilities: Mapping[str, Reliability],
) -> str:
    """The card as Markdown (CommonMark with tables)."""
    lines = [f"# {name}", "", "| | |", "| --- | --- |"]
    lines += [f"| {key} | {_shown(value)} |" for key, value in record.items() if key != "history"]
    lines += ["", "Trained by:", "", "```sh", command, "```", ""]
    for result in results:
        lines += [f"## {result.title}", "", "```sh", result.command, "```", ""]
        lines += _table(result)
        lines += ["", *(f"`{signature}`  " for signature in result.signatures), ""]
    if reliabilities:
        lines += [
            "## Reliability",
            "",
            "How often predictions of a stated probability were right, on held-out text.",
            "",
            f"![reliability of the probabilities]({RELIABILITY})",
            "",
        ]
        lines += [
            f"- {name}: expected calibration error {100 * r.error:.1f} points over "
            f"{sum(b.count for b in r.bins)} predictions"
            for name, r in reliabilities.items()
        ]
        lines.append("")
    return "\n".join(lines)


def reliability_figure(reliabilities: Mapping[str, Reliability]) -> str:
    """The reliability figure as SVG; the same values give the same bytes."""
    try:
        from matplotlib import style
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("matplotlib", "train") from None
    # The default style, whatever the reader of matplotlibrc likes; and ids that do not change.
    with style.context(["default", {"svg.hashsalt": "accord", "svg.fonttype": "none"}]):
        figure = Figure(figsize=(4.2 * len(reliabilities), 4.0), layout="constrained")
        for number, (name, value) in enumerate(reliabilities.items(), start=1):
            axes = figure.add_subplot(1, len(reliabilities), number)
            axes.plot([0, 1], [0, 1], color="#888888", linewidth=1, linestyle="--")
            claimed = [b.claimed for b in value.bins]
            held = [b.held for b in value.bins]
            axes.plot(claimed, held, marker="o", color="#0b5cad")
            for b in value.bins:
                axes.annotate(
                    str(b.count), (b.claimed, b.held), (4, -10), textcoords="offset points"
                )
            axes.set_xlim(0, 1)
            axes.set_ylim(0, 1)
            axes.set_title(name)
            axes.set_xlabel("stated probability")
            axes.set_ylabel("share that was right")
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def metrics(results: Sequence[Result], reliabilities: Mapping[str, Reliability]) -> dict[str, Any]:
    """The card's figures for programs."""
    return {
        "results": [
            {
                "title": result.title,
                "command": result.command,
                **result.scores.to_json(documents=True),
                "facts": facts_json(result.facts),
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


def facts_json(right: FactCounts) -> dict[str, dict[str, float]]:
    """The Fact measure's counts and figures."""
    parts = {"pledges": right.pledges, "members": right.members, "all": right.all}
    return {
        name: {
            "tp": counts.tp,
            "fp": counts.fp,
            "fn": counts.fn,
            "precision": counts.precision,
            "recall": counts.recall,
            "f1": counts.f1,
        }
        for name, counts in parts.items()
    }


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
    if isinstance(value, Mapping) and all(len(str(v)) == _HASH for v in value.values()):
        return f"{len(value)} documents"
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    if isinstance(value, list):
        return str(len(value))
    return "`" + str(value).replace("|", "\\|") + "`"
