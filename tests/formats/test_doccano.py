"""doccano's JSON lines: what we write comes back, what doccano exports is read."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_cases import (
    PLAIN,
    SCHEMA,
    counted,
    items,
    json_lines,
    labelled,
    mangled,
    surfaces,
    survives,
)

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import FormatError, InputError
from accord.formats import Labelled, Loss
from accord.formats.doccano import read, write


@given(st.lists(items(), max_size=1), items(name="practice/ü b"))
def test_read_undoes_write_up_to_the_losses(tmp_path_factory, some, more):
    path = tmp_path_factory.mktemp("doccano") / "all.jsonl"
    given_items = [*some, more]
    losses = write(path, given_items, SCHEMA)
    kept = [item for item in given_items if item.document.text]
    reading = read(path, SCHEMA)
    assert list(reading.items) == kept
    assert reading.losses == ()
    for item, again in zip(kept, reading.items, strict=True):
        assert [r.id for r in item.layer.relations if r.id] == [
            r.id for r in again.layer.relations if r.id
        ]
    scores = [label.score for i in kept for label in (*i.layer.mentions, *i.layer.relations)]
    expected = {
        "score": sum(score is not None for score in scores),
        "empty document": len(given_items) - len(kept),
    }
    assert counted(losses) == {what: n for what, n in expected.items() if n}


@given(items())
def test_a_project_without_relations_loses_the_relations_alone(tmp_path_factory, item):
    path = tmp_path_factory.mktemp("doccano") / "all.jsonl"
    losses = write(path, [item], PLAIN)
    if item.document.text:
        (again,) = read(path, PLAIN).items
        assert again == replace(item, layer=replace(item.layer, relations=()))
        assert counted(losses).get("relation", 0) == len(item.layer.relations)
        assert set(json_lines(path)[0]) == {"text", "label", "meta"}


def test_a_file_as_doccano_wants_it(tmp_path):
    item = labelled(
        "🌊 Avon joined", ("Avon", "ORG"), ("joined", "GPE"), arrows=[("same_as", 1, 2)]
    )
    assert write(tmp_path / "a.jsonl", [item], SCHEMA) == ()
    (record,) = json_lines(tmp_path / "a.jsonl")
    assert record["entities"] == [
        {"id": 1, "label": "ORG", "start_offset": 3, "end_offset": 7},
        {"id": 2, "label": "GPE", "start_offset": 8, "end_offset": 14},
    ]
    assert record["relations"] == [{"id": 1, "from_id": 1, "to_id": 2, "type": "same_as"}]
    assert set(record) == {"text", "entities", "relations", "meta"}
    assert record["meta"]["external_id"] == "articles/a"
    assert record["meta"]["sha256"] == item.document.sha256
    write(tmp_path / "none.jsonl", [labelled("Nothing.")], SCHEMA)
    assert json_lines(tmp_path / "none.jsonl")[0]["entities"] == []
    assert json_lines(tmp_path / "none.jsonl")[0]["relations"] == []


# Hand-written after doccano 1.8's exporter (ExportedSpan.to_dict, ExportedRelation.to_dict).
EXPORT = {
    "id": 12,
    "text": "👍 Avon and Brill join the Coast Pact.\r\n",
    "lang": "en",
    "entities": [
        {"id": 71, "label": "ORG", "start_offset": 3, "end_offset": 7},
        {"id": 72, "label": "ORG", "start_offset": 12, "end_offset": 17},
        {"id": 75, "label": "ALLIANCE", "start_offset": 27, "end_offset": 37},
    ],
    "relations": [{"id": 5, "from_id": 71, "to_id": 75, "type": "member_of"}],
    "Comments": ["unsure"],
}


def test_an_export_with_relations(tmp_path):
    path = tmp_path / "zoe.jsonl"
    path.write_text(json.dumps(EXPORT, ensure_ascii=False) + "\n\n", "utf-8")
    reading = read(path, SCHEMA)
    (item,) = reading.items
    assert item.document == Document("12", EXPORT["text"], {"lang": "en"})
    assert item.layer.source == "zoe"
    assert surfaces(item) == (
        [("T71", "ORG", "Avon"), ("T72", "ORG", "Brill"), ("T75", "ALLIANCE", "Coast Pact")],
        [("member_of", "T71", "T75")],
    )
    assert item.layer.relations[0].id == "R5"
    assert reading.losses == (Loss("comment", "12", "Comments", '"unsure"'),)


def test_an_export_without_relations(tmp_path):
    path = tmp_path / "all.jsonl"
    path.write_text('{"id": 3, "text": "Avon 🌊 Brill", "label": [[0, 4, "ORG"], [8, 13, "ORG"]]}')
    (item,) = read(path, PLAIN).items
    assert surfaces(item)[0] == [("T1", "ORG", "Avon"), ("T2", "ORG", "Brill")]


def exported(path, change):
    """What doccano makes of our file: its own ids, and an annotator's change."""
    records = json_lines(path)
    for record in records:
        for key, base in (("entities", 900), ("relations", 40)):
            for label in record[key]:
                for field in {"id", "from_id", "to_id"} & set(label):
                    label[field] += 900 if field != "id" else base
        record["id"] = 4
        change(record)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_our_ids_come_back_from_doccano_for_what_is_unchanged(tmp_path):
    item = labelled("Avon met Brill", ("Avon", "ORG"), ("Brill", "ORG"), arrows=[("same_as", 1, 2)])
    path = tmp_path / "zoe.jsonl"
    write(path, [item], SCHEMA)
    exported(path, lambda record: record["entities"].reverse())
    (again,) = read(path, SCHEMA).items
    assert set(again.layer.mentions) == set(item.layer.mentions)
    assert again.layer.relations == item.layer.relations
    assert again.layer.source == "gold"

    def annotate(record):
        record["entities"][0]["end_offset"] = 8
        record["entities"].append({"id": 950, "label": "GPE", "start_offset": 0, "end_offset": 1})

    write(path, [item], SCHEMA)
    exported(path, annotate)
    (again,) = read(path, SCHEMA).items
    assert again.layer.source == "zoe"
    assert again.document.id == "articles/a"
    assert surfaces(again)[0] == [
        ("T901", "ORG", "Avon met"),
        ("T2", "ORG", "Brill"),
        ("T950", "GPE", "A"),
    ]


