"""DocRED keeps entities and relations between them; what it says of single marks is reported."""

import json

import pytest
from any_items import (
    SCHEMA,
    arrows,
    bare,
    by_document,
    lost,
    marks,
    others,
    several,
    there_and_back,
    where,
)
from hypothesis import given

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import InputError
from accord.formats import Labelled
from accord.formats.docred import read, write
from accord.schema import Schema

# By hand, in the form of DocRED's train_annotated.json (names, types and relation invented).
GOLDEN = [
    {
        "title": "Avon",
        "sents": [["Avon", "is", "in", "Oman", "."], ["It", "left", "Oman", "for", "Avon", "."]],
        "vertexSet": [
            [
                {"name": "Avon", "sent_id": 0, "pos": [0, 1], "type": "ORG"},
                {"name": "Avon", "sent_id": 1, "pos": [4, 5], "type": "ORG"},
            ],
            [
                {"name": "Oman", "sent_id": 1, "pos": [2, 3], "type": "LOC"},
                {"name": "Sultanate", "sent_id": 0, "pos": [3, 4], "type": "LOC"},
            ],
        ],
        "labels": [
            {"r": "P159", "h": 0, "t": 1, "evidence": [0]},
            {"r": "P17", "h": 0, "t": 1, "evidence": [0, 1]},
            {"r": "P36", "h": 1, "t": 1, "evidence": []},
        ],
    }
]
LEFT_OUT = ("mark of white space only", "mark over several paragraphs")
WIDENED = "mark widened to whole words"
MOVED = "relation end among the marks of an entity"
GONE = (
    "relation of a mark left out",
    "relation within one entity",
    "relation repeated between two entities",
)


def saved(tmp_path, value):
    path = tmp_path / "file.json"
    raw = isinstance(value, str | bytes)
    text = value if raw else json.dumps(value)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_published_form_is_read(tmp_path):
    reading = read(saved(tmp_path, GOLDEN), SCHEMA)
    [item] = reading.items
    assert item.document == Document("Avon", "Avon is in Oman .\n\nIt left Oman for Avon .")
    assert [(m.id, item.document[m.span], m.type) for m in item.layer.mentions] == [
        ("T1", "Avon", "ORG"),
        ("T2", "Oman", "LOC"),
        ("T3", "Oman", "LOC"),
        ("T4", "Avon", "ORG"),
    ]
    assert item.layer.relations == (
        Relation("P159", "T1", "T2"),
        Relation("P17", "T4", "T3"),
        Relation("same_as", "T1", "T4"),
        Relation("same_as", "T3", "T2"),
    )
    assert [(loss.what, loss.item) for loss in reading.losses] == [
        ("name unlike the words", "Sultanate"),
        ("evidence", "P17 0 -> 1"),
        ("relation of an entity to itself", "P36 1"),
    ]


def test_without_same_as_entities_are_a_loss(tmp_path):
    schema = Schema("none", "1", SCHEMA.mentions, {})
    reading = read(saved(tmp_path, GOLDEN), schema)
    assert {r.type for r in reading.items[0].layer.relations} == {"P159", "P17"}
    assert lost(reading.losses, "several marks of an entity") == ["0", "1"]


def test_a_test_set_without_labels_is_unfinished(tmp_path):
    record = {key: value for key, value in GOLDEN[0].items() if key != "labels"}
    [item] = read(saved(tmp_path, [record]), SCHEMA).items
    assert not item.layer.complete


def test_entities_follow_same_as_and_never_names(tmp_path):
    text = "Avon of Avon met Avon. Brill"
    spans = [(0, 4), (8, 12), (17, 21), (23, 28)]
    mentions = tuple(Mention(f"T{n}", Span(*s), "ORG") for n, s in enumerate(spans, 1))
    relations = (
        Relation("pledges", "T4", "T1", "R1"),
        Relation("pledges", "T4", "T3", "R2"),
        Relation("pledges", "T1", "T3", "R3"),
        Relation("same_as", "T3", "T1", "R4"),
        Relation("pledges", "T2", "T4", "R5"),
    )
    path = tmp_path / "file.json"
    losses = write(
        path, [Labelled(Document("d", text), Layer("d", "file", mentions, relations))], SCHEMA
    )
    [record] = json.loads(path.read_text())
    assert [[mark["pos"] for mark in entity] for entity in record["vertexSet"]] == [
        [[0, 1], [4, 5]],
        [[2, 3]],
        [[6, 7]],
    ]
    assert record["labels"] == [
        {"h": 2, "t": 0, "r": "pledges", "evidence": [0]},
        {"h": 1, "t": 2, "r": "pledges", "evidence": [0]},
    ]
    assert [(loss.what, loss.item) for loss in losses] == [
        ("white space", ""),
        ("relation within one entity", "R3"),
        ("relation repeated between two entities", "R1"),
        ("relation ids", ""),
    ]


