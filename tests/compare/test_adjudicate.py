"""Adjudication of two and more layers: what is agreed, what is asked, what becomes of relations."""

import pytest
from compare_cases import SCHEMA, layer, layers
from hypothesis import given
from hypothesis import strategies as st

from accord.compare import Adjudication, Arrow, Decision, adjudicate, compare_layers
from accord.document import Layer, Mention, Span
from accord.errors import InputError
from accord.schema import MentionType, RelationType, Schema


def shown(found: Adjudication) -> tuple[list[tuple[int, int, str]], list[tuple[str, str, str]]]:
    mentions = [(m.span.start, m.span.end, m.type) for m in found.gold.mentions]
    relations = []
    for relation in found.gold.relations:
        head, tail = found.gold.ends(relation)
        relations.append((relation.type, f"{head.span.start}", f"{tail.span.start}"))
    return mentions, relations


def decide(sides, *choices, schema=SCHEMA):
    """Adjudicate, deciding the first open point by each choice in turn."""
    decisions = {}
    for choice in choices:
        point = adjudicate(sides, schema, decisions).open[0]
        decisions[point.id] = choice
    return adjudicate(sides, schema, decisions)


def take(*sources: str) -> Decision:
    return Decision(sources)


def test_what_all_layers_have_is_gold_without_being_asked():
    first = layer(
        [(20, 30, "ORG"), (0, 5, "ORG"), (40, 45, "GPE")],
        [("leads", 0, 1), ("same_as", 0, 2)],
        source="a",
    )
    second = layer(
        [(0, 5, "ORG"), (20, 30, "ORG"), (40, 44, "GPE")],
        [("leads", 1, 0), ("same_as", 1, 2)],
        source="b",
    )
    found = adjudicate([first, second], SCHEMA)
    assert found.gold.source == "gold" and not found.gold.complete
    assert shown(found) == ([(0, 5, "ORG"), (20, 30, "ORG")], [("leads", "20", "0")])
    assert found.whose == {"T1": ("a", "b"), "T2": ("a", "b"), "R1": ("a", "b")}
    (point,) = found.points
    assert point.span == Span(40, 45) and set(point.labels) == {"a", "b"}
    # The relation that both drew to that mention is agreed, and waits for its end alone.
    assert [arrow.type for arrow in found.waiting] == ["same_as"]


@pytest.mark.parametrize("choice", ["a", "b"])
def test_a_relation_survives_when_the_boundaries_of_its_ends_are_merged(choice: str):
    first = layer([(0, 10, "ORG"), (20, 30, "GPE")], [("leads", 0, 1)], source="a")
    second = layer([(4, 10, "ORG"), (20, 35, "GPE")], [("leads", 0, 1)], source="b")
    found = decide([first, second], take(choice), take(choice))
    assert not found.open and found.gold.complete
    assert shown(found)[1] == [("leads", "0" if choice == "a" else "4", "20")]
    assert found.whose == {"T1": (choice,), "T2": (choice,), "R1": ("a", "b")}


def test_a_relation_follows_its_end_to_a_mention_of_somebodys_own():
    first = layer([(0, 10, "ORG"), (20, 30, "GPE")], [("leads", 0, 1)], source="a")
    second = layer([(4, 10, "ORG"), (20, 30, "GPE")], source="b")
    own = Decision(other=Mention("", Span(2, 12), "ORG"))
    found = decide([first, second], own, take("a"))
    assert shown(found) == ([(2, 12, "ORG"), (20, 30, "GPE")], [("leads", "2", "20")])
    assert found.whose == {"T1": (), "T2": ("a", "b"), "R1": ("a",)}


