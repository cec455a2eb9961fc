"""Standoff is read and written without loss, stably, and every wrong line is named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.corpus.standoff import (
    format_standoff,
    numbered,
    parse_standoff,
    read_standoff,
    write_standoff,
)
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import FormatError, InputError

# What offsets and lines stumble over: beyond the BMP, joined emoji, combining marks, right-to-left
# text and its control characters, every kind of line break, and characters of standoff's own form.
PIECES = (
    *(
        "a",
        "Zed",
        " ",
        "  ",
        "\t",
        "é",
        "e\u0301",
        "🌊",
        "👩‍👩‍👧",
        "🇯🇵",
        "عمان",
        "שלום",
        "\u200f",
        "\u202e",
    ),
    *(
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\u2028",
        "\u2029",
        "\x85",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x00",
        "\ufeff",
    ),
    *("T1", "R1\t", "Arg1:T1", "#"),
)
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map("".join)
TYPES = ("ORG", "GPE", "member_of", "Größe-2")


@st.composite
def labelled(draw, ids=True):
    """A document and a layer: nested, touching, equal and crossing marks, arrows both ways."""
    document = Document("d", draw(TEXTS))
    size = len(document.text)
    marks = []
    for _ in range(draw(st.integers(0, 7))):
        start = draw(st.integers(0, size - 1))
        marks.append((start, draw(st.integers(start + 1, size)), draw(st.sampled_from(TYPES))))
    numbers = st.lists(st.integers(0, 10**6), min_size=len(marks), max_size=len(marks), unique=True)
    names = [f"T{n}" for n in draw(numbers)]
    mentions = tuple(Mention(i, Span(s, e), t) for i, (s, e, t) in zip(names, marks, strict=True))
    relations = ()
    if mentions:
        end = st.sampled_from(names)
        arrow = st.tuples(st.sampled_from(TYPES), end, end)
        arrows = draw(st.lists(arrow, max_size=6))
        arrows += [(t, tail, head) for t, head, tail in arrows]
        taken = draw(
            st.lists(st.integers(0, 10**6), min_size=len(arrows), max_size=len(arrows), unique=True)
        )
        relations = tuple(
            Relation(t, h, a, f"R{n}") for n, (t, h, a) in zip(taken, arrows, strict=True)
        )
    return document, Layer("d", "gold", mentions, relations)


def as_set(layer):
    return set(layer.mentions), {(r.id, r.type, r.head, r.tail) for r in layer.relations}


@given(labelled())
def test_read_undoes_write(case):
    document, layer = case
    parsed = parse_standoff(format_standoff(document, layer), document, "gold")
    assert parsed.problems == ()
    assert as_set(parsed.layer) == as_set(layer)


@given(labelled())
def test_write_undoes_read(case):
    document, layer = case
    text = format_standoff(document, layer)
    again = parse_standoff(text, document, "gold").layer
    assert format_standoff(document, again) == text
    turned = replace(layer, mentions=layer.mentions[::-1], relations=layer.relations[::-1])
    assert format_standoff(document, turned) == text


@given(case=labelled())
def test_files_round_trip(case, tmp_path_factory):
    document, layer = case
    path = tmp_path_factory.mktemp("standoff") / "d.ann"
    write_standoff(path, document, layer)
    data = path.read_bytes()
    read = read_standoff(path, document, "gold")
    assert as_set(read) == as_set(layer)
    write_standoff(path, document, read)
    assert path.read_bytes() == data
    assert data.count(b"\n") == len(layer.mentions) + len(layer.relations)


@given(labelled(), st.data())
def test_one_new_mark_is_one_new_line(case, data):
    document, layer = case
    start = data.draw(st.integers(0, len(document.text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(document.text))))
    before = format_standoff(document, layer).split("\n")
    more = replace(layer, mentions=(*layer.mentions, Mention("suggested", span, "ORG")))
    after = format_standoff(document, more).split("\n")
    added = [line for line in after if line not in before]
    assert len(after) == len(before) + 1
    assert len(added) == 1
    assert [line for line in after if line != added[0]] == before


def test_new_ids_get_free_numbers_and_old_ones_stay():
    document = Document("d", "abcdef")
    mentions = (
        Mention("new", Span(4, 5), "ORG"),
        Mention("T7", Span(0, 1), "ORG"),
        Mention("x1", Span(1, 2), "ORG"),
        Mention("T2", Span(2, 3), "ORG"),
    )
    relations = (
        Relation("leads", "new", "x1"),
        Relation("leads", "T7", "new", "R3"),
        Relation("leads", "T2", "T7", "e"),
    )
    assert format_standoff(document, Layer("d", "gold", mentions, relations)) == (
        "T7\tORG 0 1\ta\n"
        "T8\tORG 1 2\tb\n"
        "T2\tORG 2 3\tc\n"
        "T9\tORG 4 5\te\n"
        "R3\tleads Arg1:T7 Arg2:T9\n"
        "R5\tleads Arg1:T2 Arg2:T7\n"
        "R4\tleads Arg1:T9 Arg2:T8\n"
    )


@given(labelled())
def test_numbering_what_is_numbered_changes_nothing(case):
    assert numbered(case[1]) == case[1]
    assert [r.id for r in numbered(case[1]).relations] == [r.id for r in case[1].relations]


def test_the_form_on_disk():
    document = Document("d", "Größe 🌊\r\nAG joins")
    layer = Layer(
        "d",
        "gold",
        (Mention("T2", Span(6, 11), "ORG"), Mention("T1", Span(0, 5), "ORG")),
        (Relation("leads", "T2", "T1", "R1"),),
    )
    text = "T1\tORG 0 5\tGröße\nT2\tORG 6 11\t🌊  AG\nR1\tleads Arg1:T2 Arg2:T1\n"
    assert format_standoff(document, layer) == text
    assert format_standoff(document, Layer("d", "gold")) == ""
    assert parse_standoff("", document, "gold").layer == Layer("d", "gold")


def test_what_cannot_be_written():
    document = Document("d", "ab")
    with pytest.raises(FormatError, match="T1 ends at 3, but the text has 2"):
        format_standoff(document, Layer("d", "gold", (Mention("T1", Span(0, 3), "ORG"),)))
    with pytest.raises(FormatError, match="leads points to T9, which does not exist"):
        layer = Layer("d", "g", (Mention("T1", Span(0, 1), "O"),), (Relation("leads", "T1", "T9"),))
        format_standoff(document, layer)


DOCUMENT = Document("d", "Avon joins the Coast Pact.")
GOOD = "T1\tORG 0 4\tAvon\n"


@pytest.mark.parametrize(
    ("line", "item", "reason"),
    [
        ("T2\tORG 5 10\tjoin", "T2", "T2 reads 'join', but the text has 'joins' at 5..10"),
        ("T2\tORG 5 10\tjoins ", "T2", "T2 reads 'joins '"),
        ("T2\tORG 20 29\tPact.", "T2", "T2 ends at 29, but the text has 26 characters"),
        ("T2\tORG 5 5\t", "T2", "T2 starts at 5 and ends at 5; a mention needs start < end"),
        ("T2\tORG 10 5\tjoins", "T2", "T2 starts at 10 and ends at 5"),
        ("T2\tORG -5 10\tjoins", "T2", "not a mention"),
        ("T2\tORG 5 9999999999999999999999\tx", "T2", "offset out of range"),
        ("T2\tORG 5.0 10\tjoins", "T2", "not a mention"),
        ("T2\tORG ٥ 10\tjoins", "T2", "not a mention"),
        ("T2\tORG 5 10", "T2", "not a mention (T1<TAB>TYPE START END<TAB>TEXT)"),
        ("T2 ORG 5 10 joins", "", "not a mention"),
        ("T\tORG 5 10\tjoins", "T", "not a mention"),
        (f"T{'9' * 5000}\tORG 5 10\tjoins", "", "not a mention"),
        ("T2\tORG 5 7;8 10\tjo ns", "T2", "discontinuous marks are not supported"),
        ("T1\tGPE 5 10\tjoins", "T1", "the id T1 stands on line 1 already"),
        ("R1\tleads Arg1:T1 Arg2:T9", "R1", "leads points to T9, which does not exist"),
        ("R1\tleads Arg1:T8 Arg2:T9", "R1", "leads points to T8 and T9, which does not exist"),
        ("R1\tleads Arg1:T1", "R1", "not a relation (R1<TAB>TYPE Arg1:T1 Arg2:T2)"),
        ("R1\tleads Arg2:T1 Arg1:T1", "R1", "not a relation"),
        ("E1\tleads:T1", "E1", "brat's events are not supported here"),
        ("A1\tNegated T1", "A1", "brat's attributes are not supported here"),
        ("#1\tAnnotatorNotes T1\tsure?", "#1", "brat's notes are not supported here"),
        ("*\tEquiv T1 T2", "*", "brat's equivalences are not supported here"),
        ("N1\tReference T1 Wiki:1", "N1", "brat's normalisations are not supported here"),
        ("what is this", "", "not a mention (T) or relation (R) line"),
    ],
)
def test_every_wrong_line_is_named(line, item, reason):
    parsed = parse_standoff(f"{GOOD}\n{line}\n", DOCUMENT, "gold")
    (problem,) = parsed.problems
    assert (problem.line, problem.item) == (3, item)
    assert problem.reason.startswith(reason)
    assert parsed.layer == Layer("d", "gold", (Mention("T1", Span(0, 4), "ORG"),))


def test_other_kinds_are_told_for_each_line():
    text = "*\tEquiv T1 T2\n*\tEquiv T3 T4\n"
    reasons = [p.reason for p in parse_standoff(text, DOCUMENT, "gold").problems]
    assert all(reason.startswith("brat's equivalences") for reason in reasons)


def test_a_relation_to_a_wrong_mention_is_one_problem():
    text = "T1\tORG 0 4\tAvom\nR1\tleads Arg1:T1 Arg2:T1\n"
    parsed = parse_standoff(text, DOCUMENT, "gold")
    assert [(p.line, p.item) for p in parsed.problems] == [(1, "T1")]
    assert parsed.layer.relations == ()


@pytest.mark.parametrize(
    ("data", "error", "place", "reason"),
    [
        (b"T1\tORG 0 4\tAvon\r\n", FormatError, 1, "carriage return"),
        (b"T1\tORG 0 4\tAvon\nT2\tORG 5 10\tjoins\r\n", FormatError, 2, "carriage return"),
        (b"\xef\xbb\xbfT1\tORG 0 4\tAvon\n", InputError, None, "byte-order mark"),
        (b"T1\tORG 0 4\tAvon\nT2\tORG 5 10\tjo\xffns\n", InputError, 2, "not UTF-8: byte 0xff"),
        (b"T1\tORG 0 4\tAvom\nx\n", FormatError, 1, "(and 1 more; `accord validate` lists all)"),
    ],
)
def test_files_that_are_refused(tmp_path, data, error, place, reason):
    path = tmp_path / "d.ann"
    path.write_bytes(data)
    with pytest.raises(error) as caught:
        read_standoff(path, DOCUMENT, "gold")
    assert (caught.value.path, caught.value.line) == (path, place)
    assert reason in str(caught.value)
    assert path.read_bytes() == data


def test_crlf_is_one_problem_not_one_a_line():
    text = "T1\tORG 0 4\tAvon\r\nT2\tORG 5 10\tjoins\r\n"
    parsed = parse_standoff(text, DOCUMENT, "gold")
    assert len(parsed.problems) == 1
    assert len(parsed.layer.mentions) == 2
