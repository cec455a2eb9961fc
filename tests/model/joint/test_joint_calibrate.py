import numpy as np
import pytest

from accord.errors import ModelError
from accord.model.joint.calibrate import Calibration, Outcome, calibrate, fit, reliability


def outcomes(a, b, count, kind="x", seed=0):
    """Predictions that hold with probability sigmoid(a x + b)."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(0, 3, count)
    holds = rng.random(count) < 1 / (1 + np.exp(-(a * odds + b)))
    return [Outcome(kind, float(x), bool(y)) for x, y in zip(odds, holds, strict=True)]


def test_the_scale_is_found():
    scale = fit(outcomes(0.5, -0.7, 20_000))
    assert scale.a == pytest.approx(0.5, abs=0.03)
    assert scale.b == pytest.approx(-0.7, abs=0.06)


def test_calibrated_probabilities_hold():
    seen, held_out = outcomes(0.4, 0.5, 4000), outcomes(0.4, 0.5, 4000, seed=1)
    scale = fit(seen)
    raw = reliability([1 / (1 + np.exp(-o.odds)) for o in held_out], [o.right for o in held_out])
    good = reliability([scale(o.odds) for o in held_out], [o.right for o in held_out])
    assert good.error < 0.03 < raw.error
    assert sum(b.count for b in good.bins) == 4000


def test_too_few_or_one_sided_predictions_change_nothing():
    for few in ([], outcomes(1, 0, 10), [Outcome("x", 2.0, True)] * 500):
        assert fit(few)(1.0) == pytest.approx(1 / (1 + np.exp(-1)))


def test_scores_that_say_nothing_or_less_are_not_turned_round():
    scale = fit(outcomes(-1.0, 0.0, 2000))
    assert scale.a > 0


def test_extreme_scores_do_not_overflow():
    with np.errstate(all="raise"):
        scale = fit([Outcome("x", x, x > 0) for x in (-900.0, 900.0) * 100])
        assert 0 <= scale(1e9) <= 1
        assert 0 <= scale(-1e9) <= 1


def test_rare_relations_share_a_scale():
    found = calibrate(outcomes(1, 0, 500), outcomes(0.5, 0, 500, "a") + outcomes(2, 0, 20, "b"))
    assert set(found.relations) == {"a"}
    assert found.of("b") == found.relation
    assert found.fitted_on == 1020


def test_a_calibration_survives_json():
    import json

    found = calibrate(outcomes(1, 0, 500), outcomes(0.5, 0, 500, "a"))
    assert Calibration.from_json(json.dumps(found.to_json())) == found
    for text in ("", "[]", "{}", '{"mention": 3}'):
        with pytest.raises(ModelError, match=r"calibration\.json"):
            Calibration.from_json(text)


def test_reliability_of_nothing():
    assert reliability([], []).error == 0
