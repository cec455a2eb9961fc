"""`accord check`: what it prints, writes and exits with."""

import json
import xml.etree.ElementTree as ElementTree

import pytest
from gate_cases import HEAD, NUMBER, spoil, without
from typer.testing import CliRunner

from accord.cli.main import app
from accord.errors import AccordError
from sample_corpus import tree_hash


def run(root, *arguments, code=0, env=None):
    words = ["check", "--root", str(root), *map(str, arguments)]
    result = CliRunner().invoke(app, words, env=env)
    if isinstance(result.exception, AccordError):
        assert code == 2, result.exception
        return "", str(result.exception)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.stdout, result.stderr


def test_help_explains_the_rules():
    out = CliRunner().invoke(app, ["check", "--help"]).stdout
    assert "models/baseline.toml, table [check]" in out
    assert "relation.strict.micro.f1 >= 0.70" in out


def test_good(project):
    before = tree_hash(project)
    out, err = run(project)
    assert "PASS" in out and "FAIL" not in out
    assert err.splitlines()[-1].startswith("passed: model against gold on 'all'; 7 pass")
    assert tree_hash(project) == before


def test_failed_with_files_for_a_ci(project, tmp_path):
    spoil(project, range(2, NUMBER), lambda layer: without(layer, "MONEY"))
    step = tmp_path / "step.md"
    step.write_text("From another command.\n")
    out, err = run(
        project,
        *("--junit", tmp_path / "j.xml", "--summary", "github"),
        code=1,
        env={"GITHUB_STEP_SUMMARY": str(step)},
    )
    assert "articles/d02: 2 new errors, 0 mended" in out
    assert "missed, paragraph 1: MONEY '$3 million'" in out
    assert "Corvo Steel pledged [$3 million] to Kenya" in out
    assert "fail: mention.strict.micro.f1 not_worse delta=0.02: loses" in err
    assert step.read_text().startswith("From another command.\n## ❌ accord check")
    suite = ElementTree.parse(tmp_path / "j.xml").getroot()[0]  # noqa: S314 - our own
    assert (suite.get("failures"), suite.get("tests")) == ("2", "7")
    value = json.loads(run(project, "--json", code=1)[0])
    assert value["passed"] is False
    assert len(value["worse"]) == NUMBER - 2
    assert value["worse"][0]["changes"][0]["marked"] == ["$3 million"]


def test_what_chance_may_bring_stands_below_the_table(project):
    spoil(project, (5, 6, 7), lambda layer: without(layer, "ORG"))
    out, err = run(project)
    assert "\nmention.strict.micro.f1: loses 2.61 points, more than 2, as chance may (p" in out
    assert "warn" not in err


def test_summaries_go_to_files(project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    run(project, "--summary", "github")
    assert (tmp_path / "accord-check.md").read_text().startswith("## ✅")
    run(project, "--summary", "gitlab", "--summary-file", tmp_path / "lab.md")
    assert (tmp_path / "lab.md").read_text().startswith("## ✅")


def test_update_is_explicit_and_keeps_what_people_wrote(project):
    path = project / "models/baseline.toml"
    first = path.read_text()
    assert first.startswith(HEAD)
    run(project, "--update")
    assert path.read_text() == first
    spoil(project, range(2, NUMBER), lambda layer: without(layer, "MONEY"))
    run(project, code=1)
    assert path.read_text() == first
    _, err = run(project, "--update", "--seed-run", "model")
    assert f"model on {NUMBER} documents of 'all'; review and commit it" in err
    assert path.read_text().startswith(HEAD) and "runs = 2" in path.read_text()
    run(project)


def test_a_first_baseline_brings_rules(project):
    path = project / "models/baseline.toml"
    path.unlink()
    run(project, "--layer", "model", "--split", "all", "--update")
    text = path.read_text()
    assert '  "relation.direction.errors not_worse delta=0.005",' in text
    assert 'layer = "model"' in text and '  "relation.pledges",' in text
    run(project)
    path.unlink()
    (project / "pyproject.toml").write_text(
        '[tool.accord.check]\nlayer = "model"\nsplit = "all"\n'
        'rules = ["mention.strict.micro.f1 not_worse"]\n'
    )
    run(project, "--update")
    assert "[check]" not in path.read_text()
    assert "1 pass" not in run(project)[1]


def test_a_model_folder_is_judged(trained, tmp_path):
    root, model = trained
    path = tmp_path / "baseline.toml"
    same = ("--model", model, "--split", "practice/*", "--baseline", path)
    run(root, *same, "--update")
    text = path.read_text()
    assert f'model = "{model}"' in text and '[documents."practice/c"]' in text
    run(root, "--baseline", path)
    _, err = run(root, "--model", model, "--split", "articles", "--baseline", path, code=2)
    assert "was trained on articles/a, articles/b, and a model is not judged by text" in err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--model", "m", "--layer", "model"], "give one of --model and --layer"),
        (["--layer", "modle"], "no layer 'modle'; its layers are: gold, model"),
        (["--split", "al"], "no document matches 'al'"),
        (["--seed-run", "model"], "--seed-run goes with --update"),
        (["--update", "--json"], "--update writes the baseline and judges nothing"),
        (["--summary-file", "x"], "--summary-file needs --summary github or"),
        (["--reference", "model"], "'model' is the reference itself"),
        (["--split", "articles/d0*"], "measured with split 'all', this check asks for"),
        (["--update", "--seed-run", "none"], "none: no such model folder"),
    ],
)
def test_wrong_use_is_a_2_and_writes_nothing(project, options, reason):
    before = tree_hash(project)
    assert reason in run(project, *options, code=2)[1]
    assert tree_hash(project) == before


def test_a_wrong_rule_is_found_before_anything_runs(project, monkeypatch):
    path = project / "models/baseline.toml"
    path.write_text(path.read_text().replace("micro.f1 exact", "micro.f3 exact"))
    monkeypatch.setattr("accord.cli.check.estimate_of", None)
    assert "the statistic is one of" in run(project, code=2)[1]
