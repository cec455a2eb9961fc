"""A schema and documents whose marks are written into the text, for the tests of this room."""

from accord.document import Document, Layer, Mention, Relation, Span
from accord.schema import MentionType, RelationType, Schema

TYPES = ("ORG", "GPE", "GROUP", "ALLIANCE", "PLEDGE", "MONEY", "DATE", "PURPOSE")
_PARTIES = ("ORG", "GPE", "GROUP")

SCHEMA = Schema(
    "test",
    "1",
    {name: MentionType(name, f"what {name} is") for name in TYPES},
    {
        "member_of": RelationType("member_of", _PARTIES, ("ALLIANCE",)),
        "leads": RelationType("leads", _PARTIES, ("ALLIANCE",)),
        "pledges": RelationType("pledges", _PARTIES, ("PLEDGE",)),
        "amount": RelationType("amount", ("PLEDGE",), ("MONEY",)),
        "recipient": RelationType("recipient", ("PLEDGE",), _PARTIES),
        "when": RelationType("when", ("PLEDGE", "ALLIANCE"), ("DATE",)),
        "purpose": RelationType("purpose", ("PLEDGE", "ALLIANCE"), ("PURPOSE",)),
        "based_in": RelationType("based_in", ("ORG", "GROUP"), ("GPE",)),
        "same_as": RelationType(
            "same_as", TYPES, TYPES, symmetric=True, same_type=True, across_paragraphs=True
        ),
    },
)


def layer(
    document: Document,
    mentions: dict[str, tuple[str, str]],
    relations: tuple[tuple[str, str, str], ...] = (),
    source: str = "gold",
    *,
    complete: bool = True,
) -> Layer:
    """Mentions as id -> (type, its text, at its first place), relations as (type, head, tail)."""
    found = []
    for i, (kind, text) in mentions.items():
        start = document.text.index(text)
        found.append(Mention(i, Span(start, start + len(text)), kind))
    arrows = tuple(Relation(*relation, f"R{n}") for n, relation in enumerate(relations, 1))
    return Layer(document.id, source, tuple(found), arrows, complete)


NEWS = Document(
    "news/one",
    "Acme pledged over $8 billion to Japan by 2027 to build clouds.\n\n"
    "Acme and Bolt of Japan formed the Cloud Pact. Crane may join.\n\n"
    "Nothing else is known.",
)
NEWS_MENTIONS = {
    "T1": ("ORG", "Acme"),
    "T2": ("PLEDGE", "pledged"),
    "T3": ("MONEY", "over $8 billion"),
    "T4": ("GPE", "Japan"),
    "T5": ("DATE", "2027"),
    "T6": ("PURPOSE", "build clouds"),
    "T7": ("GROUP", "Acme and Bolt of Japan"),
    "T8": ("ORG", "Bolt"),
    "T9": ("ALLIANCE", "Cloud Pact"),
    "T10": ("ORG", "Crane"),
}
NEWS_RELATIONS = (
    ("pledges", "T1", "T2"),
    ("amount", "T2", "T3"),
    ("recipient", "T2", "T4"),
    ("when", "T2", "T5"),
    ("purpose", "T2", "T6"),
    ("member_of", "T8", "T9"),
)
GOLD = layer(NEWS, NEWS_MENTIONS, NEWS_RELATIONS)
MODEL = layer(
    NEWS,
    {i: m for i, m in NEWS_MENTIONS.items() if i not in ("T3", "T10")}
    | {"T3": ("MONEY", "$8 billion"), "T7": ("ALLIANCE", "Acme and Bolt of Japan")}
    | {"T11": ("ORG", "Nothing")},
    (*NEWS_RELATIONS[:1], *NEWS_RELATIONS[2:5], ("leads", "T8", "T9")),
    "model",
)
