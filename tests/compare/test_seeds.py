"""Comparisons over several seeds, against a slow reference written from the paper."""

import random
import statistics

import numpy as np
import pytest
from score_cases import F1, drawn, f1, scored

from accord.compare import bootstrap, seed_bootstrap, seed_deviation
from accord.errors import InputError


def by_the_paper(first, second, rounds, seed):
    """The Multi-Bootstrap, draw by draw: seeds of each side, documents of both."""
    rng = random.Random(seed)  # noqa: S311 - a draw, no secret
    found = []
    for _ in range(rounds):
        chosen = [rng.randrange(len(first[0])) for _ in first[0]]
        means = [
            statistics.fmean(f1([run[i] for i in chosen]) for run in rng.choices(side, k=len(side)))
            for side in (first, second)
        ]
        found.append(means[1] - means[0])
    return found


def test_the_interval_is_the_papers():
    first = [drawn(40, seed, skill) for seed, skill in enumerate((0.5, 0.55, 0.62), 10)]
    second = [drawn(40, seed, skill) for seed, skill in enumerate((0.6, 0.7, 0.66, 0.63), 20)]
    ours = seed_bootstrap([scored(r) for r in first], [scored(r) for r in second], F1)
    theirs = np.quantile(by_the_paper(first, second, 1500, 1), [0.025, 0.975])
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs), abs=0.012)
    assert ours.seeds == (3, 4)
    assert ours.difference == pytest.approx(
        statistics.fmean(map(f1, second)) - statistics.fmean(map(f1, first))
    )
    assert ours.first_deviation == pytest.approx(statistics.stdev(map(f1, first)))
    assert ours.low < ours.difference < ours.high


def test_one_seed_a_side_is_the_plain_bootstrap():
    a, b = scored(drawn(40, 5, 0.5)), scored(drawn(40, 6, 0.6))
    one, plain = seed_bootstrap([a], [b], F1, seed=4), bootstrap(a, b, F1, seed=4)
    assert (one.low, one.high, one.p) == pytest.approx((plain.low, plain.high, plain.p))


def test_seeds_that_differ_widen_the_interval():
    """A difference that one lucky seed makes is not significant over seeds."""
    steady = [scored(drawn(300, seed, 0.6)) for seed in range(4)]
    moody = [scored(drawn(300, 50 + n, skill)) for n, skill in enumerate((0.5, 0.6, 0.6, 0.78))]
    lucky = seed_bootstrap(steady[:1], moody[3:], F1)
    over_seeds = seed_bootstrap(steady, moody, F1)
    assert lucky.p < 0.001
    assert over_seeds.p > 0.05
    assert over_seeds.high - over_seeds.low > lucky.high - lucky.low


def test_what_the_seed_alone_does():
    rng = np.random.default_rng(3)
    still = [scored(drawn(300, seed, 0.7)) for seed in range(12)]
    moody = [scored(drawn(300, 20 + s, 0.7 + rng.normal(0, 0.06))) for s in range(12)]
    assert seed_deviation(still[:1], F1, prior=0.015) == 0.015
    # Chance document by document is no mood: without one, the figure falls below the prior.
    assert seed_deviation(still, F1, prior=0.015) < 0.015
    assert 0.02 < seed_deviation(moody, F1, prior=0.015) < 0.07
    # Two runs say little, so they move it little.
    assert seed_deviation(still[:2], F1, prior=0.015) > seed_deviation(still, F1, prior=0.015)


def test_wrong_input_is_explained():
    a = scored(drawn(4, 5, 0.5))
    with pytest.raises(InputError, match="at least one scored model on each side"):
        seed_bootstrap([a], [], F1)
    with pytest.raises(InputError, match="needs the same documents"):
        seed_bootstrap([a], [scored(drawn(5, 5, 0.5))], F1)
