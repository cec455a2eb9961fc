"""A workplace of one annotator on a corpus of small invented texts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from accord.annotator.people import people
from accord.annotator.store import Post, Store
from accord.annotator.workplace import Workplace, open_workplace
from accord.corpus import write_layer
from accord.document import Document, Layer, Mention, Span
from accord.files import write_text
from sample_corpus import SCHEMA, label

NAMES = ("Avon", "Brill", "Corvo", "Dalen", "Esker", "Fenn", "Garth", "Holm", "Isca", "Jarrow")


def text_of(number: int) -> Document:
    """An invented text of two names, an alliance and a pledge."""
    a, b = NAMES[number % 10], NAMES[(number * 3 + 1) % 10]
    text = f"{a} and {b} join the Coast Pact.\n\n{a} pledged ${number + 2} million.\n"
    return Document(f"texts/{number:02}", text)


def labels_of(document: Document, source: str):
    """What anybody would mark in such a text."""
    words = document.text.split()
    first, second = words[words.index("and") - 1], words[words.index("and") + 1]
    money = document.text[document.text.index("$") : document.text.rindex(".")]
    return label(
        document,
        source,
        [
            (first, "ORG"),
            (second, "ORG"),
            ("Coast Pact", "ALLIANCE"),
            (first, "ORG"),
            ("pledged", "PLEDGE"),
            (money, "MONEY"),
        ],
        [("member_of", 0, 2), ("member_of", 1, 2), ("pledges", 3, 4), ("amount", 4, 5)],
    )


def second_of(document) -> Layer:
    """As everybody labels, but the alliance's mark is longer, a name is missing, one arrow turned.

    Two points about mentions; both layers' relations to the alliance agree but for its length.
    """
    layer = labels_of(document, "second")
    mentions = [m for m in layer.mentions if m.id != "T4"]
    place = mentions[2].span
    mentions[2] = Mention("T3", Span(place.start - 4, place.end), "ALLIANCE")
    relations = [r for r in layer.relations if "T4" not in (r.head, r.tail)]
    return Layer(document.id, "second", tuple(mentions), tuple(relations))


def write_texts(
    root: Path, number: int, labelled: Sequence[int] = (), source: str = "anna"
) -> None:
    """A corpus of `number` texts, some of them labelled in a layer of files."""
    write_text(root / "annotations" / "schema.toml", SCHEMA)
    for n in range(number):
        document = text_of(n)
        write_text(root / "corpus" / f"{document.id}.txt", document.text)
        if n in labelled:
            write_layer(root, document, labels_of(document, source))


def write_two_layers(root: Path, number: int) -> None:
    """Texts that the layer `first` has labelled, and two of them `second`, a little otherwise."""
    write_texts(root, number, labelled=range(number), source="first")
    for n in range(2):
        write_layer(root, text_of(n), second_of(text_of(n)))


@contextmanager
def working(root: Path, *names: str) -> Iterator[Workplace]:
    """The corpus opened for people, closed at the end."""
    workplace = open_workplace(root, people(root, names or ("anna",), root / "tokens"))
    try:
        yield workplace
    finally:
        workplace.close()


def act(store: Store, i: str, *actions: dict[str, object], by: str = "anna"):
    """Do actions in a document as it is now."""
    return store.act(i, Post(by, store.begin(i).version, list(actions)))
