"""The rules ``not_worse``: which losses since the baseline cannot be chance, over all rules.

A rule fails only if its p, corrected for the number of rules by Holm's method, is at most the p
that it asks for. So the chance that a check without any real loss fails is at most p. It warns if
its own p would be small enough without that correction, or if the loss exceeds delta without being
significant.

The correction is weighted (Holm 1979): averages over all types, single types and kinds
of error share p equally, whatever the number of rules in each. A schema has many types with few
labels each; if all rules counted alike, theirs would leave next to nothing for the averages, which
rest on the most labels and move when a whole model gets worse.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from accord.compare import (
    Measure,
    NonInferiority,
    Scores,
    Target,
    detectable,
    holm,
    noninferiority,
)
from accord.gate.baseline import Baseline
from accord.gate.rules import ErrorShare, NotWorse
from accord.gate.settings import Settings
from accord.gate.tally import Tally, error_scores, scores
from accord.gate.verdicts import Finding, Verdict
from accord.schema import Schema


@dataclass(frozen=True)
class Sides:
    """Scores and shares of errors of one tally: one side of a comparison."""

    scores: Scores
    errors: Scores

    @classmethod
    def of(cls, tally: Tally, schema: Schema, names: tuple[str, str]) -> "Sides":
        """Read both off the tally; `names` are those of reference and estimate."""
        return cls(scores(tally, schema, names), error_scores(tally, names))

    def ask(self, measure: Measure | ErrorShare) -> tuple[Scores, Measure]:
        """The scores and the measure of them that a rule is about; more is better."""
        if isinstance(measure, ErrorShare):
            return self.errors, measure.spared
        return self.scores, measure

    def value(self, measure: Measure | ErrorShare) -> float:
        """The figure as the rule spells it: of errors their share."""
        asked, plain = self.ask(measure)
        if not isinstance(measure, ErrorShare):
            return asked.value(plain)
        counts = asked.counts(plain)
        return counts.fn / counts.support if counts.support else 0.0


def assumed_deviation(rule: NotWorse, settings: Settings) -> float:
    """The seed's standard deviation where no runs were measured: the rule's, or the settings'."""
    if rule.sd is not None:
        return rule.sd
    if isinstance(rule.measure, ErrorShare):
        return settings.seed_deviation.errors
    if rule.measure.target is Target.MENTION:
        return settings.seed_deviation.mention
    return settings.seed_deviation.relation


def losses(
    rules: Sequence[NotWorse],
    settings: Settings,
    baseline: Baseline,
    before: Sides,
    now: Sides,
) -> list[Finding]:
    """Judge all rules of a check on the documents that both sides have."""
    shares = weights(rules)
    limits = [rule.p or settings.p for rule in rules]
    # The correction divides p by such shares: enough rounds that it can still be reached.
    least = min((p * share for p, share in zip(limits, shares, strict=True)), default=1.0)
    rounds = max(settings.rounds, math.ceil(4 / least))
    results: list[NonInferiority] = []
    for rule in rules:
        (old, measure), (new, _) = before.ask(rule.measure), now.ask(rule.measure)
        deviation = baseline.seed_deviation.get(str(rule.measure))
        if deviation is None or rule.sd is not None:
            deviation = assumed_deviation(rule, settings)
        results.append(
            noninferiority(
                old,
                new,
                measure,
                delta=rule.delta,
                seed_deviation=deviation,
                rounds=rounds,
                seed=settings.seed,
            )
        )
    adjusted = holm([result.p for result in results], shares)
    findings = []
    for rule, result, corrected, p, share in zip(
        rules, results, adjusted, limits, shares, strict=True
    ):
        finding = _judged(rule, result, corrected, p)
        old, measure = before.ask(rule.measure)
        found = detectable(
            old,
            measure,
            p=p * share,
            power=settings.power,
            delta=rule.delta,
            seed_deviation=result.seed_deviation,
        )
        findings.append(
            replace(
                finding,
                before=before.value(rule.measure),
                now=now.value(rule.measure),
                detectable=found.loss,
            )
        )
    return findings


def weights(rules: Sequence[NotWorse]) -> tuple[float, ...]:
    """The share of p of each rule, in their order; they add up to 1."""
    kinds = [_kind(rule.measure) for rule in rules]
    number = Counter(kinds)
    return tuple(1 / len(number) / number[kind] for kind in kinds)


def _kind(measure: Measure | ErrorShare) -> str:
    if isinstance(measure, ErrorShare):
        return "errors"
    return "all types" if measure.average == "micro" else "one type"


def _judged(rule: NotWorse, result: NonInferiority, adjusted: float, limit: float) -> Finding:
    change = f"{'loses' if result.loss > 0 else 'gains'} {100 * abs(result.loss):.2f} points"
    if abs(result.loss) < 5e-5:
        change = "unchanged"
    if adjusted <= limit:
        verdict = Verdict.FAIL
        message = f"{change}, significantly more than {100 * rule.delta:g} (p {adjusted:.2g})"
    elif result.p <= limit:
        verdict = Verdict.WARN
        message = f"{change}; p {result.p:.2g} is small alone, not among all tests ({adjusted:.2g})"
    elif result.loss > rule.delta + 1e-12:
        verdict = Verdict.WARN
        message = (
            f"{change}, more than {100 * rule.delta:g}, but that may be chance (p {result.p:.2g})"
        )
    else:
        verdict, message = Verdict.PASS, change
    return Finding(
        str(rule),
        verdict,
        message,
        delta=rule.delta,
        error=result.error if math.isfinite(result.error) else None,
        p=result.p,
        adjusted=adjusted,
    )
