"""The whole way for a text: document in, layer and facts out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.corpus import Corpus
from accord.document import Document, Layer
from accord.errors import ModelError
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


def label_unseen(
    extractor: Extractor, corpus: Corpus, ids: Sequence[str], refusal: str, folder: Path | None
) -> dict[str, Layer]:
    """A model's layers of documents that it is to be judged by.

    Raises ModelError, naming the model's folder if known, if it learned from one of the texts;
    `refusal` completes "a model is not ..." and says what to do instead.
    """
    learned = set(dict(extractor.record.get("trained_on", {})).values())
    seen = [i for i in ids if corpus.documents[i].sha256 in learned]
    if seen:
        raise ModelError(
            f"was trained on {', '.join(seen[:3])}{' and more' if len(seen) > 3 else ''}, and a "
            f"model is not {refusal}",
            path=folder,
        )
    return {layer.document: layer for layer in extractor.extract(corpus.documents[i] for i in ids)}
