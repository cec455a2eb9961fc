"""The probe: the same labels and nearly the same probabilities are the same result."""

import pytest

from accord.model import load_model
from accord.model.probe import TEXTS, compare_probes, probe

ONE = {
    "probe/1": {
        "mentions": [[0, 4, "ORG", 0.9], [5, 9, "GPE", None]],
        "relations": [["leads", 0, 4, "ORG", 5, 9, "GPE", 0.6]],
    }
}


def moved(by, kind="mentions"):
    row = ONE["probe/1"][kind][0]
    other = {**ONE["probe/1"], kind: [[*row[:-1], row[-1] + by], *ONE["probe/1"][kind][1:]]}
    return {"probe/1": other}


def test_differences_are_measured():
    assert compare_probes(ONE, ONE).none
    near = compare_probes(ONE, moved(-0.02))
    assert not near.none and near.small and near.largest == 0.02
    assert not compare_probes(ONE, moved(-0.021, "relations")).small
    fewer = {"probe/1": {**ONE["probe/1"], "relations": []}}
    assert compare_probes(ONE, fewer).changed == 1
    assert not compare_probes(ONE, fewer).small
    renamed = {"probe/1": {**ONE["probe/1"], "mentions": [[0, 4, "GPE", 0.9], [5, 9, "GPE", None]]}}
    assert compare_probes(ONE, renamed).changed == 2


@pytest.mark.parametrize("wrong", [{"a": 3}, {"a": {}}, {"a": {"mentions": 3, "relations": []}}])
def test_what_is_no_probe(wrong):
    with pytest.raises(ValueError, match="not a probe"):
        compare_probes(ONE, wrong)


def test_a_model_says_the_same_each_time(trained):
    extractor = load_model(trained[1])
    first = probe(extractor)
    assert len(first) == len(TEXTS)
    assert compare_probes(first, probe(extractor)).none
