"""What a recipe is worth: labels of text it never saw, their scores, and what they calibrate.

Here models meet measures. Each fold's model labels the documents it did not learn from, keeping
even improbable relations; the whole then tells how its probabilities should be read.
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accord.compare import Counts, Match, Scores, compare_layers, evaluate
from accord.corpus import Corpus
from accord.document import Layer
from accord.facts import FactCounts, fact_counts, facts
from accord.model.choice import choose
from accord.model.folder import JOINT
from accord.model.joint.calibrate import (
    FLOOR,
    Calibration,
    Outcome,
    Reliability,
    calibrate,
    reliability,
)
from accord.model.progress import Listener, Score
from accord.model.training import Fold, cross_label, recipe_data, train
from accord.schema import Schema

#: The listener of a fold, by its index.
Listeners = Callable[[int], Listener]

#: What a recipe is judged by while it trains, and what its seeds are compared on.
MAIN = ("mention.strict.micro.f1", "relation.strict.micro.f1")


@dataclass(frozen=True, slots=True)
class SeedSpread:
    """One measure of one recipe under several seeds; `values` are fractions by seed."""

    measure: str
    values: Mapping[int, float]

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return statistics.mean(self.values.values())

    @property
    def deviation(self) -> float:
        """Standard deviation of the sample of seeds (n - 1)."""
        return statistics.stdev(self.values.values())


@dataclass(frozen=True)
class HeldOut:
    """Labels that a recipe's models gave to documents held out of their training, and figures.

    `calibration` was fitted on these very labels; its few numbers can hardly adapt to them.
    `mentions` and `relations` tell how far the calibrated probabilities can be trusted.
    """

    layers: Mapping[str, Layer]
    scores: Scores
    facts: FactCounts
    calibration: Calibration | None
    mentions: Reliability | None
    relations: Reliability | None


def cross_validate(
    recipe: Mapping[str, Any], corpus: Corpus, plan: Sequence[Fold], listeners: Listeners
) -> HeldOut:
    """Train once a fold and judge what the models say of the documents held out."""
    wide = widened(recipe)
    layers = cross_label(
        corpus, plan, lambda index, ids: train(wide, corpus, ids, listener=listeners(index))
    )
    return held_out(recipe, corpus, layers)


def widened(recipe: Mapping[str, Any]) -> Mapping[str, Any]:
    """The recipe whose joint model keeps improbable relations too, half of what calibrates."""
    if recipe["kind"] != JOINT.kind:
        return recipe
    return {**recipe, "extraction": {**recipe.get("extraction", {}), "threshold": FLOOR}}


def held_out(recipe: Mapping[str, Any], corpus: Corpus, layers: Mapping[str, Layer]) -> HeldOut:
    """Judge what models of the `widened` recipe said of documents that they never saw."""
    source = recipe_data(recipe).layer
    gold = {i: corpus.layer(source, i) for i in layers}
    if recipe["kind"] != JOINT.kind:
        return HeldOut(layers, *judge(corpus, gold, layers), None, None, None)
    found = outcomes(gold, layers, corpus.schema)
    calibration = calibrate(*found)
    threshold = float(recipe.get("extraction", {}).get("threshold", 0.5))
    kept = {
        i: calibrated(layer, calibration, threshold, corpus.schema) for i, layer in layers.items()
    }
    mentions, relations = found
    return HeldOut(
        kept,
        *judge(corpus, gold, kept),
        calibration,
        reliability([calibration.mention(o.odds) for o in mentions], [o.right for o in mentions]),
        reliability(
            [calibration.of(o.kind)(o.odds) for o in relations], [o.right for o in relations]
        ),
    )


def seed_spreads(by_seed: Mapping[int, Scores]) -> tuple[SeedSpread, ...]:
    """The main measures over seeds; none for fewer than two."""
    if len(by_seed) < 2:
        return ()
    return tuple(
        SeedSpread(measure, {seed: scores.value(measure) for seed, scores in by_seed.items()})
        for measure in MAIN
    )


def training_score(corpus: Corpus, source: str) -> Score:
    """Mean of strict mention and relation F1: what training is judged by as it goes on."""

    def score(layers: Mapping[str, Layer]) -> float:
        gold = {i: corpus.layer(source, i) for i in layers}
        # After every epoch: neither facts nor the other matches are asked for.
        scores = evaluate(gold, layers, corpus.schema, (Match.STRICT,))
        return sum(scores.value(measure) for measure in MAIN) / len(MAIN)

    return score


def judge(
    corpus: Corpus, gold: Mapping[str, Layer], estimate: Mapping[str, Layer]
) -> tuple[Scores, FactCounts]:
    """Scores of mentions and relations, and of the facts that follow from them."""
    scores = evaluate(gold, estimate, corpus.schema)
    total = FactCounts(Counts(), Counts())
    for i in scores.documents:
        document = corpus.documents[i]
        total += fact_counts(facts(document, gold[i]), facts(document, estimate[i]))
    return scores, total


def outcomes(
    gold: Mapping[str, Layer], estimate: Mapping[str, Layer], schema: Schema
) -> tuple[list[Outcome], list[Outcome]]:
    """Each scored mention and relation of the estimate, and whether it is strictly right."""
    mentions: list[Outcome] = []
    relations: list[Outcome] = []
    for i, layer in estimate.items():
        comparison = compare_layers(gold[i], layer, schema)
        for right, found in (
            (True, [estimated for _, estimated in comparison.mentions.matched]),
            (False, comparison.mentions.spurious),
        ):
            mentions += [Outcome(m.type, _odds(m.score), right) for m in found]
        for right, arrows in (
            (True, [estimated for _, estimated in comparison.relations.matched]),
            (False, comparison.relations.spurious),
        ):
            relations += [
                Outcome(a.type, _odds(a.relation.score if a.relation else None), right)
                for a in arrows
            ]
    return mentions, relations


def calibrated(layer: Layer, calibration: Calibration, threshold: float, schema: Schema) -> Layer:
    """The layer with calibrated scores, as extraction with this threshold would have given it."""
    relations = [
        replace(r, score=round(calibration.of(r.type)(_odds(r.score)), 4)) for r in layer.relations
    ]
    scored = replace(
        layer,
        mentions=tuple(
            replace(m, score=round(calibration.mention(_odds(m.score)), 4)) for m in layer.mentions
        ),
        relations=tuple(r for r in relations if (r.score or 0.0) >= threshold),
    )
    return choose(scored, schema)


def _odds(score: float | None) -> float:
    """Log-odds of a probability; one that was rounded to 0 or 1 stays finite."""
    p = min(max(1.0 if score is None else score, 1e-5), 1 - 1e-5)
    return math.log(p / (1 - p))
