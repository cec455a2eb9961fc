import csv
import json

from typer.testing import CliRunner

from accord.cli.main import app
from accord.errors import InputError


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_a_layer_as_json_and_csv(root, tmp_path):
    result = run("facts", "gold", "--root", root, "--json", "--csv", tmp_path / "new")
    assert result.exit_code == 0
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    kinds = [fact["kind"] for document in documents for fact in document["facts"]]
    with (tmp_path / "new" / "pledges.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == kinds.count("pledge")
    with (tmp_path / "new" / "alliances.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == kinds.count("alliance")
    assert "alliance" in kinds


def test_a_layer_that_is_not_there(root):
    result = run("facts", "silver", "--root", root)
    assert isinstance(result.exception, InputError)
    assert "no layer 'silver'" in str(result.exception)