def test_with_both_marks_kept_each_relation_keeps_its_own_end():
    first = layer([(0, 10, "ORG"), (20, 30, "GPE")], [("leads", 0, 1)], source="a")
    second = layer([(0, 4, "ORG"), (20, 30, "GPE")], [("leads", 0, 1)], source="b")
    assert len(adjudicate([first, second], SCHEMA).points) == 1
    found = decide([first, second], take("a", "b"), take("a", "b"))
    assert [r[1] for r in shown(found)[1]] == ["0", "0"]
    ends = {found.gold.by_id[r.head].span.end for r in found.gold.relations}
    assert ends == {4, 10} and found.gold.complete


def test_a_relation_falls_with_a_mention_that_was_left_out():
    first = layer([(0, 10, "ORG"), (20, 30, "GPE")], [("leads", 0, 1)], source="a")
    second = layer([(20, 30, "GPE")], source="b")
    found = decide([first, second], take("b"))
    assert shown(found) == ([(20, 30, "GPE")], []) and found.gold.complete
    assert [(f.arrow.type, f.sources) for f in found.fallen] == [("leads", ("a",))]


def test_a_chosen_type_may_forbid_a_relation_that_both_drew():
    schema = Schema(
        "s",
        "1",
        {name: MentionType(name) for name in ("ORG", "GPE")},
        {"leads": RelationType("leads", ("ORG",), ("GPE",))},
    )
    first = layer([(0, 10, "ORG"), (20, 30, "GPE")], [("leads", 0, 1)], source="a")
    second = layer([(0, 10, "GPE"), (20, 30, "GPE")], source="b")
    found = decide([first, second], take("b"), take("a"), schema=schema)
    assert shown(found)[1] == []
    assert "leads may not join GPE to GPE" in found.fallen[0].reason


def test_marks_that_cross_are_one_question_and_nested_ones_two():
    crossing = [layer([(0, 6, "ORG")], source="a"), layer([(4, 9, "GPE")], source="b")]
    assert [len(p.labels) for p in adjudicate(crossing, SCHEMA).points] == [2]
    nested = [layer([(0, 9, "ORG")], source="a"), layer([(4, 9, "GPE")], source="b")]
    assert [len(p.labels) for p in adjudicate(nested, SCHEMA).points] == [1, 1]


def test_three_layers_make_one_point_of_what_they_say_there():
    marks = [(0, 10, "ORG"), (20, 30, "GPE")]
    sides = [
        layer(marks, [("leads", 0, 1)], source="a"),
        layer(marks, [("leads", 1, 0)], source="b"),
        layer([(0, 8, "ORG"), (20, 30, "GPE")], [("member_of", 0, 1)], source="c"),
    ]
    found = decide(sides, take("c"))
    (point,) = found.open
    assert {s: a.type for s, a in point.labels.items()} == {
        "a": "leads",
        "b": "leads",
        "c": "member_of",
    }
    done = decide(sides, take("c"), take("b"))
    assert shown(done) == ([(0, 8, "ORG"), (20, 30, "GPE")], [("leads", "20", "0")])
    assert done.whose["R1"] == ("b",) and done.whose["T2"] == ("a", "b", "c")


def test_a_majority_is_not_yet_agreement():
    sides = [layer([(0, 4, "ORG")], source=s) for s in "ab"] + [layer([], source="c")]
    found = decide(sides, take("a"))
    assert found.whose == {"T1": ("a",)} or found.whose == {"T1": ("a", "b")}
    assert decide(sides, take("c")).gold.mentions == ()


def test_an_arrow_of_somebodys_own_is_read_through_later_decisions():
    first = layer([(0, 10, "ORG"), (20, 30, "GPE")], [("leads", 0, 1)], source="a")
    second = layer([(4, 10, "ORG"), (20, 30, "GPE")], source="b")
    start = adjudicate([first, second], SCHEMA)
    mark, arrow = start.open
    org, gpe = Mention("", Span(0, 10), "ORG"), Mention("", Span(20, 30), "GPE")
    turned = {arrow.id: Decision(other=Arrow("leads", gpe, org))}
    waiting = adjudicate([first, second], SCHEMA, turned)
    assert waiting.gold.relations == () and len(waiting.waiting) == 1
    # The other layer's mark stands for the same thing, so it may be named as well.
    theirs = {arrow.id: Decision(other=Arrow("leads", gpe, Mention("", Span(4, 10), "ORG")))}
    assert len(adjudicate([first, second], SCHEMA, theirs).waiting) == 1
    done = adjudicate([first, second], SCHEMA, {**turned, mark.id: take("b")})
    assert shown(done)[1] == [("leads", "20", "4")] and done.whose["R1"] == ()