@given(items=several())
def test_round_trip(items, tmp_path_factory):
    path = tmp_path_factory.mktemp("docred") / "file.json"
    losses, back = there_and_back(write, read, path, items)
    assert [i.document.id for i in back.items] == [i.document.id for i in items]
    for before, after in zip(items, back.items, strict=True):
        named = by_document(losses, before.document.id)
        assert bare(after.document.text) == bare(before.document.text)
        widened, left = lost(named, WIDENED), lost(named, *LEFT_OUT)
        assert others(marks(before, without={*widened, *left}), marks(after)) == len(widened)
        plain = [r for r in before.layer.relations if r.type != "same_as"]
        gone = [loss for loss in named if loss.what in GONE and "same_as" not in loss.detail]
        read_plain = [r for r in after.layer.relations if r.type != "same_as"]
        assert len(read_plain) == len(plain) - len(gone)
        if not widened and not left:
            assert groups(before) == groups(after)
        whats = {loss.what for loss in named}
        if not widened and not left and MOVED not in whats and not gone:
            assert sorted(map(str, pairs(before, plain))) == sorted(
                map(str, pairs(after, read_plain))
            )
        if not whats - {"metadata", "score"}:
            same = {r for r in before.layer.relations if r.type == "same_as"}
            assert after.document.text == before.document.text
            assert len(after.layer.relations) - len(read_plain) >= len(same)


def pairs(item, relations):
    at = {m.id: (*where(item.document, m.span), m.type) for m in item.layer.mentions}
    return [(r.type, at[r.head], at[r.tail]) for r in relations]


def groups(item):
    """Sets of marks that same_as joins, by place, found the slow way."""
    sets = [{m.id} for m in item.layer.mentions]
    for r in item.layer.relations:
        if r.type == "same_as":
            joined = [s for s in sets if {r.head, r.tail} & s]
            sets = [s for s in sets if s not in joined] + [set().union(*joined)]
    at = {m.id: (*where(item.document, m.span), m.type) for m in item.layer.mentions}
    return sorted(sorted(at[i] for i in s) for s in sets)


@given(items=several())
def test_a_second_trip_keeps_entities(items, tmp_path_factory):
    path = tmp_path_factory.mktemp("docred") / "file.json"
    write(path, items, SCHEMA)
    first = read(path, SCHEMA)
    assert {loss.what for loss in write(path, first.items, SCHEMA)} <= {"relation ids"}
    assert [groups(i) for i in read(path, SCHEMA).items] == [groups(i) for i in first.items]


MARK = {"name": "a", "sent_id": 0, "pos": [0, 1], "type": "A"}
RECORD = {"title": "t", "sents": [["a", "b"]], "vertexSet": [[MARK], [MARK]], "labels": []}


def changed(**more):
    return [{**RECORD, **more}]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (json.dumps(GOLDEN)[:70], "not valid JSON"),
        (b"[\xff]", "not UTF-8"),
        ("[" * 100_000, "nested too deeply"),
        ({}, "must be a list of documents"),
        ([1], "document 1 must be an object"),
        ([RECORD, RECORD], "document 2: the title 't' stands in the file already"),
        (changed(title=None), "'title' must be an id"),
        (changed(sents=[7]), "document 1, sentence 0"),
        (changed(sents=[[7]]), "must be a word"),
        (changed(vertexSet=[MARK]), "entity 0: 'marks' must be a list"),
        (changed(vertexSet=[[{**MARK, "sent_id": 1}]]), "'sent_id' is 1, but there are 1"),
        (changed(vertexSet=[[{**MARK, "sent_id": 9**30}]]), "'sent_id'"),
        (changed(vertexSet=[[{**MARK, "pos": [0, 9**30]}]]), "the number of words"),
        (changed(vertexSet=[[{**MARK, "pos": [0]}]]), "'pos' must be two word numbers"),
        (changed(vertexSet=[[{**MARK, "pos": [0, 1.0]}]]), "'pos' must be two word numbers"),
        (changed(vertexSet=[[{**MARK, "type": 7}]]), "'type' must be a string"),
        (changed(labels=[{"h": 0, "t": 2, "r": "r"}]), "'t' is 2, but there are 2 entities"),
        (changed(vertexSet=[[], [MARK]], labels=[{"h": 0, "t": 1, "r": "r"}]), "has a mark"),
        (changed(labels=[{"h": 0, "t": 1}]), "'r' is missing"),
        (changed(labels=[{"h": 0, "t": 1, "r": "r", "evidence": [4]}]), "names sentence 4"),
        (changed(labels=[{"h": 0, "t": 1, "r": "r", "evidence": [[]]}]), "names sentence []"),
    ],
)
def test_wrong_files_are_named(tmp_path, value, reason):
    with pytest.raises(InputError) as caught:
        read(saved(tmp_path, value), SCHEMA)
    assert reason in str(caught.value)
    assert caught.value.path is not None


def test_other_fields_are_losses(tmp_path):
    value = changed(vertexSet=[[{**MARK, "index": "0_0"}], []], url="x")
    reading = read(saved(tmp_path, value), SCHEMA)
    assert lost(reading.losses, "field") == ["url", "index"]


def test_a_pair_that_is_read_as_a_closer_one_takes_its_evidence_along(tmp_path):
    """T1 is one with T3, which stands where T2 does: so T3, not T1, is read to pledge."""
    spans = {"T1": Span(3, 4), "T2": Span(0, 1), "T3": Span(0, 1)}
    mentions = tuple(Mention(name, span, "ORG") for name, span in spans.items())
    relations = (Relation("pledges", "T1", "T2"), Relation("same_as", "T1", "T3"))
    item = Labelled(Document("d", "A\n\nB"), Layer("d", "file", mentions, relations))
    losses, back = there_and_back(write, read, tmp_path / "file.json", [item])
    assert "relation end among the marks of an entity" in {loss.what for loss in losses}
    assert ("pledges", (0, 1, "ORG"), (0, 1, "ORG")) in arrows(back.items[0])
