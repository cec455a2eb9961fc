"""The public surface, frozen; and how little the base import brings."""

import subprocess
import sys

import accord


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


def test_the_command_line_starts_without_heavy_modules():
    heavy = {"torch", "spacy", "sklearn", "onnxruntime"}
    code = f"import sys, accord.cli.main; print(sorted({heavy!r} & set(sys.modules)))"
    assert printed(code) == "[]\n"
