"""DocBin loses nothing, spaCy itself reads it, and what spaCy changed since is believed."""

import zlib
from dataclasses import replace

import pytest
import spacy
import srsly
from any_items import SCHEMA, TEXTS, several
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin, SpanGroup
from spacy.tokens import Span as DocSpan
from spacy.vocab import Vocab

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import FormatError, InputError
from accord.formats import Labelled, docbin
from accord.formats.docbin import read, write

NLP = spacy.blank("en")
TEXT = "Avon-based Brill of Oman 🌊 paid.\r\n\r\nIt did."
ITEM = Labelled(
    Document("articles/a", TEXT, {"url": "x"}),
    Layer(
        "articles/a",
        "gold",
        (
            Mention("T1", Span(0, 4), "ORG", 0.25),
            Mention("T2", Span(11, 24), "ORG"),
            Mention("T3", Span(20, 24), "GPE"),
            Mention("T4", Span(28, 30), "PLEDGE"),
        ),
        (Relation("based_in", "T2", "T3", "R1", 0.5), Relation("same_as", "T3", "T2")),
        complete=False,
    ),
)


def loaded(path):
    return list(DocBin().from_disk(path).get_docs(Vocab()))


def stored(path, *docs):
    DocBin(store_user_data=True, docs=docs).to_disk(path)
    return path


def test_spacy_reads_what_is_written(tmp_path):
    path = tmp_path / "file.spacy"
    assert write(path, [ITEM], SCHEMA) == ()
    [doc] = loaded(path)
    assert doc.text == TEXT
    assert [(s.text, s.label_, s.id_) for s in doc.spans["sc"]] == [
        ("Avon", "ORG", "T1"),
        ("Brill of Oman", "ORG", "T2"),
        ("Oman", "GPE", "T3"),
        ("paid", "PLEDGE", "T4"),
    ]
    assert [(e.text, e.label_) for e in doc.ents] == [
        ("Avon", "ORG"),
        ("Brill of Oman", "ORG"),
        ("paid", "PLEDGE"),
    ]
    assert [p.text for p in doc.spans["paragraphs"]] == [
        "Avon-based Brill of Oman 🌊 paid.",
        "It did.",
    ]
    had = Doc.has_extension("relations")
    Doc.set_extension("relations", default=(), force=True)
    try:
        assert [(r["type"], r["head"], r["tail"]) for r in doc._.relations] == [
            ("based_in", "T2", "T3"),
            ("same_as", "T3", "T2"),
        ]
    finally:
        if not had:
            Doc.remove_extension("relations")


@given(items=several())
@settings(max_examples=25)
def test_round_trip_is_exact(items, tmp_path_factory):
    path = tmp_path_factory.mktemp("docbin") / "file.spacy"
    assert write(path, items, SCHEMA, dry=True) == ()
    assert not path.exists()
    assert write(path, items, SCHEMA) == ()
    back = read(path, SCHEMA)
    assert back.losses == ()
    assert back.items == tuple(items)
    for before, after in zip(items, back.items, strict=True):
        for kind in ("mentions", "relations"):
            labels = zip(getattr(before.layer, kind), getattr(after.layer, kind), strict=True)
            assert all((a.score, a.id) == (b.score, b.id) for a, b in labels)


def test_the_same_labels_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / name, [ITEM], SCHEMA)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_spans_changed_in_spacy_are_believed(tmp_path):
    path = tmp_path / "file.spacy"
    write(path, [ITEM], SCHEMA)
    [doc] = loaded(path)
    group = list(doc.spans["sc"])
    group[3] = DocSpan(doc, group[3].start - 1, group[3].end, "MONEY", span_id="T4")
    kept = [group[0], group[1], group[3], DocSpan(doc, 0, 3, "GPE")]
    doc.spans["sc"] = SpanGroup(doc, name="sc", spans=kept)
    reading = read(stored(path, doc), SCHEMA)
    [item] = reading.items
    assert item.layer.mentions == (
        Mention("T1", Span(0, 4), "ORG"),
        Mention("T2", Span(11, 24), "ORG"),
        Mention("T4", Span(25, 31), "MONEY"),
        Mention("T5", Span(0, 10), "GPE"),
    )
    assert item.layer.relations == ()
    assert [(loss.what, loss.item) for loss in reading.losses] == [
        ("entity that is no span", "PLEDGE"),
        ("relation of a span that is gone", "R1"),
        ("relation of a span that is gone", "same_as"),
    ]


def test_files_of_others(tmp_path):
    doc = NLP("Avon left Oman")
    doc.ents = [DocSpan(doc, 0, 1, "ORG"), DocSpan(doc, 2, 3, "GPE")]
    doc.spans["events"] = [doc[1:2]]
    doc.cats = {"news": 1.0}
    doc.user_data["x"] = 1
    doc.user_data[docbin.RELATIONS] = {(0, 2): {"based_in": 1.0}}
    doc[0].tag_ = "NNP"
    reading = read(stored(tmp_path / "file.spacy", doc), SCHEMA)
    [item] = reading.items
    assert item.document == Document("file-1", "Avon left Oman")
    assert item.layer == Layer(
        "file-1", "file", (Mention("T1", Span(0, 4), "ORG"), Mention("T2", Span(10, 14), "GPE"))
    )
    assert sorted((loss.what, loss.item) for loss in reading.losses) == [
        ("category", "news"),
        ("relations of another form", "relations"),
        ("span group", "events"),
        ("token annotation", "TAG"),
        ("user data", "x"),
    ]


