"""`accord reproduce`."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from accord import reproduce as again
from accord.cli.console import out, print_json, progress
from accord.cli.options import HERE, AsJson, Root
from accord.corpus import Corpus, read_corpus
from accord.model import load_model
from accord.model.folder import read_record
from accord.model.inputs import INPUTS, Difference, compare_inputs, compare_machine
from accord.reproduce import TOLERANCE, Check, as_json

_DECIDE = ("text", "label", "schema", "encoder")


def command(
    model: Annotated[Path, typer.Argument(help="A trained model's folder, such as models/NAME.")],
    inputs_only: Annotated[
        bool,
        typer.Option(
            "--inputs-only", help="Do not train: compare the inputs, and score the model as it is."
        ),
    ] = False,
    with_folds: Annotated[
        bool,
        typer.Option(
            "--folds/--no-folds",
            help="Train the folds again too; without, the calibration they gave is taken over.",
        ),
    ] = True,
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance",
            min=0,
            max=1,
            help="How far strict F1 may lie from the recorded where bytes cannot be equal.",
        ),
    ] = TOLERANCE,
    root: Root = HERE,
    as_json_: AsJson = False,
) -> None:
    """Make a model again from its record, and say whether it is the same.

    First the inputs are compared with the record: texts, labels, schema,
    recipe, encoder, code, versions, lock files, machine. Then the model as
    it lies there is scored and must give the recorded figures. Then it is
    trained again: with the same inputs on the same kind of machine it must
    be equal byte for byte, elsewhere its scores within the tolerance.

    Example:  accord reproduce models/NAME --inputs-only

    Exits with 1 if something that decides the result differs.
    """
    corpus = read_corpus(root)
    differences = compare_inputs(model, corpus)
    machine = compare_machine(read_record(model))
    said = [d for d in differences if d.matters]
    if not as_json_:
        _print_inputs(model, differences, machine)
    checks = list(again.compare_results(model, load_model(model), corpus))
    if not as_json_:
        _print_checks(checks)
    stopped = not inputs_only and any(d.input in _DECIDE for d in said)
    if not inputs_only and not stopped:
        trained = _train(model, corpus, with_folds, tolerance, same_kind=not said and not machine)
        checks += trained
        if not as_json_:
            _print_checks(trained)
    good = not stopped and all(check.good for check in checks)
    good = good and not (inputs_only and said)
    if as_json_:
        print_json(
            {
                "model": str(model),
                "good": good,
                "inputs": as_json(differences),
                "machine": as_json(machine),
                "checks": as_json(checks),
                "trained": not inputs_only and not stopped,
                "tolerance": tolerance,
            }
        )
    elif stopped:
        out.print("not trained again: from other texts, labels, schema or encoder it is another")
    elif inputs_only and said:
        changed = ", ".join(dict.fromkeys(d.input for d in said))
        out.print(f"trained again it may be another, as what it came from differs: {changed}")
    if not good:
        raise typer.Exit(1)


def _train(
    model: Path, corpus: Corpus, with_folds: bool, tolerance: float, *, same_kind: bool
) -> tuple[Check, ...]:
    with tempfile.TemporaryDirectory(prefix="accord-") as folder:
        # Under its own name, since a model's name is the source of its layers.
        to = Path(folder) / model.resolve().name
        made = again.retrain(model, to, corpus, progress, with_folds=with_folds)
        return again.compare_models(
            model, made, load_model(to), corpus, same_kind=same_kind, tolerance=tolerance
        )


def _print_inputs(
    model: Path, differences: Sequence[Difference], machine: Sequence[Difference]
) -> None:
    out.print(f"{model}: what it came from, and what is here", markup=False, soft_wrap=True)
    for name in INPUTS:
        found = [d for d in differences if d.input == name]
        if not found:
            out.print(f"  same     {name}")
        for d in found[:10]:
            word = "DIFFERS" if d.matters else "changed"
            out.print(f"  {word}  {name}: {d.what}", markup=False, soft_wrap=True)
        if len(found) > 10:
            out.print(f"           {name}: and {len(found) - 10} more")
    if not machine:
        out.print("  same     machine")
    for d in machine:
        out.print(f"  other    machine {d.what}", markup=False, soft_wrap=True)


def _print_checks(checks: Sequence[Check]) -> None:
    for check in checks:
        word = "good   " if check.good else "FAILED "
        out.print(f"  {word}  {check.name}: {check.what}", markup=False, soft_wrap=True)
