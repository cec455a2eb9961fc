"""`accord convert`: the gold articles through each format, what is lost, and what is refused."""

import json
import shutil
import sys

import pytest
from test_cli_commands import run

from accord.corpus import read_corpus
from accord.corpus.validate import validate
from accord.files import write_text
from accord.formats.kinds import KINDS
from accord.schema import read_schema
from sample_corpus import REPOSITORY, tree_hash

UNCHANGED = {
    *("accord", "brat", "csv", "docbin", "doccano", "huggingface", "label-studio", "parquet"),
    *("prodigy", "pubannotation", "uima-json", "uima-xmi", "webanno-tsv"),
}
FOLDERS = (
    *("accord", "brat", "csv", "huggingface", "parquet"),
    *("uima-json", "uima-xmi", "webanno-tsv"),
)
SUFFIXES = {**dict.fromkeys(FOLDERS, ""), "conll": ".conll", "docbin": ".spacy"}


@pytest.fixture(scope="module")
def gold(tmp_path_factory):
    """A corpus of the two gold articles; do not write to it."""
    root = tmp_path_factory.mktemp("gold")
    shutil.copytree(REPOSITORY / "corpus/articles", root / "corpus/articles")
    shutil.copytree(REPOSITORY / "annotations/gold/articles", root / "annotations/gold/articles")
    shutil.copy(REPOSITORY / "annotations/schema.toml", root / "annotations/schema.toml")
    return root


@pytest.mark.parametrize("kind", KINDS)
def test_gold_goes_through_each_kind(gold, tmp_path, kind):
    there, back = tmp_path / f"gold{SUFFIXES.get(kind, '.json')}", tmp_path / "back"
    code = int(kind not in UNCHANGED)
    out, err = run("convert", gold, there, "--to", kind, "--strict", code=code)
    if kind not in UNCHANGED:
        assert out == ""
        assert list(tmp_path.iterdir()) == []
        assert "nothing is written, because of --strict" in err
        out, err = run("convert", gold, there, "--to", kind)
        assert "less what is lost" in out
    assert "2 documents, 132 mentions, 92 relations" in out
    # Without --from: what was written is known by its suffix or content.
    run("convert", there, back, "--to", "accord", "--root", gold)
    assert validate(back) == () or kind not in UNCHANGED
    before, after = read_corpus(gold), read_corpus(back)
    assert after.schema == before.schema
    assert len(after.documents) == 2
    layers = after.layers["gold"]
    if kind in UNCHANGED:
        assert after.documents == before.documents
        assert {i: _labels(layer) for i, layer in layers.items()} == {
            i: _labels(layer) for i, layer in before.layers["gold"].items()
        }
    else:
        texts = [
            ["".join(document.text.split()) for document in corpus.documents.values()]
            for corpus in (before, after)
        ]
        assert texts[0] == texts[1]
        assert sum(len(layer.mentions) for layer in layers.values()) >= 124


