"""Training a model of any kind from its recipe, and labelling documents it did not learn from."""

import importlib.util
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.corpus import Corpus
from accord.counted import counted
from accord.document import Layer
from accord.errors import InputError, MissingExtraError
from accord.model import Trained
from accord.model.folder import BASELINE, LAYOUTS
from accord.model.progress import Listener, Score, silent
from accord.model.recipe import Data, fill


@dataclass(frozen=True, slots=True)
class Fold:
    """Document ids to learn from and, apart from them, ids to label."""

    train: tuple[str, ...]
    test: tuple[str, ...]


def recipe_data(recipe: Mapping[str, Any]) -> Data:
    """The recipe's ``[data]`` table."""
    table = recipe.get("data")
    if not isinstance(table, dict):
        raise InputError(
            'the recipe has no [data] table; it names what to learn from: split = "..."'
        )
    return fill(Data, table, "[data]")


def train(
    recipe: Mapping[str, Any],
    corpus: Corpus,
    ids: Sequence[str],
    *,
    score: Score | None = None,
    checkpoints: Path | None = None,
    listener: Listener = silent,
) -> Trained:
    """Train the recipe's kind of model on the documents with these ids.

    The recipe's held-out documents are left out, and `score` judges by them as training goes on.
    With a folder for `checkpoints`, an interrupted joint training goes on where it was; a baseline,
    done in seconds, keeps none.

    Raises what `check` raises.
    """
    ids, held_out = check(recipe, corpus, ids)
    if recipe["kind"] == BASELINE.kind:
        from accord.model.baseline import BaselineRecipe, train_baseline

        return train_baseline(
            fill(BaselineRecipe, recipe, "recipe"), corpus, ids, listener=listener
        )
    from accord.model.joint.recipe import JointRecipe
    from accord.model.joint.train import Judge, train_joint

    judge = Judge(held_out, score) if held_out and score else None
    return train_joint(
        fill(JointRecipe, recipe, "recipe"),
        corpus,
        ids,
        judge=judge,
        checkpoints=checkpoints,
        listener=listener,
    )


def check(
    recipe: Mapping[str, Any], corpus: Corpus, ids: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids to learn from and those held out, after all that can be checked before training was.

    Raises InputError for a recipe, a split or a layer that cannot be used, MissingExtraError
    without torch.
    """
    kind = recipe["kind"]
    if kind not in LAYOUTS:
        raise InputError(f"unknown kind of model {kind!r}; known are {', '.join(LAYOUTS)}")
    data = recipe_data(recipe)
    held_out = corpus.select(data.held_out) if data.held_out else ()
    learned = tuple(i for i in ids if i not in held_out)
    if not learned:
        raise InputError(f"nothing to learn from: {data.held_out!r} holds out every document")
    if kind == BASELINE.kind:
        from accord.model.baseline import BaselineRecipe

        fill(BaselineRecipe, recipe, "recipe")
    else:
        from accord.model.joint.recipe import JointRecipe

        fill(JointRecipe, recipe, "recipe")
    for i in (*learned, *held_out):
        corpus.layer(data.layer, i)
    check_apart(corpus, learned, held_out)
    if kind != BASELINE.kind and importlib.util.find_spec("torch") is None:
        raise MissingExtraError("torch", "train")
    return learned, held_out


def check_apart(corpus: Corpus, learned: Sequence[str], scored: Sequence[str]) -> None:
    """InputError if a text to learn from is a text to score too, under whatever name."""
    by_text = {corpus.documents[i].sha256: i for i in learned}
    for i in scored:
        same = by_text.get(corpus.documents[i].sha256)
        if same is not None:
            both = f"{i} is" if same == i else f"{i} has the text of {same},"
            raise InputError(
                f"{both} among what the model would learn from, and a model is not scored on text "
                "it learned from"
            )


def leave_one_out(ids: Sequence[str]) -> tuple[Fold, ...]:
    """For each document a fold that learns from all others; InputError for fewer than two."""
    return folds(ids, len(ids), seed=0)


def folds(ids: Sequence[str], number: int, *, seed: int) -> tuple[Fold, ...]:
    """The documents in as many folds, shuffled by the seed; each is labelled once.

    Raises InputError unless ``2 <= number <= len(ids)``.
    """
    if not 2 <= number <= len(ids):
        raise InputError(
            f"{counted(len(ids), 'document')} cannot be split into {number} folds; "
            "at least 2 needed"
        )
    shuffled = sorted(ids)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order of documents, no secret
    parts = [tuple(sorted(shuffled[n::number])) for n in range(number)]
    return tuple(
        Fold(tuple(i for part in parts if part is not test for i in part), test) for test in parts
    )


def cross_label(
    corpus: Corpus,
    plan: Sequence[Fold],
    trainer: Callable[[int, Sequence[str]], Trained],
) -> dict[str, Layer]:
    """Layers of all folds' test documents, each by a model that never saw them.

    `trainer` is given a fold's index and the ids to learn from. Raises InputError, before anything
    is trained, if a text stands under two names on both sides of a fold.
    """
    for fold in plan:
        check_apart(corpus, fold.train, fold.test)
    layers: dict[str, Layer] = {}
    for index, fold in enumerate(plan):
        extractor = trainer(index, fold.train).extractor()
        for layer in extractor.extract(corpus.documents[i] for i in fold.test):
            layers[layer.document] = layer
    return layers
