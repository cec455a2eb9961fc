"""A small schema, layers written in one line, and random layers for the tests of this room."""

from collections.abc import Iterable

from hypothesis import strategies as st

from accord.document import Layer, Mention, Relation, Span
from accord.schema import MentionType, RelationType, Schema

_TYPES = ("ORG", "GPE", "ALLIANCE")

SCHEMA = Schema(
    "test",
    "1",
    {name: MentionType(name) for name in _TYPES},
    {
        "member_of": RelationType("member_of", _TYPES, _TYPES),
        "leads": RelationType("leads", _TYPES, _TYPES),
        "same_as": RelationType("same_as", _TYPES, _TYPES, symmetric=True),
    },
)


def layer(
    mentions: Iterable[tuple[int, int, str]],
    relations: Iterable[tuple[str, int, int]] = (),
    *,
    document: str = "d",
    source: str = "gold",
    complete: bool = True,
) -> Layer:
    """Mentions as (start, end, type), relations as (type, index of head, index of tail)."""
    return Layer(
        document,
        source,
        tuple(Mention(f"T{i}", Span(s, e), t) for i, (s, e, t) in enumerate(mentions)),
        tuple(
            Relation(t, f"T{h}", f"T{a}", f"R{i}") for i, (t, h, a) in enumerate(relations, start=1)
        ),
        complete,
    )


@st.composite
def layers(draw: st.DrawFn, document: str = "d", source: str = "gold", most: int = 6) -> Layer:
    """Random layers on few characters: much overlaps, some labels are equal, some marks cross."""
    spans = st.tuples(st.integers(0, 8), st.integers(1, 4)).map(lambda p: (p[0], p[0] + p[1]))
    mentions = [
        (start, end, draw(st.sampled_from(_TYPES)))
        for start, end in draw(st.lists(spans, max_size=most))
    ]
    relations: list[tuple[str, int, int]] = []
    if mentions:
        ends = st.integers(0, len(mentions) - 1)
        relations = draw(
            st.lists(st.tuples(st.sampled_from(list(SCHEMA.relations)), ends, ends), max_size=most)
        )
    return layer(mentions, relations, document=document, source=source)
