"""A small corpus with the project's schema, and helpers to label and to compare folders."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from accord.corpus import write_layer
from accord.corpus.validate import record_checksums
from accord.document import Document, Layer, Mention, Relation, Span
from accord.files import write_text

REPOSITORY = Path(__file__).parent.parent

SCHEMA = """\
name = "sample"
version = "1"

[mention.ORG]
text = "named organisation"
[mention.GPE]
[mention.ALLIANCE]
[mention.PLEDGE]
[mention.MONEY]

[relation.member_of]
head = ["ORG", "GPE"]
tail = ["ALLIANCE"]
[relation.pledges]
head = ["ORG", "GPE"]
tail = ["PLEDGE"]
[relation.amount]
head = ["PLEDGE"]
tail = ["MONEY"]
[relation.same_as]
head = ["ORG", "GPE", "ALLIANCE"]
tail = ["ORG", "GPE", "ALLIANCE"]
symmetric = true
across_paragraphs = true
same_type = true
"""

RECIPE = """\
kind = "baseline"
seed = 7
[data]
split = "articles"
[mentions]
epochs = 2
batch_size = 4
width = 16
depth = 1
"""

Marks = Iterable[tuple[str, str]]
Arrows = Iterable[tuple[str, int, int]]


def label(document: Document, source: str, marks: Marks, arrows: Arrows = ()) -> Layer:
    """Marks as (words, type) in text order, equal words further on each time; arrows by index."""
    mentions: list[Mention] = []
    for number, (words, kind) in enumerate(marks, start=1):
        start = mentions[-1].span.start if mentions else 0
        while (start := document.text.index(words, start)) in {
            m.span.start for m in mentions if document[m.span] == words
        }:
            start += 1
        mentions.append(Mention(f"T{number}", Span(start, start + len(words)), kind))
    relations = (
        Relation(kind, mentions[head].id, mentions[tail].id, f"R{number}")
        for number, (kind, head, tail) in enumerate(arrows, start=1)
    )
    return Layer(document.id, source, tuple(mentions), tuple(relations))


A = Document(
    "articles/a",
    "Avon and Brill join the Coast Pact.\n\n"
    "Avon pledged $5 million. The Japanese Fund gave more.\n",
)
B = Document(
    "articles/b",
    "Corvo Steel joined the Delta Pact of Kenya.\n\nKenya pledged $2 billion for roads. 🌊\n",
)
C = Document("practice/c", "Nothing of note happened.\n")

GOLD = (
    (
        A,
        label(
            A,
            "gold",
            [
                ("Avon", "ORG"),
                ("Brill", "ORG"),
                ("Coast Pact", "ALLIANCE"),
                ("Avon", "ORG"),
                ("pledged", "PLEDGE"),
                ("$5 million", "MONEY"),
                ("Japanese Fund", "ORG"),
                ("Japanese", "GPE"),
            ],
            [
                ("member_of", 0, 2),
                ("member_of", 1, 2),
                ("same_as", 3, 0),
                ("pledges", 3, 4),
                ("amount", 4, 5),
            ],
        ),
    ),
    (
        B,
        label(
            B,
            "gold",
            [
                ("Corvo Steel", "ORG"),
                ("Delta Pact", "ALLIANCE"),
                ("Kenya", "GPE"),
                ("Kenya", "GPE"),
                ("pledged", "PLEDGE"),
                ("$2 billion", "MONEY"),
            ],
            [("member_of", 0, 1), ("member_of", 2, 1), ("pledges", 3, 4), ("amount", 4, 5)],
        ),
    ),
    (C, label(C, "gold", [])),
)


def write_sample(root: Path) -> None:
    """Write the corpus: texts, checksums, splits, schema and the layer `gold`."""
    write_text(root / "annotations" / "schema.toml", SCHEMA)
    write_text(root / "corpus" / "splits.toml", 'articles = ["articles/*"]\n')
    for document, layer in GOLD:
        write_text(root / "corpus" / f"{document.id}.txt", document.text)
        write_layer(root, document, layer)
    record_checksums(root)


def tree_hash(folder: Path) -> str:
    """SHA-256 over every path below a folder and every file's bytes."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes() if path.is_file() else b"(folder)"
        digest.update(f"{path.relative_to(folder)}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def arrows(document: Document, layer: Layer) -> set[tuple[str, str, str]]:
    """Relations as (type, words of the head, words of the tail)."""
    found = set()
    for relation in layer.relations:
        head, tail = layer.ends(relation)
        found.add((relation.type, document[head.span], document[tail.span]))
    return found


def words(document: Document, layer: Layer, kinds: Sequence[str]) -> list[str]:
    """The words of the mentions of some types, in the layer's order."""
    return [document[m.span] for m in layer.mentions if m.type in kinds]
