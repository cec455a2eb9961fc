"""`accord train` and `accord evaluate`: what is refused before training, and what the card says."""

import json
import re
import shutil

import pytest
from test_cli_commands import run

from accord.files import write_text
from accord.model import load_model
from sample_corpus import RECIPE, SCHEMA, A, tree_hash


@pytest.fixture
def recipe(tmp_path):
    write_text(tmp_path / "recipe.toml", RECIPE)
    return tmp_path / "recipe.toml"


@pytest.fixture
def untrainable(monkeypatch):
    """Training is an error: what is refused is refused before."""

    def never(*_, **__):
        raise AssertionError("training was started")

    for module in ("accord.cli.train", "accord.cli.evaluate", "accord.experiment"):
        monkeypatch.setattr(f"{module}.train", never)


@pytest.mark.usefixtures("untrainable")
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--folds", 0], "greater than or equal to 2"),
        (["--folds", 1], "greater than or equal to 2"),
        (["--folds", 3], "2 documents cannot be split into 3 folds"),
        (["--folds", "two"], "should be a valid integer"),
        (["--seeds", 0], "greater than or equal to 1"),
        (["--seeds", 3], "--seeds compares cross-validations; say how many --folds"),
        (["--jobs", 2], "--jobs runs folds beside the last training; say how many --folds"),
        (["--score", "artcles"], "no document matches 'artcles'; splits are: articles;"),
        (["--score", "articles"], "--score 'articles': articles/a is among what the model would"),
        (["--score", "*"], "articles/a is among what the model would learn from"),
        (["--score", "practice/z"], "practice/z has the text of articles/a, among what the model"),
        (["--score", "practice/y"], "practice/y: no layer 'gold'; its layers are: none"),
        (["--resume", "checkpoints"], "--resume is for joint models; a baseline keeps no check"),
    ],
)
def test_wrong_combinations_are_refused_before_training(root, recipe, tmp_path, options, reason):
    write_text(root / "corpus/practice/z.txt", A.text)
    write_text(root / "corpus/practice/y.txt", "Not labelled.")
    before = tree_hash(tmp_path)
    _, err = run("train", recipe, "--to", tmp_path / "m", "--root", root, *options, code=2)
    assert reason in " ".join(err.replace("│", " ").split())
    assert tree_hash(tmp_path) == before


@pytest.mark.usefixtures("untrainable")
@pytest.mark.parametrize(
    ("old", "new", "options", "reason"),
    [
        ("seed = 7", 'seed = "x"', ("--folds", 2), "seed must be of type int, not 'x'"),
        ("seed = 7", "seed = 4294967295", ("--folds", 2, "--seeds", 2), "seed must lie between"),
        ("[data]", '[data]\nlayer = "glod"', ("--folds", 2), "articles/a: no layer 'glod'"),
        ("[data]", '[data]\nheld_out = "artcles"', (), "no document matches 'artcles'"),
        ("[data]", '[data]\nheld_out = "*/b"', ("--folds", 2), "nothing to learn from: '*/b'"),
        ("epochs = 2", "epoch = 2", ("--folds", 2), "[mentions]: unknown key 'epoch'"),
    ],
)
def test_wrong_recipes_are_refused_before_training(
    root, recipe, tmp_path, old, new, options, reason
):
    recipe.write_text(RECIPE.replace(old, new))
    same = ("--to", tmp_path / "m", "--root", root)
    assert reason in run("train", recipe, *same, *options, code=2)[1]
    assert not (tmp_path / "m").exists()


JOINT = 'kind = "joint"\n[data]\nsplit = "articles"\n'


@pytest.mark.usefixtures("untrainable")
def test_a_joint_model_is_refused_before_training(root, recipe, tmp_path):
    recipe.write_text(JOINT)
    same = ("train", recipe, "--root", root, "--to", tmp_path / "m", "--resume")
    assert "lies where the model goes" in run(*same, tmp_path / "m", code=2)[1]
    assert "lies where the model goes" in run(*same, tmp_path / "m/x", code=2)[1]
    assert "recipe.toml: is a file; --resume needs a folder" in run(*same, recipe, code=2)[1]
    # Text that told training when to end has chosen the model: it is not unseen.
    chosen = '\nheld_out = "practice/c"\n[training]\npatience = 2\n'
    recipe.write_text(JOINT + chosen)
    asked = ("train", recipe, "--root", root, "--to", tmp_path / "m", "--score", "practice/c")
    assert "practice/c is among what the model" in run(*asked, code=2)[1]


@pytest.mark.usefixtures("untrainable")
def test_a_model_is_not_put_where_it_cannot_be(root, recipe, tmp_path):
    before = tree_hash(root)
    for folder in (root, root / "corpus", recipe):
        _, err = run("train", recipe, "--to", folder, "--root", root, code=2)
        assert "exists and is not a model, or holds other files too; move it away" in err
    _, err = run("train", recipe, "--to", recipe / "m", "--root", root, code=2)
    assert "recipe.toml: is a file, so no folder can be made in it" in err
    assert tree_hash(root) == before


