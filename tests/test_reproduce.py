"""A model made again: equal bytes from equal inputs, and each input named when it differs."""

import json
import shutil
import tomllib
from contextlib import contextmanager
from dataclasses import replace

import pytest

from accord import reproduce
from accord.compare import Signature, parse_measure
from accord.corpus import read_corpus
from accord.errors import ModelError
from accord.experiment import judge
from accord.files import write_text
from accord.model import inputs as record_inputs
from accord.model import load_model
from accord.model.folder import METRICS, PROBE, json_text, read_record
from accord.model.inputs import Difference, compare_inputs, compare_machine
from accord.model.probe import probe
from accord.model.progress import silent
from accord.model.training import train
from accord.report.card import Result, metrics
from accord.reproduce import (
    Check,
    compare_models,
    compare_results,
    retrain,
)
from sample_corpus import RECIPE, write_sample


@contextmanager
def quiet(_):
    yield silent


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A corpus with its recipe, and a model of it with probe and recorded scores."""
    base = tmp_path_factory.mktemp("made")
    root, folder = base / "root", base / "model"
    write_sample(root)
    write_text(root / "recipe.toml", RECIPE)
    write_text(root / "requirements.lock", "numpy==2\n")
    corpus = read_corpus(root)
    trained = train(tomllib.loads(RECIPE), corpus, corpus.select("articles"))
    schema = (root / "annotations" / "schema.toml").read_bytes()
    asked = {"recipe": "recipe.toml", "folds": None, "score": "practice/c"}
    trained.save(folder, config=RECIPE.encode(), schema=schema, asked=asked)
    extractor = load_model(folder)
    write_text(folder / PROBE, json_text(probe(extractor)))
    layers = {x.document: x for x in extractor.extract([corpus.documents["practice/c"]])}
    gold = {"practice/c": corpus.layer("gold", "practice/c")}
    scores, right = judge(corpus, gold, layers)
    measure = parse_measure("mention.strict.micro.f1")
    sign = Signature(measure, 1, corpus.hash("gold", gold), "gold", "model", {"accord": "0"})
    result = Result("never seen", scores, right, (sign,), "x", split="practice/c")
    write_text(folder / METRICS, json_text(metrics([result], {})))
    return root, folder


@pytest.fixture
def copy(made, tmp_path):
    """The same, to be changed."""
    shutil.copytree(made[0], tmp_path / "root")
    shutil.copytree(made[1], tmp_path / "model")
    return tmp_path / "root", tmp_path / "model"


def inputs(root, folder):
    return [f"{d.input}: {d.what}" for d in compare_inputs(folder, read_corpus(root)) if d.matters]


def test_nothing_differs_where_nothing_changed(made):
    root, folder = made
    assert compare_inputs(folder, read_corpus(root)) == ()
    assert compare_machine(read_record(folder)) == ()
    checks = compare_results(folder, load_model(folder), read_corpus(root))
    assert [(c.name, c.good) for c in checks] == [("probe", True), ("scores on 'practice/c'", True)]
    assert "to the last digit" in checks[0].what


def test_texts_are_named(copy):
    root, folder = copy
    write_text(root / "corpus/articles/a.txt", "Avon and Brill split the Coast Pact.\n")
    (root / "annotations/gold/articles/a.ann").write_text("")
    (root / "corpus/articles/b.txt").unlink()
    (root / "annotations/gold/articles/b.ann").unlink()
    write_text(root / "corpus/articles/new.txt", "New.\n")
    assert inputs(root, folder) == [
        "text: articles/a is another text",
        "text: articles/b is gone",
        "text: articles/new is in 'articles' now, and was not learned from",
        "label: articles/a has other labels in 'gold'",
    ]


def test_labels_are_named(copy):
    root, folder = copy
    lines = (root / "annotations/gold/articles/a.ann").read_text().splitlines()
    write_text(root / "annotations/gold/articles/a.ann", "\n".join(lines[:-1]) + "\n")
    (root / "annotations/gold/articles/b.ann").unlink()
    assert inputs(root, folder) == [
        "label: articles/a has other labels in 'gold'",
        "label: articles/b has no layer 'gold' any more",
    ]


def test_a_split_that_lost_a_text_is_named(copy):
    root, folder = copy
    write_text(root / "corpus/splits.toml", 'articles = ["articles/a"]\n')
    assert inputs(root, folder) == ["text: articles/b is not in 'articles' any more"]
    write_text(root / "corpus/splits.toml", 'articles = ["nowhere/*"]\n')
    assert "no document matches" in inputs(root, folder)[0]


def test_schema_recipe_lock_and_versions_are_named(copy, monkeypatch):
    root, folder = copy
    schema = root / "annotations/schema.toml"
    schema.write_text(schema.read_text() + "\n# one more line\n")
    (root / "recipe.toml").write_text(RECIPE.replace("seed = 7", "seed = 8"))
    (root / "requirements.lock").write_text("numpy==3\n")
    here = {**record_inputs.versions(), "numpy": "0.1"}
    monkeypatch.setattr(record_inputs, "versions", lambda: here)
    found = inputs(root, folder)
    assert found[0].startswith("schema: ") and "schema.toml is another file" in found[0]
    assert found[1] == "config: recipe.toml is another file than the model's config.toml"
    assert found[2].startswith("versions: numpy: recorded ") and found[2].endswith("here 0.1")
    assert found[3].startswith("locks: requirements.lock: recorded ")
    (root / "recipe.toml").unlink()
    assert "config: recipe.toml is gone; the model holds a copy" in inputs(root, folder)[1]


def test_code_counts_where_training_runs_through_it(made, monkeypatch):
    root, folder = made
    here = {**record_inputs.code(), "cli": "x", "model": "y"}
    monkeypatch.setattr(record_inputs, "code", lambda: here)
    deep, rest = compare_inputs(folder, read_corpus(root))
    assert (deep.what, deep.matters) == ("changed in model", True)
    assert (rest.what, rest.matters) == ("changed in cli, which no training runs", False)


def test_an_old_record_is_told(copy, monkeypatch):
    root, folder = copy
    monkeypatch.setattr(record_inputs, "check_model", lambda _: None)
    write_text(folder / "record.json", '{"trained_on": {}}')
    found = inputs(root, folder)
    for name in ("label", "schema", "code", "versions", "locks"):
        assert any(f.startswith(f"{name}: the record does not tell") for f in found), name
    assert compare_machine({})[0].what == "the record does not tell it"


def test_a_machine_without_a_feature_is_of_another_kind(made, monkeypatch):
    here = record_inputs.machine()
    features = ["avx2", "fma"]
    monkeypatch.setattr(
        record_inputs, "machine", lambda: {**here, "features": features, "cores": 99}
    )
    recorded = {"machine": {**here, "features": [*features, "avx512_vnni"]}}
    (difference,) = compare_machine(recorded)
    assert difference.what == "features: here without avx512_vnni"
    assert compare_machine({"machine": {**here, "features": features}}) == ()


def test_a_damaged_model_is_refused(copy):
    root, folder = copy
    (folder / "relations.json").write_text("{}")
    with pytest.raises(ModelError, match="damaged"):
        compare_inputs(folder, read_corpus(root))


def test_results_that_differ_are_found(copy, monkeypatch):
    root, folder = copy
    corpus, extractor = read_corpus(root), load_model(folder)
    recorded = json.loads((folder / PROBE).read_text())
    recorded["probe/1"]["mentions"] = [[0, 4, "ORG", None], *recorded["probe/1"]["mentions"]]
    write_text(folder / PROBE, json_text(recorded))
    value = json.loads((folder / METRICS).read_text())
    value["results"][0]["per_document"]["practice/c"]["mention.strict"]["ORG"] = [9, 0, 0]
    write_text(folder / METRICS, json_text(value))
    first, second = compare_results(folder, extractor, corpus)
    assert not first.good and "1 label changed" in first.what
    assert not second.good and "other counts in practice/c" in second.what
    # On another kind of machine, the same counts are not promised: near scores are enough.
    monkeypatch.setattr(reproduce, "compare_machine", lambda _: ("another",))
    assert compare_results(folder, extractor, corpus)[1].good
    value["results"][0]["scores"]["mention.strict"]["micro"]["f1"] = 0.011
    write_text(folder / METRICS, json_text(value))
    found = compare_results(folder, extractor, corpus)[1]
    assert not found.good and "difference -0.0110, tolerance 0.01" in found.what


def test_scores_of_changed_labels_are_not_compared(copy):
    root, folder = copy
    write_text(root / "annotations/gold/practice/c.ann", "T1\tORG 0 7\tNothing\n")
    found = compare_results(folder, load_model(folder), read_corpus(root))[1]
    assert (found.good, found.what) == (
        False,
        "its texts or labels have changed; score the model again",
    )
    (root / "annotations/gold/practice/c.ann").unlink()
    found = compare_results(folder, load_model(folder), read_corpus(root))[1]
    assert "not all of its documents have a layer 'gold'" in found.what


def test_made_again_it_is_the_same_byte_for_byte(made, tmp_path):
    root, folder = made
    corpus = read_corpus(root)
    again = retrain(folder, tmp_path / "model", corpus, quiet)
    extractor = load_model(again.folder)
    (check,) = compare_models(folder, again, extractor, corpus, same_kind=True)
    assert check.good and check.what.startswith("equal: mentions.spacy, ")
    # The record too, for it was made on this machine.
    assert read_record(again.folder) == read_record(folder)


def test_made_from_another_seed_its_scores_are_compared(made, tmp_path):
    root, folder = made
    corpus = read_corpus(root)
    shutil.copytree(folder, tmp_path / "other")
    tables = tomllib.loads(RECIPE.replace("seed = 7", "seed = 8"))
    train(tables, corpus, corpus.select("articles")).save(
        tmp_path / "again", config=RECIPE.encode(), schema=(folder / "schema.toml").read_bytes()
    )
    again = reproduce.Retrained(tmp_path / "again", None)
    extractor = load_model(again.folder)

    def compared(**options):
        return compare_models(folder, again, extractor, corpus, **options)

    bytes_, *scores = compared(same_kind=True)
    assert not bytes_.good and bytes_.what.startswith("differ: ")
    bytes_, *scores = compared(same_kind=False)
    assert bytes_.good and [s.name for s in scores] == ["scores, never seen"] * 2
    assert "tolerance 0.05" in scores[0].what


def test_without_recorded_scores_other_bytes_are_not_good(copy, tmp_path):
    root, folder = copy
    corpus = read_corpus(root)
    (folder / METRICS).unlink()
    again = retrain(folder, tmp_path / "again", corpus, quiet)
    data = bytearray((again.folder / "relations.safetensors").read_bytes())
    data[-1] ^= 1
    (again.folder / "relations.safetensors").write_bytes(data)
    found = compare_models(folder, again, load_model(folder), corpus, same_kind=False)
    assert found[-1] == Check("scores", False, "no recorded scores to compare; train with --score")


def test_wrong_files_are_named(copy):
    root, folder = copy
    write_text(folder / PROBE, "{")
    with pytest.raises(ModelError, match=r"probe.json: not JSON"):
        compare_results(folder, load_model(folder), read_corpus(root))
    write_text(folder / PROBE, "[]")
    with pytest.raises(ModelError, match=r"probe.json: must hold a JSON object"):
        compare_results(folder, load_model(folder), read_corpus(root))
    write_text(folder / PROBE, '{"a": 1}')
    with pytest.raises(ModelError, match=r"probe.json: not a probe"):
        compare_results(folder, load_model(folder), read_corpus(root))


def test_differences_are_plain_values():
    (value,) = reproduce.as_json([Difference("text", "x is gone")])
    assert value == {"input": "text", "what": "x is gone", "matters": True}
    assert replace(Check("a", True, "b"), good=False).good is False
