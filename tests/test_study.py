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
    recipes = [{**tomllib.loads(RECIPE), "seed": seed} for seed in (7, 8)]
    corpus = read_corpus(root)
    plan = leave_one_out(corpus.select("articles"))
    here = [cross_validate(recipe, corpus, plan, lambda _: silent) for recipe in recipes]
    with Beside(root, recipes, plan, 2) as beside:
        there = list(beside.held_out(corpus))
    assert [found.layers for found in there] == [found.layers for found in here]


BROKEN = {**tomllib.loads(RECIPE), "mentions": {"epochs": 0}}


def test_what_stops_a_fold_beside_is_told(root):
    corpus = read_corpus(root)
    plan = leave_one_out(corpus.select("articles"))
    with Beside(root, [BROKEN], plan, 1) as beside, pytest.raises(InputError, match="epochs"):
        next(beside.held_out(corpus))


def test_folds_that_have_not_begun_are_given_up_when_what_they_stand_beside_fails(root):
    plan = leave_one_out(read_corpus(root).select("articles")) * 3
    with pytest.raises(RuntimeError, match="the main training"):  # noqa: SIM117 - in this order
        with Beside(root, [BROKEN], plan, 1) as beside:
            raise RuntimeError("the main training")
    assert all(fold.done() for fold in beside._folds[0])
    assert beside._folds[0][-1].cancelled()
