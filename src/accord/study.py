"""What a recipe is worth, at length: cross-validation and learning curve, trained side by side.

Each training runs in a process of its own, so that a machine's cores are all put to use. A joint
recipe's threads are shared out among them; the figures depend on nothing else of the machine's.
"""

import math
import multiprocessing
import random
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.compare import Scores
from accord.corpus import Corpus, read_corpus
from accord.document import Layer
from accord.errors import InputError
from accord.experiment import HeldOut, held_out, judge, widened
from accord.facts import FactCounts
from accord.model.folder import JOINT
from accord.model.progress import Listener, Step
from accord.model.training import Fold, check_apart, cross_label, folds, recipe_data, train


@dataclass(frozen=True)
class CurvePoint:
    """A model that learned from a share (0 to 1) of the articles, on text that it never saw."""

    share: float
    articles: int
    scores: Scores
    facts: FactCounts


@dataclass(frozen=True)
class Study:
    """Cross-validation over a recipe's own articles, and its learning curve on unseen ones."""

    held_out: HeldOut
    curve: tuple[CurvePoint, ...]


def study(
    root: Path,
    corpus: Corpus,
    recipe: Mapping[str, Any],
    *,
    number: int,
    shares: Sequence[float],
    unseen: Sequence[str],
    jobs: int,
    listener: Listener,
) -> Study:
    """Train once a fold and once a share, at most `jobs` at a time, and judge all of them.

    `root` is where `corpus` was read from; each process reads it anew. Raises InputError if a
    share leaves no article, if there are too few documents for the folds, or if an unseen text is
    one to learn from.
    """
    ids = corpus.select(recipe_data(recipe).split)
    seed = int(recipe.get("seed", 0))
    parts = tuple(Fold(part, tuple(unseen)) for part in _parts(ids, shares, seed))
    plan = folds(ids, number, seed=seed)
    for fold in (*plan, *parts):
        check_apart(corpus, fold.train, fold.test)
    wide, plain = _divided(widened(recipe), jobs), _divided(recipe, jobs)
    # Longest first, so that no core waits for a long one at the end.
    trainings = sorted(
        [(wide, fold) for fold in plan] + [(plain, fold) for fold in parts],
        key=lambda training: -len(training[1].train),
    )
    layers = _label(root, trainings, jobs, listener)
    gold = {i: corpus.layer(recipe_data(recipe).layer, i) for i in unseen}
    found = {i: layer for fold in plan for i, layer in layers[fold].items()}
    return Study(
        held_out(recipe, corpus, found),
        tuple(
            CurvePoint(
                len(part.train) / len(ids), len(part.train), *judge(corpus, gold, layers[part])
            )
            for part in parts
        ),
    )


class Beside:
    """Cross-validations that run in other processes while this one trains something else.

    A context manager: however it is left, folds that have not begun are given up, and those that
    have are waited for.
    """

    def __init__(
        self, root: Path, recipes: Sequence[Mapping[str, Any]], plan: Sequence[Fold], jobs: int
    ):
        """Start one a recipe, at most `jobs` folds at a time, in the order of the recipes.

        `root` is where the corpus is read from.
        """
        self._recipes = recipes
        self._pool = _processes(jobs)
        self._folds = [
            [self._pool.submit(_label_fold, root, widened(recipe), fold) for fold in plan]
            for recipe in recipes
        ]

    def __enter__(self) -> "Beside":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def held_out(self, corpus: Corpus) -> Iterator[HeldOut]:
        """What came out for each recipe, once its folds are done; raises what a fold raised."""
        for recipe, running in zip(self._recipes, self._folds, strict=True):
            layers = {i: layer for fold in running for i, layer in fold.result().items()}
            yield held_out(recipe, corpus, layers)


def _parts(ids: Sequence[str], shares: Sequence[float], seed: int) -> list[tuple[str, ...]]:
    """For each share so many articles, drawn by the seed; a larger share holds the smaller."""
    shuffled = sorted(ids)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order of documents, no secret
    parts = []
    for share in shares:
        count = math.floor(share * len(ids))
        if not 1 <= count < len(ids):
            raise InputError(
                f"a share of {100 * share:g}% of {len(ids)} articles is {count}; give one that "
                "takes at least one and leaves one out"
            )
        parts.append(tuple(sorted(shuffled[:count])))
    return parts


def _divided(recipe: Mapping[str, Any], jobs: int) -> Mapping[str, Any]:
    """The recipe with its threads shared out among so many trainings at a time."""
    if recipe["kind"] != JOINT.kind:
        return recipe
    training = recipe.get("training", {})
    return {
        **recipe,
        "training": {**training, "threads": max(1, int(training.get("threads", 2)) // jobs)},
    }


def _label(
    root: Path, trainings: Sequence[tuple[Mapping[str, Any], Fold]], jobs: int, listener: Listener
) -> dict[Fold, dict[str, Layer]]:
    found: dict[Fold, dict[str, Layer]] = {}
    listener(Step("trainings", 0, len(trainings)))
    with _processes(jobs) as pool:
        waiting = {pool.submit(_label_fold, root, *training): training for training in trainings}
        try:
            for done in as_completed(waiting):
                found[waiting[done][1]] = done.result()
                listener(Step("trainings", len(found), len(trainings)))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return found


def _processes(jobs: int) -> ProcessPoolExecutor:
    """Processes to train in; a fork would copy threads' locks, spawned ones start clean."""
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def _label_fold(root: Path, recipe: Mapping[str, Any], fold: Fold) -> dict[str, Layer]:
    """In a process of its own: train on a fold and label its documents."""
    corpus = read_corpus(root)
    return cross_label(corpus, (fold,), lambda _, ids: train(recipe, corpus, ids))
