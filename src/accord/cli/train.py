"""`accord train`."""

import time
from pathlib import Path
from typing import Annotated

import typer

from accord.cli.console import err, progress
from accord.cli.options import HERE, Root
from accord.corpus import read_corpus
from accord.corpus.folder import ANNOTATIONS, SCHEMA_FILE
from accord.files import read_bytes
from accord.model.recipe import read_recipe
from accord.model.training import recipe_data, train


def command(
    recipe: Annotated[Path, typer.Argument(help="A recipe, such as models/recipes/NAME.toml.")],
    to: Annotated[Path, typer.Option("--to", help="Folder of the model, such as models/NAME.")],
    root: Root = HERE,
) -> None:
    """Train a model from a recipe; the same recipe and labels give the same bytes.

    Example:  accord train models/recipes/articles-baseline.toml --to models/articles-baseline
    """
    tables = read_recipe(recipe)
    data = recipe_data(tables)
    corpus = read_corpus(root)
    ids = corpus.select(data.split)
    err.print(
        f"learning from {len(ids)} documents of {data.split!r}, layer {data.layer!r}",
        markup=False,
    )
    started = time.monotonic()
    with progress("training") as listener:
        extractor = train(tables, corpus, ids, listener)
    schema = read_bytes(root / ANNOTATIONS / SCHEMA_FILE)
    extractor.save(to, config=read_bytes(recipe), schema=schema)
    err.print(f"wrote {to} after {time.monotonic() - started:.0f} s", markup=False)
