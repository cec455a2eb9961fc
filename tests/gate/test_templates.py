"""What users copy into their CI: it parses, and every command in it is one that Accord has."""

import re
import shlex

import pytest
import yaml
from typer.testing import CliRunner

from accord.cli.main import COMMANDS, app, load
from sample_corpus import REPOSITORY

TEMPLATES = REPOSITORY / "src/accord/gate/templates"


def commands(value):
    """Every `accord ...` in the scripts of a parsed YAML file."""
    if isinstance(value, dict):
        return [c for item in value.values() for c in commands(item)]
    if isinstance(value, list):
        return [c for item in value for c in commands(item)]
    text = str(value)
    return [text] if text.startswith("accord ") else []


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (TEMPLATES / "accord.yml", {"validate", "check"}),
        (TEMPLATES / "gitlab-ci.yml", {"validate", "check"}),
        (REPOSITORY / ".pre-commit-hooks.yaml", {"validate"}),
    ],
)
def test_commands_exist_with_their_options(path, wanted):
    found = [shlex.split(c) for c in commands(yaml.safe_load(path.read_text()))]
    assert {words[1] for words in found if len(words) > 1} == wanted
    for words in found:
        assert words[1] in COMMANDS
        options = {o for p in load(words[1]).params for o in p.opts}
        assert {w for w in words if w.startswith("--")} <= options


def test_the_workflow_says_how_to_begin():
    text = (TEMPLATES / "accord.yml").read_text()
    (command,) = re.findall(r"^#     accord (.*)$", text, re.MULTILINE)
    words = command.split()
    assert CliRunner().invoke(app, [words[0], "--help"]).exit_code == 0
    options = {o for p in load("check").params for o in p.opts}
    assert {w for w in words if w.startswith("--")} <= options
