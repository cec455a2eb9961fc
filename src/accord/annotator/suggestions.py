"""A model's suggestions: computed once a document, in whichever thread asks, and how sure they are.

Uncertainty is what active learning chooses by (Settles and Craven 2008, "An Analysis of Active
Learning Strategies for Sequence Labeling Tasks", whose total entropy normalised by length this
follows). With the binary entropy H(p) = -p log2 p - (1 - p) log2 (1 - p), in bits:

- of mentions: the sum of H(p) over the marks that the model makes, divided by the words of the
  text. Marks that it thinks less likely than none are not known, so a text in which it overlooks
  everything looks certain; the random share of `accord.annotator.order` is there for those.
- of relations: the sum of H(p) over all typed pairs of its marks that the schema lets be joined,
  divided by the words. A joint model does not tell pairs below its floor of 2%; they count as 0.

Divided by words, since a text costs about as much work as it has words.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from accord.annotator.ghosts import Suggested
from accord.annotator.workplace import Workplace
from accord.document import Document, Layer, paragraph_index
from accord.formats.tokens import words
from accord.model import Extractor, load_model
from accord.model.folder import model_hash
from accord.schema import Schema

# Layers kept in memory; further documents are read again when they are opened.
_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """In bits a word; `mentions` is None for a model that gives its marks no probabilities."""

    mentions: float | None
    relations: float


class ModelSuggestions:
    """A model folder at work; safe to use from several threads, one at a time is served."""

    def __init__(self, folder: Path, schema: Schema):
        """Load a model. Labels that `schema` does not have are never suggested.

        Raises ModelError if the folder is incomplete, damaged or of an unknown kind.
        """
        self.folder = folder
        self.name = folder.resolve().name
        self._schema = schema
        self._extractor, self._threshold = _wide_open(load_model(folder))
        self.hash = model_hash(folder)
        self._lock = threading.Lock()
        self._layers: OrderedDict[tuple[str, str], Suggested] = OrderedDict()
        self._uncertain: dict[tuple[str, str], Uncertainty] = {}

    def of(self, document: Document) -> Suggested:
        """The model's labels of a document; as slow as the model, kept for the next call."""
        with self._lock:
            return self.known(document) or self._read(document)

    def known(self, document: Document) -> Suggested | None:
        """The labels if they are at hand; never slow."""
        return self._layers.get(_key(document))

    def uncertainty(self, document: Document) -> Uncertainty:
        """How unsure the model is of a document; as slow as `of`, kept for good."""
        with self._lock:
            if _key(document) not in self._uncertain:
                self._read(document)
            return self._uncertain[_key(document)]

    def known_uncertainty(self, document: Document) -> Uncertainty | None:
        """The uncertainty if it is at hand; never slow."""
        return self._uncertain.get(_key(document))

    def _read(self, document: Document) -> Suggested:
        (everything,) = self._extractor.extract([document])
        self._uncertain[_key(document)] = uncertainty(everything, len(words(document.text)))
        likely = [r for r in everything.relations if r.score is None or r.score >= self._threshold]
        layer = fitting(replace(everything, relations=tuple(likely)), document, self._schema)
        found = Suggested(layer, self.name, self.hash)
        self._layers[_key(document)] = found
        if len(self._layers) > _KEPT:
            self._layers.popitem(last=False)
        return found


def load_suggestions(workplace: Workplace, folder: Path) -> ModelSuggestions:
    """Load a model and let it suggest from now on; ModelError if it cannot be loaded."""
    found = ModelSuggestions(folder, workplace.schema)
    workplace.suggest = found
    workplace.events.publish({"model": {"name": found.name, "hash": found.hash}})
    return found


def uncertainty(everything: Layer, length: int) -> Uncertainty:
    """The uncertainty of a layer with all that a model found possible in a text of `length` words.

    What has no score counts as certain; a text without words as one word.
    """
    marks = [mention.score for mention in everything.mentions]
    known = not marks or any(score is not None for score in marks)
    arrows = [relation.score for relation in everything.relations]
    length = max(1, length)
    return Uncertainty(_entropy(marks) / length if known else None, _entropy(arrows) / length)


def fitting(layer: Layer, document: Document, schema: Schema) -> Layer:
    """A model's layer without what could never stand among this schema's labels."""
    mentions = [
        mention
        for mention in layer.mentions
        if mention.type in schema.mentions
        and document[mention.span] == document[mention.span].strip()
        and paragraph_index(document.paragraphs, mention.span) is not None
    ]
    types = {mention.id: mention.type for mention in mentions}
    relations = [
        relation
        for relation in layer.relations
        if relation.head in types
        and relation.tail in types
        and relation.type in schema.relations
        and schema.relations[relation.type].allows(types[relation.head], types[relation.tail])
    ]
    return replace(layer, mentions=tuple(mentions), relations=tuple(relations))


def _wide_open(extractor: Extractor) -> tuple[Extractor, float]:
    """The extractor letting through all relations that it can tell, and its own threshold."""
    from accord.model.baseline import BaselineExtractor

    if isinstance(extractor, BaselineExtractor):
        return replace(extractor, threshold=0.0), extractor.threshold
    from accord.model.joint.calibrate import FLOOR
    from accord.model.joint.extractor import JointExtractor

    assert isinstance(extractor, JointExtractor)  # noqa: S101 - load_model knows these two kinds
    extraction = extractor.recipe.extraction
    recipe = replace(extractor.recipe, extraction=replace(extraction, threshold=FLOOR))
    return replace(extractor, recipe=recipe), extraction.threshold


def _entropy(scores: Iterable[float | None]) -> float:
    """Sum of the binary entropies, in bits."""
    return sum(
        -p * math.log2(p) - (1 - p) * math.log2(1 - p)
        for p in scores
        if p is not None and 0 < p < 1
    )


def _key(document: Document) -> tuple[str, str]:
    return document.id, document.sha256
