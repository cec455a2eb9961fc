"""How the rules `not_worse` of one check share its p."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.compare import Match, Measure, Statistic, Target, holm
from accord.gate.losses import weights
from accord.gate.rules import ERROR_KINDS, ErrorShare, NotWorse


def f1(target, average):
    return NotWorse(Measure(target, Match.STRICT, average, Statistic.F1))


MICRO = [f1(target, "micro") for target in Target]
TYPES = [f1(Target.MENTION, name) for name in ("ORG", "GPE", "MONEY", "DATE")]
ERRORS = [NotWorse(ErrorShare(target, kind)) for target in Target for kind in ERROR_KINDS[target]]


def test_averages_types_and_kinds_of_error_share_p_equally():
    found = weights([*TYPES, *MICRO, *ERRORS])
    assert found[:4] == pytest.approx([1 / 12] * 4)
    assert found[4:6] == pytest.approx([1 / 6] * 2)
    assert found[6:] == pytest.approx([1 / 18] * 6)
    assert weights(TYPES) == pytest.approx([1 / 4] * 4)
    assert weights([]) == ()


def test_more_types_take_nothing_from_the_averages():
    assert weights([*MICRO, *TYPES])[:2] == weights([*MICRO, *TYPES[:1]])[:2]


@given(st.lists(st.floats(0, 1), max_size=8))
def test_equal_shares_are_plain_holm(ps):
    plain, least = [1.0] * len(ps), 0.0
    for rank, index in enumerate(sorted(range(len(ps)), key=lambda i: ps[i])):
        least = plain[index] = max(least, min(1.0, (len(ps) - rank) * ps[index]))
    assert holm(ps, [1 / len(ps) for _ in ps]) == pytest.approx(tuple(plain))
    assert holm(ps) == pytest.approx(tuple(plain))


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 1)), min_size=1, max_size=8))
def test_the_correction_rejects_what_testing_step_by_step_does(tests):
    """Reject the least p / share while p / share <= limit / (what is left); then stop."""
    whole = sum(share for _, share in tests)
    ps, shares = [p for p, _ in tests], [share / whole for _, share in tests]
    adjusted = holm(ps, shares)
    limit, left, rejected = 0.05, set(range(len(ps))), set()
    while left:
        index = min(left, key=lambda i: ps[i] / shares[i])
        if ps[index] / shares[index] > limit / sum(shares[i] for i in left) + 1e-12:
            break
        left.remove(index)
        rejected.add(index)
    assert {i for i, p in enumerate(adjusted) if p <= limit + 1e-11} >= rejected
    assert all(ps[i] <= adjusted[i] + 1e-9 for i in range(len(ps)))
    assert not {i for i, p in enumerate(adjusted) if p <= limit - 1e-9} - rejected


def test_an_example_by_hand():
    # The average first: 0.004 / 0.5 is less than 0.003 / 0.25; then half of p is left.
    assert holm((0.004, 0.003, 0.2), (0.5, 0.25, 0.25)) == pytest.approx((0.008, 0.008, 0.2))
