"""Comparing recipes that were trained with several seeds: the seed is a second source of chance.

`seed_bootstrap` is the Multi-Bootstrap (Sellam et al. 2022, "The MultiBERTs: BERT Reproductions for
Robustness Analysis", with unpaired seeds): seeds and documents are both drawn with replacement, and
what is compared is the mean of the measure over seeds. For such crossed draws the variance is
rather over- than underestimated (Owen 2007, "The pigeonhole bootstrap"), but with fewer than about
five seeds a side it rests on too little.

`seed_deviation` is how much a measure varies by the seed alone, apart from what the choice of
documents explains. From few runs it would be a wild guess, so it is pulled towards a deviation
known before, as variances are in Smyth 2004 ("Linear models and empirical Bayes methods").
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np

from accord.compare.power import paired_error
from accord.compare.score import Measure, Scores
from accord.compare.significance import (
    Floats,
    as_measure,
    draws,
    figures,
    paired_counts,
    percentiles,
)
from accord.errors import InputError

_PRIOR_RUNS = 4  # how many runs the deviation known before is worth


@dataclass(frozen=True, slots=True)
class SeedBootstrap:
    """Two recipes over several seeds each; `first` and `second` are means over their seeds.

    `difference` is second minus first with its interval low to high; `first_deviation` and
    `second_deviation` are sample standard deviations over seeds, 0 for a single one.
    """

    measure: str
    first: float
    second: float
    first_deviation: float
    second_deviation: float
    difference: float
    low: float
    high: float
    confidence: float
    p: float
    seeds: tuple[int, int]
    documents: int
    rounds: int
    seed: int

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON."""
        return asdict(self)


def seed_bootstrap(
    first: Sequence[Scores],
    second: Sequence[Scores],
    measure: Measure | str,
    *,
    rounds: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> SeedBootstrap:
    """Compare two recipes, each scored once a seed on the same documents.

    A side with one seed takes part without seed variance: the answer is then about that one model.

    Raises InputError if a side has no scores, the documents differ, there are fewer than two, or
    as `Scores.value`.
    """
    if not first or not second:
        raise InputError("a comparison over seeds needs at least one scored model on each side")
    measure = as_measure(measure)
    stacks = [
        [paired_counts(first[0], scores, measure)[1] for scores in side] for side in (first, second)
    ]
    singles = [
        [float(figures(counts.sum(axis=0), measure.statistic)) for counts in side]
        for side in stacks
    ]
    means = [math.fsum(values) / len(values) for values in singles]
    observed = means[1] - means[0]
    choosers = [np.random.default_rng([seed, side]) for side in (1, 2)]
    drawn: list[Floats] = []
    for weights in draws(len(stacks[0][0]), rounds, seed):
        sides = []
        for stack, chooser in zip(stacks, choosers, strict=True):
            values = np.stack([figures(weights @ c, measure.statistic) for c in stack], axis=1)
            share = np.full(len(stack), 1 / len(stack))
            chosen = chooser.multinomial(len(stack), share, size=len(weights)) / len(stack)
            sides.append((values * chosen).sum(axis=1))
        drawn.append(sides[1] - sides[0])
    differences = np.concatenate(drawn)
    low, high = percentiles(differences, confidence)
    extreme = int(np.count_nonzero(np.abs(differences - observed) >= abs(observed) - 1e-12))
    return SeedBootstrap(
        str(measure),
        means[0],
        means[1],
        _deviation(singles[0]),
        _deviation(singles[1]),
        observed,
        low,
        high,
        confidence,
        (extreme + 1) / (rounds + 1),
        (len(first), len(second)),
        len(stacks[0][0]),
        rounds,
        seed,
    )


def seed_deviation(runs: Sequence[Scores], measure: Measure | str, *, prior: float) -> float:
    """Standard deviation of a measure by the seed alone, from runs that differ in nothing else.

    The variance over runs, less the part that varies document by document (half the squared
    `paired_error` of two runs), is averaged with `prior` squared, which counts as four runs. One
    run alone gives `prior`.

    Raises InputError if the runs were scored on different documents.
    """
    measure = as_measure(measure)
    if len(runs) < 2:
        return prior
    own = [paired_error(a, b, measure) ** 2 / 2 for a, b in combinations(runs, 2)]
    between = _deviation([scores.value(measure) for scores in runs]) ** 2
    common = max(0.0, between - math.fsum(own) / len(own))
    freedom = len(runs) - 1
    return math.sqrt((_PRIOR_RUNS * prior**2 + freedom * common) / (_PRIOR_RUNS + freedom))


def _deviation(values: Sequence[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
