"""Folds, labelling across them, and recipes that cannot be trained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.corpus import read_corpus
from accord.document import Layer
from accord.errors import InputError
from accord.files import write_text
from accord.model.recipe import Data
from accord.model.training import (
    check,
    check_apart,
    cross_label,
    folds,
    leave_one_out,
    recipe_data,
    train,
)
from sample_corpus import A


@given(st.sets(st.text("abc/", min_size=1), min_size=2, max_size=12), st.data())
def test_folds_label_each_document_once_and_apart(ids, data):
    number = data.draw(st.integers(2, len(ids)))
    seed = data.draw(st.integers(0, 99))
    plan = folds(sorted(ids), number, seed=seed)
    assert len(plan) == number
    assert sorted(i for fold in plan for i in fold.test) == sorted(ids)
    for fold in plan:
        assert set(fold.train) | set(fold.test) == ids
        assert not set(fold.train) & set(fold.test)
    sizes = [len(fold.test) for fold in plan]
    assert max(sizes) - min(sizes) <= 1
    assert folds(sorted(ids, reverse=True), number, seed=seed) == plan


def test_leave_one_out():
    plan = leave_one_out(["a", "b", "c"])
    assert sorted(fold.test for fold in plan) == [("a",), ("b",), ("c",)]
    assert all(len(fold.train) == 2 for fold in plan)


@pytest.mark.parametrize(("ids", "number"), [([], 2), (["a"], 2), (["a", "b"], 1), (["a"], 0)])
def test_too_few_documents(ids, number):
    with pytest.raises(InputError, match=f"{len(ids)} documents? cannot be split into {number}"):
        folds(ids, number, seed=0)
    with pytest.raises(InputError):
        leave_one_out(ids[:1])


def test_cross_label_asks_models_that_never_saw_the_text(root):
    corpus = read_corpus(root)
    seen = {}

    class Spy:
        def __init__(self, ids):
            self.ids = ids

        def extractor(self):
            return self

        def extract(self, documents):
            for document in documents:
                seen[document.id] = self.ids
                yield Layer(document.id, "spy")

    plan = leave_one_out(list(corpus.documents))
    layers = cross_label(corpus, plan, lambda index, ids: Spy((index, *ids)))
    assert set(layers) == set(corpus.documents)
    assert all(i not in ids for i, ids in seen.items())
    assert sorted(ids[0] for ids in seen.values()) == [0, 1, 2]


def test_the_data_table():
    assert recipe_data({"data": {"split": "x", "layer": "first"}}) == Data("x", "first")
    for recipe in ({}, {"data": 3}):
        with pytest.raises(InputError, match=r"no \[data\] table"):
            recipe_data(recipe)
    with pytest.raises(InputError, match=r"\[data\]: unknown key 'spilt'"):
        recipe_data({"data": {"spilt": "x"}})


def test_an_unknown_kind(root):
    with pytest.raises(InputError, match="unknown kind of model 'oracle'"):
        train({"kind": "oracle"}, read_corpus(root), ["articles/a"])


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({"seed": -1}, r"recipe: seed must lie between 0 and 2\*\*32 - 1, not -1"),
        ({"seed": "x"}, "recipe: seed must be of type int, not 'x'"),
        ({"sede": 1}, "recipe: unknown key 'sede'"),
        ({"mentions": {"epochs": 0}}, r"\[mentions\]: epochs must be at least 1, not 0"),
        ({"mentions": {"batch_size": 0}}, r"\[mentions\]: batch_size must be at least 1, not 0"),
        ({"mentions": {"dropout": 1.0}}, r"\[mentions\]: dropout must be at least 0 and below 1"),
        ({"mentions": {"learn_rate": 0}}, r"\[mentions\]: learn_rate must lie between 0 and 1"),
        ({"mentions": {"epoch": 1}}, r"\[mentions\]: unknown key 'epoch'; known are epochs, batch"),
        ({"relations": {"c": 0}}, r"\[relations\]: c must be above 0, not 0.0"),
        ({"relations": {"threshold": 1.0}}, r"\[relations\]: threshold must lie between 0 and 1"),
    ],
)
def test_recipes_that_cannot_be_trained(root, table, reason):
    recipe = {"kind": "baseline", "data": {"split": "articles"}, **table}
    with pytest.raises(InputError, match=reason):
        train(recipe, read_corpus(root), ["articles/a"])


def recipe_of(**data):
    return {"kind": "baseline", "data": {"split": "articles", **data}}


def test_held_out_documents_are_not_learned_from(root):
    corpus = read_corpus(root)
    ids = corpus.select("articles")
    assert check(recipe_of(), corpus, ids) == (("articles/a", "articles/b"), ())
    found = check(recipe_of(held_out="*/b"), corpus, ids)
    assert found == (("articles/a",), ("articles/b",))
    quick = {**recipe_of(held_out="*/b"), "mentions": {"epochs": 1, "width": 16, "depth": 1}}
    assert set(train(quick, corpus, ids).extractor().record["trained_on"]) == {"articles/a"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"held_out": "artcles"}, "no document matches 'artcles'; splits are: articles"),
        ({"held_out": "articles"}, "nothing to learn from: 'articles' holds out every document"),
        ({"layer": "glod"}, "articles/a: no layer 'glod'; its layers are: gold"),
    ],
)
def test_splits_and_layers_that_cannot_be_used(root, data, reason):
    corpus = read_corpus(root)
    for attempt in (check, train):
        with pytest.raises(InputError, match=reason):
            attempt(recipe_of(**data), corpus, corpus.select("articles"))


def test_held_out_documents_need_labels_too(root):
    (root / "annotations/gold/practice/c.ann").unlink()
    corpus = read_corpus(root)
    with pytest.raises(InputError, match="practice/c: no layer 'gold'; its layers are: none"):
        check(recipe_of(held_out="practice/c"), corpus, corpus.select("articles"))


@pytest.mark.parametrize(
    ("training", "reason"),
    [
        ({"epochs": 0}, "epochs must lie between 1 and 100000, not 0"),
        ({"coin": 0.7, "known": 0.5}, r"coin \+ known must lie between 0 and 1, not 1.2"),
        ({"known": 0.5, "names": [" "]}, "known is a share of names, and one of them is empty"),
        ({"known": 0.5}, "known is a share of names, and there are none"),
    ],
)
def test_a_joint_recipe_is_checked_before_it_is_trained(root, training, reason):
    corpus = read_corpus(root)
    recipe = {"kind": "joint", "data": {"split": "articles"}, "training": training}
    with pytest.raises(InputError, match=rf"\[training\]: {reason}"):
        check(recipe, corpus, ["articles/a"])


def test_one_text_under_two_names_is_not_on_both_sides(root):
    write_text(root / "corpus/practice/z.txt", A.text)
    corpus = read_corpus(root)
    check_apart(corpus, ["articles/a"], ["articles/b", "practice/c"])
    with pytest.raises(InputError, match="articles/a is among what the model would learn from"):
        check_apart(corpus, ["articles/a"], ["articles/a"])

    def never(index, ids):
        raise AssertionError("trained before the folds were checked")

    with pytest.raises(InputError, match="has the text of"):
        cross_label(corpus, leave_one_out(list(corpus.documents)), never)
