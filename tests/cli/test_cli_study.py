"""`accord study`, on the baseline, which trains in seconds."""

import json

import pytest
from test_cli_commands import run

from accord.files import write_text
from accord.report.curves import read_learning_curve
from sample_corpus import RECIPE, tree_hash


@pytest.fixture
def model(root, tmp_path):
    write_text(tmp_path / "recipe.toml", RECIPE)
    run("train", tmp_path / "recipe.toml", "--to", tmp_path / "m", "--root", root)
    return tmp_path / "m"


def test_a_study_adds_its_figures_to_the_card_and_takes_an_older_ones_place(root, model):
    card = (model / "card.md").read_text()
    asked = ("study", model, "--score", "practice/*", "--root", root, "--folds", 2)
    out, _ = run(*asked, "--curve", "50", "--jobs", 2)
    assert "Cross-validation, 2 folds of whole articles, in %" in out
    assert "1 articles: mentions" in out
    assert "2 articles: mentions" in out
    first = tree_hash(model)
    text = (model / "card.md").read_text()
    assert text.startswith(card.rstrip())
    assert f"accord study {model} --score 'practice/*' --folds 2 --curve 50" in text
    figures = json.loads((model / "metrics.json").read_text())
    assert list(figures["study"]["results"][0]["documents"]) == ["articles/a", "articles/b"]
    points = read_learning_curve(figures["learning_curve"])
    assert [(p.share, p.articles) for p in points] == [(0.5, 1), (1.0, 2)]
    assert "<svg" in (model / "learning-curve.svg").read_text()
    # One training at a time gives the same, byte for byte.
    run(*asked, "--curve", "50", "--jobs", 1)
    assert tree_hash(model) == first


def test_what_cannot_be_studied_is_refused(root, model):
    before = tree_hash(model)
    unseen = ("--score", "practice/*")
    for options, reason in (
        (("--score", "articles"), "was trained on articles/a"),
        ((*unseen, "--curve", "25,x"), "percentages parted by commas"),
        ((*unseen, "--curve", "0,50"), "percentages lie between 0 and 100"),
        ((*unseen, "--curve", "10"), "a share of 10% of 2 articles is 0; give"),
        ((*unseen, "--curve", "50", "--folds", 3), "2 documents cannot be split into 3 folds"),
    ):
        _, err = run("study", model, "--root", root, *options, code=2)
        assert reason in " ".join(err.split())
    assert tree_hash(model) == before


def test_a_model_of_other_texts_is_not_studied(root, model):
    write_text(root / "corpus/splits.toml", 'articles = ["articles/a"]\n')
    _, err = run("study", model, "--score", "practice/*", "--root", root, code=2)
    assert "learned from other texts than its recipe names now" in err
