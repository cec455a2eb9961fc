"""Whether an estimate is worse than another by more than a margin: a test of non-inferiority.

The null hypothesis is a loss of at most `delta`. It is rejected only if two tests both reject it:

- the bootstrap over documents, shifted to a loss of exactly `delta`: p is the share of rounds that
  lie as far above as the observed loss. Deviations are widened by sqrt(n / (n - 1)), since draws
  from n documents vary too little. A seed's own effect on a whole model, which no choice of
  documents shows, is added to each round as normal noise of standard deviation sqrt(2)
  `seed_deviation`: one for each of the two trainings.
- paired approximate randomisation (`accord.compare.randomisation`, two-sided): where few documents
  differ at all, a bootstrap of their few counts is not to be trusted, and p cannot be small here.

The larger of the two p is reported: it is right for each hypothesis alone, so it is no smaller than
it should be for both (an intersection-union test; Berger and Hsu 1996). Where 2,000 rounds give a p
over 0.2, the other rounds are spared: they decide only what could be significant, so nothing is
rejected more often for it.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from accord.compare.counts import Statistic
from accord.compare.power import difference_error
from accord.compare.score import Measure, Scores
from accord.compare.significance import (
    Floats,
    as_measure,
    draws,
    figures,
    paired_counts,
    randomisation,
)
from accord.errors import InputError

_TOLERANCE = 1e-12
_GLANCE = 2_000  # rounds of a first look
_HOPELESS = 0.2  # the p of that look above which no more rounds are spent


@dataclass(frozen=True, slots=True)
class NonInferiority:
    """The loss from `first` to `second` (positive is worse), and p that it is at most `delta`.

    `error` is the standard error of the loss over documents and seeds. p is 1 where the loss does
    not exceed delta: then there is nothing to test. `rounds` are those that p rests on.
    """

    measure: str
    first: float
    second: float
    loss: float
    delta: float
    seed_deviation: float
    error: float
    p: float
    documents: int
    rounds: int
    seed: int

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON."""
        return asdict(self)


def noninferiority(
    first: Scores,
    second: Scores,
    measure: Measure | str,
    *,
    delta: float = 0.0,
    seed_deviation: float = 0.0,
    rounds: int = 10_000,
    seed: int = 0,
) -> NonInferiority:
    """Test whether the second estimate is worse than the first by more than `delta`.

    Raises InputError for a negative delta or deviation, if the two were not scored on the same
    documents, or as `Scores.value`.
    """
    for name, value in (("delta", delta), ("seed_deviation", seed_deviation)):
        if not 0 <= value < 1:
            raise InputError(f"{name} must be at least 0 and below 1, not {value}")
    measure = as_measure(measure)
    a, b = paired_counts(first, second, measure)
    before, now = (float(figures(side.sum(axis=0), measure.statistic)) for side in (a, b))
    loss = before - now
    p, done = 1.0, 0
    if loss > delta + _TOLERANCE and len(a) > 1:
        for done in sorted({min(_GLANCE, rounds), rounds}):
            p = max(
                randomisation(first, second, measure, rounds=done, seed=seed).p,
                _shifted(a, b, measure.statistic, loss, delta, seed_deviation, done, seed),
            )
            if p > _HOPELESS:
                break
    return NonInferiority(
        str(measure),
        before,
        now,
        loss,
        delta,
        seed_deviation,
        float(np.hypot(difference_error(a, b, measure.statistic), np.sqrt(2) * seed_deviation)),
        p,
        len(a),
        done,
        seed,
    )


def holm(ps: Sequence[float], shares: Sequence[float] | None = None) -> tuple[float, ...]:
    """The p of several tests, adjusted (Holm 1979) so that the chance of any false alarm is p.

    `shares`: how p is divided among the tests, in their order, all above 0; alike by default.
    """
    shares = [1.0] * len(ps) if shares is None else shares
    adjusted = [1.0] * len(ps)
    least, left = 0.0, math.fsum(shares)
    for index in sorted(range(len(ps)), key=lambda i: ps[i] / shares[i]):
        least = max(least, min(1.0, ps[index] * left / shares[index]))
        adjusted[index] = least
        left -= shares[index]
    return tuple(adjusted)


def _shifted(
    first: Floats,
    second: Floats,
    statistic: Statistic,
    loss: float,
    delta: float,
    seed_deviation: float,
    rounds: int,
    seed: int,
) -> float:
    """The p of the bootstrap whose distribution is shifted to a loss of delta."""
    noise = np.random.default_rng([seed, 1])
    wider = np.sqrt(len(first) / (len(first) - 1))
    extreme = 0
    for weights in draws(len(first), rounds, seed):
        drawn = figures(weights @ first, statistic) - figures(weights @ second, statistic)
        by_seed = noise.normal(0.0, np.sqrt(2) * seed_deviation, len(drawn))
        moved = (drawn - loss) * wider + by_seed
        extreme += int(np.count_nonzero(moved >= loss - delta - _TOLERANCE))
    return (extreme + 1) / (rounds + 1)
