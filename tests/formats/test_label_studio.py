"""Label Studio's JSON: what we write comes back, what Label Studio exports is read."""

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_cases import SCHEMA, details, items, labelled, mangled, surfaces, survives

from accord.errors import FormatError, InputError
from accord.formats import Loss
from accord.formats.label_studio import labelling_config, read, write


@given(st.lists(items(), max_size=1), items(name="practice/ü b"))
def test_read_undoes_write_up_to_the_losses(tmp_path_factory, some, more):
    path = tmp_path_factory.mktemp("studio") / "tasks.json"
    given_items = [*some, more]
    losses = write(path, given_items, SCHEMA)
    reading = read(path, SCHEMA)
    assert reading.losses == ()
    for item, again in zip(given_items, reading.items, strict=True):
        lost = [loss for loss in losses if loss.document == item.document.id]
        assert [loss.what for loss in lost] in ([], ["unfinished status"])
        complete = item.layer.complete or bool(lost)
        assert again == replace(item, layer=replace(item.layer, complete=complete))
        assert details(again) == details(item)


def test_layers_of_one_document_are_one_task(tmp_path):
    path = tmp_path / "tasks.json"
    first = labelled("Avon", ("Avon", "ORG"), source="first")
    second = labelled("Avon", source="second")
    draft = replace(second, layer=replace(second.layer, source="third", complete=False))
    scored = (replace(first.layer.mentions[0], score=0.25),)
    model = replace(first, layer=replace(first.layer, source="joint", mentions=scored))
    given_items = (first, second, draft, model)
    assert write(path, given_items, SCHEMA) == ()
    (task,) = json.loads(path.read_text("ascii"))
    assert [len(task[key]) for key in ("annotations", "drafts", "predictions")] == [2, 1, 1]
    assert task["predictions"][0]["model_version"] == "joint"
    assert task["predictions"][0]["result"][0]["score"] == 0.25
    assert read(path, SCHEMA).items == given_items


def test_a_task_as_label_studio_wants_it(tmp_path):
    item = labelled(
        "🌊 Avon met Brill",
        ("Avon", "ORG"),
        ("Brill", "GPE"),
        arrows=[("member_of", 1, 2), ("same_as", 2, 1)],
    )
    write(tmp_path / "t.json", [item], SCHEMA)
    (task,) = json.loads((tmp_path / "t.json").read_text())
    (annotation,) = task["annotations"]
    assert annotation["result"][0] == {
        "id": "T1",
        "type": "labels",
        "from_name": "label",
        "to_name": "text",
        "value": {"start": 2, "end": 6, "text": "Avon", "labels": ["ORG"]},
    }
    assert [r["direction"] for r in annotation["result"][2:]] == ["right", "bi"]
    assert "completed_by" not in annotation  # Label Studio refuses a person it does not know.


def test_the_labelling_config_names_every_type():
    view = ElementTree.fromstring(labelling_config(SCHEMA))  # noqa: S314
    assert [tag.get("value") for tag in view.iter("Label")] == list(SCHEMA.mentions)
    assert [tag.get("value") for tag in view.iter("Relation")] == list(SCHEMA.relations)


def region(start, end, text, *labels, name="a", **more):
    value = {"start": start, "end": end, "text": text, "labels": list(labels)}
    return {
        "id": name,
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "origin": "manual",
        "value": value,
        **more,
    }


def arrow(head, tail, direction, *labels):
    ends = {"from_id": head, "to_id": tail}
    return {**ends, "type": "relation", "direction": direction, "labels": list(labels)}


# Hand-written after the task format in Label Studio's documentation.
EXPORT = {
    "id": 41,
    "data": {"text": "👍 Avon met\nBrill.", "lang": "en", "n": 2},
    "annotations": [
        {
            "id": 1001,
            "completed_by": {"id": 7, "email": "zoe@example.org"},
            "was_cancelled": False,
            "ground_truth": True,
            "lead_time": 4.2,
            "result": [
                region(2, 6, "Avon", "ORG", "GPE", name="Dx_aB9"),
                region(7, 16, "met\\nBrill", "ORG", name="t5sp3T", meta={"text": ["sure?"]}),
                region(7, 10, "met", name="none"),
                arrow("Dx_aB9", "t5sp3T", "left", "member_of"),
                arrow("t5sp3T", "t5sp3T", "bi", "same_as", "member_of"),
                arrow("t5sp3T", "none", "right", "member_of"),
                arrow("t5sp3T", "t5sp3T", "right"),
                {"type": "choices", "from_name": "c", "id": "c1", "value": {"choices": ["x"]}},
            ],
        },
        {"completed_by": 9, "was_cancelled": True, "result": [region(0, 1, "👍", "ORG")]},
    ],
    "drafts": [],
    "predictions": [
        {"model_version": "m 1", "result": [region(2, 6, "Avon", "ORG", score=0.5)]},
    ],
    "project": 83,
}


