"""The frozen values, and what counts as a paragraph."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.document import Document, Layer, Mention, Relation, Span, paragraph_index


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 3), (4, 2), (-1, 2)])
def test_a_span_is_never_empty_or_negative(start, end):
    with pytest.raises(ValueError, match=f"not {start}..{end}"):
        Span(start, end)


@pytest.mark.parametrize(
    ("first", "second", "contains", "overlaps", "crosses"),
    [
        ((0, 5), (0, 5), True, True, False),
        ((0, 5), (1, 5), True, True, False),
        ((1, 5), (0, 5), False, True, False),
        ((0, 5), (3, 7), False, True, True),
        ((0, 5), (5, 7), False, False, False),
        ((0, 5), (8, 9), False, False, False),
    ],
)
def test_how_spans_lie(first, second, contains, overlaps, crosses):
    one, other = Span(*first), Span(*second)
    assert one.contains(other) is contains
    assert one.overlaps(other) is other.overlaps(one) is overlaps
    assert one.crosses(other) is other.crosses(one) is crosses
    assert len(one) == first[1] - first[0]


@pytest.mark.parametrize(
    "value",
    [
        Span(0, 1),
        Mention("T1", Span(0, 1), "ORG"),
        Relation("leads", "T1", "T2"),
        Layer("d", "gold"),
        Document("d", "text"),
    ],
)
def test_values_are_frozen_and_hashable(value):
    field = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, None)
    assert hash(value) == hash(dataclasses.replace(value))


def test_scores_and_a_relations_id_are_no_part_of_identity():
    assert Mention("T1", Span(0, 1), "ORG", 0.2) == Mention("T1", Span(0, 1), "ORG")
    assert Relation("leads", "T1", "T2", "R9", 0.1) == Relation("leads", "T1", "T2")
    assert Relation("leads", "T1", "T2") != Relation("leads", "T2", "T1")


def test_ends_of_a_relation():
    head, tail = Mention("T1", Span(0, 1), "ORG"), Mention("T2", Span(1, 2), "ALLIANCE")
    layer = Layer("d", "gold", (head, tail))
    assert layer.ends(Relation("leads", "T1", "T2")) == (head, tail)
    with pytest.raises(KeyError):
        layer.ends(Relation("leads", "T1", "T3"))


def test_positions_are_code_points():
    document = Document("d", "🌊 café عمان")
    assert document[Span(0, 1)] == "🌊"
    assert document[Span(2, 6)] == "café"
    assert Document("d", "cafe\u0301")[Span(3, 5)] == "e\u0301"


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("", []),
        (" \n\n\t", []),
        ("one", ["one"]),
        ("one\ntwo\n\nthree\n", ["one\ntwo", "three"]),
        ("one\r\ntwo\r\n\r\nthree\r\n", ["one\r\ntwo", "three"]),
        ("one\rtwo\r\rthree", ["one\rtwo", "three"]),
        ("one\n \t\ntwo", ["one", "two"]),
        ("one\r\n \r\n\n\n  two  ", ["one", "two"]),
        ("\n\n one \n\n", ["one"]),
        ("one\u2028two\x0cthree\n\nfour", ["one\u2028two\x0cthree", "four"]),
    ],
)
def test_paragraphs_stand_between_blank_lines(text, paragraphs):
    document = Document("d", text)
    assert [document[span] for span in document.paragraphs] == paragraphs


@given(st.text(st.sampled_from("ab \t\r\n\u2028\x0c"), max_size=30))
def test_paragraphs_cover_all_but_white_space(text):
    document = Document("d", text)
    covered = "".join(document[span] for span in document.paragraphs)
    assert "".join(covered.split()) == "".join(text.split())
    for span in document.paragraphs:
        assert document[span] == document[span].strip()
        assert "\n\n" not in document[span].replace("\r\n", "\n")


def test_paragraph_index():
    paragraphs = Document("d", "one two\n\nthree").paragraphs
    assert paragraph_index(paragraphs, Span(4, 7)) == 0
    assert paragraph_index(paragraphs, Span(9, 14)) == 1
    assert paragraph_index(paragraphs, Span(4, 12)) is None
    assert paragraph_index(paragraphs, Span(6, 8)) is None


def test_sha256_is_that_of_the_bytes():
    assert Document("d", "abc").sha256.startswith("ba7816bf8f01cfea")
    assert Document("d", "é").sha256 != Document("d", "e\u0301").sha256
