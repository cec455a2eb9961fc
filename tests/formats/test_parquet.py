"""Parquet tables and the Hugging Face layout hold everything, and name what is wrong."""

import re
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from any_items import SCHEMA, several
from hypothesis import given, settings
from label_cases import details

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import ConflictError, FormatError, InputError, MissingExtraError
from accord.formats import Labelled, huggingface, parquet_tables

TEXT = "🌊 Avon, said\r\nOman"
ITEM = Labelled(
    Document("a/b", TEXT, {"url": "x"}),
    Layer(
        "a/b",
        "gold",
        (Mention("T1", Span(2, 6), "ORG", 0.25), Mention("T2", Span(14, 18), "GPE")),
        (Relation("based_in", "T1", "T2", "R1"), Relation("in", "T2", "T1")),
        complete=False,
    ),
)
OTHER = Labelled(Document("c", ""), Layer("c", "gold"))
BOTH = pytest.mark.parametrize("form", [parquet_tables, huggingface])
DATA = "data/train-00000-of-00001.parquet"


def table_of(form, folder):
    return folder / ("documents.parquet" if form is parquet_tables else DATA)


def rewritten(path, change):
    """The file with a change of its Arrow table."""
    pq.write_table(change(pq.read_table(path)), path)


def column(table, name, values, kind=None):
    """The table with other values in a column."""
    return table.set_column(table.schema.names.index(name), name, pa.array(values, kind))


@BOTH
@given(items=several())
@settings(max_examples=30)
def test_round_trip_is_exact(form, items, tmp_path_factory):
    path = tmp_path_factory.mktemp("parquet") / "out"
    assert form.write(path, items, SCHEMA, dry=True) == ()
    assert not path.exists()
    assert form.write(path, items, SCHEMA) == ()
    back = form.read(path, SCHEMA)
    assert back.losses == ()
    assert back.items == tuple(items)
    assert [*map(details, back.items)] == [*map(details, items)]


def test_the_tables_as_pandas_and_duckdb_see_them(tmp_path):
    parquet_tables.write(tmp_path / "out", [ITEM, OTHER], SCHEMA)
    mentions = pq.read_table(tmp_path / "out" / "mentions.parquet")
    assert mentions.to_pylist() == [
        {
            "document": "a/b",
            "id": "T1",
            "start": 2,
            "end": 6,
            "type": "ORG",
            "text": "Avon",
            "score": 0.25,
        },
        {
            "document": "a/b",
            "id": "T2",
            "start": 14,
            "end": 18,
            "type": "GPE",
            "text": "Oman",
            "score": None,
        },
    ]
    assert [str(t) for t in mentions.schema.types] == [
        *("string", "string", "int64", "int64", "string", "string", "double")
    ]
    assert pq.read_table(tmp_path / "out" / "documents.parquet").to_pylist()[0] == {
        "document": "a/b",
        "text": TEXT,
        "source": "gold",
        "complete": False,
        "meta": '{"url": "x"}',
    }


def test_a_dataset_as_its_layout_wants_it(tmp_path):
    splits = {"dev-1": {"a/b"}, "more": {"a/b"}, "none": {"z"}}
    assert huggingface.write(tmp_path / "out", [ITEM, OTHER], SCHEMA, splits=splits) == ()
    files = sorted(p.relative_to(tmp_path / "out").as_posix() for p in tmp_path.rglob("*.*"))
    assert files == [
        "README.md",
        "data/dev_1-00000-of-00001.parquet",
        "data/more-00000-of-00001.parquet",
        "data/rest-00000-of-00001.parquet",
    ]
    row = pq.read_table(tmp_path / "out/data/more-00000-of-00001.parquet").to_pylist()[0]
    assert row["relations"][1] == {
        "id": "",
        "type": "in",
        "head": "T2",
        "tail": "T1",
        "score": None,
    }
    card = (tmp_path / "out" / "README.md").read_text()
    assert card.startswith(
        "---\nconfigs:\n- config_name: default\n  data_files:\n"
        '  - split: "dev_1"\n    path: "data/dev_1-*.parquet"\n'
    )
    assert "  - name: mentions\n    list:\n    - name: id\n      dtype: string\n" in card
    assert "## Types of mention\n\n- `ORG`" in card
    reading = huggingface.read(tmp_path / "out", SCHEMA)
    assert reading.items == (ITEM, OTHER)
    assert [(loss.what, loss.item, loss.detail) for loss in reading.losses] == [
        ("split", "dev_1", "1 document"),
        ("split", "more", "1 document"),
        ("split", "rest", "1 document"),
    ]


