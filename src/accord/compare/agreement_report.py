"""All that is said of two annotators' agreement, for the terminal and the page alike."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from accord.compare.agreement import Agreement, Aspect
from accord.compare.chance import Kappa, kappas
from accord.compare.counts import Match, Statistic, Target
from accord.compare.score import MICRO, Measure
from accord.compare.significance import Interval, intervals
from accord.document import Document, Layer
from accord.schema import Schema


@dataclass(frozen=True)
class AgreementReport:
    """An agreement with the uncertainty of its figures, kappa, and its differences by aspect.

    `intervals` has the F1 of every type that occurs and of all together, by target, match and type
    (or ``micro``); it is empty where fewer than two documents were compared, since a bootstrap
    draws documents. `aspects` counts the differences.
    """

    agreement: Agreement
    intervals: Mapping[tuple[Target, Match, str], Interval]
    kappas: Mapping[tuple[Target, str], Kappa]
    aspects: Mapping[Target, Mapping[Aspect, int]]

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON: as `Agreement.to_json`, with ``intervals``, ``kappa``, ``aspects``."""
        return {
            **self.agreement.to_json(),
            "intervals": [interval.to_json() for interval in self.intervals.values()],
            "kappa": [kappa.to_json() for kappa in self.kappas.values()],
            "aspects": {
                str(target): {str(aspect): count for aspect, count in counts.items()}
                for target, counts in self.aspects.items()
            },
        }


def agreement_report(
    agreement: Agreement,
    layers: Mapping[str, Mapping[str, Layer]],
    documents: Mapping[str, Document],
    schema: Schema,
    *,
    rounds: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> AgreementReport:
    """What `agree` found, with intervals and kappa; `layers` are those that `agree` was given."""
    ids = list(agreement.scores.documents)
    first, second = ({i: layers[s][i] for i in ids} for s in (agreement.first, agreement.second))
    keys = [
        (target, match, name)
        for target, match in next(iter(agreement.scores.documents.values()))
        for name in (MICRO, *_occurring(agreement, target, match))
    ]
    found: dict[tuple[Target, Match, str], Interval] = {}
    if len(ids) > 1:
        measures = [Measure(t, m, name, Statistic.F1) for t, m, name in keys]
        bounds = intervals(
            agreement.scores, measures, rounds=rounds, confidence=confidence, seed=seed
        )
        found = dict(zip(keys, bounds, strict=True))
    beyond = kappas(
        first, second, documents, schema, rounds=rounds, confidence=confidence, seed=seed
    )
    tally = Counter((d.target, d.aspect) for d in agreement.differences)
    return AgreementReport(
        agreement,
        MappingProxyType(found),
        MappingProxyType({(k.target, k.type): k for k in beyond}),
        MappingProxyType(
            {t: MappingProxyType({a: tally[t, a] for a in Aspect}) for t in Target},
        ),
    )


def _occurring(agreement: Agreement, target: Target, match: Match) -> list[str]:
    table = agreement.scores.table(target, match)
    return [name for name, counts in table.items() if not counts.empty]
