"""Every command: what it prints, and the exit codes 0 good, 1 a check failed, 2 wrong input."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from accord.cli.main import COMMANDS, app, load
from accord.corpus import read_corpus, write_layer
from accord.errors import AccordError
from accord.files import write_text
from sample_corpus import RECIPE, tree_hash


def run(*arguments, code=0):
    """Output and messages of a command; an AccordError, which `main` makes a 2, counts as 2."""
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if isinstance(result.exception, AccordError):
        assert code == 2
        return result.stdout, str(result.exception)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.stdout, result.stderr


@pytest.fixture
def recipe(tmp_path):
    write_text(tmp_path / "recipe.toml", RECIPE)
    return tmp_path / "recipe.toml"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_has_a_help_page(command):
    out, _ = run(command, "--help")
    assert "Usage" in out
    first = load(command).help.partition("\n\n")[0]
    assert " ".join(first.split()) == COMMANDS[command]
    if command not in ("demo", "doccano"):
        assert f"accord {command}" in out.partition("Options")[0]


def test_a_mistyped_command_is_guessed():
    assert "'validate'" in run("vaildate", code=2)[1]


def test_version_and_wrong_usage():
    assert run("--version")[0].startswith("accord ")
    for wrong in (("nonsense",), ("train",), ("extract", "x"), ("agree", "--nonsense")):
        run(*wrong, code=2)


def test_validate(root):
    out, err = run("validate", root)
    assert out == ""
    assert "3 texts; layers: gold 3; no findings" in err
    (root / "annotations/gold/articles/a.ann").write_text("T1\tORG 0 4\tAv[b]m :fire:\n")
    out, err = run("validate", root, code=1)
    assert out.startswith(f"{root}/annotations/gold/articles/a.ann:1: T1: T1 reads 'Av[b]m :fire:'")
    assert "1 finding\n" in err
    (finding,) = json.loads(run("validate", root, "--json", code=1)[0])
    assert (finding["line"], finding["item"]) == (1, "T1")
    (root / "annotations/schema.toml").write_text("nmae = 1\n")
    _, err = run("validate", root, code=2)
    assert "unknown key 'nmae'" in err


def test_validate_records_only_what_can_be_checked(root):
    (root / "corpus/new.txt").write_text("New.\n")
    schema = (root / "annotations/schema.toml").read_text()
    (root / "annotations/schema.toml").write_text("nmae = 1\n")
    before = tree_hash(root)
    run("validate", root, "--record", code=2)
    assert tree_hash(root) == before
    (root / "annotations/schema.toml").write_text(schema)
    run("validate", root, code=1)
    assert "recorded new.txt" in run("validate", root, "--record")[1]


def test_ingest(root, tmp_path):
    page = tmp_path / "page.txt"
    page.write_text("Kenya signed the pact.\n\nFollow us on :fire: [b]!\n")
    out, _ = run("ingest", page, "--to", "new", "--root", root)
    assert "corpus/new/page.txt: 1 paragraph\n" in out
    assert "dropped line 3 (promotion): Follow us on :fire: [b]!" in out
    assert (root / "corpus/new/page.txt").read_text() == "Kenya signed the pact.\n"
    value = json.loads(run("ingest", page, "--to", "new", "--root", root, "--json")[0])
    assert value["document"] == "new/page"
    assert value["dropped"][0]["line"] == 3


def test_ingest_writes_all_or_nothing(root, tmp_path):
    (tmp_path / "good.txt").write_text("Kenya signed the pact.")
    (tmp_path / "bad.txt").write_bytes(b"caf\xe9")
    (tmp_path / "a.txt").write_text("Another text under a name that is taken.")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/good.txt").write_text("Kenya signed another pact.")
    before = tree_hash(root)
    for second in ("bad.txt", "a.txt", "other/good.txt", "none.txt"):
        run("ingest", tmp_path / "good.txt", tmp_path / second, "--root", root, code=2)
        assert tree_hash(root) == before


def test_agree(root):
    shutil.copytree(root / "annotations/gold", root / "annotations/first")
    out, _ = run("agree", "gold", "first", "--root", root, "--differences")
    assert "mention, micro" in out
    assert "100.0" in out
    (root / "annotations/first/articles/a.ann").write_text("T1\tORG 0 4\tAvon\n")
    requirement = "mention.strict.micro.f1>=0.99"
    _, err = run("agree", "gold", "first", "--root", root, "--require", requirement, code=1)
    assert "FAILS: mention.strict.micro.f1" in err
    assert json.loads(run("agree", "gold", "first", "--root", root, "--json")[0])
    for wrong in (("gold",), ("gold", "frist"), ("gold", "first", "--split", "articels")):
        run("agree", *wrong, "--root", root, code=2)


def test_train_and_extract(root, recipe, tmp_path):
    before = tree_hash(root)
    _, err = run("train", recipe, "--to", tmp_path / "m", "--root", root)
    assert "learning from 2 documents of 'articles', layer 'gold'" in err
    out, err = run("extract", root / "corpus", "--model", tmp_path / "m", "--json")
    assert tree_hash(root) == before
    values = [json.loads(line) for line in out.splitlines()]
    assert [v["id"] for v in values] == ["articles/a", "articles/b", "practice/c"]
    assert list(values[0]) == ["id", "text", "mentions", "relations", "facts"]
    assert "3 documents" in err


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("epochs", "epoch", "unknown key 'epoch'"),
        ('"articles"', '"articels"', "no document matches 'articels'"),
        ("[data]", "[date]", "the recipe has no [data] table"),
        ('"baseline"', '"oracle"', "unknown kind of model 'oracle'"),
        ("batch_size = 4", "batch_size = 0", "batch_size must be at least 1"),
        ("[data]", "[data", "not valid TOML"),
    ],
)
def test_train_with_a_wrong_recipe_writes_nothing(root, recipe, tmp_path, old, new, reason):
    recipe.write_text(RECIPE.replace(old, new))
    before = tree_hash(tmp_path)
    assert reason in run("train", recipe, "--to", tmp_path / "m", "--root", root, code=2)[1]
    assert tree_hash(tmp_path) == before


def test_extract_keeps_every_character(trained, tmp_path):
    text = "Avon :fire: [bold]x[/bold] [/y] 🌊 e\u0301\u2028\x0c عمان\tend\r\n\r\nKenya.\n"
    (tmp_path / "odd.txt").write_bytes(text.encode())
    out, _ = run("extract", tmp_path / "odd.txt", "--model", trained[1], "--json")
    value = json.loads(out)
    assert out.count("\n") == 1
    assert value["text"] == text
    run("extract", tmp_path / "odd.txt", "--model", trained[1])
    run("extract", tmp_path / "odd.txt", "--model", trained[1], "--clean")


def test_extract_does_the_others_and_exits_with_2(trained, tmp_path):
    (tmp_path / "a.txt").write_text("Kenya signed.\n")
    (tmp_path / "b.txt").write_bytes(b"caf\xe9")
    (tmp_path / "c.txt").write_text("\n")
    (tmp_path / "d.txt").write_bytes(b"\xef\xbb\xbfKenya.")
    out, err = run("extract", tmp_path, tmp_path / "e.txt", "--model", trained[1], "--json", code=2)
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["a"]
    for reason in ("b.txt:1: not UTF-8", "c.txt: has no text", "d.txt: starts with a byte-order"):
        assert reason in err
    assert "e.txt: no such file" in err
    assert "1 document, 4 not read" in err


def test_extract_needs_texts_and_a_model(trained, tmp_path):
    assert "no .txt file" in run("extract", tmp_path, "--model", trained[1], code=2)[1]
    (tmp_path / "a.txt").write_text("Kenya signed.\n")
    wrong = ("extract", tmp_path, "--model", tmp_path / "none")
    assert "no such model folder" in run(*wrong, code=2)[1]


def test_extract_reads_standard_input(trained):
    arguments = ["extract", "-", "--model", str(trained[1]), "--json"]
    result = CliRunner().invoke(app, arguments, input="Kenya signed the pact. 🌊\n")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["text"] == "Kenya signed the pact. 🌊\n"


def test_evaluate_refuses_a_model_on_its_own_text(trained):
    root, model = trained
    _, err = run("evaluate", "--model", model, "--root", root, code=2)
    assert "was trained on articles/a, articles/b, and a model is not scored on text it" in err
    _, err = run("evaluate", "--model", model, "--root", root, "--split", "*", code=2)
    assert "was trained on" in err
    out, _ = run("evaluate", "--model", model, "--root", root, "--split", "practice/*")
    assert "1 document" in out


def test_evaluate_knows_its_own_text_under_another_name(trained, tmp_path):
    shutil.copytree(trained[0], tmp_path / "root")
    root = tmp_path / "root"
    corpus = read_corpus(root)
    (root / "corpus/articles/a.txt").rename(root / "corpus/practice/z.txt")
    (root / "annotations/gold/articles/a.ann").rename(root / "annotations/gold/practice/z.ann")
    assert corpus.documents["articles/a"].text == read_corpus(root).documents["practice/z"].text
    wrong = ("evaluate", "--model", trained[1], "--root", root, "--split", "practice/*")
    assert "was trained on practice/z" in run(*wrong, code=2)[1]


def test_evaluate_a_layer_and_requirements(root):
    corpus = read_corpus(root)
    for i, layer in corpus.layers["gold"].items():
        from dataclasses import replace

        copy = replace(layer, source="first", relations=layer.relations[1:])
        write_layer(root, corpus.documents[i], copy)
    same = ("evaluate", "--layer", "first", "--root", root)
    _, err = run(*same, "--require", "mention.strict.micro.f1>=1")
    assert "holds: mention.strict.micro.f1 = 1.0000, required >= 1" in err
    assert "FAILS" in run(*same, "--require", "relation.strict.micro.f1>=1", code=1)[1]
    both = ("--require", "mention.strict.ORG.f1>0.5", "--require", "relation.strict.micro.f1<0.5")
    assert "FAILS" in run(*same, *both, code=1)[1]
    for wrong in ("f1>=1", "mention.strict.micro.f1=1", "mention.strict.XYZ.f1>=1", "nonsense"):
        run(*same, "--require", wrong, code=2)
    value = json.loads(run(*same, "--json")[0])
    assert value["scores"]["mention.strict"]["micro"]["f1"] == 1
    assert len(value["signatures"]) == 2


def test_evaluate_a_recipe_by_folds(root, recipe):
    by_recipe = ("evaluate", "--recipe", recipe, "--root", root)
    out, err = run(*by_recipe, "--json")
    assert "fold 1 of 2" in err
    assert "fold 2 of 2" in err
    assert json.loads(out)["documents"] == ["articles/a", "articles/b"]
    for wrong in ("0", "1", "3"):
        assert "cannot be split into" in run(*by_recipe, "--folds", wrong, code=2)[1]
    out, err = run(*by_recipe, "--split", "articles/a", "--json")
    assert "fold 1 of 1: articles/a held out" in err
    assert json.loads(out)["documents"] == ["articles/a"]


def test_evaluate_scores_one_thing(root, recipe, tmp_path):
    for wrong in ((), ("--recipe", recipe, "--layer", "gold"), ("--layer", "none")):
        run("evaluate", *wrong, "--root", root, code=2)
