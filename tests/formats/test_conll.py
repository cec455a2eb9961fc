"""CoNLL columns keep words and outermost marks; everything else is reported, never dropped."""

from dataclasses import replace

import pytest
from any_items import (
    SCHEMA,
    arrows,
    bare,
    by_document,
    labelled,
    lost,
    marks,
    several,
    there_and_back,
)
from hypothesis import given

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import FormatError, InputError
from accord.formats import Labelled
from accord.formats.conll import read, write
from accord.formats.tokens import spread, words

# Written by hand after the example on the task's page; tags as in its IOB1, then as IOB2.
IOB1 = """\
-DOCSTART- -X- -X- O

U.N. NNP I-NP I-ORG
official NN I-NP O
Ekeus NNP I-NP I-PER
heads VBZ I-VP O
for IN I-PP O
Baghdad NNP I-NP I-LOC
Iraq NNP I-NP B-LOC
. . O O
"""
WIDENED = "mark widened to whole words"
LEFT_OUT = ("mark of white space only", "mark over several paragraphs", "overlapping mark")


def saved(tmp_path, text, name="file.conll"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def item(text, marks=(), relations=(), **more):
    mentions = tuple(Mention(f"T{n}", Span(a, b), kind) for n, (a, b, kind) in enumerate(marks, 1))
    return Labelled(Document("file-1", text), Layer("file-1", "file", mentions, relations, **more))


def test_the_published_example_is_read(tmp_path):
    reading = read(saved(tmp_path, IOB1), SCHEMA)
    [read_item] = reading.items
    assert read_item.document == Document("file-1", "U.N. official Ekeus heads for Baghdad Iraq .")
    assert read_item.layer == Layer(
        "file-1",
        "file",
        (
            Mention("T1", Span(0, 4), "ORG"),
            Mention("T2", Span(14, 19), "PER"),
            Mention("T3", Span(30, 37), "LOC"),
            Mention("T4", Span(38, 42), "LOC"),
        ),
    )
    assert [(loss.what, loss.document) for loss in reading.losses] == [("other columns", "file-1")]


def test_two_columns_tabs_crlf_and_no_start(tmp_path):
    text = "New York\tB-LOC\r\nCity\tI-LOC\r\n\r\n\r\nAvon\tB-ORG\r\nBrill\tB-ORG\r\n"
    [only] = read(saved(tmp_path, text), SCHEMA).items
    assert only.document == Document("file", "New York City\n\nAvon Brill")
    assert [only.document[m.span] for m in only.layer.mentions] == [
        "New York City",
        "Avon",
        "Brill",
    ]


def test_what_is_written_is_iob2(tmp_path):
    path = tmp_path / "file.conll"
    touching = item("Avon Brill join.\n\nOman", [(0, 4, "ORG"), (5, 10, "ORG"), (18, 22, "GPE")])
    losses = write(path, [touching], SCHEMA)
    assert path.read_text() == (
        "-DOCSTART- -X- -X- O\n\nAvon -X- -X- B-ORG\nBrill -X- -X- B-ORG\njoin -X- -X- O\n"
        ". -X- -X- O\n\nOman -X- -X- B-GPE\n\n"
    )
    assert [loss.what for loss in losses] == ["white space"]


def test_every_loss_is_named(tmp_path):
    text = "Bank of Japan said.\n\nIt did"
    mentions = (
        Mention("T1", Span(0, 13), "ORG", 0.5),
        Mention("T2", Span(8, 13), "GPE"),
        Mention("T3", Span(8, 18), "ORG"),
        Mention("T4", Span(14, 16), "ORG"),
        Mention("T5", Span(19, 21), "ORG"),
        Mention("T6", Span(15, 23), "ORG"),
    )
    relations = (Relation("pledges", "T1", "T2", "R1"), Relation("pledges", "T2", "T1"))
    layer = Layer("d", "gold", mentions, relations, complete=False)
    path = tmp_path / "file.conll"
    losses = write(path, [Labelled(Document("d", text, {"url": "x"}), layer)], SCHEMA, dry=True)
    assert not path.exists()
    assert sorted((loss.what, loss.item) for loss in losses) == [
        ("document id", ""),
        ("mark of white space only", "T5"),
        ("mark over several paragraphs", "T6"),
        ("mark widened to whole words", "T4"),
        ("mention ids", ""),
        ("metadata", "url"),
        ("overlapping mark", "T2"),
        ("overlapping mark", "T3"),
        ("relation", "R1"),
        ("relation", "pledges T2 -> T1"),
        ("score", "T1"),
        ("source", ""),
        ("unfinished status", ""),
        ("white space", ""),
    ]


@given(items=several())
def test_round_trip(items, tmp_path_factory):
    path = tmp_path_factory.mktemp("conll") / "file.conll"
    losses, back = there_and_back(write, read, path, items)
    assert len(back.items) == len(items)
    for before, after in zip(items, back.items, strict=True):
        named = by_document(losses, before.document.id)
        assert bare(after.document.text) == bare(before.document.text)
        widened, left = lost(named, WIDENED), lost(named, *LEFT_OUT)
        exact = marks(before, without={*widened, *left})
        found = marks(after)
        for mark in exact:
            found.remove(mark)
        assert len(found) == len(set(widened) - set(left))
        assert len(lost(named, "relation")) == len(before.layer.relations)
        whats = {loss.what for loss in named}
        if not whats - {"metadata", "score", "document id"}:
            assert after.document.text == before.document.text
            assert after.layer == replace(before.layer, document=after.document.id)


@given(items=several())
def test_a_second_trip_loses_nothing(items, tmp_path_factory):
    path = tmp_path_factory.mktemp("conll") / "file.conll"
    write(path, items, SCHEMA)
    first = read(path, SCHEMA)
    assert write(path, first.items, SCHEMA) == ()
    assert read(path, SCHEMA) == first


@given(only=labelled())
def test_words_hold_all_but_white_space_and_ignore_labels(only):
    text = only.document.text
    found = words(text)
    assert "".join(text[w.start : w.end] for w in found) == bare(text)
    assert found == sorted(found)
    again, places = spread([[text[w.start : w.end] for w in found]])
    assert [again[p.start : p.end] for p in places[0]] == [text[w.start : w.end] for w in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("US-based", ["US", "-", "based"]),
        ("$5.2bn", ["$", "5", ".", "2bn"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        ("👩‍👩‍👧🌊", ["👩‍👩‍👧", "🌊"]),
        ("👍🏽🇯🇵", ["👍🏽", "🇯🇵"]),
        ("هذا\u200fعمان", ["هذا\u200fعمان"]),
        ("हिन्दी", ["हिन्दी"]),
        ("\u0301a", ["\u0301a"]),
    ],
)
def test_words(text, expected):
    assert [text[w.start : w.end] for w in words(text)] == expected


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("Avon B-ORG\nBrill\n", 2, "1 columns, but 2 are needed"),
        ("Avon\n", 1, "1 columns, but two or more are needed"),
        ("Avon -X- B-ORG\nBrill B-ORG\n", 2, "2 columns, but 3 are needed"),
        ("Avon S-ORG\n", 1, "'S-ORG', but a tag is O, B-TYPE or I-TYPE"),
        ("Avon B-\n", 1, "'B-'"),
        ("Avon " + "B" * 99, 1, "..."),
        ("Avon O\n\n-DOCSTART- O\n", 3, "after words"),
        ("\tO\n", 1, "an empty word"),
        (b"Avon O\n\xff O\n", 2, "not UTF-8"),
        (b"\xef\xbb\xbfAvon O\n", None, "byte-order mark"),
    ],
)
def test_wrong_lines_are_named(tmp_path, text, line, reason):
    with pytest.raises(InputError) as caught:
        read(saved(tmp_path, text), SCHEMA)
    assert caught.value.line == line
    assert caught.value.path is not None
    assert reason in str(caught.value)


def test_a_type_that_is_no_tag_is_refused(tmp_path):
    with pytest.raises(FormatError, match="cannot be a tag"):
        write(tmp_path / "file", [item("Avon", [(0, 4, "A B")])], SCHEMA)
    assert list(tmp_path.iterdir()) == []


def test_no_documents_and_empty_ones(tmp_path):
    path = tmp_path / "file.conll"
    write(path, [], SCHEMA)
    assert read(path, SCHEMA).items == ()
    write(path, [item("")], SCHEMA)
    assert read(path, SCHEMA).items == (item(""),)
    assert arrows(item("")) == []
