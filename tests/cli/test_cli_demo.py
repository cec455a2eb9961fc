"""`accord demo` from end to end on the sample corpus, with small models."""

import hashlib
import shutil

import pytest
from test_cli_commands import run

from accord.files import write_text
from sample_corpus import RECIPE, A, tree_hash, write_sample


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A small model under each name that the demo reads, trained on the practice text."""
    base = tmp_path_factory.mktemp("models")
    write_sample(base / "root")
    write_text(base / "root/corpus/practice/d.txt", f"{A.text}\nNobody else did.\n")
    labels = base / "root/annotations/gold"
    shutil.copy(labels / "articles/a.ann", labels / "practice/d.ann")
    write_text(base / "recipe.toml", RECIPE.replace('"articles"', '"practice/*"'))
    for name in ("alliances", "alliances-baseline"):
        to = base / "models" / name
        run("train", base / "recipe.toml", "--to", to, "--root", base / "root")
    return base / "models"


@pytest.fixture
def demo(root, models):
    """The sample corpus with all that the demo reads: seeds, two readings, the models."""
    for reader in ("first", "second"):
        shutil.copytree(root / "annotations/gold", root / f"annotations/{reader}")
    (root / "annotations/second/articles/b.ann").write_text("T1\tORG 0 11\tCorvo Steel\n")
    write_text(root / "seeds/a.txt", A.text)
    write_text(
        root / "seeds/seeds.toml",
        f'[a]\ntitle = "A [b] pact"\nsha256 = "{hashlib.sha256(A.text.encode()).hexdigest()}"\n',
    )
    shutil.copytree(models, root / "models", dirs_exist_ok=True)
    return root


def test_the_whole_way(demo, tmp_path):
    before = tree_hash(demo)
    out, _ = run("demo", "--root", demo, "--to", tmp_path / "out")
    assert tree_hash(demo) == before
    steps = [line[:2] for line in out.splitlines() if line[:2].strip(".").isdigit()]
    assert steps == ["1.", "2.", "3.", "4.", "5.", "6."]
    assert "A [b] pact" in out
    assert "first and second, 2 documents, in %" in out
    assert "alliances against gold, 2 documents, in %" in out
    assert "alliances-baseline, strict F1: mention" in out
    assert "Coast Pact" in out
    report = tmp_path / "out/report.html"
    assert f"wrote {report}: open it in a browser" in out
    text = report.read_text()
    assert text.lower().startswith("<!doctype html>")
    assert "Avon and Brill join the Coast Pact." in text
    run("demo", "--root", demo, "--to", tmp_path / "out")
    assert report.read_text() == text


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("seeds/a.txt", "Changed.", "a.txt: is not the article as given: its SHA-256 is "),
        ("seeds/a.txt", None, "a.txt: no such file"),
        ("seeds/seeds.toml", None, "run the demo in the folder of the project, or name that with"),
        ("seeds/seeds.toml", "[a", "seeds.toml: not valid TOML"),
        ("seeds/seeds.toml", "[a]\ntitle = 3", "seeds.toml: [a] needs a title and a sha256"),
        ("corpus/articles/a.txt", "Changed.", "findings; `accord validate` lists them"),
        ("annotations/first/articles/a.ann", None, "articles/a: no layer 'first'"),
        ("models/alliances/config.toml", None, "config.toml"),
        ("models/alliances-baseline/schema.toml", "x = 1", "schema.toml"),
    ],
)
def test_what_is_missing_or_wrong_is_named(demo, tmp_path, name, text, reason):
    if text is None:
        (demo / name).unlink()
    else:
        (demo / name).write_text(text)
    assert reason in run("demo", "--root", demo, "--to", tmp_path / "out", code=2)[1]
    assert not (tmp_path / "out").exists()


def test_a_report_is_not_written_over_a_file(demo, tmp_path):
    write_text(tmp_path / "out", "a file")
    _, err = run("demo", "--root", demo, "--to", tmp_path / "out", code=2)
    assert "out: is a file; --to needs a folder for the report" in err
