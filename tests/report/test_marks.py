"""Marks as a flat run of tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.document import Span
from accord.report.marks import Close, Open, Token, tokens


def drawn(found: tuple[Token, ...]) -> str:
    """Tokens on a line: ``[0 text]``, a cut piece with "~" where it is cut."""
    line = ""
    for token in found:
        match token:
            case Open(mark, _, first, last):
                line += f"[{'' if first else '~'}{mark}{'' if last else '~'} "
            case Close():
                line += "]"
            case text:
                line += text
    return line


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], "abcdefgh"),
        ([(0, 8)], "[0 abcdefgh]"),
        ([(2, 4)], "ab[0 cd]efgh"),
        ([(0, 2), (2, 4)], "[0 ab][1 cd]efgh"),
        ([(2, 4), (1, 6)], "a[1 b[0 cd]ef]gh"),
        ([(1, 6), (1, 3), (3, 6)], "a[0 [1 bc][2 def]]gh"),
        ([(1, 4), (1, 4)], "a[0 [1 bcd]]efgh"),
        ([(1, 6), (1, 5), (2, 5), (4, 5)], "a[0 [1 b[2 cd[3 e]]]f]gh"),
        ([(1, 4), (2, 6)], "a[0 b[1~ cd]][~1 ef]gh"),
        ([(1, 5), (2, 4), (3, 7)], "a[0 b[1 c[2~ d]][~2~ e]][~2 fg]h"),
    ],
)
def test_nested_touching_and_crossing_marks(spans: list[tuple[int, int]], expected: str):
    found = tokens("abcdefgh", Span(0, 8), [Span(*span) for span in spans])
    assert drawn(found) == expected


def test_only_what_lies_within_is_drawn():
    spans = [Span(0, 2), Span(1, 4), Span(3, 4), Span(5, 8), Span(6, 7)]
    assert drawn(tokens("abcdefgh", Span(2, 6), spans)) == "[~1 c[2 d]]e[3~ f]"


def test_height_is_the_levels_within():
    spans = [Span(0, 8), Span(1, 5), Span(2, 3), Span(6, 7)]
    opened = [t for t in tokens("abcdefgh", Span(0, 8), spans) if isinstance(t, Open)]
    assert {t.mark: t.height for t in opened} == {0: 2, 1: 1, 2: 0, 3: 0}


SPANS = st.tuples(st.integers(0, 14), st.integers(1, 8)).map(lambda p: Span(p[0], p[0] + p[1]))


@given(SPANS, st.lists(SPANS, max_size=8))
def test_any_marks_leave_the_text_whole_and_balanced(within: Span, spans: list[Span]):
    text = "".join(chr(ord("a") + i) for i in range(22))
    covered: dict[int, set[int]] = {}
    open_marks: list[int] = []
    at = within.start
    for token in tokens(text, within, spans):
        match token:
            case Open(mark):
                assert mark not in open_marks
                open_marks.append(mark)
            case Close():
                open_marks.pop()
            case piece:
                assert piece and text[at : at + len(piece)] == piece
                for mark in open_marks:
                    covered.setdefault(mark, set()).update(range(at, at + len(piece)))
                at += len(piece)
    assert not open_marks and at == within.end
    inside = set(range(within.start, within.end))
    expected = {i: inside & set(range(s.start, s.end)) for i, s in enumerate(spans)}
    assert covered == {i: where for i, where in expected.items() if where}