def test_a_text_that_was_edited_on_the_server_is_reported(tmp_path):
    path = tmp_path / "zoe.jsonl"
    write(path, [labelled("Avon", ("Avon", "ORG"))], SCHEMA)
    exported(path, lambda record: record.update(text="Avon!"))
    assert [loss.what for loss in read(path, SCHEMA).losses] == ["text changed"]


def test_what_doccano_refuses_is_left_out_and_listed(tmp_path):
    long = "x" * 101
    mentions = (Mention("T1", Span(0, 1), long), Mention("T2", Span(0, 1), "ORG"))
    relations = (Relation("same_as", "T1", "T2", "R1"), Relation(long, "T2", "T2", "R2"))
    item = Labelled(Document("d", "ab"), Layer("d", "gold", mentions, relations))
    path = tmp_path / "a.jsonl"
    losses = write(path, [item, labelled("", name="e")], SCHEMA)
    assert [(loss.what, loss.item) for loss in losses] == [
        ("label doccano refuses", "T1"),
        ("relation of a lost mention", "R1"),
        ("label doccano refuses", "R2"),
        ("empty document", ""),
    ]
    (again,) = read(path, SCHEMA).items
    assert surfaces(again) == ([("T2", "ORG", "a")], [])


def test_dry_run_and_failure_leave_no_file(tmp_path):
    item = labelled("Avon", ("Avon", "ORG"))
    scored = replace(item.layer, mentions=(replace(item.layer.mentions[0], score=0.5),))
    item = replace(item, layer=scored)
    path = tmp_path / "a.jsonl"
    assert write(path, [item], SCHEMA, dry=True) == (Loss("score", "articles/a", "T1", "0.5"),)
    with pytest.raises(InputError, match="twice"):
        write(path, [item, item], SCHEMA)
    assert list(tmp_path.iterdir()) == []


def record(**changes):
    alone = {"relations": []} if "entities" in changes else {}
    return json.dumps({**EXPORT, **alone, **changes})


def entity(start=0, end=2, **changes):
    return [{"id": 1, "label": "ORG", "start_offset": start, "end_offset": end, **changes}]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (record()[:-20], 1, "not valid JSON.*cut off"),
        (record() + "\n[1]", 2, "each line must be an object"),
        (record() + "\n" + record(), 2, "'12' stands on line 1 already"),
        (record(text=5), 1, "'text' must be a string, not 5"),
        (record(entities=entity(0, 10**30)), 1, "'end_offset' is out of range: 1000"),
        (record(entities=entity(0, 10**9)), 1, "outside of the text, which has 40 UTF-16"),
        (record(entities=entity(-1, 3)), 1, "outside of the text"),
        (record(entities=entity(2, 2)), 1, "starts at 2 and ends at 2"),
        (record(entities=entity(1, 3)), 1, "cuts a character in two.*grapheme"),
        (record(entities=entity(1.5, 3)), 1, "'start_offset' must be a whole number"),
        (record(entities=entity() * 2), 1, "two entities have the same id"),
        (record(entities={}), 1, "'entities' must be a list"),
        (record(relations=[{"from_id": 71, "to_id": 9, "type": "x"}]), 1, "entity 9, which does"),
        ('{"text": "a", "label": [[0, "1", "X"]]}', 1, r"label 1 must be \[start, end, label\]"),
        ('{"text": "a", "text": "b"}', 1, "stands twice"),
        ('{"text": "\\ud83d"}', 1, "half a surrogate pair"),
        ('{"text": "a", "score": NaN}', 1, "NaN is no JSON number"),
        ('{"text": "a", "x": ' + "[" * 99_999 + "]" * 99_999 + "}", 1, "nested too deeply"),
        ('{"text": "a", "x": ' + "1" * 9_999 + "}", 1, "not valid JSON"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(tmp_path, text, line, reason):
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    with pytest.raises(FormatError, match=reason) as error:
        read(path, SCHEMA)
    assert error.value.line == line
    assert error.value.path == path


def test_not_utf8(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "caf\xe9"}')
    with pytest.raises(InputError, match="not UTF-8"):
        read(path, SCHEMA)


@given(mangled(EXPORT), st.data())
def test_nothing_but_an_input_error_escapes(tmp_path_factory, value, data):
    path = tmp_path_factory.mktemp("doccano") / "a.jsonl"
    survives(read, path, json.dumps(value))
    item = labelled("Avon met Brill", ("Avon", "ORG"), ("Brill", "ORG"), arrows=[("same_as", 1, 2)])
    write(path, [item], SCHEMA)
    survives(read, path, json.dumps(data.draw(mangled(json_lines(path)[0]))))
