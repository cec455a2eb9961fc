"""`accord train`."""

import shlex
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from accord.cli.console import err, out, progress
from accord.cli.evaluate import by_model
from accord.cli.options import HERE, Root
from accord.cli.scores import print_fact_scores, print_scores, signatures
from accord.corpus import Corpus, read_corpus
from accord.corpus.folder import ANNOTATIONS, SCHEMA_FILE
from accord.counted import counted
from accord.errors import InputError
from accord.experiment import (
    MAIN,
    HeldOut,
    SeedSpread,
    cross_validate,
    judge,
    seed_spreads,
    training_score,
)
from accord.files import read_bytes, write_text
from accord.model import load_model
from accord.model.folder import (
    CARD,
    JOINT,
    METRICS,
    PROBE,
    RELIABILITY,
    check_target,
    json_text,
    model_hash,
    read_record,
)
from accord.model.probe import probe
from accord.model.provenance import scoring_record
from accord.model.recipe import read_recipe
from accord.model.training import Fold, check, check_apart, folds, recipe_data, train
from accord.report.card import Result, card, metrics, reliability_figure
from accord.study import Beside


def command(
    recipe: Annotated[Path, typer.Argument(help="A recipe, such as models/recipes/NAME.toml.")],
    to: Annotated[Path, typer.Option("--to", help="Folder of the model, such as models/NAME.")],
    number: Annotated[
        int | None,
        typer.Option(
            "--folds", min=2, help="First train and score once a fold, and calibrate by it."
        ),
    ] = None,
    seeds: Annotated[
        int,
        typer.Option("--seeds", min=1, help="Cross-validate with this many seeds; needs --folds."),
    ] = 1,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", min=1, help="Trainings at a time: folds of all seeds run beside the last one."
        ),
    ] = 1,
    unseen: Annotated[
        str | None, typer.Option("--score", help="A split that is not learned from, to score.")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            "--resume",
            help="Folder for a joint model's checkpoints: go on from there after a break.",
        ),
    ] = None,
    root: Root = HERE,
) -> None:
    """Train a model from a recipe; the same recipe and labels give the same bytes.

    With --folds the recipe is first scored on text held out fold by fold,
    and its probabilities are calibrated by that. The card and metrics.json
    in the model's folder tell all figures.

    Example:  accord train models/recipes/NAME.toml --to models/NAME --folds 5
    """
    tables = read_recipe(recipe)
    data = recipe_data(tables)
    corpus = read_corpus(root)
    ids = corpus.select(data.split)
    check_target(to)
    _check_checkpoints(tables, to, resume)
    learned, watched = check(tables, corpus, ids)
    if unseen is not None:
        _check_unseen(tables, corpus, unseen, learned, watched)
    if seeds > 1 and number is None:
        raise InputError("--seeds compares cross-validations; say how many --folds")
    if jobs > 1 and number is None:
        raise InputError("--jobs runs folds beside the last training; say how many --folds")
    plan = None if number is None else _plan(tables, corpus, ids, number, seeds)
    documents = counted(len(learned), "document")
    err.print(f"learning from {documents} of {data.split!r}, layer {data.layer!r}", markup=False)
    started = time.monotonic()
    held_out: HeldOut | None = None
    spreads: tuple[SeedSpread, ...] = ()
    first = int(tables.get("seed", 0))
    recipes = {seed: {**tables, "seed": seed} for seed in range(first, first + seeds)}
    with ExitStack() as stack:
        beside: Beside | None = None
        if plan is not None and jobs > 1:
            beside = stack.enter_context(Beside(root, list(recipes.values()), plan, jobs - 1))
        elif plan is not None:
            held_out, spreads = _over_seeds(recipes, _one_by_one(recipes, corpus, plan))
        with progress("training") as listener:
            trained = train(
                tables,
                corpus,
                ids,
                score=training_score(corpus, data.layer),
                checkpoints=resume,
                listener=listener,
            )
        if beside is not None:
            err.print("waiting for the folds")
            held_out, spreads = _over_seeds(recipes, beside.held_out(corpus))
    if held_out is not None and held_out.calibration is not None:
        trained = trained.calibrated(held_out.calibration)
    schema = read_bytes(root / ANNOTATIONS / SCHEMA_FILE)
    asked = {"recipe": _place(recipe, root), "folds": number, "seeds": seeds, "score": unseen}
    trained.save(to, config=read_bytes(recipe), schema=schema, asked=asked)
    said = ["accord", "train", str(recipe), "--to", str(to)]
    said += ["--folds", str(number)] if number else []
    said += ["--seeds", str(seeds)] if seeds > 1 else []
    said += ["--score", unseen] if unseen else []
    _write_card(to, shlex.join(said), corpus, data.layer, held_out, spreads, number, unseen)
    err.print(f"wrote {to} after {time.monotonic() - started:.0f} s", markup=False)


