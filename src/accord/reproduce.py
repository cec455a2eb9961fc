"""Making a model again from its record, and whether it still scores as it was recorded to.

Three questions, from the cheapest to the dearest:

1. Are the inputs still those of the record (`accord.model.inputs`)? Texts, labels, schema, recipe,
   encoder, code, versions, lock files; and apart from them, is the machine of the same kind?
2. Does the model as it lies there say and score what was recorded (`compare_results`)? On a machine
   of the same kind, exactly; so does a joint model on every x86-64 processor with AVX2 and FMA.
   Elsewhere its probabilities may differ by `accord.model.probe.TOLERANCE` and its strict F1 by
   `FROZEN_TOLERANCE`.
3. Does training again give it (`retrain`, `compare_models`)? With the same inputs on the same kind
   of machine, byte for byte. Elsewhere training takes another path, as another seed would, and
   strict F1 on the recorded text may differ by `TOLERANCE`.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from accord.compare import Scores
from accord.corpus import Corpus
from accord.corpus.checksums import checksum
from accord.counted import counted
from accord.errors import ModelError
from accord.experiment import MAIN, HeldOut, cross_validate, judge, training_score
from accord.files import read_bytes, read_text
from accord.model import Extractor
from accord.model.folder import (
    CONFIG,
    JOINT,
    METRICS,
    PROBE,
    SCHEMA,
    check_model,
    read_record,
)
from accord.model.inputs import Difference, compare_machine
from accord.model.joint.calibrate import Calibration
from accord.model.probe import compare_probes, probe
from accord.model.progress import Listener
from accord.model.provenance import machine, versions
from accord.model.recipe import read_recipe
from accord.model.training import folds, recipe_data, train

#: Strict F1 of a model trained again elsewhere may differ by this (a fraction, 0.05 is 5 points).
#: A choice, by what a seed does: five seeds on CoNLL04 deviated by 0.4 points for mentions and 1.5
#: for relations, so two of them differ by more than 5 about once in 50. On less text, ask for more.
#:
#: Not derived from a record, for want of the right figure in it. Its deviation over seeds, where
#: there is one, is of cross-validated scores over all folds, not of one training on the split that
#: is compared here; and of three seeds, as a rule, with a 95% interval from half to six times the
#: deviation. Bootstrap intervals tell how figures vary with the choice of documents, which is the
#: same on both sides here. A tolerance from either would look measured and be no better a guess.
TOLERANCE = 0.05

#: Strict F1 of one and the same model on a machine that rounds otherwise may differ by this. A
#: choice: processors with AVX2 and FMA gave no difference at all, and others were not measured. On
#: 200 labels it lets one or two decisions flip; a seed's deviation would be no measure of that,
#: since nothing is trained here.
FROZEN_TOLERANCE = 0.01

# What a joint model's results are exact with; see `accord.model.probe`.
_EXACT = {"avx2", "fma"}

#: A progress display for each stage, by its title.
Stages = Callable[[str], AbstractContextManager[Listener]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was compared with what is recorded: how it is meant to be, and how it is."""

    name: str
    good: bool
    what: str


@dataclass(frozen=True, slots=True)
class Retrained:
    """A model made again, in a folder of its own, with its held-out scores if it had folds."""

    folder: Path
    held_out: HeldOut | None


def compare_results(folder: Path, extractor: Extractor, corpus: Corpus) -> tuple[Check, ...]:
    """Whether the model says of the probe, and scores on its recorded text, what was recorded."""
    record = read_record(folder)
    exact = _exact(check_model(folder).kind, record)
    found = []
    if (folder / PROBE).is_file():
        try:
            difference = compare_probes(_json(folder / PROBE), probe(extractor))
        except ValueError as error:
            raise ModelError(f"{error}; train again", path=folder / PROBE) from None
        good = difference.none if exact else difference.small
        wanted = "exactly the recorded labels" if exact else "the recorded labels, within 0.02"
        what = (
            "the recorded labels, to the last digit"
            if difference.none
            else f"{counted(difference.changed, 'label')} changed, probabilities differ by up to "
            f"{difference.largest:.4f}; expected {wanted}"
        )
        found.append(Check("probe", good, what))
    for result in _results(folder):
        if result.get("split"):
            found.append(_rescored(result, extractor, corpus, exact=exact))
    return tuple(found)


def retrain(
    folder: Path, to: Path, corpus: Corpus, stages: Stages, *, with_folds: bool = True
) -> Retrained:
    """Train a model again from its own recipe and record, into another folder.

    Without folds, the probabilities' calibration, which they would give, is taken over.

    Raises what `accord.model.training.train` raises.
    """
    record = read_record(folder)
    asked = dict(record.get("asked", {}))
    tables = read_recipe(folder / CONFIG)
    data = recipe_data(tables)
    ids = corpus.select(data.split)
    held_out = None
    if asked.get("folds") and with_folds:
        plan = folds(ids, int(asked["folds"]), seed=int(tables.get("seed", 0)))
        with stages("folds") as listener:
            held_out = cross_validate(tables, corpus, plan, lambda _: listener)
    with stages("training") as listener:
        trained = train(
            tables, corpus, ids, score=training_score(corpus, data.layer), listener=listener
        )
    if held_out is not None and held_out.calibration is not None:
        trained = trained.calibrated(held_out.calibration)
    elif asked.get("folds") and tables["kind"] == JOINT.kind:
        trained = trained.calibrated(Calibration.from_json(read_text(folder / "calibration.json")))
    trained.save(
        to, config=read_bytes(folder / CONFIG), schema=read_bytes(folder / SCHEMA), asked=asked
    )
    return Retrained(to, held_out)


