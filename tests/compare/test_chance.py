"""Kappa against scikit-learn's on units listed one by one; intervals; what is not defined."""

import math
from itertools import combinations, permutations

import pytest
from compare_cases import SCHEMA, layer
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from accord.compare import Match, Target, agree, compare_layers, interval
from accord.compare.agreement_report import agreement_report
from accord.compare.chance import kappas
from accord.document import Document, Layer, Mention, Relation, paragraph_index
from accord.errors import InputError
from accord.formats.tokens import words
from accord.schema import MentionType, RelationType, Schema

TEXT = "aa bb cc dd\n\nee ff gg hh"
WORDS = words(TEXT)
TYPED = Schema(
    "typed",
    "1",
    {name: MentionType(name) for name in ("ORG", "PACT")},
    {
        "joins": RelationType("joins", ("ORG",), ("PACT",)),
        "leads": RelationType("leads", ("ORG", "PACT"), ("ORG", "PACT")),
        "same_as": RelationType(
            "same_as",
            ("ORG", "PACT"),
            ("ORG", "PACT"),
            symmetric=True,
            same_type=True,
            across_paragraphs=True,
        ),
    },
)


@st.composite
def labelled(draw: st.DrawFn, source: str) -> Layer:
    """Marks of whole words, and relations that the schema allows."""
    spans = draw(st.sets(st.sampled_from(WORDS), max_size=8))
    mentions = tuple(
        Mention(f"T{n}", span, draw(st.sampled_from(list(TYPED.mentions))))
        for n, span in enumerate(sorted(spans), start=1)
    )
    allowed = [
        Relation(name, a.id, b.id, f"R{n}")
        for n, (a, b, name) in enumerate(units(mentions))
        if TYPED.relations[name].allows(a.type, b.type)
    ]
    relations = draw(st.sets(st.sampled_from(allowed), max_size=6)) if allowed else set()
    return Layer("d", source, mentions, tuple(sorted(relations, key=lambda r: r.id)))


def units(mentions):
    """Every (head, tail, relation) that the typed schema may join in TEXT; symmetric ones once."""
    paragraphs = Document("d", TEXT).paragraphs
    for name, kind in TYPED.relations.items():
        pairs = combinations(mentions, 2) if kind.symmetric else permutations(mentions, 2)
        for a, b in pairs:
            near = paragraph_index(paragraphs, a.span) == paragraph_index(paragraphs, b.span)
            if kind.allows(a.type, b.type) and (near or kind.across_paragraphs):
                yield a, b, name


def by_sklearn(first: list[object], second: list[object]) -> float | None:
    number = {label: n for n, label in enumerate([*first, *second])}
    if not first or len({*first, *second}) < 2:
        return None
    return cohen_kappa_score([number[x] for x in first], [number[x] for x in second])


def same(value: float | None, expected: float | None) -> bool:
    if value is None or expected is None:
        return value is expected
    return math.isclose(value, expected, abs_tol=1e-9)


def of(a: Layer, b: Layer, schema: Schema = TYPED):
    document = Document("d", TEXT)
    return {
        (str(k.target), k.type): k
        for k in kappas({"d": a}, {"d": b}, {"d": document}, schema, rounds=10)
    }


@settings(max_examples=30)
@given(labelled("a"), labelled("b"))
def test_kappa_is_scikit_learns_on_units_listed_one_by_one(a: Layer, b: Layer):
    found = of(a, b)
    sides = [{m.span: m.type for m in x.mentions} for x in (a, b)]
    first, second = ([side.get(word) for word in WORDS] for side in sides)
    assert same(found["mention", "micro"].value, by_sklearn(first, second))
    common = [m for m in a.mentions if sides[1].get(m.span) == m.type]
    kinds = TYPED.relations
    arrows = [
        {(r.type, *(layer.by_id[end].span for end in (r.head, r.tail))) for r in layer.relations}
        for layer in (a, b)
    ]
    for side in arrows:
        side |= {(t, tail, head) for t, head, tail in side if kinds[t].symmetric}
    for name in kinds:
        pairs = [(h.span, t.span) for h, t, kind in units(common) if kind == name]
        labels = [[(name, *pair) in side for pair in pairs] for side in arrows]
        assert found["relation", name].units == len(pairs)
        assert same(found["relation", name].value, by_sklearn(*labels))
    pairs = sorted({tuple(sorted((h.span, t.span))) for h, t, _ in units(common)})
    labels = [
        [
            frozenset((n, turned) for n in kinds for turned in (0, 1) if (n, *ends[turned]) in side)
            for p, q in pairs
            for ends in [((p, q), (q, p))]
        ]
        for side in arrows
    ]
    assert found["relation", "micro"].units == len(pairs)
    assert same(found["relation", "micro"].value, by_sklearn(*labels))