def _check_checkpoints(tables: Mapping[str, Any], to: Path, resume: Path | None) -> None:
    """InputError if checkpoints would not be written, or where the model belongs."""
    if resume is None:
        return
    if tables["kind"] != JOINT.kind:
        raise InputError(f"--resume is for joint models; a {tables['kind']} keeps no checkpoints")
    if resume.exists() and not resume.is_dir():
        raise InputError("is a file; --resume needs a folder for checkpoints", path=resume)
    if to.resolve() in (resume.resolve(), *resume.resolve().parents):
        raise InputError(f"--resume {resume} lies where the model goes; give a folder of its own")


def _check_unseen(
    tables: Mapping[str, Any],
    corpus: Corpus,
    unseen: str,
    learned: Sequence[str],
    watched: Sequence[str],
) -> None:
    """InputError if the split to score is not unseen, or has no labels to score by."""
    scored = corpus.select(unseen)
    # What tells training when to end has chosen the model, even if it never learned from it.
    chosen_by = watched if tables.get("training", {}).get("patience") else ()
    try:
        check_apart(corpus, (*learned, *chosen_by), scored)
    except InputError as error:
        raise InputError(f"--score {unseen!r}: {error.reason}; choose another split") from None
    for i in scored:
        corpus.layer(recipe_data(tables).layer, i)


def _plan(
    tables: Mapping[str, Any], corpus: Corpus, ids: Sequence[str], number: int, seeds: int
) -> tuple[Fold, ...]:
    """The folds, after all that cross-validation needs was checked."""
    first = int(tables.get("seed", 0))
    plan = folds(ids, number, seed=first)
    for fold in plan:
        check({**tables, "seed": first + seeds - 1}, corpus, fold.train)
        check_apart(corpus, fold.train, fold.test)
    return plan


def _place(recipe: Path, root: Path) -> str | None:
    """Where the recipe lies under the root; None if it lies elsewhere, on one machine only."""
    path, above = recipe.resolve(), root.resolve()
    return path.relative_to(above).as_posix() if path.is_relative_to(above) else None


def _one_by_one(
    recipes: Mapping[int, Mapping[str, Any]], corpus: Corpus, plan: Sequence[Fold]
) -> Iterator[HeldOut]:
    """Cross-validate the recipe of each seed, in this process."""
    for seed, recipe in recipes.items():
        with progress(f"seed {seed}") as listener:
            found = cross_validate(recipe, corpus, plan, lambda _: listener)
        yield found


def _over_seeds(
    seeds: Iterable[int], results: Iterable[HeldOut]
) -> tuple[HeldOut, tuple[SeedSpread, ...]]:
    """The first seed's cross-validation, and mean and deviation over all; tells each as it ends."""
    found: dict[int, HeldOut] = {}
    for seed, result in zip(seeds, results, strict=True):
        found[seed] = result
        shown = ", ".join(f"{m} {100 * result.scores.value(m):.2f}" for m in MAIN)
        err.print(f"seed {seed}: {shown}", markup=False)
    spreads = seed_spreads({seed: result.scores for seed, result in found.items()})
    for s in spreads:
        mean, deviation = 100 * s.mean, 100 * s.deviation
        seen = counted(len(found), "seed")
        out.print(f"{s.measure}: {mean:.2f} +- {deviation:.2f} over {seen}", markup=False)
    return next(iter(found.values())), spreads


def _write_card(
    folder: Path,
    said: str,
    corpus: Corpus,
    source: str,
    held_out: HeldOut | None,
    spreads: Sequence[SeedSpread],
    number: int | None,
    unseen: str | None,
) -> None:
    results: list[Result] = []
    trust = {}
    record = read_record(folder)
    seed = record.get("seed")
    if held_out is not None:
        signed = signatures(corpus, held_out.scores, seed=seed)
        title = f"Held-out text, {number} folds over the training documents"
        results.append(Result(title, held_out.scores, held_out.facts, signed, said, folds=number))
        if held_out.mentions and held_out.relations:
            trust = {"mentions": held_out.mentions, "relations": held_out.relations}
    extractor = load_model(folder)
    if unseen is not None:
        ids = corpus.select(unseen)
        layers = by_model(extractor, folder, corpus, ids)
        scores, right = judge(corpus, {i: corpus.layer(source, i) for i in ids}, layers)
        signed = signatures(corpus, scores, model=model_hash(folder), seed=seed)
        command_line = shlex.join(["accord", "evaluate", "--model", str(folder), "--split", unseen])
        title = f"{unseen!r}, which the model never saw"
        results.append(Result(title, scores, right, signed, command_line, split=unseen))
    for result in results:
        print_scores(result.scores, f"{result.title}, in %")
        print_fact_scores(result.facts)
    if trust:
        write_text(folder / RELIABILITY, reliability_figure(trust))
    scored = {i for result in results for i in result.scores.documents}
    came_from = scoring_record(corpus, source, scored) if scored else {}
    write_text(folder / PROBE, json_text(probe(extractor)))
    write_text(folder / CARD, card(folder.name, record, said, results, trust, spreads))
    write_text(folder / METRICS, json_text(metrics(results, trust, spreads, came_from)))
