"""Mistakes sorted by kind, confusion of types, and what changed between two estimates."""

from dataclasses import replace

from report_cases import GOLD, NEWS, NEWS_MENTIONS, NEWS_RELATIONS, SCHEMA, layer

from accord.compare import Target
from accord.document import Relation
from accord.report.changes import changed_sentences, changes
from accord.report.excerpts import label_words, mistake_view
from accord.report.mistakes import NONE, Kind, confusion, mistakes


def model(mentions=None, relations=NEWS_RELATIONS, source="model"):
    return layer(NEWS, {**NEWS_MENTIONS, **(mentions or {})}, relations, source)


def without(*ids, relations=NEWS_RELATIONS):
    kept = {i: m for i, m in NEWS_MENTIONS.items() if i not in ids}
    return layer(NEWS, kept, relations, "model")


def found(estimate):
    return [
        (m.target.value, m.kind.value, label_words(NEWS, m.label), m.note)
        for m in mistakes(GOLD, estimate, SCHEMA)
    ]


def test_equal_layers_have_none():
    assert found(replace(GOLD, source="model")) == []


def test_mentions_are_missed_spurious_of_other_extent_or_type():
    assert found(without("T10")) == [("mention", "missed", "ORG “Crane”", "")]
    assert found(model({"T11": ("ORG", "Nothing")})) == [
        ("mention", "spurious", "ORG “Nothing”", "")
    ]
    assert found(model({"T10": ("ORG", "Crane may")})) == [
        ("mention", "boundary", "ORG “Crane”", "")
    ]
    assert found(model({"T10": ("GPE", "Crane")})) == [("mention", "type", "ORG “Crane”", "")]


def relations(*changed):
    """The gold relations without the member_of, and others instead."""
    return (*NEWS_RELATIONS[:5], *changed)


def test_relations_are_missed_spurious_of_other_type_or_turned():
    member = "member_of: “Bolt” → “Cloud Pact”"
    assert found(model(relations=relations())) == [("relation", "missed", member, "")]
    more = model(relations=(*NEWS_RELATIONS, ("based_in", "T7", "T4")))
    assert found(more) == [
        ("relation", "spurious", "based_in: “Acme and Bolt of Japan” → “Japan”", "")
    ]
    assert found(model(relations=relations(("leads", "T8", "T9")))) == [
        ("relation", "type", member, "")
    ]
    assert found(model(relations=relations(("member_of", "T9", "T8")))) == [
        ("relation", "direction", member, "")
    ]


def test_a_relation_to_another_mark_is_a_wrong_pair_once():
    assert found(model(relations=relations(("member_of", "T10", "T9")))) == [
        ("relation", "wrong pair", "member_of: “Bolt” → “Cloud Pact”", "the tail is right")
    ]
    pledged = (*NEWS_RELATIONS[:3], ("when", "T9", "T5"), *NEWS_RELATIONS[4:])
    assert found(model(relations=pledged))[0][1:] == (
        "wrong pair",
        "when: “pledged” → “2027”",
        "the tail is right",
    )
    # One wrong arrow explains one missing one, not two.
    fewer = (*NEWS_RELATIONS[1:5], ("member_of", "T10", "T9"))
    assert [m[1] for m in found(model(relations=fewer))] == ["missed", "wrong pair"]


def test_a_symmetric_relation_shares_either_end():
    joined = replace(GOLD, relations=(*GOLD.relations, Relation("same_as", "T1", "T8")))
    other = replace(
        GOLD, source="model", relations=(*GOLD.relations, Relation("same_as", "T10", "T1"))
    )
    (mistake,) = mistakes(joined, other, SCHEMA)
    assert mistake.kind is Kind.WRONG_PAIR


def test_a_missing_end_is_noted():
    assert found(without("T8", relations=relations()))[1] == (
        "relation",
        "missed",
        "member_of: “Bolt” → “Cloud Pact”",
        "model has no mark at its head",
    )


def test_both_sides_stand_in_their_sentence():
    (mistake,) = mistakes(GOLD, model({"T10": ("GPE", "Crane")}), SCHEMA)
    view = mistake_view(NEWS, mistake, ("gold", "model"), dict.fromkeys(SCHEMA.mentions, 0))
    assert (view.paragraph, view.kind) == (2, Kind.TYPE)
    texts = ["".join(r.text for r in e.lines[0]) for e in view.excerpts]
    assert texts == ["Crane may join.", "Crane may join."]
    assert [[r.tag for r in e.lines[0] if r.tag] for e in view.excerpts] == [["ORG"], ["GPE"]]
    (mistake,) = mistakes(GOLD, without("T10"), SCHEMA)
    view = mistake_view(NEWS, mistake, ("gold", "model"), dict.fromkeys(SCHEMA.mentions, 0))
    assert [e.about for e in view.excerpts] == ["ORG “Crane”", "no such mark"]


def test_ends_far_apart_are_shown_in_two_sentences():
    gold = replace(GOLD, relations=(*GOLD.relations, Relation("same_as", "T1", "T10")))
    (mistake,) = mistakes(gold, replace(GOLD, source="model"), SCHEMA)
    view = mistake_view(NEWS, mistake, ("gold", "model"), dict.fromkeys(SCHEMA.mentions, 0))
    tags = [[r.tag for r in line if r.tag] for line in view.excerpts[0].lines]
    assert tags == [["head ORG"], ["tail ORG"]]


def test_confusion_pairs_marks_by_extent_and_relations_by_ends():
    estimate = model(
        {"T10": ("GPE", "Crane"), "T3": ("MONEY", "$8 billion")},
        relations(("leads", "T9", "T8")),
    )
    marks, links = confusion({NEWS.id: GOLD}, {NEWS.id: estimate}, SCHEMA)
    assert (marks.target, links.target) == (Target.MENTION, Target.RELATION)
    assert marks.counts["ORG", "GPE"] == 1 and marks.counts["ORG", "ORG"] == 2
    # Another extent is no match here.
    assert marks.counts["MONEY", NONE] == marks.counts[NONE, "MONEY"] == 1
    assert sum(marks.counts.values()) == 11
    # The wrong type between the same two marks, though turned.
    assert links.counts["member_of", "leads"] == 1
    assert links.counts["amount", NONE] == links.counts[NONE, "amount"] == 1
    assert links.types == (
        "member_of", "leads", "pledges", "amount", "recipient", "when", "purpose",
    )  # fmt: skip


def test_changes_are_fixed_or_broken():
    first = without("T10")
    second = model({"T11": ("ORG", "Nothing")}, NEWS_RELATIONS[1:], "second")
    told = [
        (label_words(NEWS, c.label), c.fixed, c.expected)
        for c in changes(GOLD, first, second, SCHEMA)
    ]
    assert told == [
        ("pledges: “Acme” → “pledged”", False, True),
        ("ORG “Crane”", True, True),
        ("ORG “Nothing”", False, False),
    ]
    back = changes(GOLD, second, first, SCHEMA)
    assert [c.fixed for c in back] == [True, False, True]
    assert changes(GOLD, first, first, SCHEMA) == ()
    one = {NEWS.id: first}
    sentences = changed_sentences({NEWS.id: NEWS}, {NEWS.id: GOLD}, one, {NEWS.id: second}, SCHEMA)
    assert [(NEWS[s.span], s.fixed, s.broken) for s in sentences] == [
        ("Acme pledged over $8 billion to Japan by 2027 to build clouds.", 0, 1),
        ("Nothing else is known.", 0, 1),
        ("Crane may join.", 1, 0),
    ]
