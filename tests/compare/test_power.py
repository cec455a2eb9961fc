"""Standard errors against scipy's bootstrap, and the detectable loss against planted ones."""

import math

import numpy as np
import pytest
from scipy import stats
from score_cases import F1, drawn, scored

from accord.compare import detectable, expected_error, noninferiority, paired_error
from accord.errors import InputError

STATISTICS = ("precision", "recall", "f1")


def value(name, tp, fp, fn):
    return {
        "precision": tp / (tp + fp),
        "recall": tp / (tp + fn),
        "f1": 2 * tp / (2 * tp + fp + fn),
    }[name]


@pytest.mark.parametrize("name", STATISTICS)
def test_the_paired_error_is_the_bootstraps(name: str):
    a, b = np.array(drawn(120, 5, 0.6)), np.array(drawn(120, 6, 0.7))

    def difference(index, axis=-1):
        one, two = (np.moveaxis(rows[index].sum(axis=-2), -1, 0) for rows in (a, b))
        return value(name, *two) - value(name, *one)

    theirs = stats.bootstrap(
        (np.arange(120),),
        difference,
        vectorized=True,
        n_resamples=2000,
        rng=np.random.default_rng(1),
        method="percentile",
    ).standard_error
    ours = paired_error(scored(a.tolist()), scored(b.tolist()), f"mention.strict.micro.{name}")
    assert ours == pytest.approx(theirs, rel=0.08)


@pytest.mark.parametrize("name", STATISTICS)
def test_the_expected_error_is_that_of_independent_models(name: str):
    """Many pairs of models of one skill: how their difference varies is what was foretold."""
    measure = f"mention.strict.micro.{name}"
    values = [scored(drawn(80, seed, 0.7)).value(measure) for seed in range(400)]
    spread = np.std(np.diff(np.reshape(values, (200, 2)), axis=1))
    foretold = expected_error(scored(drawn(80, 1000, 0.7)), measure)
    assert foretold == pytest.approx(spread, rel=0.2)


def test_a_loss_of_that_size_is_found_about_as_often_as_it_says():
    before = scored(drawn(150, 5, 0.75))
    least = detectable(before, F1, p=0.05, power=0.8).loss
    assert least is not None
    skill = 0.75
    # The skill whose F1 lies lower by that much, found by trial on very many documents.
    many = scored(drawn(5000, 1, 0.75)).value(F1)
    while many - scored(drawn(5000, 2, skill)).value(F1) < least:
        skill -= 0.005
    found = sum(
        noninferiority(
            scored(drawn(150, 100 + trial, 0.75)),
            scored(drawn(150, 500 + trial, skill)),
            F1,
            rounds=300,
        ).p
        <= 0.05
        for trial in range(60)
    )
    # The randomisation test beside it is two-sided, so somewhat fewer are found.
    assert 33 <= found <= 57


def test_more_text_shows_less_and_more_demands_show_more():
    small, large = scored(drawn(30, 5, 0.7)), scored(drawn(300, 5, 0.7))
    least = detectable(small, F1).loss
    assert least > detectable(large, F1).loss > 0
    assert detectable(small, F1, p=0.001).loss > least
    assert detectable(small, F1, power=0.95).loss > least
    assert detectable(small, F1, seed_deviation=0.05).loss > least
    assert detectable(small, F1, delta=0.1).loss == pytest.approx(least + 0.1)


def test_too_few_documents_show_nothing():
    assert detectable(scored(drawn(2, 5, 0.7)), F1, p=0.01).loss is None
    # Documents without any label say nothing either.
    assert detectable(scored([*drawn(4, 5, 0.7), *[(0, 0, 0)] * 50]), F1, p=0.01).loss is None
    assert detectable(scored(drawn(8, 5, 0.7)), F1, p=0.01).loss is not None


def test_edges():
    empty = scored([(0, 0, 0)] * 20)
    assert expected_error(empty, F1) == math.inf
    perfect = scored([(5, 0, 0)] * 20)
    assert 0 < expected_error(perfect, F1) < 0.05
    assert paired_error(perfect, perfect, F1) == 0
    assert paired_error(scored([(1, 0, 0)]), scored([(0, 0, 1)]), F1) == math.inf
    for wrong in ({"p": 0}, {"power": 1}):
        with pytest.raises(InputError, match="must lie between 0 and 1"):
            detectable(perfect, F1, **wrong)
