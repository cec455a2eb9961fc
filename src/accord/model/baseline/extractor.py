"""The baseline at work: texts in, layers out; and how it is saved and loaded."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from accord.document import Document, Layer, Mention, Relation
from accord.files import read_bytes, read_text
from accord.model.baseline.features import Pair, PairFeatures, TokenText, candidate_pairs
from accord.model.baseline.mentions import MentionRecipe, blank_recogniser, find_mentions
from accord.model.baseline.relations import LinearModel, from_files, to_files
from accord.model.choice import choose
from accord.model.folder import BASELINE, CONFIG, SCHEMA, check_model, read_record, write_model
from accord.model.joint.calibrate import Calibration
from accord.model.recipe import fill
from accord.schema import Schema, read_schema

if TYPE_CHECKING:
    from spacy.language import Language


@dataclass(frozen=True)
class BaselineExtractor:
    """Recognisers for the mentions and one linear model a relation type.

    `record` tells what it was trained on; `threshold` is the probability that draws an arrow.
    """

    schema: Schema
    recognisers: tuple["Language", ...]
    relations: Mapping[str, LinearModel]
    threshold: float
    mention_recipe: MentionRecipe
    record: Mapping[str, Any]
    source: str = "baseline"

    def extractor(self) -> "BaselineExtractor":
        """Itself: training gives the model ready for work."""
        return self

    def calibrated(self, _: Calibration) -> "BaselineExtractor":
        """Itself: a logistic regression's probabilities are calibrated by its fitting."""
        return self

    def extract(self, documents: Iterable[Document]) -> Iterator[Layer]:
        """A layer for each document, in order, one at a time."""
        for document in documents:
            mentions = find_mentions(self.recognisers, document)
            relations = self._relations(document, mentions)
            yield choose(Layer(document.id, self.source, mentions, relations), self.schema)

    def explain(
        self, document: Document, layer: Layer, relation: Relation
    ) -> list[tuple[str, float]]:
        """The features that speak most for or against a relation, with their log-odds."""
        features = PairFeatures(token_text(self.recognisers[0], document), layer.mentions)
        head, tail = layer.ends(relation)
        return self.relations[relation.type].explain(features(Pair(relation.type, head, tail)))

    def save(
        self, folder: Path, *, config: bytes, schema: bytes, asked: Mapping[str, Any] | None = None
    ) -> None:
        """Write the model folder, with the recipe and the schema file that it was trained from."""
        import srsly

        # Without the vocabulary: its strings come in no fixed order, and the weights need none.
        states = [nlp.to_bytes(exclude=["vocab", "tokenizer"]) for nlp in self.recognisers]
        groups = [list(nlp.pipe_labels["ner"]) for nlp in self.recognisers]
        packed = srsly.msgpack_dumps({"labels": groups, "states": states})
        files = {
            CONFIG: config,
            SCHEMA: schema,
            "mentions.spacy": packed,
            **to_files(self.relations),
        }
        write_model(folder, BASELINE, files, {**self.record, "asked": dict(asked or {})})

    @classmethod
    def load(cls, folder: Path) -> "BaselineExtractor":
        """Read a model folder; ModelError if a file is missing or damaged."""
        import srsly

        check_model(folder)
        recipe = tomllib.loads(read_text(folder / CONFIG))
        mentions = fill(MentionRecipe, recipe.get("mentions", {}), "[mentions]")
        packed = srsly.msgpack_loads(read_bytes(folder / "mentions.spacy"))
        recognisers = []
        for labels, state in zip(packed["labels"], packed["states"], strict=True):
            nlp = blank_recogniser(mentions)
            for label in labels:
                nlp.vocab.strings.add(label)
            nlp.from_bytes(state, exclude=["vocab", "tokenizer"])
            recognisers.append(nlp)
        relations = from_files(
            read_bytes(folder / "relations.json"), read_bytes(folder / "relations.safetensors")
        )
        return cls(
            read_schema(folder / SCHEMA),
            tuple(recognisers),
            relations,
            float(recipe.get("relations", {}).get("threshold", 0.5)),
            mentions,
            read_record(folder),
            source=folder.name,
        )

    def _relations(self, document: Document, mentions: Sequence[Mention]) -> tuple[Relation, ...]:
        features = PairFeatures(token_text(self.recognisers[0], document), mentions)
        found = []
        for pair in candidate_pairs(self.schema, document, mentions):
            score = self.relations[pair.relation].probability(features(pair))
            if score >= self.threshold:
                found.append((pair, score))
        return tuple(
            Relation(pair.relation, pair.head.id, pair.tail.id, id=f"R{n}", score=round(score, 6))
            for n, (pair, score) in enumerate(found, start=1)
        )


def token_text(nlp: "Language", document: Document) -> TokenText:
    """A document's tokens for the pair features, white space left out."""
    words, starts, ends = [], [], []
    for paragraph in document.paragraphs:
        for token in nlp.make_doc(document[paragraph]):
            if not token.is_space:
                start = paragraph.start + token.idx
                words.append(token.lower_)
                starts.append(start)
                ends.append(start + len(token))
    return TokenText(tuple(words), tuple(starts), tuple(ends))