def test_an_export(tmp_path):
    path = tmp_path / "export.json"
    path.write_text(json.dumps([EXPORT], ensure_ascii=False), "utf-8")
    reading = read(path, SCHEMA)
    zoe, nine, model = reading.items
    assert surfaces(zoe) == (
        [
            ("Dx_aB9", "ORG", "Avon"),
            ("T1", "GPE", "Avon"),
            ("t5sp3T", "ORG", "met\nBrill"),
        ],
        [
            ("member_of", "t5sp3T", "Dx_aB9"),
            ("same_as", "t5sp3T", "t5sp3T"),
            ("member_of", "t5sp3T", "t5sp3T"),
            ("member_of", "t5sp3T", "t5sp3T"),
        ],
    )
    assert zoe.document.meta == {"lang": "en", "n": "2"}
    assert (zoe.document.id, zoe.layer.source) == ("41", "zoe@example.org")
    assert (nine.layer.source, nine.layer.complete) == ("annotator 9", False)
    assert nine.layer.mentions == ()
    assert (model.layer.source, model.layer.mentions[0].score) == ("m 1", 0.5)
    assert [(loss.what, loss.item) for loss in reading.losses] == [
        ("ground truth mark", ""),
        ("note", "t5sp3T"),
        ("region without a label", "none"),
        ("relation of several labels", ""),
        ("relation of a region without a label", ""),
        ("relation without a label", ""),
        ("result of type choices", "c1"),
        ("cancelled annotation", ""),
    ]


def test_an_old_export_counts_utf16_units(tmp_path):
    # As in HumanSignal/label-studio issue 1347.
    text = "💩This is an annotation. "
    task = {"id": 1, "data": {"t": text}}
    task["completions"] = [{"result": [region(13, 23, "annotation", "ORG")]}]
    (tmp_path / "old.json").write_text(json.dumps([task]))
    (item,) = read(tmp_path / "old.json", SCHEMA).items
    assert surfaces(item)[0] == [("a", "ORG", "annotation")]
    assert item.layer.source == "old"


def test_a_snapshot_that_gives_predictions_by_number(tmp_path):
    (tmp_path / "a.json").write_text('[{"id": 1, "data": {"text": "a"}, "predictions": [12]}]')
    reading = read(tmp_path / "a.json", SCHEMA)
    assert reading.losses == (Loss("result given by number alone", "1", "12", "predictions"),)
    assert len(reading.items) == 1


def test_a_task_that_nobody_labelled_is_unfinished(tmp_path):
    (tmp_path / "a.json").write_text('[{"data": {"text": ""}}]')
    (item,) = read(tmp_path / "a.json", SCHEMA).items
    assert (item.document.id, item.layer.source, item.layer.complete) == ("a/1", "a", False)


def task(*result, **changes):
    return json.dumps([{**EXPORT, "annotations": [{"result": list(result)}], **changes}])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (task()[:-1], r"json:1: not valid JSON.*cut off"),
        ("[1]", "task 1 must be an object, not 1"),
        ('[{"id": 1, "text": "a", "label": []}]', "task 1: 'data' is missing.*JSON-MIN"),
        ('[{"data": {"a": "1", "b": "2"}}]', "has no 'text'"),
        (json.dumps([EXPORT, EXPORT]), "task 2: '41' is task 1 already"),
        (task(region(0, 99, None, "X")), "task 1, annotations 1, result 1, value: ends at 99"),
        (task(region(5, 5, "", "X")), "5..5 is no stretch"),
        (task(region(2, 10**30, "", "X")), "'end' is out of range"),
        (task(region("2", 6, "", "X")), "'start' must be a whole number, not \"2\""),
        (task(region(3, 7, "Avon", "X")), 'reads "Avon", but the text has "von "'),
        (task(region(2, 6, "Avon", 5)), "each label must be a string, not 5"),
        (task(region(2, 6, "Avon", "X"), region(2, 5, "Avo", "Y")), "the id 'a' is used twice"),
        (task(arrow("a", "b", "right", "x")), 'points to the region "a", which does not exist'),
        (task(region(2, 6, "Avon", "X"), arrow("a", "a", "up", "x")), "must be right, left or bi"),
        (task(annotations={}), "'annotations' must be a list"),
        ("[" * 99_999, "nested too deeply"),
    ],
)
def test_a_malformed_file_is_named_with_its_place(tmp_path, text, reason):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(FormatError, match=reason) as error:
        read(path, SCHEMA)
    assert error.value.path == path


def test_dry_run_and_failure_leave_no_file(tmp_path):
    item = labelled("Avon", ("Avon", "ORG"))
    scored = (replace(item.layer.mentions[0], score=0.5),)
    model = replace(item, layer=replace(item.layer, mentions=scored, complete=False))
    (loss,) = write(tmp_path / "a.json", [model], SCHEMA, dry=True)
    assert loss == Loss(
        "unfinished status", "articles/a", "", "the prediction of gold is read as complete"
    )
    with pytest.raises(InputError, match="twice from 'gold'"):
        write(tmp_path / "a.json", [item, item], SCHEMA)
    assert list(tmp_path.iterdir()) == []


@given(mangled([EXPORT]), st.data())
def test_nothing_but_an_input_error_escapes(tmp_path_factory, value, data):
    path = tmp_path_factory.mktemp("studio") / "a.json"
    survives(read, path, json.dumps(value))
    item = labelled("Avon met Brill", ("Avon", "ORG"), ("Brill", "ORG"), arrows=[("same_as", 1, 2)])
    write(path, [item], SCHEMA)
    survives(read, path, json.dumps(data.draw(mangled(json.loads(path.read_text())))))
