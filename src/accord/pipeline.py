"""The whole way for a text: document in, layer and facts out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from accord.document import Document, Layer
from accord.facts import Facts, as_json, facts
from accord.model import Extractor


@dataclass(frozen=True)
class Extraction:
    """A document, what a source says of it, and the facts that follow."""

    document: Document
    layer: Layer
    facts: Facts

    def to_json(self) -> dict[str, Any]:
        """As `accord extract --json` prints it; offsets are half-open, in code points.

        ``score`` is a probability, or null where the model says yes or no only.
        """
        return {
            "id": self.document.id,
            "text": self.document.text,
            "mentions": [
                {
                    "id": mention.id,
                    "start": mention.span.start,
                    "end": mention.span.end,
                    "type": mention.type,
                    "score": mention.score,
                }
                for mention in self.layer.mentions
            ],
            "relations": [
                {
                    "type": relation.type,
                    "head": relation.head,
                    "tail": relation.tail,
                    "score": relation.score,
                }
                for relation in self.layer.relations
            ],
            "facts": as_json(self.facts),
        }


def extract(extractor: Extractor, documents: Iterable[Document]) -> Iterator[Extraction]:
    """Extract from documents in order, one at a time."""
    waiting: list[Document] = []

    def passing() -> Iterator[Document]:
        for document in documents:
            waiting.append(document)
            yield document

    for layer in extractor.extract(passing()):
        document = waiting.pop(0)
        yield Extraction(document, layer, facts(document, layer))
