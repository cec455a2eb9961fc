"""The linear model of relations: fitted, explained, saved and read."""

import math

import pytest

from accord.errors import ModelError
from accord.model.baseline.relations import LinearModel, fit, from_files, to_files

EXAMPLES = [(["a", "b"], True), (["a"], True), (["b"], False), (["c"], False)] * 3


def test_it_learns_what_tells_the_pairs_apart():
    model = fit(EXAMPLES, c=10.0, seed=0)
    assert model.probability(["a"]) > 0.8 > 0.2 > model.probability(["c"])
    assert model.probability(["never seen"]) == model.probability([])
    assert fit(EXAMPLES, c=10.0, seed=0) == model


def test_explain_names_the_heaviest_features_first():
    model = LinearModel({"a": 1.0, "b": -3.0, "c": 1.0, "d": 0.1}, 0.0)
    assert model.explain(["d", "c", "b", "a", "x"], top=3) == [("b", -3.0), ("a", 1.0), ("c", 1.0)]


@pytest.mark.parametrize("examples", [[], [(["a"], True)], [(["a"], False)]])
def test_without_both_answers_it_says_no(examples):
    model = fit(examples, c=1.0, seed=0)
    assert model.probability(["a"]) == 0.0


def test_the_order_of_features_cannot_change_a_score():
    model = LinearModel({"a": 1e16, "b": 1.0, "c": -1e16}, 0.0)
    assert model.probability(["a", "b", "c"]) == model.probability(["c", "a", "b"])
    assert model.probability(["b"]) == pytest.approx(1 / (1 + math.exp(-1)))
    assert LinearModel({}, -1e9).probability([]) == 0.0
    assert LinearModel({}, 1e9).probability([]) == 1.0


@pytest.mark.parametrize("models", [{}, {"member_of": fit(EXAMPLES, c=1.0, seed=0)}])
def test_files_give_the_same_models(models):
    models["never"] = LinearModel({}, -math.inf) if models else LinearModel({"é 🌊": 0.5}, 1.0)
    files = to_files(models)
    assert from_files(files["relations.json"], files["relations.safetensors"]) == models
    assert to_files(models) == files


def test_a_schema_without_relations():
    files = to_files({})
    assert from_files(files["relations.json"], files["relations.safetensors"]) == {}


def test_files_that_do_not_fit():
    files = to_files({"r": LinearModel({"a": 1.0}, 0.0)})
    other = to_files({"r": LinearModel({"a": 1.0, "b": 1.0}, 0.0)})
    with pytest.raises(ModelError, match="differ on r"):
        from_files(other["relations.json"], files["relations.safetensors"])
    with pytest.raises(ModelError, match="differ on q"):
        from_files(b'{"q": []}', files["relations.safetensors"])
