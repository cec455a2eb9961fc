"""What a test set can show: the smallest true loss that a paired test would find on it.

Normal approximation, from the counts of single documents. A measure is a ratio of sums N / D; a
document's pull on it is (N_i - R D_i) / D, with R the ratio itself (the linearised ratio estimator,
Cochran 1977, "Sampling Techniques", chapter 6). The standard error of a paired difference is that
of the differences of pulls. With a one-sided test at level p and power 1 - b the smallest loss
found is then::

    delta + (z(1 - p) + z(1 - b)) sqrt(error^2 + 2 seed_deviation^2)

Before there is a second estimate, `expected_error` stands in for it: two models of equal skill
whose errors are independent, as in the simulations of Card et al. 2020 ("With Little Power Comes
Great Responsibility"). Real models err on the same labels more often: five seeds of the joint model
on CoNLL04 gave a third of that variance. So what is shown is rather too large than too small.
"""

import math
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from accord.compare.counts import Statistic
from accord.compare.score import Measure, Scores
from accord.compare.significance import Floats, as_measure, paired_counts, parts
from accord.errors import InputError


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest loss (0 to 1) that a test at level `p` finds with probability `power`.

    None if no loss can be found: with so few documents the exact test never falls below `p`.
    """

    measure: str
    loss: float | None
    p: float
    power: float
    documents: int

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON."""
        return asdict(self)


def detectable(
    scores: Scores,
    measure: Measure | str,
    *,
    p: float = 0.05,
    power: float = 0.8,
    delta: float = 0.0,
    seed_deviation: float = 0.0,
) -> Detectable:
    """The smallest loss beyond which `accord.compare.noninferiority` would likely find it.

    Raises InputError unless p and power lie between 0 and 1, or as `Scores.value`.
    """
    for name, value in (("p", p), ("power", power)):
        if not 0 < value < 1:
            raise InputError(f"{name} must lie between 0 and 1, not {value}")
    documents = sum(not counts.empty for counts in scores.per_document(measure).values())
    loss = None
    # A document exchanged for itself changes nothing, so 2^(1 - documents) is the least p there is.
    if documents > 1 and (1 - documents) * math.log(2) <= math.log(p):
        normal = NormalDist()
        error = math.hypot(expected_error(scores, measure), math.sqrt(2) * seed_deviation)
        loss = delta + (normal.inv_cdf(1 - p) + normal.inv_cdf(power)) * error
    return Detectable(str(measure), loss, p, power, documents)


def paired_error(first: Scores, second: Scores, measure: Measure | str) -> float:
    """Standard error of the difference of two estimates on a measure, over documents.

    Infinite for fewer than two documents. Raises InputError if the two were not scored on the same
    ones, or as `Scores.value`.
    """
    measure = as_measure(measure)
    a, b = paired_counts(first, second, measure)
    return difference_error(a, b, measure.statistic)


def difference_error(first: Floats, second: Floats, statistic: Statistic) -> float:
    """`paired_error` of counts (documents, 3), row by row for the same document."""
    if len(first) < 2:
        return math.inf
    pulls = _pulls(first, statistic) - _pulls(second, statistic)
    return math.sqrt(len(pulls) * float(np.var(pulls, ddof=1)))


def expected_error(scores: Scores, measure: Measure | str) -> float:
    """Standard error of the difference to another model of the same skill that errs independently.

    Each label of the reference is found with the same probability (its recall), false labels come
    as in a Poisson process; half a label is added to each count, so that a perfect score is not
    taken for certain. Infinite if neither side has a label.
    """
    measure = as_measure(measure)
    counts = scores.counts(measure)
    if counts.empty:
        return math.inf
    labels = counts.support
    found = (counts.tp + 0.5) / (labels + 1)
    spurious = counts.fp + 0.5
    value = counts.value(measure.statistic)
    match measure.statistic:
        case Statistic.RECALL:
            whole, hit, false = labels, 1.0, 0.0
        case Statistic.PRECISION:
            whole, hit, false = counts.tp + counts.fp, 1 - value, value
        case Statistic.F1:
            # A hit moves N by 2 and D by 1: as a miss it stood in D already.
            whole, hit, false = 2 * counts.tp + counts.fp + counts.fn, 2 - value, value
    if not whole:
        return math.inf
    variance = labels * found * (1 - found) * hit**2 + spurious * false**2
    return math.sqrt(2 * variance) / whole


def _pulls(counts: Floats, statistic: Statistic) -> Floats:
    """How far each document (rows) pulls the measure from its value; they add up to 0."""
    part, whole = parts(counts, statistic)
    total = whole.sum()
    if not total:
        return np.zeros_like(whole)
    pulls: Floats = (part - part.sum() / total * whole) / total
    return pulls
