"""Significance, pinned to scipy's own tests and to plain enumeration."""

import json
from itertools import product

import numpy as np
import pytest
from scipy import stats

from accord.compare import (
    Counts,
    Match,
    Scores,
    Target,
    bootstrap,
    interval,
    randomisation,
)
from accord.errors import InputError

F1 = "mention.strict.micro.f1"


def scores(rows: list[tuple[int, int, int]]) -> Scores:
    """One document a row of tp, fp, fn."""
    return Scores(
        "gold",
        "model",
        {
            f"d{i:04}": {(Target.MENTION, Match.STRICT): {"ORG": Counts(*row)}}
            for i, row in enumerate(rows)
        },
    )


def sample(documents: int, seed: int, skill: float) -> list[tuple[int, int, int]]:
    """Reference sizes from one stream, so that two samples share them; hits from another."""
    sizes = np.random.default_rng(1).integers(1, 9, documents)
    rng = np.random.default_rng(seed)
    hits = rng.binomial(sizes, skill)
    extra = rng.poisson(1, documents)
    return [(int(t), int(f), int(s - t)) for t, f, s in zip(hits, extra, sizes, strict=True)]


def f1(rows: list[tuple[int, int, int]]) -> float:
    tp, fp, fn = (sum(column) for column in zip(*rows, strict=True))
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0


def statistic(x, y, axis=-1):
    """Difference of F1 of two samples of packed counts, for scipy."""

    def value(packed):
        tp, fp, fn = packed // 10_000, packed // 100 % 100, packed % 100
        tp, fp, fn = (part.sum(axis=axis) for part in (tp, fp, fn))
        return 2 * tp / (2 * tp + fp + fn)

    return value(y) - value(x)


def packed(rows: list[tuple[int, int, int]]) -> np.ndarray:
    return np.array([tp * 10_000 + fp * 100 + fn for tp, fp, fn in rows])


@pytest.mark.parametrize("seed", range(5))
def test_few_documents_are_enumerated(seed: int):
    a, b = sample(7, seed, 0.4), sample(7, seed + 100, 0.7)
    result = randomisation(scores(a), scores(b), F1)
    observed = abs(f1(b) - f1(a))
    extreme = 0
    for flips in product((False, True), repeat=7):
        x = [q if flip else p for p, q, flip in zip(a, b, flips, strict=True)]
        y = [p if flip else q for p, q, flip in zip(a, b, flips, strict=True)]
        extreme += abs(f1(y) - f1(x)) >= observed - 1e-12
    assert result.exact and result.rounds == 128
    assert result.p == extreme / 128
    assert result.difference == pytest.approx(f1(b) - f1(a))


def test_exact_randomisation_is_scipys():
    a, b = sample(9, 3, 0.5), sample(9, 4, 0.7)
    theirs = stats.permutation_test(
        (packed(a), packed(b)), statistic, permutation_type="samples", vectorized=True
    )
    assert randomisation(scores(a), scores(b), F1).p == pytest.approx(theirs.pvalue)


@pytest.mark.parametrize("skill", [0.5, 0.55, 0.6])
def test_random_rounds_agree_with_scipys(skill: float):
    a, b = sample(60, 5, 0.5), sample(60, 6, skill)
    theirs = stats.permutation_test(
        (packed(a), packed(b)),
        statistic,
        permutation_type="samples",
        vectorized=True,
        n_resamples=10_000,
        rng=np.random.default_rng(9),
    )
    result = randomisation(scores(a), scores(b), F1)
    assert not result.exact and result.rounds == 10_000
    # Two estimates of one p, each with a standard error of at most 0.005.
    assert result.p == pytest.approx(theirs.pvalue, abs=0.025)