def test_splits_of_one_name_are_refused(tmp_path):
    splits = {"dev-1": {"a/b"}, "dev_1": {"c"}}
    with pytest.raises(FormatError, match="'dev-1' and 'dev_1' would both be 'dev_1'"):
        huggingface.write(tmp_path / "out", [ITEM, OTHER], SCHEMA, splits=splits)
    assert list(tmp_path.iterdir()) == []


def test_no_documents(tmp_path):
    for form in (parquet_tables, huggingface):
        form.write(tmp_path / form.__name__, [], SCHEMA)
        assert form.read(tmp_path / form.__name__, SCHEMA).items == ()
    with pytest.raises(InputError, match=r"no data/\*.parquet here"):
        huggingface.read(tmp_path, SCHEMA)


@BOTH
def test_a_folder_in_use_is_left(form, tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(ConflictError):
        form.write(tmp_path, [ITEM], SCHEMA)
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


@BOTH
def test_a_missing_library_is_named_with_its_extra(form, tmp_path, monkeypatch):
    form.write(tmp_path / "out", [ITEM], SCHEMA)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    for call in (
        lambda: form.write(tmp_path / "more", [ITEM], SCHEMA, dry=True),
        lambda: form.read(tmp_path / "out", SCHEMA),
    ):
        with pytest.raises(MissingExtraError, match=r"pip install 'accord\[parquet\]'"):
            call()


@BOTH
def test_other_columns_and_other_widths_are_read(form, tmp_path):
    form.write(tmp_path / "out", [ITEM], SCHEMA)
    path = table_of(form, tmp_path / "out")
    rewritten(path, lambda t: t.append_column("note", pa.array(["x"])))
    rewritten(path, lambda t: column(t, "source", ["gold"], pa.large_string()))
    rewritten(path, lambda t: column(t, "source", t["source"].combine_chunks().dictionary_encode()))
    reading = form.read(tmp_path / "out", SCHEMA)
    assert reading.items == (ITEM,)
    assert [(loss.what, loss.item) for loss in reading.losses] == [("column", "note")]


@BOTH
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t.drop_columns(["meta"]), "needs one column 'meta'"),
        (lambda t: column(t, "text", [7]), "the column 'text' is of type int64, but needs string"),
        (lambda t: column(t, "complete", ["no"]), "'complete' is of type string, but needs bool"),
        (lambda t: column(t, "text", [b"x"]), "'text' is of type binary, but needs string"),
        (lambda t: column(t, "text", [["x"]]), "'text' is of type list<"),
        (lambda t: column(t, "text", [None], "string"), "row 1: 'text' must be a string, not null"),
        (lambda t: column(t, "meta", ["[]"]), "row 1: 'meta' must be a JSON object, not"),
        (lambda t: column(t, "meta", ['{"a": 1}']), "row 1, meta: 'a' must be a string, not 1"),
        (lambda t: column(t, "meta", ["{"]), "not valid JSON"),
    ],
)
def test_wrong_documents_are_named(form, tmp_path, change, reason):
    form.write(tmp_path / "out", [ITEM], SCHEMA)
    path = table_of(form, tmp_path / "out")
    rewritten(path, change)
    with pytest.raises(FormatError) as caught:
        form.read(tmp_path / "out", SCHEMA)
    assert reason in str(caught.value)
    assert caught.value.path == path


WRONG_LABELS = [
    ("mentions", {"start": -1}, "-1..6 is no stretch of text"),
    ("mentions", {"end": 2}, "2..2 is no stretch of text"),
    ("mentions", {"end": 2**62}, "ends at 4611686018427387904, but the text has 18 characters"),
    ("mentions", {"start": None}, "'start' must be a whole number, not null"),
    ("mentions", {"text": "Avom"}, 'reads "Avom", but the text has "Avon" at 2..6'),
    ("mentions", {"id": "T2"}, 'the id "T2" is used twice'),
    ("mentions", {"type": None}, "'type' must be a string, not null"),
    ("relations", {"head": "T9"}, 'head is "T9", which is no mention\'s id'),
    ("relations", {"tail": None}, "'tail' must be a string, not null"),
]


