"""brat collections: what we write comes back, all that brat writes is read or reported."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_cases import SCHEMA, counted, items, labelled, surfaces, survives

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import ConflictError, FormatError, InputError
from accord.formats import Labelled
from accord.formats.brat import annotation_conf, read, write


def crlf_cuts(item):
    """Ids of the mentions that brat, for which a CRLF is one character, cannot hold."""
    text = item.document.text
    return {
        mention.id
        for mention in item.layer.mentions
        for border in (mention.span.start, mention.span.end)
        if text[border - 1 : border + 1] == "\r\n" and border
    }


def plain(items):
    """What brat keeps of items, in an order of its own."""
    kept = {}
    for item in items:
        cut = crlf_cuts(item)
        marks = {(m.span, m.type) for m in item.layer.mentions if m.id not in cut}
        ends = {m.id: (m.span, m.type) for m in item.layer.mentions}
        arrows = sorted(
            (r.type, ends[r.head], ends[r.tail])
            for r in item.layer.relations
            if not {r.head, r.tail} & cut
        )
        kept[item.document.id] = (item.document.text, marks, arrows)
    return kept


@given(st.lists(items(), max_size=1), items(name="practice/ü b.x"))
def test_read_undoes_write_up_to_the_losses(tmp_path_factory, some, more):
    path = tmp_path_factory.mktemp("brat") / "gold"
    given_items = [*some, more]
    losses = write(path, given_items, SCHEMA)
    reading = read(path, SCHEMA)
    assert reading.losses == ()
    kept = [item for item in given_items if not item.document.text.startswith("\ufeff")]
    assert plain(reading.items) == plain(kept)
    count = counted(losses)
    assert count.get("document with byte-order mark", 0) == len(given_items) - len(kept)
    assert count.get("metadata", 0) == sum(len(item.document.meta) for item in kept)
    assert count.get("source", 0) == sum(item.layer.source != "gold" for item in kept)
    assert count.get("unfinished status", 0) == sum(not item.layer.complete for item in kept)
    assert count.get("mark or type brat cannot hold", 0) == sum(len(crlf_cuts(i)) for i in kept)
    for item, again in zip(kept, reading.items, strict=True):
        same = {m.id for m in item.layer.mentions} - crlf_cuts(item)
        for loss in losses:
            if loss.what == "id" and loss.document == item.document.id:
                same.discard(loss.item)
        assert same <= {m.id for m in again.layer.mentions}
        for name in same:
            assert again.layer.by_id[name].span == item.layer.by_id[name].span


@given(items(ids=("T1", "T22"), arrow_ids=("",)))
def test_what_was_read_is_written_without_a_further_loss(tmp_path_factory, item):
    base = tmp_path_factory.mktemp("brat")
    write(base / "gold", [item], SCHEMA)
    again = read(base / "gold", SCHEMA).items
    (base / "more").mkdir()
    assert write(base / "more" / "gold", again, SCHEMA) == ()
    for file in (base / "gold").rglob("*.*"):
        copy = base / "more" / "gold" / file.relative_to(base / "gold")
        assert copy.read_bytes() == file.read_bytes()


def test_a_collection_as_brat_wants_it(tmp_path):
    text = "🌊 Avon\r\nmet Brill"
    item = labelled(text, ("Avon\r\nmet", "ORG"), ("Brill", "GPE"), arrows=[("same_as", 1, 2)])
    assert write(tmp_path / "gold", [item], SCHEMA) == ()
    assert (tmp_path / "gold" / "articles" / "a.txt").read_bytes().decode() == text
    assert (tmp_path / "gold" / "articles" / "a.ann").read_text("utf-8") == (
        "T1\tORG 2 10\tAvon met\nT2\tGPE 11 16\tBrill\nR1\tsame_as Arg1:T1 Arg2:T2\n"
    )
    assert (tmp_path / "gold" / "annotation.conf").read_text("utf-8") == annotation_conf(SCHEMA)
    assert [p.name for p in tmp_path.iterdir()] == ["gold"]


def test_the_configuration_follows_the_schema():
    kind = replace(SCHEMA.relations["same_as"], same_type=True, head=("ORG", "GPE"))
    schema = replace(SCHEMA, relations={**SCHEMA.relations, "same_as": kind})
    assert annotation_conf(schema).splitlines() == [
        "[entities]",
        "ORG",
        "GPE",
        "Größe-2",
        "",
        "[relations]",
        "member_of\tArg1:ORG|GPE, Arg2:Größe-2",
        "same_as\tArg1:ORG, Arg2:ORG, <REL-TYPE>:symmetric",
        "same_as\tArg1:GPE, Arg2:GPE, <REL-TYPE>:symmetric",
        "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:contain",
        "",
        "[events]",
        "",
        "[attributes]",
    ]


# Hand-written after https://brat.nlplab.org/standoff.html, its examples' forms.
TEXT = "Avon and Brill Corp formed a joint venture with 🌊 Ericsson.\n"
ANN = """\
T1\tORG 0 4;15 19\tAvon Corp
T2\tORG 9 19\tBrill Corp
T3\tMERGE 29 42\tjoint venture
T4\tORG 48 58\t🌊 Ericsson
E1\tMERGE:T3 Org1:T1 Org2:T4
R1\tmember_of Arg2:T1 Arg1:T4\t
R2\torigin Whole:T2 Part:T4
R3\tmember_of Arg1:E1 Arg2:T2
*\tEquiv T1 T2 T4
A1\tNegation E1
M1\tConfidence E1 Likely
N1\tReference T1 Wikidata:Q42\tAvon Corp
#1\tAnnotatorNotes T1\tnot sure
"""


def collection(folder: Path, ann: str | bytes = ANN, text: str = TEXT) -> Path:
    (folder / "c").mkdir(exist_ok=True)
    (folder / "c" / "d.txt").write_bytes(text.encode())
    (folder / "c" / "d.ann").write_bytes(ann if isinstance(ann, bytes) else ann.encode())
    (folder / "c" / ".stats_cache").write_bytes(b"\x00")
    return folder / "c"


def test_all_that_brat_writes_is_read_or_reported(tmp_path):
    reading = read(collection(tmp_path), SCHEMA)
    (item,) = reading.items
    assert surfaces(item) == (
        [
            ("T1", "ORG", "Avon and Brill Corp"),
            ("T2", "ORG", "Brill Corp"),
            ("T3", "MERGE", "joint venture"),
            ("T4", "ORG", "🌊 Ericsson"),
        ],
        [("member_of", "T4", "T1"), ("origin", "T2", "T4")],
    )
    assert (item.document.id, item.layer.source, item.layer.complete) == ("d", "c", True)
    assert [(loss.what, loss.item) for loss in reading.losses] == [
        ("mark in several stretches", "T1"),
        ("event", "E1"),
        ("equivalence", ""),
        ("attribute", "A1"),
        ("attribute", "M1"),
        ("normalisation", "N1"),
        ("note", "#1"),
        ("role name", "R2"),
        ("relation of an event", "R3"),
    ]
    assert reading.losses[-3].detail == "AnnotatorNotes T1 not sure"


def test_a_crlf_counted_twice_is_read_when_the_words_fit(tmp_path):
    text = "Avon\r\n\r\nBrill met\r\n"
    for ann in ("T1\tORG 6 11\tBrill\n", "T1\tORG 8 13\tBrill\n", "T1\tORG 6 11\tBrill\r\n"):
        (item,) = read(collection(tmp_path, ann, text), SCHEMA).items
        assert surfaces(item)[0] == [("T1", "ORG", "Brill")]


def test_a_text_without_labels_and_a_bionlp_file(tmp_path):
    folder = collection(tmp_path)
    (folder / "d.ann").unlink()
    (folder / "d.a1").write_text("T1\tORG 0 4\tAvon\n")
    reading = read(folder, SCHEMA)
    assert not reading.items[0].layer.complete
    assert [(x.what, x.item) for x in reading.losses] == [
        ("file of labels beside the .ann", "d.a1")
    ]


def test_what_brat_cannot_hold_is_left_out_and_listed(tmp_path):
    mentions = (
        Mention("T1", Span(0, 1), "two words"),
        Mention("T2", Span(0, 2), "ORG"),
        Mention("x", Span(3, 4), "ORG", 0.5),
        Mention("T3", Span(0, 1), "ORG"),
    )
    relations = (
        Relation("same_as", "T1", "x", "R1"),
        Relation("same as", "T3", "x", "R2"),
        Relation("same_as", "T3", "x", "R3"),
        Relation("same_as", "x", "T3", "R3"),
    )
    document = Document("d", "a\r\nb", {"url": "x"})
    item = Labelled(document, Layer("d", "joint", mentions, relations, complete=False))
    losses = write(tmp_path / "gold", [item], SCHEMA)
    assert [(loss.what, loss.item) for loss in losses] == [
        ("mark or type brat cannot hold", "T1"),
        ("mark or type brat cannot hold", "T2"),
        ("relation of a lost mention", "R1"),
        ("mark or type brat cannot hold", "R2"),
        ("id", "x"),
        ("id", "R3"),
        ("metadata", "url"),
        ("source", ""),
        ("unfinished status", ""),
        ("score", "T4"),
    ]
    (again,) = read(tmp_path / "gold", SCHEMA).items
    assert surfaces(again)[0] == [("T3", "ORG", "a"), ("T4", "ORG", "b")]


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a//b", ".hidden", "a/..", "a\x00", "a\\b", "é" * 200]
)
def test_an_id_that_leaves_the_folder_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="the document id"):
        write(tmp_path / "gold", [labelled("x", name=name)], SCHEMA)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_not_touched(tmp_path):
    item = labelled("Avon", ("Avon", "ORG"))
    (tmp_path / "gold").mkdir()
    assert write(tmp_path / "gold", [item], SCHEMA, dry=True) == ()
    assert list((tmp_path / "gold").iterdir()) == []
    assert write(tmp_path / "gold", [item], SCHEMA) == ()
    with pytest.raises(ConflictError, match="exists already"):
        write(tmp_path / "gold", [item], SCHEMA)


def test_a_failure_leaves_nothing(tmp_path):
    # A file and a folder would need the same name.
    clash = [labelled("x", name="a"), labelled("y", name="a.txt/b")]
    with pytest.raises(InputError, match="cannot be written"):
        write(tmp_path / "gold", clash, SCHEMA)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("T2\tORG 0 4", "not a mark"),
        ("T2\tORG 0 x\tAvon", "not a mark"),
        ("T2\tORG 0 61\tAvon", "at 0..61 is no stretch of the text's 60 characters"),
        ("T2\tORG 4 4\t", "at 4..4 is no stretch"),
        ("T2\tORG 0 4;9\tAvon", "not a mark"),
        ("T2\tORG 0 4;9 4\tAvon", "at 9..4 is no stretch"),
        ("T2\tORG 0 " + "9" * 5000 + "\tAvon", "offset out of range"),
        ("T2\tORG 0 4\tAvom", "reads 'Avom', but the text has 'Avon' there"),
        ("T1\tORG 0 4\tAvon", "the id T1 stands on line 1"),
        ("R1\tx Arg1:T1 Arg2:T9", "R1 points to T9, which does not exist"),
        ("R1\tx T1 T9", "not a relation"),
        ("E1\tx", "not events as brat writes them"),
        ("N1\tReference T1", "not normalisations"),
        ("X1\tx", "not a line of brat's"),
        ("nonsense", "not a line of brat's"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, reason):
    folder = collection(tmp_path, f"T1\tORG 0 4\tAvon\n{line}\n")
    with pytest.raises(FormatError, match=reason) as error:
        read(folder, SCHEMA)
    assert (error.value.path, error.value.line) == (folder / "d.ann", 2)
    assert len(str(error.value)) < 500


def test_the_folder_that_one_is_in_has_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(collection(tmp_path))
    assert read(Path(), SCHEMA).items[0].layer.source == "c"


def test_wrong_folders(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        read(tmp_path / "none", SCHEMA)
    with pytest.raises(InputError, match="not UTF-8"):
        read(collection(tmp_path, b"T1\tORG 0 4\tAv\xff"), SCHEMA)
    (tmp_path / "c" / "d.txt").unlink()
    with pytest.raises(FormatError, match="has no text"):
        read(tmp_path / "c", SCHEMA)


LINES = st.lists(
    st.sampled_from([*ANN.splitlines(), "T1", "T9\tORG 0 4;2 6\tAvon on a", "#", "*", "A", "\x1c"]),
    max_size=8,
)


@given(LINES, st.integers(0, 30))
def test_nothing_but_an_input_error_escapes(tmp_path_factory, lines, cut):
    folder = collection(tmp_path_factory.mktemp("brat"), "")
    ann = "\n".join(lines).encode()
    survives(
        lambda _, schema: read(folder, schema), folder / "d.ann", ann[: max(0, len(ann) - cut)]
    )
