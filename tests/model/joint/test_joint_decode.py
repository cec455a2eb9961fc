import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joint_cases import SCHEMA

from accord.model.joint.candidates import Marks, join, pad, pairs_back, pairs_within, slots
from accord.model.joint.decode import FoundMark, find_marks, owner, without_crossing
from accord.model.joint.schema_table import SchemaTable

TABLE = SchemaTable.of(SCHEMA)

marks = st.lists(
    st.builds(
        lambda first, width, kind, score: FoundMark(first, first + width, kind, score),
        st.integers(0, 12),
        st.integers(1, 6),
        st.integers(1, 3),
        st.floats(-3, 3),
    ),
    max_size=14,
)


def crosses(a, b):
    return a.first < b.first < a.last < b.last or b.first < a.first < b.last < a.last


@given(marks)
def test_nested_marks_never_cross_nor_repeat(found):
    kept = without_crossing(found, nested=True, flat_types=False)
    for a, b in itertools.combinations(kept, 2):
        assert not crosses(a, b)
        assert (a.first, a.last) != (b.first, b.last)
    if found:
        assert max(found, key=lambda m: m.score).score in [m.score for m in kept]


@given(marks)
def test_marks_of_one_type_do_not_nest_where_types_are_flat(found):
    kept = without_crossing(found, nested=True, flat_types=True)
    for a, b in itertools.combinations(kept, 2):
        assert not crosses(a, b)
        assert a.kind != b.kind or a.last <= b.first or b.last <= a.first


def test_the_likelier_of_two_nested_marks_of_one_type_stays():
    outer, inner, other = (
        FoundMark(0, 6, 1, 0.5),
        FoundMark(2, 4, 1, 2.0),
        FoundMark(2, 3, 2, 0.1),
    )
    kept = without_crossing([outer, inner, other], nested=True, flat_types=True)
    assert kept == [inner, other]
    assert len(without_crossing([outer, inner, other], nested=True, flat_types=False)) == 3


@given(marks)
def test_flat_marks_never_overlap(found):
    kept = without_crossing(found, nested=False, flat_types=False)
    for a, b in itertools.combinations(kept, 2):
        assert a.last <= b.first or b.last <= a.first


@given(marks)
def test_the_order_of_what_was_found_does_not_matter(found):
    unique = {(m.first, m.last): m for m in found}.values()
    for flat in (False, True):
        assert without_crossing(unique, nested=True, flat_types=flat) == without_crossing(
            reversed(list(unique)), nested=True, flat_types=flat
        )


def test_marks_are_read_off_the_scores_inside_the_words_only():
    scores = np.zeros((2, 4, 3, 3), np.float32)
    scores[..., 0] = 5
    scores[0, 1, 1, 2] = 9  # words 1..3, type 2
    scores[1, 2, 1, 1] = 9  # words 2..4, beyond the three words of this row
    found = find_marks(scores, np.array([4, 3]))
    assert [(m.first, m.last, m.kind) for m in found[0]] == [(1, 3, 2)]
    assert found[1] == []


def test_a_bias_makes_every_mark_likelier():
    scores = np.zeros((1, 3, 1, 3), np.float32)
    scores[0, :, 0] = [[0.5, 0, -9], [1.5, 0, -9], [-2, -9, 1]]
    first = [find_marks(scores, np.array([3]), bias)[0] for bias in (0.0, 1.0)]
    assert [[m.first for m in found] for found in first] == [[2], [2, 0]]
    assert [m.score for m in first[1]] == pytest.approx([first[0][0].score + 1, 0.5], abs=0.01)


def test_each_stretch_has_one_owner_with_most_context():
    windows = [(0, 20), (12, 32), (24, 40)]
    assert owner(0, 2, windows) == 0
    assert owner(13, 15, windows) == 0
    assert owner(17, 19, windows) == 1
    assert owner(38, 40, windows) == 2
    assert owner(5, 35, windows) == -1


def some_marks(rows, first, kinds):
    first = np.array(first)
    return Marks(np.array(rows), first, first + 1, np.array(kinds))


def brute(marks):
    for h, t in itertools.permutations(range(len(marks)), 2):
        if marks.rows[h] != marks.rows[t] or marks.first[h] == marks.first[t]:
            continue
        for r, name in enumerate(TABLE.relations):
            relation = SCHEMA.relations[name]
            if relation.symmetric and marks.first[h] < marks.first[t]:
                continue
            if relation.allows(
                TABLE.mentions[marks.kinds[h] - 1], TABLE.mentions[marks.kinds[t] - 1]
            ):
                yield h, t, r


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(1, 3)), max_size=12))
def test_pairs_are_all_that_the_schema_allows_and_no_more(rows):
    rows = sorted(rows)
    marks = (
        some_marks(*([r[i] for r in rows] for i in range(3)))
        if rows
        else Marks(*(np.zeros(0, np.int64) for _ in range(4)))
    )
    pairs = pairs_within(marks, TABLE)
    found = {
        (int(pairs.heads[p]), int(pairs.tails[p]), int(r))
        for p, r in zip(*np.nonzero(pairs.allowed), strict=True)
    }
    assert found == set(brute(marks))
    assert (np.diff(pairs.rows) >= 0).all()


def test_pairs_reach_back_to_the_nearest_earlier_marks():
    marks = some_marks([0, 0, 1, 2], [0, 3, 1, 0], [1, 2, 1, 3])
    documents, paragraphs = np.array([0, 0, 0, 0]), np.array([0, 0, 1, 2])
    pairs = pairs_back(marks, documents, paragraphs, TABLE, reach=8)
    same_as = TABLE.relations.index("same_as")
    assert set(zip(pairs.heads.tolist(), pairs.tails.tolist(), strict=True)) == {
        (2, 0),
        (3, 0),
        (3, 2),
    }
    assert pairs.allowed[:, same_as].all()
    assert pairs.allowed.sum() == 3
    assert len(pairs_back(marks, documents, paragraphs, TABLE, reach=1)) == 2
    assert len(pairs_back(marks, np.arange(4), paragraphs, TABLE, reach=8)) == 0


def test_padding_keeps_each_row_of_pairs_in_place():
    marks = some_marks([0, 0, 1, 1, 1], [0, 2, 0, 1, 2], [1, 2, 1, 2, 2])
    within = pairs_within(marks, TABLE)
    pairs = join(within, within)
    table = pad(pairs.tails, pairs, 2, 8)
    for row in range(2):
        expected = pairs.tails[pairs.rows == row].tolist()
        assert table[row, : len(expected)].tolist() == expected
    assert slots(pairs).max() < 8
