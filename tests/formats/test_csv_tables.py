"""CSV tables lose nothing, run no formula, and name the line that is wrong."""

import csv

import pytest
from any_items import SCHEMA, several
from hypothesis import given

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import ConflictError, InputError
from accord.formats import Labelled
from accord.formats.csv_tables import read, write

TEXT = '=cmd|"calc"!A1, said\r\nOman'
ITEM = Labelled(
    Document("-a", TEXT, {"url": "@x"}),
    Layer(
        "-a",
        "gold",
        (Mention("T1", Span(0, 4), "ORG", 0.25), Mention("T2", Span(22, 26), "GPE")),
        (Relation("based_in", "T1", "T2", "R1"),),
        complete=False,
    ),
)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def test_what_is_written(tmp_path):
    assert write(tmp_path / "out", [ITEM], SCHEMA) == ()
    files = {p.name: p.read_bytes().decode() for p in (tmp_path / "out").iterdir()}
    assert files == {
        "documents.csv": '"document","text","source","complete","meta"\r\n'
        '"\'-a","\'=cmd|""calc""!A1, said\r\nOman","gold","false","{""url"": ""@x""}"\r\n',
        "mentions.csv": '"document","id","start","end","type","text","score"\r\n'
        '"\'-a","T1","0","4","ORG","\'=cmd","0.25"\r\n"\'-a","T2","22","26","GPE","Oman",""\r\n',
        "relations.csv": '"document","id","type","head","tail","score"\r\n'
        '"\'-a","R1","based_in","T1","T2",""\r\n',
    }
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@given(items=several())
def test_round_trip_is_exact_and_no_cell_is_a_formula(items, tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "out"
    assert write(path, items, SCHEMA, dry=True) == ()
    assert not path.exists()
    write(path, items, SCHEMA)
    back = read(path, SCHEMA)
    assert back.losses == ()
    assert back.items == tuple(items)
    for before, after in zip(items, back.items, strict=True):
        for kind in ("mentions", "relations"):
            labels = zip(getattr(before.layer, kind), getattr(after.layer, kind), strict=True)
            assert all((a.score, a.id) == (b.score, b.id) for a, b in labels)
    for table in path.iterdir():
        with table.open(newline="", encoding="utf-8") as file:
            assert not [c for row in csv.reader(file) for c in row if c.startswith(DANGEROUS)]


def test_a_long_text(tmp_path):
    long = Labelled(Document("d", "a " * 100_000), Layer("d", "gold"))
    write(tmp_path / "out", [long], SCHEMA)
    before = csv.field_size_limit()
    assert read(tmp_path / "out", SCHEMA).items == (long,)
    assert csv.field_size_limit() == before


def test_an_old_folder_is_replaced_and_another_is_left(tmp_path):
    out = tmp_path / "out"
    write(out, [ITEM], SCHEMA)
    write(out, [], SCHEMA)
    assert read(out, SCHEMA).items == ()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(ConflictError, match="something else"):
        write(out, [ITEM], SCHEMA)
    assert read(out, SCHEMA).items == ()
    assert (out / "notes.txt").read_text() == "mine"
    with pytest.raises(ConflictError):
        write(out / "notes.txt", [ITEM], SCHEMA)


def test_other_columns_are_losses_and_order_is_free(tmp_path):
    write(tmp_path, [ITEM], SCHEMA)
    table = tmp_path / "relations.csv"
    table.write_text("note,tail,head,type,id,document,score\nx,T2,T1,based_in,R1,'-a,\n\n")
    reading = read(tmp_path, SCHEMA)
    assert reading.items == (ITEM,)
    assert [(loss.what, loss.item) for loss in reading.losses] == [("column", "note")]


@pytest.mark.parametrize(
    ("table", "old", "new", "line", "reason"),
    [
        ("documents", '"meta"\r\n', '"metadata"\r\n', 1, "needs one column 'meta'"),
        ("documents", '"false"', '"no"', 2, "'complete' must be true or false, not \"no\""),
        ("documents", '""url""', "url", 2, "not valid JSON"),
        ("documents", '{""url"": ""@x""}', "[]", 2, "'meta' must be a JSON object"),
        ("documents", '""@x""', "7", 2, "'url' must be a string"),
        ("documents", '}"\r\n', "}", 2, "not valid CSV"),
        ("mentions", '"4"', '"99"', 2, "ends at 99, but the text has 26 characters"),
        ("mentions", '"4"', '"' + "9" * 5000 + '"', 2, "whole number"),
        ("mentions", '"4"', '"-4"', 2, "'end' must be a whole number"),
        ("mentions", '"4"', '"0"', 2, "0..0 is no stretch of text"),
        ("mentions", '"0.25"', '"x"', 2, "'score' must be a number, not \"x\""),
        ("mentions", '"T2"', '"T1"', 3, 'the id "T1" is used twice'),
        ("mentions", '"Oman"', '"Iran"', 3, 'reads "Iran", but the text has "Oman" at 22..26'),
        ("mentions", "-a", "b", 2, 'the document "b" has no row'),
        ("mentions", ',"T2"', "", 3, "6 cells, but the header has 7"),
        ("relations", '"T2"', '"T3"', 2, 'tail is "T3", which is no mention'),
        ("relations", "-a", "b", 2, 'the document "b" has no row'),
    ],
)
def test_wrong_tables_are_named(tmp_path, table, old, new, line, reason):
    write(tmp_path / "out", [ITEM], SCHEMA)
    path = tmp_path / "out" / f"{table}.csv"
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())
    with pytest.raises(InputError) as caught:
        read(tmp_path / "out", SCHEMA)
    assert reason in str(caught.value)
    assert (caught.value.path, caught.value.line) == (path, line)


def test_missing_doubled_and_other_bytes(tmp_path):
    write(tmp_path / "out", [ITEM], SCHEMA)
    path = tmp_path / "out" / "documents.csv"
    rows = path.read_bytes()
    path.write_bytes(rows + rows[rows.index(b"\r\n") + 2 :])
    with pytest.raises(InputError, match='"-a" has a row already'):
        read(tmp_path / "out", SCHEMA)
    path.write_bytes(rows + b"\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        read(tmp_path / "out", SCHEMA)
    path.write_bytes(b"")
    with pytest.raises(InputError, match="needs one column 'document'"):
        read(tmp_path / "out", SCHEMA)
    path.unlink()
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "out", SCHEMA)