def test_help_shows_an_example_on_one_line(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = [line.rstrip() for line in run("convert", "--help")[0].splitlines()]
    assert all(len(line) <= 80 for line in lines)
    (example,) = (line for line in lines if "Example:" in line)
    assert lines[lines.index(example) + 1] == ""


def _labels(layer):
    ids = [(r.id, r) for r in layer.relations]
    return sorted(layer.mentions, key=lambda m: m.id), sorted(ids, key=lambda pair: pair[0])


def test_losses_are_grouped_counted_and_placed(gold, tmp_path):
    _, err = run("convert", gold, tmp_path / "gold.conll")
    lines = err.splitlines()
    assert lines[0] == f"lost in reading {gold} (accord): nothing"
    assert lines[1].startswith(f"lost in writing {tmp_path}/gold.conll (conll): ")
    assert lines[2].split()[:2] == ["92", "relation:"]
    assert "articles/us-japan-alliance R1 (member_of T1 -> T3)" in lines[2]
    assert lines[2].endswith("; ...")
    counts = [int(line.split()[0]) for line in lines[2:]]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == int(lines[1].rpartition(" ")[2])


def test_losses_of_reading_are_told_too(root, tmp_path):
    source = tmp_path / "x.jsonl"
    record = {"text": "Avon\x1b[2J", "label": [[0, 4, "ORG"]], "Comments": ["su\x1bre?"]}
    write_text(source, json.dumps(record) + "\n")
    out, err = run("convert", source, tmp_path / "x.spacy", "--root", root)
    assert "1 comment: x/1 Comments" in err
    assert "\x1b" not in err
    assert "1 document, 1 mention, 0 relations" in out
    run("convert", source, tmp_path / "y.spacy", "--root", root, "--strict", code=1)
    assert not (tmp_path / "y.spacy").exists()


def test_layers_and_splits(root, tmp_path):
    shutil.copytree(root / "annotations/gold", root / "annotations/first")
    (root / "annotations/first/practice/c.ann").unlink()
    _, err = run("convert", root, tmp_path / "a.spacy", code=2)
    assert "has labels of first, gold" in err
    assert "--layer" in err
    _, err = run("convert", root, tmp_path / "a.spacy", "--layer", "third", code=2)
    assert "no labels of 'third'; sources are: first, gold" in err
    _, err = run("convert", root, tmp_path / "a.spacy", "--layer", "first")
    assert "1 document without labels of the layer: practice/c" in err
    out, err = run("convert", root, tmp_path / "b.spacy", "--layer", "first", "--split", "articles")
    assert "2 documents" in out
    assert "without labels" not in err
    _, err = run("convert", root, tmp_path / "c.spacy", "--split", "artcles", code=2)
    assert "no document matches 'artcles'; splits are: articles" in err
    # A format with room for several layers takes all.
    run("convert", root, tmp_path / "all.json", "--to", "pubannotation")
    run("convert", tmp_path / "all.json", tmp_path / "back", "--to", "accord", "--root", root)
    before, after = read_corpus(root), read_corpus(tmp_path / "back")
    for source, layers in before.layers.items():
        assert after.hash(source, layers) == before.hash(source, layers)
    assert [*after.layers["first"]] == ["articles/a", "articles/b"]


def test_splits_are_those_of_a_dataset(root, tmp_path):
    out, _ = run("convert", root, tmp_path / "set", "--to", "huggingface", "--strict")
    assert "3 documents" in out
    assert sorted(p.name for p in (tmp_path / "set/data").iterdir()) == [
        "articles-00000-of-00001.parquet",
        "rest-00000-of-00001.parquet",
    ]
    out, err = run("convert", tmp_path / "set", tmp_path / "x.spacy", "--root", root)
    assert "2 split: articles (2 documents); rest (1 document)" in err
    run("convert", root, tmp_path / "one", "--to", "huggingface", "--split", "practice/*")
    assert [p.name for p in (tmp_path / "one/data").iterdir()] == ["rest-00000-of-00001.parquet"]


def test_a_missing_extra_is_named_with_its_command(root, tmp_path, monkeypatch):
    for library, kind, extra in (
        ("cassis", "uima-xmi", "uima"),
        ("cassis", "uima-json", "uima"),
        ("pyarrow.parquet", "parquet", "parquet"),
        ("pyarrow.parquet", "huggingface", "parquet"),
    ):
        with monkeypatch.context() as patched:
            patched.setitem(sys.modules, library, None)
            _, err = run("convert", root, tmp_path / "out", "--to", kind, code=2)
        assert f"pip install 'accord[{extra}]'" in err
        assert not (tmp_path / "out").exists()


def test_a_corpus_is_known_whatever_else_lies_in_its_folder(root, tmp_path):
    for kind in ("uima-xmi", "webanno-tsv", "brat"):
        run("convert", root, root / "out" / kind, "--to", kind, "--layer", "gold")
    out, _ = run("convert", root, tmp_path / "x.spacy")
    assert "3 documents" in out
    _, err = run("convert", root / "out", tmp_path / "y.spacy", "--root", root, code=2)
    assert "cannot tell its format; name one of: brat, uima-xmi, webanno-tsv" in err


def test_a_file_name_for_a_format_of_folders_is_refused(root, tmp_path):
    for name in ("gold.xmi", "gold.tsv"):
        _, err = run("convert", root, tmp_path / name, code=2)
        assert "the format is a folder with a" in err
    assert not list(tmp_path.glob("gold.*"))


def test_a_kind_that_is_unknown_or_unclear_is_named(root, tmp_path):
    for option in ("--from", "--to"):
        _, err = run("convert", root, tmp_path / "x.spacy", option, "docanno", code=2)
        assert "unknown format 'docanno'; formats are: accord, brat, conll" in err
    _, err = run("convert", root, tmp_path / "x.json", code=2)
    assert "name one of: crossre, docred, label-studio, pubannotation, spert" in err
    _, err = run("convert", root, tmp_path / "x", code=2)
    assert "name one of: accord, brat, csv" in err
    _, err = run("convert", root, tmp_path / "x.docx", code=2)
    assert "name one of: accord, brat, conll" in err
    _, err = run("convert", tmp_path, tmp_path / "x.spacy", code=2)
    assert "name one of: accord, brat, csv" in err
    _, err = run("convert", tmp_path / "none.json", tmp_path / "x.spacy", code=2)
    assert "none.json: no such file or folder" in err
    for text, kinds in (
        ("[]", "crossre, doccano, docred"),
        ("", "crossre, doccano, docred"),
        ('{"text": "", "label": [], "spans": []}', "doccano, prodigy"),
    ):
        write_text(tmp_path / "y.json", text)
        _, err = run("convert", tmp_path / "y.json", tmp_path / "x.spacy", code=2)
        assert "y.json" in err
        assert kinds in err or not text
    write_text(tmp_path / "y.txt", "x")
    _, err = run("convert", tmp_path / "y.txt", tmp_path / "x.spacy", code=2)
    assert "cannot tell its format" in err
    assert not (tmp_path / "x.spacy").exists()


def test_a_wrong_kind_is_refused(root, tmp_path):
    run("convert", root, tmp_path / "x.spacy")
    for kind in KINDS:
        if kind != "docbin":
            run(
                *("convert", tmp_path / "x.spacy", tmp_path / "y.csv", "--to", "csv"),
                *("--from", kind, "--root", root),
                code=2,
            )
    assert not (tmp_path / "y.csv").exists()


def test_what_is_there_stays_unless_forced(root, tmp_path):
    target = tmp_path / "x.spacy"
    write_text(target, "mine")
    _, err = run("convert", root, target, code=2)
    assert "exists already; choose another place, or say --force" in err
    assert target.read_text() == "mine"
    run("convert", root, target, "--force")
    assert b"mine" not in target.read_bytes()
    for kind in ("accord", "brat", "huggingface", "uima-json", "webanno-tsv"):
        folder = tmp_path / kind
        folder.mkdir()
        run("convert", root, folder, "--to", kind)
        before = tree_hash(folder)
        _, err = run("convert", root, folder, "--to", kind, "--force", code=2)
        assert "choose a new or an empty folder" in err
        assert tree_hash(folder) == before
    for kind in ("csv", "parquet"):
        tables = tmp_path / f"{kind} tables"
        run("convert", root, tables, "--to", kind)
        run("convert", root, tables, "--to", kind, code=2)
        run("convert", root, tables, "--to", kind, "--force")


@pytest.mark.parametrize("name", ["../../x", "/x", "a/../../x", ".x", "a\nb", "a\\b"])
@pytest.mark.parametrize("kind", ["accord", "brat", "uima-json", "uima-xmi", "webanno-tsv"])
def test_nothing_leaves_the_folder(root, tmp_path, name, kind):
    outer = tmp_path / "outer"
    outer.mkdir()
    record = {"text": "Avon", "label": [], "meta": {"external_id": name, "source": "gold"}}
    write_text(outer / "x.jsonl", json.dumps(record) + "\n")
    before = tree_hash(tmp_path)
    _, err = run("convert", outer / "x.jsonl", outer / "out", "--to", kind, "--root", root, code=2)
    assert "the document id" in err
    assert tree_hash(tmp_path) == before


@pytest.mark.parametrize("source", ["", "..", "a/b", "schema.toml"])
def test_a_source_that_is_no_folder_name_is_refused(root, tmp_path, source):
    record = {"text": "Avon", "label": [], "meta": {"external_id": "a", "source": source}}
    write_text(tmp_path / "x.jsonl", json.dumps(record) + "\n")
    run(
        *("convert", tmp_path / "x.jsonl", tmp_path / "out", "--to", "accord", "--root", root),
        code=0 if source == "" else 2,  # without a source, the file's name is it
    )
    assert (tmp_path / "out/annotations/x/a.ann").exists() == (source == "")


def test_the_schema_comes_along(root, tmp_path):
    # Every key that a schema file may have, and characters that TOML writes in a way of its own.
    write_text(
        root / "annotations/schema.toml",
        'name = "ä\\"\\\\"\nversion = "1\\u007f"\n[mention."Größe-2"]\ntext = "a\\nb\\tc"\n'
        "everywhere = true\nneeds = ['r']\nlooks_like = '\\d+\"'\n[mention.ORG]\n"
        "[relation.r]\nhead = ['Größe-2', 'ORG']\ntail = ['ORG', 'Größe-2']\n"
        "text = 'x'\nsymmetric = true\nsame_type = true\nacross_paragraphs = true\n",
    )
    run("convert", root, tmp_path / "out", "--to", "accord")
    before, after = (read_schema(r / "annotations/schema.toml") for r in (root, tmp_path / "out"))
    assert after == before
    assert [*after.mentions] == [*before.mentions]
    # A corpus has its own schema; all else needs one from elsewhere.
    elsewhere = ("--root", tmp_path / "none")
    run("convert", tmp_path / "out", tmp_path / "x.spacy", *elsewhere)
    _, err = run("convert", tmp_path / "x.spacy", tmp_path / "y.spacy", *elsewhere, code=2)
    assert "no such file; name the folder that holds it by --root" in err
