"""Which pairs may be related, and what the relation model sees of them."""

from accord.document import Document, Mention, Span
from accord.model.baseline.features import Pair, PairFeatures, TokenText, candidate_pairs
from accord.model.baseline.mentions import nesting_groups
from accord.schema import RelationType, Schema
from sample_corpus import A, label

SCHEMA = Schema(
    "s",
    "1",
    {},
    {
        "member_of": RelationType("member_of", ("ORG",), ("ALLIANCE",)),
        "same_as": RelationType(
            "same_as", ("ORG", "GPE"), ("ORG", "GPE"), "", True, True, across_paragraphs=True
        ),
    },
)


def pairs(document, marks):
    layer = label(document, "gold", marks)
    found = candidate_pairs(SCHEMA, document, layer.mentions)
    return [(p.relation, document[p.head.span], document[p.tail.span]) for p in found]


def test_pairs_are_those_the_schema_allows():
    document = Document("d", "Avon and Brill join the Pact.\n\nBrill met Avon in Kenya, Kenya.")
    marks = [
        ("Avon", "ORG"),
        ("Brill", "ORG"),
        ("Pact", "ALLIANCE"),
        ("Brill", "ORG"),
        ("Kenya", "GPE"),
        ("Kenya", "GPE"),
    ]
    assert pairs(document, marks) == [
        ("member_of", "Avon", "Pact"),
        ("member_of", "Brill", "Pact"),
        ("same_as", "Brill", "Avon"),
        ("same_as", "Brill", "Brill"),
        ("same_as", "Brill", "Avon"),
        ("same_as", "Kenya", "Kenya"),
    ]
    assert pairs(document, []) == []


def test_looking_back_is_bounded():
    document = Document("d", "\n\n".join(["Avon"] * 30))
    found = pairs(document, [("Avon", "ORG")] * 30)
    assert len(found) == sum(min(n, 20) for n in range(30))


def test_features_are_readable_and_do_not_repeat():
    words = ("avon", "and", "brill", "join", "the", "pact", ".")
    starts = (0, 5, 9, 15, 20, 24, 28)
    text = TokenText(words, starts, tuple(s + len(w) for s, w in zip(starts, words, strict=True)))
    avon, pact = Mention("T1", Span(0, 4), "ORG"), Mention("T2", Span(24, 28), "ALLIANCE")
    other = Mention("T3", Span(9, 14), "ORG")
    features = PairFeatures(text, (avon, pact, other))(Pair("member_of", avon, pact))
    assert len(set(features)) == len(features)
    assert {
        "types: ORG > ALLIANCE",
        "order: head first",
        "distance: up to 4, head first",
        "sentence breaks: 0",
        "head ends in: avon",
        "before head: (border)",
        "after tail: .",
        "between, head first: and brill join the",
        "word between, head first: join",
        "head type between: 1, head first",
        "tail type between: 0, head first",
        "same words: False",
    } <= set(features)
    turned = PairFeatures(text, (avon, pact, other))(Pair("x", pact, avon))
    assert "order: tail first" in turned


def test_nested_marks():
    words, starts, ends = ("the", "japanese", "fund"), (0, 4, 13), (3, 12, 17)
    text = TokenText(words, starts, ends)
    fund, japanese = Mention("T1", Span(4, 17), "ORG"), Mention("T2", Span(4, 12), "GPE")
    features = PairFeatures(text, (fund, japanese))(Pair("based_in", fund, japanese))
    assert "order: nested" in features


def test_types_that_overlap_are_parted():
    layers = [label(A, "gold", [("Japanese Fund", "ORG"), ("Japanese", "GPE"), ("gave", "PLEDGE")])]
    assert nesting_groups(layers, ["ORG", "GPE", "PLEDGE"]) == (("ORG", "PLEDGE"), ("GPE",))
    assert nesting_groups([], ["ORG", "GPE"]) == (("ORG", "GPE"),)
    touching = [label(A, "gold", [("Avon", "ORG"), (" and", "GPE")])]
    assert nesting_groups(touching, ["ORG", "GPE"]) == (("ORG", "GPE"),)
    same = [label(A, "gold", [("Japanese Fund", "ORG"), ("Fund", "ORG")])]
    assert nesting_groups(same, ["ORG"]) == (("ORG",),)