def test_card_and_metrics_are_the_same_each_time(root, recipe, tmp_path):
    """Trained twice into one place, with folds, and scored on text that it never saw."""
    folder = tmp_path / "my model"
    asked = ("train", recipe, "--to", folder, "--root", root, "--folds", 2, "--score", "practice/*")
    out, err = run(*asked)
    assert "Held-out text, 2 folds over the training documents, in %" in out
    assert "'practice/*', which the model never saw, in %" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    assert "seed 7: mention.strict.micro.f1" in err
    first = tree_hash(folder)
    text = (folder / "card.md").read_text()
    assert f"accord train {recipe} --to '{folder}' --folds 2 --score 'practice/*'" in text
    assert f"accord evaluate --model '{folder}' --split 'practice/*'" in text
    held_out, unseen = json.loads((folder / "metrics.json").read_text())["results"]
    assert list(held_out["documents"]) == ["articles/a", "articles/b"]
    assert list(unseen["documents"]) == ["practice/c"]
    assert set(load_model(folder).record["trained_on"]) == {"articles/a", "articles/b"}
    assert run(*asked)[0] == out
    assert tree_hash(folder) == first
    # With the folds beside it, in processes of their own, too.
    assert run(*asked, "--jobs", 2)[0] == out
    assert tree_hash(folder) == first


def test_seeds_give_mean_and_deviation(root, recipe, tmp_path):
    asked = ("train", recipe, "--to", tmp_path / "m", "--root", root, "--folds", 2, "--seeds", 2)
    out, err = run(*asked)
    assert re.search(r"mention\.strict\.micro\.f1: [\d.]+ \+- [\d.]+ over 2 seeds", out)
    assert "seed 8: mention.strict" in err
    record = json.loads((tmp_path / "m/record.json").read_text())
    assert record["seed"] == 7
    text = (tmp_path / "m/card.md").read_text()
    assert "| in % | mean | deviation | seed 7 | seed 8 |" in text
    assert "--folds 2 --seeds 2" in text
    spread = json.loads((tmp_path / "m/metrics.json").read_text())["seeds"]
    assert set(spread["mention.strict.micro.f1"]["values"]) == {"7", "8"}
    first = tree_hash(tmp_path / "m")
    # The folds of both seeds beside the last training, in a process of their own, too.
    assert run(*asked, "--jobs", 2)[0] == out
    assert tree_hash(tmp_path / "m") == first


@pytest.mark.usefixtures("untrainable")
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--require", "mention.strict.micro.f2>=1"], "the statistic is one of"),
        (["--require", "mention.strict.OGR.f1>=1"], "not 'OGR'; did you mean ORG?"),
        (["--require", "mention.strict.micro.f1=1"], "not a requirement: 'mention.strict.micro.f1"),
        (["--reference", "glod"], "articles/a: no layer 'glod'; its layers are: gold"),
        (["--split", "artcles"], "no document matches 'artcles'; splits are: articles;"),
        (["--folds", 3], "2 documents cannot be split into 3 folds"),
    ],
)
def test_evaluate_refuses_before_training(root, recipe, options, reason):
    assert reason in run("evaluate", "--recipe", recipe, "--root", root, *options, code=2)[1]


@pytest.mark.usefixtures("untrainable")
def test_evaluate_checks_the_whole_recipe_first(root, recipe):
    shutil.copytree(root / "annotations/gold", root / "annotations/half")
    (root / "annotations/half/articles/a.ann").unlink()
    recipe.write_text(RECIPE.replace("[data]", '[data]\nlayer = "half"'))
    _, err = run("evaluate", "--recipe", recipe, "--root", root, code=2)
    assert "articles/a: no layer 'half'; its layers are: gold" in err
    recipe.write_text(RECIPE.replace("epochs", "epoch"))
    assert "unknown key 'epoch'" in run("evaluate", "--recipe", recipe, "--root", root, code=2)[1]
    write_text(root / "corpus/articles/z.txt", A.text)
    shutil.copy(root / "annotations/gold/articles/a.ann", root / "annotations/gold/articles/z.ann")
    recipe.write_text(RECIPE)
    _, err = run("evaluate", "--recipe", recipe, "--root", root, code=2)
    assert re.search("articles/[az] has the text of articles/[az], among what the model", err)


@pytest.mark.parametrize(
    ("data", "split", "trained"),
    [
        ("articles", None, {"articles/a": {"b"}, "articles/b": {"a"}}),
        ("*", "articles", {"articles/a": {"b", "c"}, "articles/b": {"a", "c"}}),
        ("*", "articles/[b]", {"articles/b": {"a", "c"}}),
        ("articles", "practice/*", {"practice/c": {"a", "b"}}),
        ("articles", "*", {"articles/a": {"b"}, "articles/b": {"a"}, "practice/c": {"a", "b"}}),
    ],
)
def test_a_fold_learns_from_all_of_the_recipes_text_but_its_own(
    root, recipe, monkeypatch, data, split, trained
):
    plans = []

    def planned(tables, corpus, plan):
        plans.extend(plan)
        return {i: corpus.layer("gold", i) for fold in plan for i in fold.test}

    monkeypatch.setattr("accord.cli.evaluate.by_recipe", planned)
    recipe.write_text(RECIPE.replace('split = "articles"', f'split = "{data}"'))
    asked = ["--split", split] if split else []
    run("evaluate", "--recipe", recipe, "--root", root, *asked)
    found = {i: {j[-1] for j in fold.train} for fold in plans for i in fold.test}
    assert found == trained


def test_evaluate_compares_two_things(root):
    for wrong, reason in (
        (("--layer", "gold"), "--layer 'gold' is the reference itself; give another --reference"),
        (("--layer", "first", "--folds", 2), "--folds goes with --recipe"),
    ):
        assert reason in run("evaluate", *wrong, "--root", root, code=2)[1]


def test_titles_keep_their_brackets(trained):
    root, model = trained
    asked = ("evaluate", "--model", model, "--root", root, "--split", "practice/[c]")
    assert "1 document" in run(*asked)[0]
    assert SCHEMA in (model / "schema.toml").read_text()