def test_a_nested_mark_is_part_of_a_words_label():
    text = "Japanese Fund"
    nested = layer([(0, 13, "ORG"), (0, 8, "GPE")])
    flat = layer([(0, 13, "ORG")], source="b")
    document = {"d": Document("d", text)}
    both = kappas({"d": nested}, {"d": flat}, document, SCHEMA, rounds=10)
    found = {k.type: k for k in both if k.target is Target.MENTION}
    assert found["micro"].observed == found["GPE"].observed == 0.5
    assert found["GPE"].units == 2 and found["GPE"].value == 0
    assert found["ORG"].value is None and found["ORG"].observed == 1


def test_kappa_is_not_defined_without_units_or_with_one_label():
    found = of(Layer("d", "a"), Layer("d", "b"))
    assert found["mention", "micro"].value is None and found["mention", "micro"].units == len(WORDS)
    assert found["relation", "micro"].value is None and found["relation", "micro"].units == 0
    with pytest.raises(InputError, match="labelled on one side only"):
        kappas({"d": Layer("d", "a")}, {}, {"d": Document("d", TEXT)}, TYPED)


def two_documents():
    documents = {i: Document(i, "Avon and Brill and Corvo") for i in "de"}
    marks = [(0, 4, "ORG"), (9, 14, "ORG")]
    first = {
        "d": layer(marks, [("leads", 0, 1)], document="d", source="a"),
        "e": layer(marks, [], document="e", source="a"),
    }
    second = {
        "d": layer(marks, [("leads", 1, 0)], document="d", source="b"),
        "e": layer([*marks, (19, 24, "GPE")], document="e", source="b"),
    }
    return documents, first, second


def test_intervals_come_from_the_documents():
    documents, first, second = two_documents()
    (result,) = agree({"a": first, "b": second}, SCHEMA)
    report = agreement_report(result, {"a": first, "b": second}, documents, SCHEMA, rounds=500)
    bounds = report.intervals[Target.MENTION, Match.STRICT, "micro"]
    assert bounds == interval(result.scores, "mention.strict.micro.f1", rounds=500)
    assert bounds.low == 0.8 and bounds.high == 1
    kappa = report.kappas[Target.MENTION, "micro"]
    # In d all words are labelled alike; in e one of five differs.
    assert kappa.units == 10 and kappa.observed == 0.9
    assert kappa.low < kappa.value < kappa.high == 1
    assert report.to_json()["aspects"]["relation"] == {
        "span": 0,
        "pairing": 0,
        "direction": 1,
        "label": 0,
    }
    assert (Target.MENTION, Match.STRICT, "ALLIANCE") not in report.intervals


def test_draws_without_a_label_say_nothing_of_it():
    documents = {i: Document(i, "Avon and Brill") for i in "de"}
    marks = {"d": [(0, 4, "GPE")], "e": [(9, 14, "ORG")]}
    layers = {
        source: {i: layer(marks[i], document=i, source=source) for i in "de"} for source in "ab"
    }
    (result,) = agree(layers, SCHEMA)
    report = agreement_report(result, layers, documents, SCHEMA, rounds=200)
    # A quarter of the draws has no GPE at all; those are no reason to doubt it.
    found = report.intervals[Target.MENTION, Match.STRICT, "GPE"]
    assert (found.value, found.low, found.high) == (1, 1, 1)
    kappa = report.kappas[Target.MENTION, "GPE"]
    assert (kappa.value, kappa.low, kappa.high) == (1, 1, 1)


def test_one_document_gives_no_interval():
    documents, first, second = two_documents()
    layers = {"a": {"d": first["d"]}, "b": {"d": second["d"]}}
    (result,) = agree(layers, SCHEMA)
    report = agreement_report(result, layers, documents, SCHEMA)
    assert report.intervals == {}
    kappa = report.kappas[Target.MENTION, "micro"]
    assert kappa.value == 1 and kappa.low is None


@given(labelled("a"), labelled("b"))
def test_a_lone_relation_is_about_pairing_if_the_other_side_marked_its_ends(a: Layer, b: Layer):
    (result,) = agree({"a": {"d": a}, "b": {"d": b}}, TYPED)
    spans = {x.source: {m.span for m in x.mentions} for x in (a, b)}
    for difference in result.differences:
        lone = difference.first is None or difference.second is None
        if difference.target is Target.RELATION and lone:
            arrow = difference.first or difference.second
            other = spans["a" if difference.first is None else "b"]
            both = {arrow.head.span, arrow.tail.span} <= other
            assert difference.aspect == ("pairing" if both else "span")
    strict = compare_layers(a, b, TYPED)
    unmatched = {*strict.mentions.missed, *strict.relations.missed}
    assert {d.first for d in result.differences if d.first} == unmatched
