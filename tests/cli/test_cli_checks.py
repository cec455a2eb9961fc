"""`accord lint` and `accord profile`; and help pages that a newcomer can read."""

import json
import re

import pytest
from test_cli_commands import run

from accord.files import write_text
from sample_corpus import SCHEMA, tree_hash

COMMANDS = ["lint", "profile", "train", "demo", "evaluate", "extract", "agree"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example_on_one_line(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = [line.rstrip() for line in run(command, "--help")[0].splitlines()]
    assert all(len(line) <= 80 for line in lines)
    examples = [line for line in lines if "Example:" in line]
    assert examples
    for line in examples:
        assert re.match(rf" Example:  accord {command}\b", line)
        # What follows an example is an empty line: it was not broken into two.
        assert lines[lines.index(line) + 1] == ""


@pytest.fixture
def linted(root):
    rules = 'needs = ["pledges"]'
    write_text(
        root / "annotations/schema.toml",
        SCHEMA.replace("[mention.PLEDGE]", f"[mention.PLEDGE]\n{rules}"),
    )
    return root


def test_lint(linted):
    out, err = run("lint", "--root", linted)
    assert (out, err) == ("", "0 places to look at in 3 documents\n")
    path = linted / "annotations/gold/articles/a.ann"
    path.write_text("T1\tPLEDGE 42 49\tpledged\n")
    before = tree_hash(linted)
    out, err = run("lint", "--root", linted)
    assert out.startswith(f"{path}: T1: PLEDGE without pledges: ...")
    assert out.count("\n") == 1
    assert "1 place to look at in 3 documents" in err
    assert run("lint", "--root", linted, "--strict", code=1)[0] == out
    assert run("lint", "--root", linted, "--strict", "--split", "practice/*")[0] == ""
    (found,) = json.loads(run("lint", "--root", linted, "--json")[0])
    assert (found["path"], found["item"]) == (str(path), "T1")
    assert tree_hash(linted) == before


def test_lint_names_what_is_not_there(root):
    _, err = run("lint", "articles", "--root", root, code=2)
    assert "articles/a: no layer 'articles'; its layers are: gold" in err
    _, err = run("lint", "--split", "artcles", "--root", root, code=2)
    assert "no document matches 'artcles'; splits are: articles;" in err
    (root / "annotations/gold/practice/c.ann").unlink()
    _, err = run("lint", "--split", "practice/*", "--root", root, code=2)
    assert "practice/c: no layer 'gold'; its layers are: none" in err


def test_profile(root):
    out, _ = run("profile", "articles", "practice/[c]", "--root", root)
    lines = out.splitlines()
    assert lines[0].split() == ["articles", "practice/[c]"]
    assert all(len(line) <= 80 for line in lines)
    rows = {line[:31].strip(): line[31:].split() for line in lines[1:]}
    assert rows["paragraphs"] == ["4", "1"]
    assert rows["tokens a paragraph, quartiles"] == [*"8/9/9", *"5/5/5"]
    assert rows["paragraphs without relation"] == ["0.0%", "100.0%"]
    assert rows["ORG"] == ["5", "(35.7%)", "-"]
    value = json.loads(run("profile", "articles", "--root", root, "--json")[0])
    assert value["articles"]["relations"]["member_of"] == 4


def test_profile_names_what_is_not_there(root):
    run("profile", "--root", root, code=2)
    assert "no document matches 'x'" in run("profile", "x", "--root", root, code=2)[1]
    _, err = run("profile", "articles", "--layer", "frist", "--root", root, code=2)
    assert "articles/a: no layer 'frist'; its layers are: gold" in err


def test_agree_reads_requirements_first(root):
    wrong = ("agree", "gold", "gold2", "--root", root, "--require", "mention.strikt.micro.f1>=1")
    assert "did you mean strict?" in run(*wrong, code=2)[1]
