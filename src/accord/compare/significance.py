"""Whether two estimates differ on a measure by more than the choice of documents explains.

Both tests are paired and work on whole documents, since labels of one document are not
independent. They resample the per-document counts and read the measure off the sums, so they hold
for any measure, F1 included, which is no mean of documents.

- Approximate randomisation (Noreen 1989; Yeh 2000, "More accurate tests for the statistical
  significance of result differences"): under the null hypothesis the two estimates' outputs for a
  document may change places. Two-sided; p = (c + 1) / (rounds + 1), where c counts the rounds whose
  difference is at least as large, so p is never 0 (Phipson and Smyth 2010). If all 2^n exchanges
  are no more than the rounds, each is tried once and p is exact.
- Bootstrap over documents (Efron and Tibshirani 1993): documents are drawn with replacement; the
  interval is the percentile one, p two-sided from the distribution shifted to no difference.

Unlike sacrebleu, equal differences count as at least as large: two equal estimates give p = 1. Same
input, rounds and seed give the same result (numpy's PCG64).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.compare.counts import Counts, Statistic
from accord.compare.score import Measure, Scores, parse_measure
from accord.errors import InputError

_CELLS = 1 << 22  # documents times rounds held at once: 32 MiB of float64
_TOLERANCE = 1e-12  # differences closer than this are equal; sums are exact, quotients are not

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Randomisation:
    """A paired randomisation test; `difference` is second minus first, from -1 to 1.

    `exact` is True if `rounds` are all exchanges there are, each once.
    """

    measure: str
    first: float
    second: float
    difference: float
    p: float
    documents: int
    rounds: int
    seed: int
    exact: bool

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """A paired bootstrap; `difference` is second minus first, with its interval low to high."""

    measure: str
    first: float
    second: float
    difference: float
    low: float
    high: float
    confidence: float
    p: float
    documents: int
    rounds: int
    seed: int

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Interval:
    """A measure of one estimate with its bootstrap interval, low to high."""

    measure: str
    value: float
    low: float
    high: float
    confidence: float
    documents: int
    rounds: int
    seed: int

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON."""
        return asdict(self)


def randomisation(
    first: Scores, second: Scores, measure: Measure | str, *, rounds: int = 10_000, seed: int = 0
) -> Randomisation:
    """Test by paired approximate randomisation whether two estimates differ on a measure.

    Raises InputError if the two were not scored on the same documents, or as `Scores.value`.
    """
    _check_rounds(rounds)
    measure = as_measure(measure)
    a, b = paired_counts(first, second, measure)
    value_a, value_b = (float(figures(side.sum(axis=0), measure.statistic)) for side in (a, b))
    observed = value_b - value_a
    exact = len(a) < 63 and 2 ** len(a) <= rounds
    masks = _all_masks(len(a)) if exact else _random_masks(len(a), rounds, seed)
    change, total_a, total_b = b - a, a.sum(axis=0), b.sum(axis=0)
    extreme = 0
    for mask in masks:
        moved = mask @ change
        resampled = figures(total_b - moved, measure.statistic) - figures(
            total_a + moved, measure.statistic
        )
        extreme += int(np.count_nonzero(np.abs(resampled) >= abs(observed) - _TOLERANCE))
    done = 2 ** len(a) if exact else rounds
    p = extreme / done if exact else (extreme + 1) / (done + 1)
    return Randomisation(str(measure), value_a, value_b, observed, p, len(a), done, seed, exact)


