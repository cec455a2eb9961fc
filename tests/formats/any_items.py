"""Labelled documents for round trips, with what offsets and words stumble over, and a measure.

The measure knows nothing of words: it says where a mark lies when all white space is taken away.
"""

from hypothesis import strategies as st

from accord.document import Document, Layer, Mention, Relation, Span
from accord.formats import Labelled
from accord.schema import MentionType, RelationType, Schema

TYPES = ("ORG", "GPE", "Größe-2")
PIECES = (
    *("a", "Zed", "US-based", "$5.", " ", "  ", "\t", "é", "e\u0301", "🌊", "👩‍👩‍👧", "🇯🇵", "👍🏽"),
    *(
        "عمان",
        "שלום",
        "\u200f",
        "\u202e",
        "\u0301",
        "\u00a0",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\n \r\n",
    ),
    *("\u2028", "\x85", "\x0b", "\x0c", "\x1c", "\x00", "\ufeff", '"', ",", "\\", "=1+1", "-", "'"),
    *("-DOCSTART-", "O", "B-ORG", "#", "@a", "&lt;", "</s>"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)

SCHEMA = Schema(
    "any",
    "1",
    {name: MentionType(name) for name in TYPES},
    {
        "pledges": RelationType("pledges", TYPES, TYPES),
        "member_of": RelationType("member_of", TYPES, TYPES, across_paragraphs=True),
        "same_as": RelationType("same_as", TYPES, TYPES, symmetric=True, across_paragraphs=True),
    },
)
NAMES = st.sampled_from(["a", "articles/b", "x#1", "ä 1", "=2", "-"])
SCORES = st.none() | st.floats(0, 1)


@st.composite
def labelled(draw, texts=TEXTS, name="a"):
    """Nested, touching, equal and crossing marks, arrows both ways and to themselves."""
    document = Document(name, draw(texts), draw(st.dictionaries(NAMES, TEXTS, max_size=2)))
    mentions, relations = [], []
    if document.text:
        border = st.integers(0, len(document.text))
        for number in range(draw(st.integers(0, 6))):
            start, end = sorted((draw(border), draw(border)))
            if start < end:
                given = draw(st.sampled_from([f"T{number + 1}", f"m{number}", f"T{99 - number}"]))
                kind = draw(st.sampled_from(TYPES))
                mentions.append(Mention(given, Span(start, end), kind, draw(SCORES)))
    if mentions:
        end = st.sampled_from([mention.id for mention in mentions])
        for number in range(draw(st.integers(0, 5))):
            kind = draw(st.sampled_from([*SCHEMA.relations]))
            given = draw(st.sampled_from(["", f"R{number + 1}", f"r{number}"]))
            relations.append(Relation(kind, draw(end), draw(end), given, draw(SCORES)))
    source = draw(st.sampled_from(["file", "gold", "Ann B"]))
    return Labelled(
        document, Layer(name, source, tuple(mentions), tuple(relations), draw(st.booleans()))
    )


@st.composite
def several(draw, texts=TEXTS):
    """Up to three documents of different names."""
    names = draw(st.lists(NAMES, max_size=3, unique=True))
    return [draw(labelled(texts, name)) for name in names]


def bare(text):
    """The text without white space."""
    return "".join(text.split())


def where(document, span):
    """The span in the text without white space."""
    return len(bare(document.text[: span.start])), len(bare(document.text[: span.end]))


def marks(item, without=()):
    """Marks without white space, sorted."""
    return sorted(
        (*where(item.document, m.span), m.type) for m in item.layer.mentions if m.id not in without
    )


def arrows(item, relations=None):
    """Relations by type and both ends' places without white space, sorted."""
    ends = {m.id: (*where(item.document, m.span), m.type) for m in item.layer.mentions}
    chosen = item.layer.relations if relations is None else relations
    return sorted((r.type, ends[r.head], ends[r.tail]) for r in chosen)


def lost(losses, *what):
    """Ids of the items of these losses, of one document."""
    return [loss.item for loss in losses if loss.what in what]


def by_document(losses, name):
    """The losses of one document."""
    return [loss for loss in losses if loss.document == name]


def there_and_back(write, read, path, items):
    """The losses of writing, told dry and wet alike, and what is read again, without a loss."""
    losses = write(path, items, SCHEMA, dry=True)
    assert not path.exists()
    assert write(path, items, SCHEMA) == losses
    back = read(path, SCHEMA)
    assert back.losses == ()
    return losses, back


def others(wanted, found):
    """How many more are found than all that are wanted."""
    rest = list(found)
    for mark in wanted:
        rest.remove(mark)
    return len(rest)