def test_entities_beside_spans_are_losses(tmp_path):
    doc = NLP("Avon left Oman")
    doc.ents = [DocSpan(doc, 0, 1, "ORG"), DocSpan(doc, 2, 3, "GPE")]
    doc.spans["sc"] = [DocSpan(doc, 0, 1, "ORG")]
    reading = read(stored(tmp_path / "file.spacy", doc), SCHEMA)
    assert [(loss.what, loss.detail) for loss in reading.losses] == [
        ("entity that is no span", "Oman")
    ]


def test_a_bomb_is_refused_before_it_unpacks(tmp_path, monkeypatch):
    monkeypatch.setattr(docbin, "MOST_BYTES", 1 << 21)
    path = tmp_path / "file.spacy"
    path.write_bytes(zlib.compress(bytes(1 << 23)))
    with pytest.raises(FormatError, match=r"unpacks to more than 2,097,152 bytes"):
        read(path, SCHEMA)


@given(cut=st.integers(0, 600))
@settings(max_examples=30)
def test_cut_off_files_are_named(cut, tmp_path_factory):
    path = tmp_path_factory.mktemp("docbin") / "file.spacy"
    write(path, [ITEM], SCHEMA)
    data = path.read_bytes()
    path.write_bytes(data[: min(cut, len(data) - 1)])
    with pytest.raises(FormatError, match="not a DocBin"):
        read(path, SCHEMA)


def unpacked(path):
    return srsly.msgpack_loads(zlib.decompress(path.read_bytes()))


def changed(path, **more):
    message = {**unpacked(path), **more}
    path.write_bytes(zlib.compress(srsly.msgpack_dumps(message)))
    return path


@pytest.mark.parametrize(
    "change",
    [
        {"tokens": b""},
        {"lengths": b"\x01"},
        {"lengths": b"\xff\xff\xff\x7f"},
        {"lengths": b"\xff\xff\xff\xff"},
        {"spaces": b""},
        {"attrs": [1]},
        {"attrs": "x"},
        {"strings": 7},
        {"strings": []},
        {"span_groups": [b"\x00"]},
        {"span_groups": 7},
        {"user_data": [b"\xc1"]},
        {"cats": []},
        {"flags": []},
    ],
)
def test_damaged_contents_are_named(tmp_path, change):
    path = tmp_path / "file.spacy"
    write(path, [ITEM], SCHEMA)
    with pytest.raises(InputError) as caught:
        read(changed(path, **change), SCHEMA)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("ours", "reason"),
    [
        (7, "no mapping"),
        ({"document": 1.5}, "'document' must be an id"),
        ({"document": "d", "source": 7}, "'source' must be a string"),
        ({"document": "d", "complete": "no"}, "'complete' must be true or false"),
        ({"document": "d", "meta": {"a": 1}}, "'a' must be a string"),
        ({"document": "d", "mentions": [{"id": 7}]}, "'id' must be a string"),
        ({"document": "d", "mentions": [{"id": "T1", "start": "0"}]}, "'start' must be"),
    ],
)
def test_wrong_user_data_is_named(tmp_path, ours, reason):
    path = tmp_path / "file.spacy"
    write(path, [ITEM], SCHEMA)
    [doc] = loaded(path)
    doc.user_data["accord"] = ours
    with pytest.raises(InputError) as caught:
        read(stored(path, doc), SCHEMA)
    assert reason in str(caught.value)


def test_doubles_are_refused(tmp_path):
    path = tmp_path / "file.spacy"
    write(path, [ITEM], SCHEMA)
    [doc] = loaded(path)
    with pytest.raises(FormatError, match="document 2: 'articles/a' stands in the file already"):
        read(stored(path, doc, doc), SCHEMA)
    doc.spans["sc"] = [*doc.spans["sc"], doc.spans["sc"][0]]
    with pytest.raises(FormatError, match="two spans have the id 'T1'"):
        read(stored(path, doc), SCHEMA)


def test_empty_files_and_documents(tmp_path):
    path = tmp_path / "file.spacy"
    write(path, [], SCHEMA)
    assert read(path, SCHEMA).items == ()
    path.write_bytes(b"")
    with pytest.raises(FormatError, match="not a DocBin"):
        read(path, SCHEMA)
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none", SCHEMA)


@given(TEXTS)
def test_spacy_keeps_every_text(text):
    assert NLP.tokenizer(text).text == text


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.spacy"
    path.write_bytes(b"old")
    wrong = replace(ITEM.layer, mentions=(Mention("T1", Span(0, 999), "ORG"),), relations=())
    with pytest.raises(InputError):
        write(path, [Labelled(ITEM.document, wrong)], SCHEMA)
    assert path.read_bytes() == b"old"
