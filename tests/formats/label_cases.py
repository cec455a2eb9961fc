"""Random labelled documents, and files that are nearly right, for the tests of formats."""

import copy
import json
from pathlib import Path
from types import MappingProxyType

from hypothesis import strategies as st

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import InputError
from accord.formats import Labelled
from accord.schema import MentionType, RelationType, Schema

TYPES = ("ORG", "GPE", "Größe-2")
ARROWS = ("member_of", "same_as")
SCHEMA = Schema(
    "sample",
    "1",
    MappingProxyType({name: MentionType(name) for name in TYPES}),
    MappingProxyType(
        {
            "member_of": RelationType("member_of", ("ORG", "GPE"), ("Größe-2",)),
            "same_as": RelationType("same_as", TYPES, TYPES, symmetric=True),
        }
    ),
)
PLAIN = Schema("plain", "1", SCHEMA.mentions, MappingProxyType({}))

# Beyond the BMP, joined emoji, combining marks, right-to-left text and its controls, every line
# break, and characters that JSON, XML and standoff write in a way of their own.
PIECES = (
    *("a", "Zed", " ", "  ", "\t", "é", "e\u0301", "🌊", "👩‍👩‍👧", "🇯🇵", "عمان", "שלום", "\u200f"),
    *("\n", "\r\n", "\r", "\n\n", "\u2028", "\x85", "\x0b", "\x1c", "\x00", "\ufeff", "\u202e"),
    *('"', "\\", "\\n", "<b>", "&amp;", "T1", "Arg1:T1", "#"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=15).map("".join)
SCORES = st.none() | st.floats(0, 1)
META = st.dictionaries(st.sampled_from(("url", "id", "text", "größe")), TEXTS, max_size=3)


@st.composite
def items(draw, ids=("T1", "T2", "T07", "x", "9"), arrow_ids=("", "R1", "R5"), name="articles/a"):
    """One document with a layer: nested, touching, equal and crossing marks, arrows both ways."""
    text = draw(TEXTS)
    mentions = []
    for name_ in draw(st.lists(st.sampled_from(ids), unique=True)) if text else ():
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        kind = draw(st.sampled_from(TYPES))
        mentions.append(Mention(name_, Span(start, end), kind, draw(SCORES)))
    relations = []
    if mentions:
        end_ids = st.sampled_from([mention.id for mention in mentions])
        for kind, head, tail in draw(
            st.lists(st.tuples(st.sampled_from(ARROWS), end_ids, end_ids), max_size=3)
        ):
            for pair in ((head, tail), (tail, head)):
                number = draw(st.sampled_from(arrow_ids))
                relations.append(Relation(kind, *pair, number, draw(SCORES)))
    source = draw(st.sampled_from(("gold", "Zoë", "joint")))
    layer = Layer(name, source, tuple(mentions), tuple(relations), draw(st.booleans()))
    return Labelled(Document(name, text, draw(META)), layer)


def labelled(text, *marks, arrows=(), name="articles/a", source="gold"):
    """A document whose marks are given as (words, type), each at the words' first place."""
    mentions = [
        Mention(f"T{n}", Span(text.index(words), text.index(words) + len(words)), kind)
        for n, (words, kind) in enumerate(marks, start=1)
    ]
    relations = [
        Relation(kind, f"T{h}", f"T{t}", f"R{n}") for n, (kind, h, t) in enumerate(arrows, 1)
    ]
    layer = Layer(name, source, tuple(mentions), tuple(relations))
    return Labelled(Document(name, text), layer)


def surfaces(item):
    """Mentions as (id, type, words) and relations as (type, head, tail)."""
    marks = [(m.id, m.type, item.document[m.span]) for m in item.layer.mentions]
    return marks, [(r.type, r.head, r.tail) for r in item.layer.relations]


def details(item):
    """What `==` passes over: scores, and the ids of relations."""
    return [(m.id, m.score) for m in item.layer.mentions], [
        (r.id, r.score) for r in item.layer.relations
    ]


def counted(losses):
    """How often each loss occurs, by what it is."""
    return {what: sum(loss.what == what for loss in losses) for what in {x.what for x in losses}}


def json_lines(path):
    """The objects of an ASCII file of JSON lines."""
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


JUNK = st.sampled_from(
    (None, True, -1, 0, 7, 10**30, 1.5, "", "T1", "🌊", [], [[]], {}, {"id": 1}, [1, 2], "x" * 300)
)


@st.composite
def mangled(draw, value):
    """A JSON value with some parts dropped or replaced by values of a wrong kind."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 2))):
        spot = value
        while True:
            keys = list(spot) if isinstance(spot, dict) else range(len(spot))
            if not keys:
                break
            key = draw(st.sampled_from(list(keys)))
            if isinstance(spot[key], dict | list) and spot[key] and draw(st.integers(0, 4)):
                spot = spot[key]
                continue
            if isinstance(spot, dict) and draw(st.booleans()):
                del spot[key]
            else:
                spot[key] = copy.deepcopy(draw(JUNK))  # the next round may change it
            break
    return value


def survives(read, path: Path, data: bytes | str) -> None:
    """Reading either works or fails with an error that names the file; nothing else escapes."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    try:
        reading = read(path, SCHEMA)
    except InputError as error:
        assert str(path) in str(error)
        assert len(str(error)) < len(str(path)) + 600
    else:
        for item in reading.items:
            assert item.layer.document == item.document.id
            assert all(m.span.end <= len(item.document.text) for m in item.layer.mentions)
            assert all(item.layer.ends(r) for r in item.layer.relations)
            json.dumps([item.document.text, item.document.id], ensure_ascii=False).encode()
