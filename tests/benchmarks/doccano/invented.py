"""Writes a corpus folder of any size: invented news with gold labels, drawn by a seed."""

import random
from collections.abc import Iterator
from pathlib import Path

from accord.corpus import write_layer
from accord.corpus.folder import ANNOTATIONS, SCHEMA_FILE, TEXTS
from accord.document import Document, Layer, Mention, Relation, Span
from accord.files import write_text

SCHEMA = """\
name = "invented"
version = "1"

[mention.ORG]
[mention.GPE]
[mention.ALLIANCE]
[mention.MONEY]

[relation.member_of]
head = ["ORG", "GPE"]
tail = ["ALLIANCE"]
[relation.pledges]
head = ["ORG", "GPE"]
tail = ["MONEY"]
"""
_FIRST = ("Avo", "Brin", "Cor", "Del", "Esk", "Fen", "Gal", "Hav", "Ist", "Jor", "Kel", "Lum")
_LAST = ("vara", "tell", "mark", "quay", "dorn", "sund", "wick", "ñana", "löv", "ria")
_KINDS = {
    "ORG": ("{} Steel", "{} Bank", "Fund of {}", "{} Shipping"),
    "GPE": ("{}", "North {}", "the Isle of {}"),
    "ALLIANCE": ("the {} Pact", "{} Compact", "the League of {}"),
}
_FILLER = (
    *("Talks went on until late, people in the room said.", "Nobody at the harbour was surprised."),
    *("The weather held. 🌊", "Prices of tin fell that week, and those of rope rose."),
    *("A second meeting is planned before the spring.", "Critics called it a café treaty."),
    *("What it means for fishing is not yet known.", "The text is forty pages long, and dull."),
)


def write_corpus(root: Path, count: int, seed: int = 0) -> None:
    """A folder of `count` documents of 100 to 300 words, each with gold labels."""
    write_text(root / ANNOTATIONS / SCHEMA_FILE, SCHEMA)
    write_text(root / ANNOTATIONS / "guidelines.md", "# Mark who joins what, and who gives.\n")
    for document, layer in documents(count, seed):
        path = root / TEXTS / f"{document.id}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document.text.encode())
        write_layer(root, document, layer)


def documents(count: int, seed: int) -> Iterator[tuple[Document, Layer]]:
    """The documents with their labels, each drawn on its own."""
    for number in range(count):
        draw = random.Random(f"{seed} {number}")  # noqa: S311
        yield _document(f"news/{number // 100:03}/{number:05}", draw)


def _document(name: str, draw: random.Random) -> tuple[Document, Layer]:
    text = ""
    mentions: list[Mention] = []
    relations: list[Relation] = []
    wanted = draw.randint(100, 300)
    while len(text.split()) < wanted:
        if draw.random() < 0.3:
            start = "" if not text else draw.choice((" ", " ", "\n\n"))
            head, tail, words = _statement(draw, len(text) + len(start), len(mentions))
            text += start + words
            mentions += [head, tail]
            kind = "pledges" if tail.type == "MONEY" else "member_of"
            relations.append(Relation(kind, head.id, tail.id, f"R{len(relations) + 1}"))
        else:
            text += (" " if text else "") + draw.choice(_FILLER)
    document = Document(name, text + "\n")
    return document, Layer(name, "gold", tuple(mentions), tuple(relations))


def _statement(draw: random.Random, at: int, before: int) -> tuple[Mention, Mention, str]:
    """Two mentions and the sentence that joins them; the sentence starts at `at`."""
    kind = draw.choice(("ORG", "GPE"))
    who = _name(draw, kind)
    if draw.random() < 0.5:
        verb, other, what = " joined ", "ALLIANCE", _name(draw, "ALLIANCE")
    else:
        verb, other, what = " pledged ", "MONEY", f"${draw.randint(1, 900)} million"
    second = at + len(who) + len(verb)
    head = Mention(f"T{before + 1}", Span(at, at + len(who)), kind)
    tail = Mention(f"T{before + 2}", Span(second, second + len(what)), other)
    return head, tail, f"{who}{verb}{what}."


def _name(draw: random.Random, kind: str) -> str:
    return draw.choice(_KINDS[kind]).format(draw.choice(_FIRST) + draw.choice(_LAST))