@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_the_bootstrap_interval_is_scipys(confidence: float):
    a, b = sample(80, 5, 0.5), sample(80, 6, 0.7)
    theirs = stats.bootstrap(
        (packed(a), packed(b)),
        statistic,
        paired=True,
        vectorized=True,
        method="percentile",
        confidence_level=confidence,
        n_resamples=10_000,
        rng=np.random.default_rng(9),
    ).confidence_interval
    result = bootstrap(scores(a), scores(b), F1, confidence=confidence)
    assert (result.low, result.high) == pytest.approx((theirs.low, theirs.high), abs=0.005)
    assert result.low < result.difference < result.high


def test_an_interval_covers_the_value_and_shrinks_with_documents():
    small, large = (interval(scores(sample(n, 5, 0.6)), F1) for n in (20, 500))
    for found in (small, large):
        assert found.low < found.value < found.high
    assert large.high - large.low < small.high - small.low


@pytest.mark.parametrize("documents", [3, 40])
def test_equal_estimates_do_not_differ(documents: int):
    one = scores(sample(documents, 5, 0.5))
    assert randomisation(one, one, F1).p == 1
    result = bootstrap(one, one, F1)
    assert (result.p, result.low, result.high, result.difference) == (1, 0, 0, 0)


def test_a_clear_difference_is_found():
    weak, strong = scores(sample(100, 5, 0.4)), scores(sample(100, 6, 0.8))
    assert randomisation(weak, strong, F1).p == pytest.approx(1 / 10_001)
    assert bootstrap(weak, strong, F1).p == pytest.approx(1 / 10_001)
    assert randomisation(weak, strong, F1).difference > 0


def test_false_alarms_are_as_rare_as_p_says():
    """Under the null hypothesis p is at most 0.1 in about a tenth of the trials."""
    alarms = sum(
        randomisation(
            scores(sample(30, seed, 0.5)), scores(sample(30, seed + 1000, 0.5)), F1, rounds=199
        ).p
        <= 0.1
        for seed in range(200)
    )
    assert 6 <= alarms <= 36  # binomial(200, 0.1) beyond which lie less than 0.1% on each side


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_every_statistic_matches_the_scores(name: str):
    a, b = scores(sample(30, 5, 0.5)), scores(sample(30, 6, 0.7))
    measure = f"mention.strict.ORG.{name}"
    for test in (randomisation, bootstrap):
        result = test(a, b, measure, rounds=50)
        assert (result.first, result.second) == (a.value(measure), b.value(measure))
        assert result.measure == measure


def test_the_seed_decides_and_chunks_do_not(monkeypatch: pytest.MonkeyPatch):
    a, b = scores(sample(51, 5, 0.5)), scores(sample(51, 6, 0.6))
    again = [randomisation(a, b, F1, seed=3), bootstrap(a, b, F1, seed=3)]
    assert again == [randomisation(a, b, F1, seed=3), bootstrap(a, b, F1, seed=3)]
    assert bootstrap(a, b, F1, seed=4).low != again[1].low
    monkeypatch.setattr("accord.compare.significance._CELLS", 5000)
    assert bootstrap(a, b, F1, seed=3) == again[1]
    assert randomisation(a, b, F1, seed=3) == again[0]
    assert json.loads(json.dumps(again[0].to_json()))["p"] == again[0].p


def test_documents_without_labels_are_harmless():
    a, b = scores([(0, 0, 0), (0, 0, 0)]), scores([(0, 0, 0), (0, 1, 0)])
    assert randomisation(a, b, F1).p == 1
    assert bootstrap(a, b, F1).difference == 0


def test_wrong_input_is_explained():
    a = scores([(1, 0, 0), (1, 1, 0)])
    with pytest.raises(InputError, match="not on both: d0002"):
        randomisation(a, scores([(1, 0, 0)] * 3), F1)
    with pytest.raises(InputError, match="needs at least two"):
        interval(scores([(1, 0, 0)]), F1)
    with pytest.raises(InputError, match="rounds must be at least 1, not 0"):
        randomisation(a, a, F1, rounds=0)
    with pytest.raises(InputError, match="between 0 and 1, not 95"):
        bootstrap(a, a, F1, confidence=95)
