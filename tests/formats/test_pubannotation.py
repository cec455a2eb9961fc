"""PubAnnotation's JSON: what we write comes back, what PubAnnotation and TextAE have is read."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_cases import SCHEMA, counted, items, labelled, mangled, surfaces, survives

from accord.errors import FormatError, InputError
from accord.formats import Loss
from accord.formats.pubannotation import read, write


@given(st.lists(items(), max_size=1), items(name="practice/ü b"))
def test_read_undoes_write_up_to_the_losses(tmp_path_factory, some, more):
    path = tmp_path_factory.mktemp("pub") / "all.json"
    given_items = [*some, more]
    losses = write(path, given_items, SCHEMA)
    reading = read(path, SCHEMA)
    assert reading.losses == ()
    for item, again in zip(given_items, reading.items, strict=True):
        assert again.layer == replace(item.layer, complete=True)
        assert again.document == replace(item.document, meta={})
        ids = [r.id for r in item.layer.relations]
        kept = [r.id for r in again.layer.relations]
        lost = [x for x in losses if x.what == "id" and x.document == item.document.id]
        assert sum(a != b for a, b in zip(ids, kept, strict=True) if a) == len(lost)
    labels = [x for i in given_items for x in (*i.layer.mentions, *i.layer.relations)]
    count = counted(losses)
    assert count.get("score", 0) == sum(label.score is not None for label in labels)
    assert count.get("metadata", 0) == sum(len(item.document.meta) for item in given_items)
    assert count.get("unfinished status", 0) == sum(not i.layer.complete for i in given_items)
    assert set(count) <= {"score", "metadata", "unfinished status", "id"}


def test_layers_of_one_document_are_tracks(tmp_path):
    path = tmp_path / "all.json"
    given_items = (
        labelled("Avon", ("Avon", "ORG"), source="first"),
        labelled("Avon", source="second"),
        labelled("Brill", name="b"),
    )
    assert write(path, given_items, SCHEMA) == ()
    assert read(path, SCHEMA).items == given_items
    two, one = json.loads(path.read_text("utf-8"))
    assert [track["project"] for track in two["tracks"]] == ["first", "second"]
    assert one["project"] == "gold"


def test_a_file_as_textae_opens_it(tmp_path):
    item = labelled("🌊 Avon met Brill", ("Avon", "ORG"), ("Brill", "GPE"), arrows=[("x", 1, 2)])
    write(tmp_path / "a.json", [item], SCHEMA)
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == {
        "sourcedb": "accord",
        "sourceid": "articles/a",
        "project": "gold",
        "text": "🌊 Avon met Brill",
        "denotations": [
            {"id": "T1", "span": {"begin": 2, "end": 6}, "obj": "ORG"},
            {"id": "T2", "span": {"begin": 11, "end": 16}, "obj": "GPE"},
        ],
        "relations": [{"id": "R1", "subj": "T1", "pred": "x", "obj": "T2"}],
    }


# After the examples in PubAnnotation's documentation of its format.
EXPORT = {
    "target": "http://pubannotation.org/docs/sourcedb/PubMed/sourceid/123",
    "sourcedb": "PubMed",
    "sourceid": "123",
    "divid": 0,
    "project": "demo",
    "text": "IRF-4 expression in CML may be induced by IFN-α therapy",
    "denotations": [
        {"id": "T1", "span": {"begin": 0, "end": 5}, "obj": "Protein"},
        {"id": "T2", "span": {"begin": 42, "end": 47}, "obj": "Protein"},
        {"span": [{"begin": 0, "end": 5}, {"begin": 20, "end": 23}], "obj": "Process"},
    ],
    "relations": [
        {"id": "R1", "subj": "T1", "pred": "interactWith", "obj": "T2"},
        {"id": "R2", "subj": "T1", "pred": "in", "obj": "B1"},
    ],
    "attributes": [{"id": "A1", "subj": "T1", "pred": "certain", "obj": True}],
    "modifications": [{"id": "M1", "pred": "Speculation", "obj": "R1"}],
    "blocks": [{"id": "B1", "span": {"begin": 0, "end": 55}, "obj": "sentence"}],
}


def test_an_export(tmp_path):
    path = tmp_path / "123.json"
    path.write_text(json.dumps(EXPORT, ensure_ascii=False), "utf-8")
    reading = read(path, SCHEMA)
    (item,) = reading.items
    assert surfaces(item) == (
        [
            ("T1", "Protein", "IRF-4"),
            ("T2", "Protein", "IFN-α"),
            ("T3", "Process", "IRF-4 expression in CML"),
        ],
        [("interactWith", "T1", "T2")],
    )
    assert (item.document.id, item.layer.source) == ("PubMed/123/0", "demo")
    assert dict(item.document.meta) == {"target": EXPORT["target"]}
    assert [(loss.what, loss.item) for loss in reading.losses] == [
        ("mark in several stretches", "T3"),
        ("relation of a block", "R2"),
        ("attribute", "A1"),
        ("modification", "M1"),
        ("block", "B1"),
    ]


def test_tracks_of_several_projects(tmp_path):
    tracks = [{"project": "p", "denotations": [], "namespaces": []}, {"denotations": []}]
    (tmp_path / "x.json").write_text(json.dumps([{"text": "Avon", "tracks": tracks}]))
    reading = read(tmp_path / "x.json", SCHEMA)
    assert [item.layer.source for item in reading.items] == ["p", "x"]
    assert reading.losses == (Loss("field of a track", "x/1", "namespaces", "[]"),)


def test_a_text_without_labels_is_unfinished(tmp_path):
    (tmp_path / "x.json").write_text('{"text": "Avon"}')
    (item,) = read(tmp_path / "x.json", SCHEMA).items
    assert (item.document.id, item.layer.complete) == ("x/1", False)


def text(**changes):
    return json.dumps({**EXPORT, "relations": [], **changes})


def mark(begin, end, **more):
    return {"span": {"begin": begin, "end": end}, "obj": "X", **more}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (text()[:-1], "not valid JSON.*cut off"),
        ("[5]", "text 1 must be an object, not 5"),
        ('{"denotations": []}', "text 1: 'text' is missing"),
        (text(denotations=[mark(0, 56)]), "denotations 1, span: ends at 56, but the text has 55"),
        (text(denotations=[mark(-1, 5)]), r"-1\.\.5 is no stretch"),
        (text(denotations=[mark(0, 10**30)]), "'end' is out of range"),
        (text(denotations=[{"obj": "X"}]), "'span' is missing"),
        (text(denotations=[mark(0, 1, obj=7)]), "'obj' must be a string"),
        (text(denotations=[mark(0, 1, id="a"), mark(0, 2, id="a")]), "the id 'a' is used twice"),
        (text(relations=[{"subj": "T1", "pred": "x", "obj": "T9"}]), 'points to "T9", which does'),
        (text(relations=[{"id": "R", "subj": "T1", "pred": "x", "obj": "T2"}] * 2), "used twice"),
        (f"[{text()}, {text()}]", "'PubMed/123/0' has labels of 'demo' already"),
        (f"[{text()}, {text(text='y', denotations=[])}]", "stands above with another text"),
        ('{"text": "a", "tracks": ' + "[" * 99_999 + "]" * 99_999 + "}", "nested too deeply"),
        ('{"text": "\\ud800"}', "half a surrogate pair"),
    ],
)
def test_a_malformed_file_is_named_with_its_place(tmp_path, content, reason):
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(FormatError, match=reason) as error:
        read(path, SCHEMA)
    assert error.value.path == path


def test_dry_run_and_failure_leave_no_file(tmp_path):
    item = labelled("Avon", ("Avon", "ORG"))
    assert write(tmp_path / "a.json", [item], SCHEMA, dry=True) == ()
    with pytest.raises(InputError, match="twice from 'gold'"):
        write(tmp_path / "a.json", [item, item], SCHEMA)
    with pytest.raises(InputError, match="different texts"):
        write(tmp_path / "a.json", [item, labelled("Brill", source="b")], SCHEMA)
    assert list(tmp_path.iterdir()) == []


@given(mangled([EXPORT, {"text": "a", "tracks": [{"project": "p", "denotations": []}]}]))
def test_nothing_but_an_input_error_escapes(tmp_path_factory, value):
    survives(read, tmp_path_factory.mktemp("pub") / "a.json", json.dumps(value))
