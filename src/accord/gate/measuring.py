"""Estimates to judge, from a model folder or a layer, and the baseline that they leave behind."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from accord.compare import (
    Match,
    Measure,
    Scores,
    Statistic,
    Target,
    seed_deviation,
    versions,
)
from accord.corpus import Corpus
from accord.document import Layer
from accord.errors import InputError
from accord.gate.baseline import Baseline
from accord.gate.judging import Estimate, read_rules
from accord.gate.losses import assumed_deviation
from accord.gate.rules import ERROR_KINDS, ErrorShare, NotWorse
from accord.gate.settings import PYPROJECT, Settings
from accord.gate.tally import count, error_scores, scores
from accord.model import Extractor, load_model
from accord.model.folder import model_hash
from accord.pipeline import label_unseen
from accord.schema import Schema

_ENOUGH = 20  # labels of a type, below which a figure of its own says little
_FEW = 20  # documents, below which a test over documents says little


def estimate_of(corpus: Corpus, settings: Settings) -> Estimate:
    """The estimate that the settings name, with its labels of the split counted.

    Raises InputError if they name none or the layer is the reference, ModelError if the model
    cannot be loaded or learned from a text of the split, or as `accord.gate.tally.count`.
    """
    ids = corpus.select(settings.split)
    if settings.layer:
        if settings.layer == settings.reference:
            raise InputError(f"layer {settings.layer!r} is the reference itself; judge another")
        layers = {i: corpus.layer(settings.layer, i) for i in ids}
        identity = corpus.hash(settings.layer, ids)
        return _counted(corpus, settings, layers, identity, settings.layer)
    if settings.model:
        return model_estimate(corpus, settings, corpus.root / settings.model)
    raise InputError("nothing to judge: name a model or a layer, in [check] or on the command line")


def model_estimate(corpus: Corpus, settings: Settings, folder: Path) -> Estimate:
    """A model folder's labels of the split; raises as `estimate_of`."""
    layers = labelled_by(load_model(folder), corpus, settings.split, folder)
    return _counted(corpus, settings, layers, model_hash(folder), folder.name)


def layer_estimate(
    corpus: Corpus, settings: Settings, layers: Mapping[str, Layer], name: str = ""
) -> Estimate:
    """Labels that somebody made, by document id; nothing says whether they are the committed ones.

    Raises InputError if a document of the split has none.
    """
    missing = [i for i in corpus.select(settings.split) if i not in layers]
    if missing:
        raise InputError(f"the estimate has no layer of {', '.join(missing[:5])}")
    chosen = {i: layers[i] for i in corpus.select(settings.split)}
    return _counted(corpus, settings, chosen, "", name or next(iter(chosen.values())).source)


def labelled_by(
    extractor: Extractor, corpus: Corpus, split: str, folder: Path | None = None
) -> dict[str, Layer]:
    """A model's layers of a split; ModelError if it learned from one of the texts."""
    refusal = "judged by text it learned from; choose another split"
    return label_unseen(extractor, corpus, corpus.select(split), refusal, folder)


def run_estimate(corpus: Corpus, settings: Settings, name: str) -> Estimate:
    """A further run of the same recipe, by the name of a layer or a model folder."""
    if name in corpus.layers:
        return estimate_of(corpus, replace(settings, model="", layer=name))
    return model_estimate(corpus, settings, corpus.root / name)


def measure(
    corpus: Corpus, settings: Settings, estimate: Estimate, runs: Sequence[Estimate] = ()
) -> Baseline:
    """What `accord check --update` commits; `runs` are trainings that differ in the seed alone.

    With runs, how much the seed moves each measure of a rule ``not_worse`` is measured over them
    and the estimate. Raises InputError as `accord.gate.judging.read_rules`.
    """
    names = (settings.reference, estimate.name)
    deviations: dict[str, float] = {}
    if runs:
        tallies = [estimate.tally, *(run.tally for run in runs)]
        plain = [scores(tally, corpus.schema, names) for tally in tallies]
        errors = [error_scores(tally, names) for tally in tallies]
        for rule in read_rules(settings, corpus.schema):
            if isinstance(rule, NotWorse):
                of_errors = isinstance(rule.measure, ErrorShare)
                asked = (
                    rule.measure.spared if isinstance(rule.measure, ErrorShare) else rule.measure
                )
                prior = assumed_deviation(rule, settings)
                deviations[str(rule.measure)] = seed_deviation(
                    errors if of_errors else plain, asked, prior=prior
                )
    return Baseline(
        estimate.name,
        estimate.identity,
        settings.reference,
        settings.split,
        settings.unit,
        versions()["accord"],
        1 + len(runs),
        deviations,
        estimate.tally,
    )