@pytest.mark.parametrize(("name", "change", "reason"), WRONG_LABELS)
def test_wrong_labels_are_named(tmp_path, name, change, reason):
    parquet_tables.write(tmp_path / "tables", [ITEM], SCHEMA)
    path = tmp_path / "tables" / f"{name}.parquet"
    for key, value in change.items():
        rewritten(path, lambda t, k=key, v=value: column(t, k, [v, *t[k].to_pylist()[1:]], t.schema.field(k).type))  # fmt: skip  # noqa: E501
    with pytest.raises(FormatError, match=r"row [12]: ") as caught:
        parquet_tables.read(tmp_path / "tables", SCHEMA)
    assert reason in str(caught.value)
    assert caught.value.path == path
    huggingface.write(tmp_path / "set", [ITEM], SCHEMA)
    path = tmp_path / "set" / DATA

    def nested(table):
        labels = table[name].to_pylist()
        labels[0][0] |= change
        return column(table, name, labels, table.schema.field(name).type)

    rewritten(path, nested)
    with pytest.raises(FormatError, match=rf"row 1, {name} [12]: ") as caught:
        huggingface.read(tmp_path / "set", SCHEMA)
    assert reason in str(caught.value)


def test_wrong_types_within_lists_are_named(tmp_path):
    huggingface.write(tmp_path / "out", [ITEM], SCHEMA)
    path = tmp_path / "out" / DATA
    for values in ([[1]], [[{"id": "T1"}]], ["x"]):
        rewritten(path, lambda t, v=values: column(t, "mentions", v))
        with pytest.raises(FormatError, match="but needs a list of structs with id, start, end"):
            huggingface.read(tmp_path / "out", SCHEMA)


def test_labels_of_no_document_and_documents_that_come_twice(tmp_path):
    parquet_tables.write(tmp_path / "out", [ITEM, OTHER], SCHEMA)
    documents = tmp_path / "out" / "documents.parquet"
    rewritten(documents, lambda t: pa.concat_tables([t, t]))
    with pytest.raises(FormatError, match='row 3: the document "a/b" has a row already'):
        parquet_tables.read(tmp_path / "out", SCHEMA)
    rewritten(documents, lambda t: t.slice(1, 1))
    with pytest.raises(FormatError, match='row 1: the document "a/b" has no row'):
        parquet_tables.read(tmp_path / "out", SCHEMA)
    huggingface.write(tmp_path / "set", [ITEM, OTHER], SCHEMA)
    rewritten(tmp_path / "set" / DATA, lambda t: column(t, "document", ["c", "c"]))
    with pytest.raises(FormatError, match="row 2: the document 'c' stands above with other labels"):
        huggingface.read(tmp_path / "set", SCHEMA)


@BOTH
def test_a_bomb_is_refused_before_it_fills_the_memory(form, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_tables, "MOST_BYTES", 1 << 20)
    form.write(tmp_path / "out", [ITEM], SCHEMA)
    path = table_of(form, tmp_path / "out")
    rewritten(path, lambda t: pa.concat_tables([column(t, "text", ["a" * 4096])] * 1000))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(FormatError, match="unpacks to more than 1,048,576 bytes"):
        form.read(tmp_path / "out", SCHEMA)


@BOTH
@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.999])
def test_cut_off_and_foreign_files_are_named(form, share, tmp_path):
    form.write(tmp_path / "out", [ITEM], SCHEMA)
    path = table_of(form, tmp_path / "out")
    data = path.read_bytes()
    for bad in (data[: int(len(data) * share)], b"PAR1" + bytes(100) + b"PAR1"):
        path.write_bytes(bad)
        with pytest.raises(FormatError, match=re.escape(f"{path}: not a Parquet file that can")):
            form.read(tmp_path / "out", SCHEMA)
