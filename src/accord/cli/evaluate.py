"""`accord evaluate`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from accord.cli.console import err, out, print_json, progress
from accord.cli.options import HERE, AsJson, Require, Root
from accord.cli.scores import (
    check_requirements,
    print_fact_scores,
    print_scores,
    read_requirements,
    signatures,
)
from accord.compare import Scores, Signature
from accord.corpus import Corpus, read_corpus
from accord.counted import counted
from accord.document import Layer
from accord.errors import InputError
from accord.experiment import judge
from accord.facts import FactCounts
from accord.model import Extractor, Trained, load_model
from accord.model.folder import model_hash
from accord.model.provenance import scoring_record
from accord.model.recipe import read_recipe
from accord.model.training import Fold, check, cross_label, folds, leave_one_out, recipe_data, train
from accord.pipeline import label_unseen


def command(
    model: Annotated[Path | None, typer.Option("--model", help="A trained model's folder.")] = None,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", help="Train by this recipe, once a fold.")
    ] = None,
    layer: Annotated[
        str | None, typer.Option("--layer", help="A layer of annotations/ as the estimate.")
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split", help="What to score; a recipe's own text, otherwise 'articles' by default."
        ),
    ] = None,
    number: Annotated[
        int | None, typer.Option("--folds", help="With --recipe: how many; default one a document.")
    ] = None,
    reference: Annotated[
        str, typer.Option("--reference", help="The layer taken as right.")
    ] = "gold",
    require: Require = None,
    root: Root = HERE,
    as_json: AsJson = False,
) -> None:
    """Score a model, a recipe or a layer against a reference layer.

    A model is never scored on text it was trained on: a trained one is
    refused there. A recipe is trained on its own text; where that is to be
    scored too, once a fold, without that fold's documents.

    Example:  accord evaluate --recipe models/recipes/NAME.toml --folds 5

    Example:  accord evaluate --model models/NAME --split articles

    Exits with 1 if a --require does not hold.
    """
    if sum(x is not None for x in (model, recipe, layer)) != 1:
        raise InputError("give one of --model, --recipe and --layer: what to score")
    if number is not None and recipe is None:
        raise InputError("--folds goes with --recipe, which is trained once a fold")
    if layer == reference:
        raise InputError(f"--layer {layer!r} is the reference itself; give another --reference")
    corpus = read_corpus(root)
    required = read_requirements(require, corpus.schema)
    tables = read_recipe(recipe) if recipe is not None else {}
    learned = corpus.select(recipe_data(tables).split) if tables else ()
    ids = corpus.select(split) if split else learned or corpus.select("articles")
    truth = {i: corpus.layer(reference, i) for i in ids}
    seed = hashed = None
    if model is not None:
        estimate = by_model(load_model(model), model, corpus, ids)
        hashed = model_hash(model)
    elif recipe is not None:
        check(tables, corpus, learned)
        seed = tables.get("seed", 0)
        plan = _plan(learned, ids, number, seed)
        estimate = by_recipe(tables, corpus, plan)
    else:
        estimate = {i: corpus.layer(str(layer), i) for i in ids}
    scores, right = judge(corpus, truth, estimate)
    signed = signatures(corpus, scores, model=hashed, seed=seed)
    if as_json:
        came_from = scoring_record(corpus, reference, scores.documents)
        print_json(_json(scores, right, signed, came_from))
    else:
        title = (
            f"{scores.estimate} against {scores.reference}, "
            f"{counted(len(scores.documents), 'document')}, in %"
        )
        print_scores(scores, title)
        print_fact_scores(right)
        for signature in signed:
            out.print(str(signature), markup=False, soft_wrap=True)
    if not check_requirements(scores, required):
        raise typer.Exit(1)


def _plan(
    learned: Sequence[str], ids: Sequence[str], number: int | None, seed: int
) -> tuple[Fold, ...]:
    """One training on all of a recipe's text if other text is scored, otherwise one a fold.

    A fold learns from all of the recipe's text but its own documents, whether or not the rest is
    scored.
    """
    own, scored = set(learned), set(ids)
    rest = tuple(i for i in learned if i not in scored)
    apart = own.isdisjoint(scored)
    if apart and number is not None:
        raise InputError("--folds is for a recipe's own text; this split is none of it")
    if apart or (number is None and len(ids) == 1 and rest):
        return (Fold(rest, tuple(ids)),)
    plan = leave_one_out(ids) if number is None else folds(ids, number, seed=seed)
    return tuple(Fold((*(i for i in fold.train if i in own), *rest), fold.test) for fold in plan)


def by_model(
    extractor: Extractor, folder: Path, corpus: Corpus, ids: Sequence[str]
) -> dict[str, Layer]:
    """A trained model's layers; ModelError if it learned from one of the texts."""
    refusal = (
        "scored on text it learned from; choose another --split, or score its recipe with --recipe"
    )
    return label_unseen(extractor, corpus, ids, refusal, folder)


def by_recipe(tables: Mapping[str, Any], corpus: Corpus, plan: Sequence[Fold]) -> dict[str, Layer]:
    """Layers of the folds' test documents, each by a model trained without them."""

    def trainer(index: int, train_ids: Sequence[str]) -> Trained:
        held_out = plan[index].test
        what = held_out[0] if len(held_out) == 1 else f"{len(held_out)} documents"
        err.print(f"fold {index + 1} of {len(plan)}: {what} held out", markup=False)
        with progress(f"fold {index + 1}") as listener:
            return train(tables, corpus, train_ids, listener=listener)

    return cross_label(corpus, plan, trainer)


def _json(
    scores: Scores,
    right: FactCounts,
    signed: Sequence[Signature],
    came_from: Mapping[str, Any],
) -> dict[str, Any]:
    value = scores.to_json(documents=True)
    value["facts"] = right.to_json()
    value["signatures"] = [signature.to_json() for signature in signed]
    value["provenance"] = dict(came_from)
    return value
