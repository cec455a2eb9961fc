"""Studies: which articles a share takes, and folds that run beside another training."""

import tomllib

import pytest

from accord.corpus import read_corpus
from accord.errors import InputError
from accord.experiment import cross_validate
from accord.model.progress import silent
from accord.model.training import leave_one_out
from accord.study import Beside, _divided, _parts
from sample_corpus import RECIPE

IDS = tuple(f"d{n}" for n in range(8))


def test_a_larger_share_holds_the_smaller_and_depends_on_the_seed_alone():
    small, large = _parts(IDS, (0.25, 0.8), 3)
    assert len(small) == 2
    assert len(large) == 6
    assert set(small) < set(large) < set(IDS)
    assert _parts(tuple(reversed(IDS)), (0.25, 0.8), 3) == [small, large]
    assert _parts(IDS, (0.25,), 4) != [small]


@pytest.mark.parametrize("share", [0.05, 1.0])
def test_a_share_that_takes_nothing_or_all_is_refused(share):
    with pytest.raises(InputError, match="takes at least one and leaves one out"):
        _parts(IDS, (share,), 0)


def test_threads_are_shared_out():
    recipe = {"kind": "joint", "training": {"threads": 4, "epochs": 3}}
    assert _divided(recipe, 2)["training"] == {"threads": 2, "epochs": 3}
    assert _divided({"kind": "joint"}, 4)["training"] == {"threads": 1}
    assert _divided({"kind": "baseline"}, 2) == {"kind": "baseline"}


def test_folds_beside_give_what_folds_one_after_the_other_give(root):
    recipe = tomllib.loads(RECIPE)
    corpus = read_corpus(root)
    plan = leave_one_out(corpus.select("articles"))
    here = cross_validate(recipe, corpus, plan, lambda _: silent)
    assert Beside(root, recipe, plan, 2).held_out(corpus).layers == here.layers


def test_what_stops_a_fold_beside_is_told(root):
    recipe = {**tomllib.loads(RECIPE), "mentions": {"epochs": 0}}
    corpus = read_corpus(root)
    plan = leave_one_out(corpus.select("articles"))
    with pytest.raises(InputError, match="epochs"):
        Beside(root, recipe, plan, 1).held_out(corpus)
