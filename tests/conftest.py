"""Fixtures that several rooms share; the corpus behind them is written by `sample_corpus`."""

from pathlib import Path

import pytest
from hypothesis import settings

from accord.corpus import read_corpus
from accord.files import write_text
from sample_corpus import RECIPE, write_sample

#: Runs of pytest within tests, for the plugin of `accord.gate`.
pytest_plugins = ["pytester"]

# A busy machine may be slow for a moment; that is no failure of the code.
settings.register_profile("accord", deadline=None, max_examples=60)
settings.load_profile("accord")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small, valid corpus folder of the test's own."""
    write_sample(tmp_path / "root")
    return tmp_path / "root"


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A corpus folder and a baseline trained on its `articles` split, as (root, model folder).

    Shared by the whole session: do not write to it.
    """
    import tomllib

    from accord.model.training import train

    base = tmp_path_factory.mktemp("trained")
    root = base / "root"
    write_sample(root)
    write_text(base / "recipe.toml", RECIPE)
    corpus = read_corpus(root)
    extractor = train(tomllib.loads(RECIPE), corpus, corpus.select("articles"))
    schema = (root / "annotations" / "schema.toml").read_bytes()
    extractor.save(base / "model", config=RECIPE.encode(), schema=schema)
    return root, base / "model"
