"""A project with a corpus, a layer to judge and its baseline: built once, copied for each test."""

import shutil

import pytest
from gate_cases import write_gate

from accord.corpus import read_corpus
from accord.gate.baseline import write_baseline
from accord.gate.measuring import estimate_of, measure
from accord.gate.settings import read_settings


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    """The folder as it was built; do not write to it."""
    root = tmp_path_factory.mktemp("sound") / "p"
    path = write_gate(root)
    corpus = read_corpus(root)
    settings = read_settings(root, path)
    write_baseline(path, measure(corpus, settings, estimate_of(corpus, settings)), path.read_text())
    return root


@pytest.fixture
def project(sound, tmp_path):
    """A copy of the test's own."""
    shutil.copytree(sound, tmp_path / "p")
    return tmp_path / "p"
