"""Of what a model holds probable, what the schema speaks against is left out."""

from types import MappingProxyType

import pytest

from accord.document import Layer, Mention, Relation, Span
from accord.model.choice import choose
from accord.schema import MentionType, RelationType, Schema

TYPES = {
    "ORG": MentionType("ORG"),
    "PACT": MentionType("PACT"),
    "AIM": MentionType("AIM", needs=("aims",)),
    "STEP": MentionType("STEP", needs=("step_of",)),
}
RELATIONS = {
    "joins": RelationType("joins", ("ORG",), ("PACT",), one_tail=True),
    "aims": RelationType("aims", ("PACT", "ORG"), ("AIM",), one_head=True),
    "step_of": RelationType("step_of", ("STEP",), ("AIM",)),
}
SCHEMA = Schema("s", "1", MappingProxyType(TYPES), MappingProxyType(RELATIONS))
MENTIONS = tuple(
    Mention(f"T{n}", Span(2 * n, 2 * n + 1), kind, 0.9)
    for n, kind in enumerate(("ORG", "ORG", "PACT", "PACT", "AIM", "STEP"), start=1)
)


def chosen(*relations):
    """What is left: relations as (type, head, tail), and ids of mentions."""
    made = [
        Relation(kind, head, tail, id=f"R{n}", score=score)
        for n, (kind, head, tail, score) in enumerate(relations, start=1)
    ]
    layer = Layer("d", "model", MENTIONS, tuple(made))
    found = choose(layer, SCHEMA)
    assert choose(found, SCHEMA) == found
    assert (found.document, found.source) == ("d", "model")
    left = [(r.type, r.head, r.tail) for r in found.relations]
    return left, [m.id for m in found.mentions]


def test_a_head_keeps_its_likeliest_tail_and_others_theirs():
    left, _ = chosen(
        ("joins", "T1", "T3", 0.6),
        ("joins", "T1", "T4", 0.7),
        ("joins", "T2", "T3", 0.5),
    )
    assert left == [("joins", "T1", "T4"), ("joins", "T2", "T3")]


def test_a_tail_keeps_its_likeliest_head_and_a_head_all_its_tails():
    mentions = (*MENTIONS, Mention("T7", Span(20, 21), "AIM", 0.9))
    relations = (
        Relation("aims", "T3", "T5", score=0.6),
        Relation("aims", "T4", "T5", score=0.4),
        Relation("aims", "T3", "T7", score=0.3),
    )
    left = choose(Layer("d", "model", mentions, relations), SCHEMA).relations
    assert left == (relations[0], relations[2])


def test_of_equally_likely_relations_the_first_stays():
    left, _ = chosen(("joins", "T1", "T4", 0.5), ("joins", "T1", "T3", 0.5))
    assert left == [("joins", "T1", "T4")]


@pytest.mark.parametrize(
    ("relations", "gone"),
    [
        ([], {"T5", "T6"}),
        ([("aims", "T3", "T5", 0.5)], {"T6"}),
        ([("step_of", "T6", "T5", 0.5)], set()),
    ],
)
def test_a_mention_that_needs_a_relation_goes_without_any(relations, gone):
    _, ids = chosen(*relations)
    assert set(ids) == {m.id for m in MENTIONS} - gone


def test_nothing_is_left_out_where_the_schema_says_nothing():
    plain = Schema(
        "s",
        "1",
        MappingProxyType({name: MentionType(name) for name in TYPES}),
        MappingProxyType({n: RelationType(n, r.head, r.tail) for n, r in RELATIONS.items()}),
    )
    both = (Relation("joins", "T1", "T3", score=0.5), Relation("joins", "T1", "T4", score=0.5))
    layer = Layer("d", "model", MENTIONS, both)
    assert choose(layer, plain) == layer