def test_a_decision_holds_until_its_own_place_changes():
    first = layer([(0, 10, "ORG"), (20, 30, "GPE")], source="a")
    second = layer([(4, 10, "ORG")], source="b")
    points = {p.span: p.id for p in adjudicate([first, second], SCHEMA).points}
    changed = layer([(4, 10, "ORG"), (20, 30, "ORG")], source="b")
    again = {p.span: p.id for p in adjudicate([first, changed], SCHEMA).points}
    assert again[Span(0, 10)] == points[Span(0, 10)]
    assert again[Span(20, 30)] != points[Span(20, 30)]


def test_what_cannot_be_adjudicated_is_said():
    with pytest.raises(InputError, match="at least two layers, each once; there is gold"):
        adjudicate([layer([])], SCHEMA)
    with pytest.raises(InputError, match="each once; there is gold, gold"):
        adjudicate([layer([]), layer([])], SCHEMA)
    with pytest.raises(InputError, match="different documents: a, b"):
        adjudicate([layer([], document="a"), layer([], document="b", source="x")], SCHEMA)


def test_incomplete_layers_leave_gold_incomplete():
    sides = [layer([], source="a"), layer([], source="b", complete=False)]
    assert not adjudicate(sides, SCHEMA).gold.complete


@given(layers(source="a"), layers(source="b"), layers(source="c"))
def test_what_was_agreed_is_right_by_all(a: Layer, b: Layer, c: Layer):
    found = adjudicate([a, b, c], SCHEMA)
    for side in (a, b, c):
        comparison = compare_layers(side, found.gold, SCHEMA)
        assert not comparison.mentions.spurious
    assert found.gold.complete == (not found.open and not found.waiting)


@given(layers(source="a"), layers(source="b"), st.sampled_from("ab"))
def test_taking_one_side_everywhere_gives_its_labels(a: Layer, b: Layer, side: str):
    chosen = {"a": a, "b": b}[side]
    decisions: dict[str, Decision] = {}
    while points := adjudicate([a, b], SCHEMA, decisions).open:
        decisions |= {point.id: take(side) for point in points}
    found = adjudicate([a, b], SCHEMA, decisions)
    comparison = compare_layers(chosen, found.gold, SCHEMA)
    assert not comparison.mentions.missed and not comparison.mentions.spurious
    loops = [r for r in chosen.relations if len({str(m) for m in _ends(chosen, r)}) == 1]
    assert not comparison.relations.spurious
    assert {x.relation.id for x in comparison.relations.missed} <= {r.id for r in loops}


def _ends(side: Layer, relation) -> list[tuple[Span, str]]:
    return [(end.span, end.type) for end in side.ends(relation)]


@given(layers(source="a"), layers(source="b"), st.data())
def test_each_decision_is_asked_once_and_work_ends(a: Layer, b: Layer, data: st.DataObject):
    decisions: dict[str, Decision] = {}
    choices = st.sampled_from([take("a"), take("b"), take("a", "b"), take()])
    for _ in range(60):
        found = adjudicate([a, b], SCHEMA, decisions)
        if not found.open:
            break
        assert found.open[0].id not in decisions
        decisions[found.open[0].id] = data.draw(choices)
    assert not found.open and not found.waiting
    assert set(found.whose) == {x.id for x in (*found.gold.mentions, *found.gold.relations)}
    ids = set(found.gold.by_id)
    assert all(r.head in ids and r.tail in ids for r in found.gold.relations)
