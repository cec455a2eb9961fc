"""`accord report`: layers and models against a reference, as a page."""

import json
import shutil

import pytest
from test_cli_commands import run


@pytest.fixture
def readings(root):
    """The sample corpus with two more readings of its articles, the second without a mark."""
    for reader in ("first", "second"):
        shutil.copytree(root / "annotations/gold/articles", root / f"annotations/{reader}/articles")
    lines = (root / "annotations/gold/articles/b.ann").read_text().splitlines(keepends=True)
    (root / "annotations/second/articles/b.ann").write_text(lines[0])
    return root


def test_a_layer(readings, tmp_path):
    page = tmp_path / "out/page.html"
    out, err = run("report", "second", "--root", readings, "--out", page)
    assert f"wrote {page}: open it in a browser" in out
    assert "2 documents" in err
    text = page.read_text()
    assert "<h1>second against gold</h1>" in text and "Kenya" in text
    run("report", "first", "second", "--root", readings, "--out", page, "--split", "articles/b")
    text = page.read_text()
    assert "From first to second" in text and "on 1 document." in text


def test_a_model_is_shown_on_text_it_never_saw(trained, tmp_path):
    root, model = trained
    folder = tmp_path / "mine"
    shutil.copytree(model, folder)
    curve = [{"share": 1.0, "articles": 2, "mention_f1": 0.5, "relation_f1": 0.25}]
    (folder / "metrics.json").write_text(json.dumps({"learning_curve": curve}))
    page = tmp_path / "page.html"
    run("report", folder, "--root", root, "--out", page)
    text = page.read_text()
    assert "practice/c" in text and "articles/a" not in text
    assert "Learning curve" in text
    _, err = run("report", folder, "--root", root, "--out", page, "--split", "articles", code=2)
    assert "was trained on articles/a" in err
    (folder / "metrics.json").write_text('{"learning_curve": [{"share": 1}]}')
    _, err = run("report", folder, "--root", root, "--out", page, code=2)
    assert "metrics.json: learning_curve, entry 1" in err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["third"], "'third' is no model's folder and no layer; layers are: first, gold, second"),
        (["gold"], "'gold' is the reference itself; give another --reference"),
        (["first", "first"], "first is given twice"),
        (["first", "--split", "practice"], "no document matches 'practice'"),
        (["first", "--split", "practice/c"], "no document of 'practice/c' has all of gold, first"),
        (["first", "--out", "."], "is a folder; --out needs a file"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage(readings, arguments, reason):
    _, err = run("report", *arguments, "--root", readings, code=2)
    assert reason in " ".join(err.replace("│", " ").split())


def test_a_scoring_tells_what_it_came_from(readings):
    asked = ("evaluate", "--layer", "first", "--split", "articles", "--root", readings, "--json")
    found = json.loads(run(*asked)[0])["provenance"]
    assert set(found["texts"]) == set(found["labels"]) == {"articles/a", "articles/b"}
    assert {"schema", "code", "versions", "locks", "machine"} <= set(found)
