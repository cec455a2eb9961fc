"""The public surface, frozen; and how little the base import brings."""

import subprocess
import sys

import pytest

import accord

HEAVY = {"torch", "spacy", "sklearn", "scipy", "numpy", "onnxruntime", "pyarrow", "starlette"}


def printed(code):
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout


def test_public_surface():
    assert sorted(name for name in dir(accord) if name[0].isupper() or name in accord.__all__) == [
        "AccordError",
        "Corpus",
        "Document",
        "Layer",
        "Mention",
        "Relation",
        "Schema",
        "Span",
        "read_corpus",
        "read_schema",
        "write_layer",
    ]
    assert sorted(accord.__all__) == accord.__all__


def test_import_is_light():
    heavy = {"torch", "spacy", "sklearn", "scipy", "onnxruntime", "dateparser", "numpy", "rich"}
    code = f"import sys, accord; print(sorted({heavy!r} & set(sys.modules)))"
    assert printed(code) == "[]\n"


def test_help_starts_without_heavy_modules():
    code = f"""
import sys
from accord.cli.main import app
app(["--help"], standalone_mode=False)
print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)
print([name for name in sys.modules if name.startswith("accord.cli.")])
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stderr == "[]\n"
    assert done.stdout.splitlines()[-1] == "['accord.cli.console', 'accord.cli.main']"


@pytest.mark.parametrize("name", ["validate", "lint", "profile", "ingest", "convert", "doccano"])
def test_a_light_command_loads_no_heavy_module(name):
    code = f"import sys, accord.cli.{name}; print(sorted({HEAVY!r} & set(sys.modules)))"
    assert printed(code) == "[]\n"
