"""The rules ``not_worse``: which losses since the baseline cannot be chance, over all rules.

A rule fails only if its p, corrected for the number of rules by Holm's method, is at most the p
that it asks for. So the chance that a check without any real loss fails is at most p.

Short of that it warns if the loss exceeds delta and chance alone, the seed's and the choice of
documents', would hardly bring it: its `chance`, corrected alike, is at most the settings' ``warn``.
That is the p of a loss at all, not of one beyond delta: the larger of a normal approximation (the
loss over its standard error) and paired approximate randomisation. Of many rules one nearly always
loses more than its delta by chance; such a rule passes, and its message says so.

The correction is weighted (Holm 1979): averages over all types, single types and kinds
of error share p equally, whatever the number of rules in each. A schema has many types with few
labels each; if all rules counted alike, theirs would leave next to nothing for the averages, which
rest on the most labels and move when a whole model gets worse.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from accord.compare import (
    Measure,
    NonInferiority,
    Scores,
    Target,
    detectable,
    holm,
    noninferiority,
    randomisation,
)
from accord.gate.baseline import Baseline
from accord.gate.rules import ErrorShare, NotWorse
from accord.gate.settings import Settings
from accord.gate.tally import Tally, error_scores, scores
from accord.gate.verdicts import Finding, Verdict, beyond
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
    alone: list[float] = []
    for rule in rules:
        (old, measure), (new, _) = before.ask(rule.measure), now.ask(rule.measure)
        deviation = baseline.seed_deviation.get(str(rule.measure))
        if deviation is None or rule.sd is not None:
            deviation = assumed_deviation(rule, settings)
        result = noninferiority(
            old,
            new,
            measure,
            delta=rule.delta,
            seed_deviation=deviation,
            rounds=rounds,
            seed=settings.seed,
        )
        results.append(result)
        chance = _by_error(result)
        if chance <= settings.warn:
            # The error of few documents that differ is not to be trusted.
            exchanged = randomisation(old, new, measure, rounds=rounds, seed=settings.seed)
            chance = max(chance, exchanged.p)
        alone.append(chance)
    adjusted = holm([result.p for result in results], shares)
    chances = holm(alone, shares)
    findings = []
    for rule, result, corrected, chance, p, share in zip(
        rules, results, adjusted, chances, limits, shares, strict=True
    ):
        finding = _judged(rule, result, corrected, chance, p, settings.warn)
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


def _by_error(result: NonInferiority) -> float:
    """The normal p that documents and seeds alone bring such a loss; 1 where it is within delta."""
    if not beyond(result.loss, result.delta):
        return 1.0
    if not result.error:
        return 0.0
    return 1 - NormalDist().cdf(result.loss / result.error)


def _judged(
    rule: NotWorse,
    result: NonInferiority,
    adjusted: float,
    chance: float,
    limit: float,
    warn: float,
) -> Finding:
    change = f"{'loses' if result.loss > 0 else 'gains'} {100 * abs(result.loss):.2f} points"
    if abs(result.loss) < 5e-5:
        change = "unchanged"
    if adjusted <= limit:
        verdict = Verdict.FAIL
        message = f"{change}, significantly more than {100 * rule.delta:g} (p {adjusted:.2g})"
    elif not beyond(result.loss, rule.delta):
        verdict, message = Verdict.PASS, change
    elif chance <= warn:
        verdict = Verdict.WARN
        message = (
            f"{change}, hardly by chance (p {chance:.2g}), but not significantly more than "
            f"{100 * rule.delta:g} (p {adjusted:.2g})"
        )
    else:
        verdict = Verdict.PASS
        message = f"{change}, more than {100 * rule.delta:g}, as chance may (p {chance:.2g})"
    return Finding(
        str(rule),
        verdict,
        message,
        delta=rule.delta,
        error=result.error if math.isfinite(result.error) else None,
        p=result.p,
        adjusted=adjusted,
        loss=result.loss,
        chance=chance,
    )
