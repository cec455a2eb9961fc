"""The pytest plugin, in pytest runs of its own."""

import shutil
import subprocess
import sys

import pytest
from gate_cases import NUMBER, spoil, without

TESTS = """
def test_corpus(accord_corpus):
    assert len(accord_corpus.documents) == 20

def test_all_rules(accord_corpus, assert_not_worse):
    assert_not_worse(accord_corpus.layers["model"])

def test_a_measure(accord_corpus, assert_not_worse):
    assert_not_worse(accord_corpus.layers["model"], "mention.strict.MONEY.f1", delta=0.02, p=0.05)

def test_a_rule(accord_corpus, assert_not_worse):
    assert_not_worse(accord_corpus.layers["model"], "mention.strict.ORG.f1 >= 0.9")
"""


@pytest.fixture
def team(pytester, monkeypatch, sound):
    """A team's test folder, with the project as `data`."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    shutil.copytree(sound, pytester.path / "data")
    pytester.makeini("[pytest]\naccord_root = data\naccord_baseline = data/models/baseline.toml\n")
    return pytester


def run(pytester):
    return pytester.runpytest_inprocess("-p", "accord.gate.plugin", "-p", "no:cacheprovider")


def test_a_sound_project_passes(team):
    team.makepyfile(TESTS)
    run(team).assert_outcomes(passed=4)


def test_a_loss_fails_with_its_reasons(team):
    spoil(team.path / "data", range(2, NUMBER), lambda layer: without(layer, "MONEY"))
    team.makepyfile(TESTS)
    result = run(team)
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*FAILED: model against gold on 'all'; *",
            "*mention.strict.MONEY.f1 not_worse delta=0.02 p=0.05: loses *",
            "*articles/d02: 2 new errors, 0 mended*",
            "*missed, paragraph 1: MONEY '$3 million'*",
        ]
    )


def test_a_model_is_loaded_once_and_labels_once(team):
    team.makeconftest(
        """
        import pytest
        from accord.document import Layer

        class Model:
            record = {}
            runs = 0
            def __init__(self, corpus): self.corpus = corpus
            def extract(self, documents):
                Model.runs += 1
                assert Model.runs == 1
                for document in documents:
                    yield self.corpus.layer("model", document.id)

        @pytest.fixture(scope="session")
        def accord_model(accord_corpus): return Model(accord_corpus)
        """
    )
    team.makepyfile(
        """
        def test_one(accord_model, assert_not_worse):
            assert_not_worse(accord_model, "mention.strict.micro.f1")
        def test_two(accord_model, assert_not_worse):
            assert_not_worse(accord_model, "relation.strict.micro.f1")
        """
    )
    run(team).assert_outcomes(passed=2)


def test_the_configured_model(team, trained):
    root, model = trained
    team.makeini(f"[pytest]\naccord_root = {root}\naccord_model = {model}\n")
    team.makepyfile(
        "def test_it(accord_model, accord_corpus):\n"
        "    (layer,) = accord_model.extract([accord_corpus.documents['practice/c']])\n"
        "    assert layer.document == 'practice/c'\n"
    )
    run(team).assert_outcomes(passed=1)


def test_what_is_missing_is_said(team):
    path = team.path / "data/models/baseline.toml"
    path.write_text(path.read_text().partition("# ----")[0])
    team.makepyfile(TESTS + "\ndef test_model(accord_model): pass\n")
    result = run(team)
    result.stdout.fnmatch_lines(
        [
            "*no model: set accord_model in pytest's configuration*",
            "*there is no baseline; `accord check --update` measures one*",
        ]
    )


def test_loading_the_plugin_brings_nothing_heavy():
    heavy = {"numpy", "scipy", "spacy", "torch", "sklearn", "onnxruntime", "rich", "typer"}
    code = f"import sys, accord.gate.plugin; print(sorted({heavy!r} & set(sys.modules)))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "[]\n"