def first_settings(corpus: Corpus, settings: Settings) -> Settings:
    """The settings of a new baseline: few documents are drawn paragraph by paragraph."""
    few = len(corpus.select(settings.split)) < _FEW
    return replace(settings, unit="paragraph") if few else settings


def with_first_rules(settings: Settings, estimate: Estimate, schema: Schema) -> Settings:
    """The settings with rules to begin with, if they have none."""
    found = scores(estimate.tally, schema, (settings.reference, estimate.name))
    return settings if settings.rules else replace(settings, rules=default_rules(found))


def first_head(settings: Settings, estimate: Estimate, schema: Schema, *, shared: bool) -> str:
    """The part above the mark for a new baseline file, with rules to begin with.

    `shared`: the settings stand in pyproject.toml, so the part is a comment alone.
    """
    intro = "# The baseline of `accord check`.\n"
    if shared:
        return f"{intro}# What is asked for stands in {PYPROJECT}, [tool.accord.check].\n"
    return intro + "\n".join(_head_lines(settings, estimate, schema)) + "\n"


def default_rules(found: Scores) -> tuple[str, ...]:
    """Rules to begin with: no loss overall nor by type, few errors of each kind, a distant floor.

    Types with fewer than 20 labels in the reference get none of their own.
    """
    rules: list[str] = []
    for target, delta in ((Target.MENTION, 0.01), (Target.RELATION, 0.02)):
        micro = Measure(target, Match.STRICT, "micro", Statistic.F1)
        if not found.counts(micro).support:
            continue
        floor = math.floor(100 * found.value(micro)) / 100 - 0.1
        if floor > 0:
            rules.append(f"{micro} >= {floor:.2f}")
        rules += [f"{micro} exact", f"{micro} not_worse delta={delta:g}"]
        rules += [
            f"{replace(micro, average=name)} not_worse delta=0.05"
            for name, counts in found.table(target, Match.STRICT).items()
            if counts.support >= _ENOUGH
        ]
        rules += [
            f"{ErrorShare(target, kind)} not_worse delta=0.005"
            for kind in ERROR_KINDS[target]
            if found.counts(micro).support >= _ENOUGH
        ]
    return tuple(rules)


def _counted(
    corpus: Corpus,
    settings: Settings,
    layers: Mapping[str, Layer],
    identity: str,
    name: str,
) -> Estimate:
    tally = count(corpus, layers, settings.reference, layers, settings.unit)
    return Estimate(name, identity, layers, tally)


def _head_lines(settings: Settings, estimate: Estimate, schema: Schema) -> Iterator[str]:
    found = scores(estimate.tally, schema, (settings.reference, estimate.name))
    yield "# Yours to edit: what is asked for, in the spelling in which measures are printed;"
    yield "# `accord check --help` explains it."
    yield "[check]"
    yield f'model = "{settings.model}"' if settings.model else f'layer = "{settings.layer}"'
    yield f'reference = "{settings.reference}"'
    yield f'split = "{settings.split}"'
    yield f'unit = "{settings.unit}"  # "document", or "paragraph" where there are few'
    yield f"p = {settings.p:g}  # the chance that a check without any real loss fails"
    yield f"warn = {settings.warn:g}  # and at most the chance that it warns"
    yield f"corpus = {'true' if settings.corpus else 'false'}  # findings of `accord validate` fail"
    yield f"comparable = {settings.comparable:g}  # share of documents that must be unchanged"
    yield "rules = ["
    yield from (f'  "{rule}",' for rule in settings.rules)
    yield "]"
    yield "required = ["
    for target in Target:
        for name, counts in found.table(target, Match.STRICT).items():
            if counts.support >= _ENOUGH and counts.tp:
                yield f'  "{target}.{name}",'
    yield "]"
