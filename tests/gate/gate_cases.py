"""A corpus of twenty short documents with a layer by a model, and ways to spoil it."""

from dataclasses import replace
from pathlib import Path

from accord.corpus import Corpus, read_corpus, write_layer
from accord.corpus.validate import record_checksums
from accord.document import Document, Layer
from accord.files import write_text
from sample_corpus import SCHEMA, label

NUMBER = 20
NAMES = ("Avon", "Brill", "Corvo Steel", "Delta Bank", "Ember & Sons")

HEAD = """\
# A comment that people wrote.
[check]
layer = "model"
split = "all"
corpus = false
rules = [
  "mention.strict.micro.f1 not_worse delta=0.02",
  "relation.strict.micro.f1 not_worse delta=0.02",
  "relation.direction.errors not_worse",
  "mention.strict.micro.f1 exact",
  "mention.strict.ORG.recall >= 0.5",
]
required = ["relation.pledges >= 10"]
"""


def document(number: int) -> Document:
    name = NAMES[number % len(NAMES)]
    return Document(
        f"articles/d{number:02}",
        f"{name} pledged ${number + 1} million to Kenya 🌊.\n\n{name} joined the Coast Pact.\n",
    )


def gold(number: int) -> Layer:
    name = NAMES[number % len(NAMES)]
    marks = [
        (name, "ORG"),
        ("pledged", "PLEDGE"),
        (f"${number + 1} million", "MONEY"),
        ("Kenya", "GPE"),
        (name, "ORG"),
        ("Coast Pact", "ALLIANCE"),
    ]
    arrows = [("pledges", 0, 1), ("amount", 1, 2), ("member_of", 4, 5), ("same_as", 4, 0)]
    return label(document(number), "gold", marks, arrows)


def without(layer: Layer, kind: str) -> Layer:
    """The layer without the mentions of a type and what hung on them."""
    kept = {m.id for m in layer.mentions if m.type != kind}
    return replace(
        layer,
        mentions=tuple(m for m in layer.mentions if m.id in kept),
        relations=tuple(r for r in layer.relations if {r.head, r.tail} <= kept),
    )


def turned(layer: Layer) -> Layer:
    """The layer with its pledges the other way round."""
    return replace(
        layer,
        relations=tuple(
            replace(r, head=r.tail, tail=r.head) if r.type == "pledges" else r
            for r in layer.relations
        ),
    )


def write_gate(root: Path, head: str = HEAD) -> Path:
    """Write corpus, gold, the layer `model` (which misses Kenya twice) and the baseline's head."""
    write_text(root / "annotations/schema.toml", SCHEMA)
    write_text(root / "corpus/splits.toml", 'all = ["articles/*"]\n')
    for number in range(NUMBER):
        add(root, number)
    record_checksums(root)
    path = root / "models/baseline.toml"
    write_text(path, head)
    return path


def add(root: Path, number: int) -> None:
    write_text(root / f"corpus/{document(number).id}.txt", document(number).text)
    write_layer(root, document(number), gold(number))
    estimate = replace(gold(number), source="model")
    write_layer(root, document(number), without(estimate, "GPE") if number < 2 else estimate)


def spoil(root: Path, numbers, change) -> None:
    """Change the model's layer of some documents on disk."""
    corpus = read_corpus(root)
    for number in numbers:
        i = document(number).id
        write_layer(root, corpus.documents[i], change(corpus.layer("model", i)))


def layers(corpus: Corpus) -> dict[str, Layer]:
    return dict(corpus.layers["model"])