def bootstrap(
    first: Scores,
    second: Scores,
    measure: Measure | str,
    *,
    rounds: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Bootstrap:
    """The difference of two estimates on a measure, with a bootstrap interval over documents.

    With few documents the interval is too narrow; prefer `randomisation` to decide.

    Raises InputError if the two were not scored on the same documents, on fewer than two, or as
    `Scores.value`.
    """
    _check_rounds(rounds)
    _check_confidence(confidence)
    measure = as_measure(measure)
    a, b = paired_counts(first, second, measure)
    value_a, value_b = (float(figures(side.sum(axis=0), measure.statistic)) for side in (a, b))
    observed = value_b - value_a
    drawn = np.concatenate(
        [
            figures(weights @ b, measure.statistic) - figures(weights @ a, measure.statistic)
            for weights in draws(len(a), rounds, seed)
        ]
    )
    low, high = percentiles(drawn, confidence)
    extreme = int(np.count_nonzero(np.abs(drawn - observed) >= abs(observed) - _TOLERANCE))
    p = (extreme + 1) / (rounds + 1)
    return Bootstrap(
        str(measure), value_a, value_b, observed, low, high, confidence, p, len(a), rounds, seed
    )


def interval(
    scores: Scores,
    measure: Measure | str,
    *,
    rounds: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """A measure with its percentile bootstrap interval over documents.

    Raises InputError if there are fewer than two documents, or as `Scores.value`.
    """
    return intervals(scores, [measure], rounds=rounds, confidence=confidence, seed=seed)[0]


def intervals(
    scores: Scores,
    measures: Iterable[Measure | str],
    *,
    rounds: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[Interval, ...]:
    """`interval` of several measures, with documents drawn once for all of them.

    A draw in which neither side has a label of the measure says nothing of it and is left out;
    otherwise a rare type would seem uncertain down to 0 however well both sides do on it.
    """
    _check_rounds(rounds)
    _check_confidence(confidence)
    asked = [as_measure(measure) for measure in measures]
    counts = [count_array(scores.per_document(measure)) for measure in asked]
    drawn: list[list[Floats]] = [[] for _ in asked]
    for weights in draws(len(scores.documents), rounds, seed):
        for rows, measure, each in zip(drawn, asked, counts, strict=True):
            sums = weights @ each
            rows.append(figures(sums[sums.any(axis=-1)], measure.statistic))
    found = []
    for rows, measure in zip(drawn, asked, strict=True):
        known = np.concatenate(rows)
        low, high = percentiles(known, confidence) if len(known) else (0.0, 0.0)
        found.append(
            Interval(
                str(measure),
                scores.value(measure),
                low,
                high,
                confidence,
                len(scores.documents),
                rounds,
                seed,
            )
        )
    return tuple(found)


def as_measure(measure: Measure | str) -> Measure:
    """The measure itself, or the one that a spelling names; InputError as `parse_measure`."""
    return parse_measure(measure) if isinstance(measure, str) else measure


def paired_counts(first: Scores, second: Scores, measure: Measure) -> tuple[Floats, Floats]:
    """Counts of both, each (documents, 3), row by row for the same document.

    Raises InputError if the two were not scored on the same documents.
    """
    a, b = first.per_document(measure), second.per_document(measure)
    if a.keys() != b.keys():
        only = sorted(a.keys() ^ b.keys())[:5]
        raise InputError(
            f"a paired test needs the same documents on both sides; not on both: {', '.join(only)}"
        )
    return count_array(a), count_array({i: b[i] for i in a})


def count_array(counts: Mapping[str, Counts]) -> Floats:
    """(documents, 3): tp, fp, fn. Floats, as these sums are exact and take the fast product."""
    return np.array([(c.tp, c.fp, c.fn) for c in counts.values()], dtype=np.float64).reshape(-1, 3)


def figures(counts: Floats, statistic: Statistic) -> Floats:
    """The statistic of each row (..., 3) of summed counts; 0/0 is 0, as in `Counts`."""
    part, whole = parts(counts, statistic)
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def parts(counts: Floats, statistic: Statistic) -> tuple[Floats, Floats]:
    """Numerator and denominator of the statistic for each row (..., 3); both add over documents."""
    tp, fp, fn = counts[..., 0], counts[..., 1], counts[..., 2]
    match statistic:
        case Statistic.PRECISION:
            return tp, tp + fp
        case Statistic.RECALL:
            return tp, tp + fn
        case Statistic.F1:
            return 2 * tp, 2 * tp + fp + fn


def _all_masks(documents: int) -> Iterator[Floats]:
    """Every choice of documents to exchange, once, in chunks (rounds, documents)."""
    bits = np.arange(documents)
    for numbers in _chunks(2**documents, documents):
        yield ((np.array(numbers)[:, None] >> bits) & 1).astype(np.float64)


def _random_masks(documents: int, rounds: int, seed: int) -> Iterator[Floats]:
    """Random choices of documents to exchange, in chunks (rounds, documents)."""
    rng = np.random.default_rng(seed)
    for numbers in _chunks(rounds, documents):
        yield (rng.random((len(numbers), documents)) < 0.5).astype(np.float64)


def draws(documents: int, rounds: int, seed: int) -> Iterator[Floats]:
    """How often each document is drawn, in chunks (rounds, documents), for a bootstrap.

    Raises InputError if there are fewer than two documents.
    """
    if documents < 2:
        raise InputError("a bootstrap over documents needs at least two of them")
    rng = np.random.default_rng(seed)
    share = np.full(documents, 1 / documents)
    for numbers in _chunks(rounds, documents):
        yield rng.multinomial(documents, share, size=len(numbers)).astype(np.float64)


def _chunks(rounds: int, documents: int) -> Iterable[range]:
    step = max(1, _CELLS // max(1, documents))
    return (range(start, min(start + step, rounds)) for start in range(0, rounds, step))


def percentiles(drawn: Floats, confidence: float) -> tuple[float, float]:
    """The percentile interval of a statistic's values over the rounds of a bootstrap."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def _check_rounds(rounds: int) -> None:
    if rounds < 1:
        raise InputError(f"rounds must be at least 1, not {rounds}")


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise InputError(f"the confidence must lie between 0 and 1, not {confidence}")
