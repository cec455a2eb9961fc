"""`accord reproduce`: exit codes, and what it says of a model of the sample corpus."""

import json

import pytest
from test_cli_commands import run

from accord.files import write_text
from sample_corpus import RECIPE, tree_hash


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A corpus and a model trained by the command, with folds and an unseen text."""
    from sample_corpus import write_sample

    root = tmp_path_factory.mktemp("reproduce") / "root"
    write_sample(root)
    write_text(root / "models/recipes/r.toml", RECIPE)
    recipe, to = root / "models/recipes/r.toml", root / "models/m"
    run("train", recipe, "--to", to, "--root", root, "--folds", 2, "--score", "practice/*")
    return root, to


def test_the_record_tells_how_it_was_made(model):
    record = json.loads((model[1] / "record.json").read_text())
    assert record["asked"] == {
        "recipe": "models/recipes/r.toml",
        "folds": 2,
        "seeds": 1,
        "score": "practice/*",
    }
    metrics = json.loads((model[1] / "metrics.json").read_text())
    assert [(r["folds"], r["split"]) for r in metrics["results"]] == [
        (2, None),
        (None, "practice/*"),
    ]
    assert set(metrics["provenance"]["texts"]) == {"articles/a", "articles/b", "practice/c"}
    assert "accord" in metrics["provenance"]["versions"]


def test_it_is_made_again(model):
    root, folder = model
    before = tree_hash(root)
    out, err = run("reproduce", folder, "--root", root)
    lines = out.splitlines()
    for name in ("text", "label", "schema", "config", "encoder", "code", "versions", "machine"):
        assert f"  same     {name}" in lines, name
    assert "good     bytes: equal: mentions.spacy, relations.safetensors, relations.json" in out
    assert "scores on 'practice/*': the recorded counts, document by document (1)" in out
    assert "folds: " in err and "training: " in err
    assert tree_hash(root) == before


def test_inputs_only_does_not_train(model, monkeypatch):
    root, folder = model

    def never(*_, **__):
        raise AssertionError("training was started")

    monkeypatch.setattr("accord.reproduce.train", never)
    out, _ = run("reproduce", folder, "--root", root, "--inputs-only")
    assert "probe: the recorded labels, to the last digit" in out and "bytes" not in out
    value = json.loads(run("reproduce", folder, "--root", root, "--inputs-only", "--json")[0])
    assert value["good"] and value["inputs"] == [] and not value["trained"]
    labels = root / "annotations/gold/articles/a.ann"
    text = labels.read_text()
    try:
        labels.write_text("".join(text.splitlines(keepends=True)[:-1]))
        for options in (("--inputs-only",), ()):
            out, _ = run("reproduce", folder, "--root", root, *options, code=1)
            assert "DIFFERS  label: articles/a has other labels in 'gold'" in out
            last = out.splitlines()[-1]
            assert last.startswith("trained again it may be" if options else "not trained again")
        assert "not trained again: from other texts, labels, schema or encoder" in out
        value = json.loads(run("reproduce", folder, "--root", root, "--json", code=1)[0])
        assert value["inputs"][0]["input"] == "label" and not value["good"]
    finally:
        labels.write_text(text)


def test_what_is_no_model(root, tmp_path):
    assert "no such model folder" in run("reproduce", tmp_path / "x", "--root", root, code=2)[1]
    run("reproduce", tmp_path, "--root", root, "--tolerance", 2, code=2)
