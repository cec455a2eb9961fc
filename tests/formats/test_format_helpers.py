"""The small parts that formats share: UTF-16 positions and ids."""

from hypothesis import given
from hypothesis import strategies as st
from label_cases import TEXTS

from accord.formats.naming import Names
from accord.formats.utf16 import Utf16


@given(TEXTS)
def test_utf16_positions_are_those_of_the_encoding(text):
    utf16 = Utf16(text)
    assert utf16.length == len(text.encode("utf-16-le")) // 2
    units = [utf16.units(position) for position in range(len(text) + 1)]
    assert units == [len(text[:n].encode("utf-16-le")) // 2 for n in range(len(text) + 1)]
    assert [utf16.points(unit) for unit in units] == list(range(len(text) + 1))
    assert all(utf16.points(u) is None for u in range(-2, utf16.length + 3) if u not in units)


@given(st.lists(st.sampled_from(("", "T1", "T2", "x"))), st.sets(st.sampled_from(("T1", "T3"))))
def test_names_are_given_once(wishes, taken):
    names = Names("T", taken)
    given_names = [names.give(wish) for wish in wishes]
    assert len({*given_names, *taken}) == len(given_names) + len(taken)
    free = [w for w in dict.fromkeys(wishes) if w and w not in taken]
    if free and free[0] == wishes[0]:
        assert given_names[0] == free[0]
