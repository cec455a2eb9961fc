"""Agreement and differences."""

import json

import pytest
from compare_cases import SCHEMA, layer, layers
from hypothesis import given

from accord.compare import (
    Counts,
    Kind,
    Match,
    Target,
    agree,
    compare_layers,
    differences,
    evaluate,
)
from accord.document import Layer
from accord.errors import InputError


def aspects(first: Layer, second: Layer) -> list[str]:
    return [str(d.aspect) for d in differences(first, second, SCHEMA)]


def kinds(first: Layer, second: Layer) -> list[tuple[str, str, int, int]]:
    return [
        (str(d.target), str(d.kind), d.span.start, d.span.end)
        for d in differences(first, second, SCHEMA)
    ]


def test_mentions_differ_by_type_boundary_or_altogether():
    first = layer([(0, 5, "ORG"), (10, 15, "GPE"), (20, 30, "ALLIANCE"), (40, 45, "ORG")])
    second = layer([(0, 5, "ORG"), (10, 15, "ORG"), (22, 32, "ALLIANCE"), (50, 55, "ORG")])
    assert kinds(first, second) == [
        ("mention", "type", 10, 15),
        ("mention", "boundary", 20, 32),
        ("mention", "only-first", 40, 45),
        ("mention", "only-second", 50, 55),
    ]
    assert aspects(first, second) == ["label", "span", "span", "span"]


def test_relations_differ_by_direction_label_type_or_boundary():
    marks = [(i * 10, i * 10 + 5, "ORG") for i in range(8)]
    other = list(marks)
    other[1] = (10, 15, "GPE")
    other[3] = (31, 35, "ORG")
    first = layer(
        marks,
        [("leads", 0, 1), ("leads", 2, 3), ("leads", 4, 5), ("leads", 6, 7), ("leads", 0, 7)],
    )
    second = layer(
        other,
        [("leads", 0, 1), ("leads", 2, 3), ("leads", 5, 4), ("member_of", 7, 6), ("leads", 0, 6)],
    )
    relations = [entry[1:] for entry in kinds(first, second) if entry[0] == "relation"]
    assert relations == [
        ("type", 0, 15),
        ("only-second", 0, 65),
        ("only-first", 0, 75),
        ("boundary", 20, 35),
        ("direction", 40, 55),
        ("label", 60, 75),
    ]
    relations = aspects(first, second)[-6:]
    assert relations == ["label", "pairing", "pairing", "span", "direction", "label"]


def test_a_symmetric_relation_has_no_direction_to_differ_in():
    marks = [(0, 3, "ORG"), (5, 9, "ORG")]
    first, second = layer(marks, [("same_as", 0, 1)]), layer(marks, [("same_as", 1, 0)])
    assert differences(first, second, SCHEMA) == ()


@given(layers(), layers(source="b"))
def test_differences_hold_exactly_what_strict_does_not_match(a: Layer, b: Layer):
    found = differences(a, b, SCHEMA)
    strict = compare_layers(a, b, SCHEMA, Match.STRICT)
    for target, pairing in (
        (Target.MENTION, strict.mentions),
        (Target.RELATION, strict.relations),
    ):
        here = [d for d in found if d.target is target]
        firsts = {
            id(d.first.relation if target is Target.RELATION else d.first) for d in here if d.first
        }
        seconds = {
            id(d.second.relation if target is Target.RELATION else d.second)
            for d in here
            if d.second
        }
        own = [getattr(x, "relation", x) for x in pairing.missed]
        theirs = [getattr(x, "relation", x) for x in pairing.spurious]
        assert firsts == {id(x) for x in own} and seconds == {id(x) for x in theirs}
        assert sum(d.first is not None for d in here) == len(own)
        assert sum(d.second is not None for d in here) == len(theirs)


@given(layers(), layers(source="b"))
def test_differences_are_the_same_from_the_other_side(a: Layer, b: Layer):
    turn = {Kind.ONLY_FIRST: Kind.ONLY_SECOND, Kind.ONLY_SECOND: Kind.ONLY_FIRST}
    there = sorted((d.target, d.kind) for d in differences(a, b, SCHEMA))
    back = sorted((d.target, turn.get(d.kind, d.kind)) for d in differences(b, a, SCHEMA))
    assert there == back


def test_each_two_sources_make_a_pair_on_their_common_documents():
    marks = [(0, 5, "ORG")]
    by_source = {
        "anna": {i: layer(marks, document=i, source="anna") for i in ("a", "b")},
        "ben": {"a": layer([(0, 4, "ORG")], document="a", source="ben")},
        "cleo": {"b": layer(marks, document="b", source="cleo")},
    }
    first, second = agree(by_source, SCHEMA)
    assert (first.first, first.second) == ("anna", "ben")
    assert (second.first, second.second) == ("anna", "cleo")
    assert list(first.scores.documents) == ["a"]
    assert first.scores.counts("mention.strict.micro.f1") == Counts(0, 1, 1)
    assert first.scores.value("mention.overlap.ORG.f1") == 1
    assert [d.kind for d in first.differences] == [Kind.BOUNDARY]
    assert second.differences == () and second.scores.value("mention.strict.micro.f1") == 1
    data = json.loads(json.dumps(first.to_json()))
    assert data["differences"][0]["first"] == {"id": "T0", "start": 0, "end": 5, "type": "ORG"}


@given(layers(), layers(source="b"))
def test_agreement_is_evaluation(a: Layer, b: Layer):
    (found,) = agree({"gold": {"d": a}, "b": {"d": b}}, SCHEMA)
    assert found.scores == evaluate({"d": a}, {"d": b}, SCHEMA)


def test_agreement_needs_two_layers_and_a_common_document():
    one = {"a": layer([], document="a")}
    with pytest.raises(InputError, match="needs at least two layers; there is gold"):
        agree({"gold": one}, SCHEMA)
    with pytest.raises(InputError, match="finished, by two of the layers gold, x"):
        agree({"gold": one, "x": {"b": layer([], document="b")}}, SCHEMA)
    with pytest.raises(InputError, match="finished, by two of the layers gold, x"):
        agree({"gold": one, "x": {"a": layer([], document="a", complete=False)}}, SCHEMA)
    with pytest.raises(InputError, match="layers of two documents"):
        differences(layer([], document="a"), layer([], document="b"), SCHEMA)
