"""Training the baseline from a recipe and a corpus."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from accord.corpus import Corpus
from accord.counted import counted
from accord.document import Document, Layer
from accord.errors import InputError
from accord.model.baseline.extractor import BaselineExtractor, token_text
from accord.model.baseline.features import PairFeatures, candidate_pairs
from accord.model.baseline.mentions import MentionRecipe, nesting_groups, train_recogniser
from accord.model.baseline.relations import LinearModel, fit
from accord.model.progress import Listener, Step, silent
from accord.model.provenance import data_record
from accord.model.recipe import Data
from accord.schema import Schema


@dataclass(frozen=True, slots=True)
class RelationRecipe:
    """`c`: inverse strength of L2 regularisation; `threshold`: probability that draws an arrow."""

    c: float = 1.0
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not self.c > 0:
            raise ValueError(f"c must be above 0, not {self.c}")
        if not 0 < self.threshold < 1:
            raise ValueError(f"threshold must lie between 0 and 1, not {self.threshold}")


@dataclass(frozen=True, slots=True)
class BaselineRecipe:
    """All that decides what training gives, apart from the data itself."""

    kind: str
    data: Data
    seed: int = 0
    mentions: MentionRecipe = field(default_factory=MentionRecipe)
    relations: RelationRecipe = field(default_factory=RelationRecipe)

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**32:
            raise ValueError(f"seed must lie between 0 and 2**32 - 1, not {self.seed}")


def train_baseline(
    recipe: BaselineRecipe,
    corpus: Corpus,
    ids: Sequence[str],
    *,
    listener: Listener = silent,
) -> BaselineExtractor:
    """Train on the documents with these ids; the same call gives the same model, byte for byte.

    Raises InputError if there is nothing to learn from, or labels that the schema forbids.
    """
    texts = training_texts(corpus, ids, recipe.data.layer)
    schema = corpus.schema
    types = [
        name
        for name in schema.mentions
        if any(name == m.type for _, x in texts for m in x.mentions)
    ]
    groups = nesting_groups([layer for _, layer in texts], types)
    total = recipe.mentions.epochs * len(groups)
    recognisers = []
    for number, group in enumerate(groups):

        def on_epoch(epoch: int, loss: float, number: int = number) -> None:
            listener(Step("mentions", number * recipe.mentions.epochs + epoch, total, loss))

        recognisers.append(
            train_recogniser(texts, group, recipe.mentions, seed=recipe.seed, on_epoch=on_epoch)
        )
    relations = _train_relations(recipe, schema, texts, recognisers[0], listener)
    record = {
        **data_record(corpus, ids, recipe.data.layer),
        "seed": recipe.seed,
    }
    return BaselineExtractor(
        schema, tuple(recognisers), relations, recipe.relations.threshold, recipe.mentions, record
    )


def training_texts(corpus: Corpus, ids: Sequence[str], source: str) -> list[tuple[Document, Layer]]:
    """Documents and their layers, checked; InputError names what stands in the way of training."""
    texts = [(corpus.documents[i], corpus.layer(source, i)) for i in ids]
    if not any(layer.mentions for _, layer in texts):
        raise InputError(
            f"layer {source!r} of {counted(len(ids), 'document')} has no mention to learn from"
        )
    for document, layer in texts:
        for violation in corpus.schema.violations(document, layer):
            raise InputError(
                f"{source}/{document.id}: {violation.item}: {violation.reason} "
                "(`accord validate` lists everything)"
            )
    return texts


def _train_relations(
    recipe: BaselineRecipe,
    schema: Schema,
    texts: Sequence[tuple[Document, Layer]],
    tokenizer: Any,
    listener: Listener,
) -> dict[str, LinearModel]:
    examples: dict[str, list[tuple[list[str], bool]]] = {name: [] for name in schema.relations}
    for document, layer in texts:
        features = PairFeatures(token_text(tokenizer, document), layer.mentions)
        arrows = {(r.type, r.head, r.tail) for r in layer.relations}
        for pair in candidate_pairs(schema, document, layer.mentions):
            forward = (pair.relation, pair.head.id, pair.tail.id)
            backward = (pair.relation, pair.tail.id, pair.head.id)
            symmetric = schema.relations[pair.relation].symmetric
            related = forward in arrows or (symmetric and backward in arrows)
            examples[pair.relation].append((features(pair), related))
    models = {}
    for number, (name, rows) in enumerate(examples.items(), start=1):
        models[name] = fit(rows, c=recipe.relations.c, seed=recipe.seed)
        listener(Step("relations", number, len(examples)))
    return models
