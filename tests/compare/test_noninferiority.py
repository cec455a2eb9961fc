"""Losses beyond a margin, against a slow reference written from the papers."""

import random

import numpy as np
import pytest
from score_cases import F1, drawn, f1, scored

from accord.compare import holm, noninferiority, pooled, randomisation
from accord.errors import InputError


def by_the_paper(first, second, delta, deviation, rounds, seed):
    """Shifted bootstrap and randomisation, one round after the other in plain Python."""
    rng = random.Random(seed)  # noqa: S311 - a draw, no secret
    loss = f1(first) - f1(second)
    n = len(first)
    beyond = swapped = 0
    for _ in range(rounds):
        chosen = [rng.randrange(n) for _ in range(n)]
        again = f1([first[i] for i in chosen]) - f1([second[i] for i in chosen])
        noise = rng.gauss(0, deviation) - rng.gauss(0, deviation)
        beyond += (again - loss) * (n / (n - 1)) ** 0.5 + noise >= loss - delta - 1e-12
        flips = [rng.random() < 0.5 for _ in range(n)]
        x = [b if flip else a for a, b, flip in zip(first, second, flips, strict=True)]
        y = [a if flip else b for a, b, flip in zip(first, second, flips, strict=True)]
        swapped += abs(f1(x) - f1(y)) >= abs(loss) - 1e-12
    return max(beyond + 1, swapped + 1) / (rounds + 1)


@pytest.mark.parametrize(
    ("skill", "delta", "deviation"),
    [(0.45, 0.0, 0.0), (0.45, 0.03, 0.0), (0.45, 0.0, 0.03), (0.4, 0.05, 0.02)],
)
def test_p_is_the_papers(skill: float, delta: float, deviation: float):
    first, second = drawn(40, 5, 0.6), drawn(40, 6, skill)
    ours = noninferiority(scored(first), scored(second), F1, delta=delta, seed_deviation=deviation)
    theirs = by_the_paper(first, second, delta, deviation, 1500, 3)
    # Two estimates of one p, with standard errors of at most 0.005 and 0.013.
    assert ours.p == pytest.approx(theirs, abs=0.045)
    assert ours.loss == pytest.approx(f1(first) - f1(second))


def test_a_gain_and_a_small_loss_are_not_tested():
    first, second = scored(drawn(40, 5, 0.6)), scored(drawn(40, 6, 0.4))
    assert noninferiority(second, first, F1).p == 1
    loss = noninferiority(first, second, F1).loss
    assert noninferiority(first, second, F1, delta=loss).p == 1
    assert noninferiority(first, second, F1, delta=loss / 2).p < 1


def test_margin_and_seed_only_make_it_harder():
    first, second = scored(drawn(60, 5, 0.6)), scored(drawn(60, 6, 0.45))
    plain = noninferiority(first, second, F1)
    assert plain.p < noninferiority(first, second, F1, delta=0.08).p
    noisy = noninferiority(first, second, F1, seed_deviation=0.05)
    assert plain.p < noisy.p
    assert noisy.error == pytest.approx((plain.error**2 + 2 * 0.05**2) ** 0.5)


def test_few_differing_documents_are_no_proof():
    """A bootstrap alone would call one lost label in each of three documents significant."""
    same = [(5, 0, 0)] * 30
    worse = [(4, 0, 1)] * 3 + [(5, 0, 0)] * 27
    assert noninferiority(scored(same), scored(worse), F1).p > 0.2
    worse = [(4, 0, 1)] * 12 + [(5, 0, 0)] * 18
    assert noninferiority(scored(same), scored(worse), F1).p < 0.01


def test_one_document_proves_nothing():
    result = noninferiority(scored([(9, 0, 0)]), scored([(0, 9, 9)]), F1)
    assert (result.p, result.loss, result.documents) == (1, 1, 1)


def test_seeds_that_move_all_documents_alike_raise_no_alarm():
    """Each training has a mood of its own, which a test over documents alone takes for a loss."""
    deviation, alarms, blind = 0.03, 0, 0
    rng = np.random.default_rng(0)
    for trial in range(60):
        first, second = (
            scored(drawn(200, 1000 + 2 * trial + side, 0.7 + rng.normal(0, deviation)))
            for side in (0, 1)
        )
        told = noninferiority(first, second, F1, seed_deviation=deviation, rounds=400)
        alarms += told.p <= 0.05
        blind += noninferiority(first, second, F1, rounds=400).p <= 0.05
    assert alarms <= 7  # binomial(60, 0.05): 8 or more are rarer than 1 in 60
    assert blind > alarms


def test_holm_by_hand():
    # Holm 1979: 0.01 * 4, 0.02 * 3, then never less than what came before, at most 1.
    assert holm([0.03, 0.01, 0.9, 0.02]) == pytest.approx((0.06, 0.04, 0.9, 0.06))
    assert holm([]) == ()
    assert holm([0.6, 0.7]) == (1.0, 1.0)


def test_groups_are_exchanged_whole():
    first, second = scored(drawn(40, 5, 0.6)), scored(drawn(40, 6, 0.5))
    groups = {i: f"g{number // 10}" for number, i in enumerate(first.documents)}
    together = randomisation(pooled(first, groups), pooled(second, groups), F1)
    alone = randomisation(first, second, F1)
    assert (together.documents, together.rounds, together.exact) == (4, 16, True)
    assert together.difference == alone.difference
    with pytest.raises(InputError, match="no group for d0003"):
        pooled(first, {i: "a" for i in first.documents if i != "d0003"})


def test_wrong_input_is_explained():
    one = scored([(1, 0, 0), (1, 1, 0)])
    for wrong in ({"delta": -0.1}, {"delta": 2}, {"seed_deviation": 1}):
        with pytest.raises(InputError, match="must be at least 0 and below 1"):
            noninferiority(one, one, F1, **wrong)