def compare_models(
    folder: Path,
    again: Retrained,
    extractor: Extractor,
    corpus: Corpus,
    *,
    same_kind: bool,
    tolerance: float = TOLERANCE,
) -> tuple[Check, ...]:
    """Whether a model made again is the recorded one: its bytes, else its scores.

    `extractor` is the new model at work. With `same_kind`, inputs, versions and machine are those
    of the record, and only equal bytes are good.
    """
    layout = check_model(folder)
    differ = [n for n in layout.files if checksum(folder / n) != checksum(again.folder / n)]
    if not differ:
        return (Check("bytes", True, f"equal: {', '.join(layout.files)}"),)
    where = f"differ: {', '.join(differ)}"
    found = [Check("bytes", not same_kind, where + ("" if same_kind else " (another kind)"))]
    scored = 0
    for result in _results(folder):
        if result.get("split"):
            ids = [str(i) for i in result["documents"]]
            scores, _ = _judged(extractor, corpus, result["reference"], ids)
        elif again.held_out is not None and result.get("folds"):
            scores = again.held_out.scores
        else:
            continue
        scored += 1
        found += _within(result, scores, tolerance)
    if not scored and not same_kind:
        found.append(Check("scores", False, "no recorded scores to compare; train with --score"))
    return tuple(found)


def _exact(kind: str, record: Mapping[str, Any]) -> bool:
    """Whether the model must say here exactly what it said where it was recorded."""
    recorded = record.get("versions", {})
    here = versions()
    if any(recorded.get(p) != here.get(p) for p in ("onnxruntime", "tokenizers", "spacy", "numpy")):
        return False
    if not compare_machine(record):
        return True
    both = (record.get("machine") or {}, machine())
    return kind == JOINT.kind and all(
        m.get("architecture") in ("x86_64", "AMD64") and set(m.get("features") or ()) >= _EXACT
        for m in both
    )


def _rescored(
    result: Mapping[str, Any], extractor: Extractor, corpus: Corpus, *, exact: bool
) -> Check:
    """Score one and the same model again on the text of a recorded result."""
    name, reference = f"scores on {result['split']!r}", str(result["reference"])
    ids = [str(i) for i in result["documents"]]
    recorded = {s.get("corpus") for s in result.get("signatures", ())}
    if any(i not in corpus.layers.get(reference, {}) for i in ids):
        return Check(name, False, f"not all of its documents have a layer {reference!r} here")
    if recorded and recorded != {corpus.hash(reference, ids)}:
        return Check(name, False, "its texts or labels have changed; score the model again")
    scores, per_document = _judged(extractor, corpus, reference, ids)
    differ = [i for i in ids if per_document[i] != result["per_document"].get(i)]
    if not differ:
        return Check(name, True, f"the recorded counts, document by document ({len(ids)})")
    if exact:
        return Check(name, False, f"other counts in {', '.join(differ[:5])}; expected the recorded")
    checks = _within(result, scores, FROZEN_TOLERANCE)
    return Check(name, all(c.good for c in checks), "; ".join(c.what for c in checks))


def _judged(
    extractor: Extractor, corpus: Corpus, reference: str, ids: list[str]
) -> tuple[Scores, dict[str, Any]]:
    layers = {x.document: x for x in extractor.extract(corpus.documents[i] for i in ids)}
    scores, _ = judge(corpus, {i: corpus.layer(reference, i) for i in ids}, layers)
    per_document: dict[str, Any] = scores.to_json(documents=True)["per_document"]
    return scores, per_document


def _within(result: Mapping[str, Any], scores: Scores, tolerance: float) -> list[Check]:
    title = str(result.get("title") or result.get("split"))
    found = []
    for measure in MAIN:
        target, match, average, statistic = measure.split(".")
        recorded = float(result["scores"][f"{target}.{match}"][average][statistic])
        here = scores.value(measure)
        what = (
            f"{measure}: recorded {recorded:.4f}, here {here:.4f}, "
            f"difference {here - recorded:+.4f}, tolerance {tolerance:g}"
        )
        found.append(Check(f"scores, {title}", abs(here - recorded) <= tolerance, what))
    return found


def _results(folder: Path) -> list[dict[str, Any]]:
    """The recorded results of metrics.json; none without that file."""
    if not (folder / METRICS).is_file():
        return []
    results = _json(folder / METRICS).get("results", [])
    return [r for r in results if isinstance(r, dict)] if isinstance(results, list) else []


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ModelError(f"not JSON: {error}; train again", path=path) from None
    if not isinstance(value, dict):
        raise ModelError("must hold a JSON object; train again", path=path)
    return value


def as_json(values: Iterable[Difference | Check]) -> list[dict[str, Any]]:
    """Differences or checks as plain values."""
    return [asdict(value) for value in values]
