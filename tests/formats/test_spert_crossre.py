"""SpERT and CrossRE: a record a paragraph, with words, marks and arrows within it."""

import json
from dataclasses import replace

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
)
from hypothesis import given
from hypothesis import strategies as st

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import InputError
from accord.formats import Labelled, crossre, spert

WIDENED = "mark widened to whole words"
LEFT_OUT = ("mark of white space only", "mark over several paragraphs")
AMBIGUOUS = "relation end among marks on the same words"

# By hand, in the form of SpERT's own conll04_train.json and CrossRE's news-dev.json.
SPERT = """\
[{"tokens": ["Avon", "of", "Oman", "'s", "coast"],
  "entities": [{"type": "Loc", "start": 2, "end": 3}, {"type": "Org", "start": 0, "end": 3}],
  "relations": [{"type": "OrgBased_In", "head": 1, "tail": 0}], "orig_id": 5121}]
"""
CROSSRE = """\
{"doc_key": "news-1", "sentence": ["Avon", "of", "Oman", "'s", "coast"], "ner": [[2, 2, "Loc"], \
[0, 2, "Org"]], "relations": [[0, 2, 2, 2, "OrgBased_In", "seat", true, false]]}
"""
LABELS = (
    (Mention("T1", Span(0, 12), "Org"), Mention("T2", Span(8, 12), "Loc")),
    (Relation("OrgBased_In", "T1", "T2", "R1"),),
)


def saved(tmp_path, text):
    path = tmp_path / "file.json"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_files_of_others_are_read(tmp_path):
    reading = spert.read(saved(tmp_path, SPERT), SCHEMA)
    assert reading.losses == ()
    [read] = reading.items
    assert read.document == Document("5121", "Avon of Oman 's coast")
    assert read.layer == Layer("5121", "file", *LABELS)
    reading = crossre.read(saved(tmp_path, CROSSRE), SCHEMA)
    [read] = reading.items
    assert read.layer == Layer("news-1", "file", *LABELS)
    assert [(loss.what, loss.item, loss.detail) for loss in reading.losses] == [
        ("explanation", "OrgBased_In", '"seat"'),
        ("uncertainty", "OrgBased_In", "true"),
    ]


def test_what_is_written(tmp_path):
    document = Document("articles/a", "Avon of Oman.\n\nIt did.")
    labels = Layer(
        document.id,
        "file",
        (*LABELS[0], Mention("T3", Span(15, 17), "Org")),
        (*LABELS[1], Relation("same_as", "T3", "T1", "R2")),
    )
    path = tmp_path / "file.json"
    losses = spert.write(path, [Labelled(document, labels)], SCHEMA)
    assert json.loads(path.read_text()) == [
        {
            "tokens": ["Avon", "of", "Oman", "."],
            "entities": [
                {"type": "Org", "start": 0, "end": 3},
                {"type": "Loc", "start": 2, "end": 3},
            ],
            "relations": [{"type": "OrgBased_In", "head": 0, "tail": 1}],
            "orig_id": "articles/a#1",
        },
        {
            "tokens": ["It", "did", "."],
            "entities": [{"type": "Org", "start": 0, "end": 1}],
            "relations": [],
            "orig_id": "articles/a#2",
        },
    ]
    assert [(loss.what, loss.item) for loss in losses] == [
        ("white space", ""),
        ("relation across paragraphs", "R2"),
    ]
    crossre.write(path, [Labelled(document, labels)], SCHEMA)
    lines = path.read_text().splitlines()
    assert json.loads(lines[0]) == {
        "doc_key": "articles/a#1",
        "sentence": ["Avon", "of", "Oman", "."],
        "ner": [[0, 2, "Org"], [2, 2, "Loc"]],
        "relations": [[0, 2, 2, 2, "OrgBased_In", "", False, False]],
    }
    assert json.loads(lines[1])["doc_key"] == "articles/a#2"


def test_marks_on_the_same_words(tmp_path):
    document = Document("d", "Avon did")
    mentions = (Mention("T1", Span(0, 4), "GPE"), Mention("T2", Span(0, 4), "ORG"))
    layer = Layer("d", "file", mentions, (Relation("pledges", "T2", "T1", "R1"),))
    path = tmp_path / "file.json"
    assert spert.write(path, [Labelled(document, layer)], SCHEMA) == ()
    assert spert.read(path, SCHEMA).items == (Labelled(document, layer),)
    [loss] = crossre.write(path, [Labelled(document, layer)], SCHEMA)
    assert (loss.what, loss.item) == (AMBIGUOUS, "R1")
    assert loss.detail == "is read as pledges T1 -> T1"


@pytest.mark.parametrize("form", [spert, crossre])
@given(items=several())
def test_round_trip(form, items, tmp_path_factory):
    path = tmp_path_factory.mktemp("parts") / "file.json"
    losses, back = there_and_back(form.write, form.read, path, items)
    assert [after.document.id for after in back.items] == [i.document.id for i in items]
    for before, after in zip(items, back.items, strict=True):
        named = by_document(losses, before.document.id)
        assert bare(after.document.text) == bare(before.document.text)
        widened, left = lost(named, WIDENED), lost(named, *LEFT_OUT)
        assert others(marks(before, without={*widened, *left}), marks(after)) == len(widened)
        dropped = [loss for loss in named if loss.what.startswith("relation ") and loss.what not in
                   ("relation ids", AMBIGUOUS)]  # fmt: skip
        assert len(after.layer.relations) == len(before.layer.relations) - len(dropped)
        whats = {loss.what for loss in named}
        if not widened and not dropped and AMBIGUOUS not in whats:
            ends = {m.id for m in before.layer.mentions} - set(left)
            kept = [r for r in before.layer.relations if {r.head, r.tail} <= ends]
            assert arrows(after) == arrows(before, kept)
        if not whats - {"metadata", "score"}:
            assert after.document.text == before.document.text
            assert after.layer == before.layer


@pytest.mark.parametrize("form", [spert, crossre])
@given(items=several())
def test_a_second_trip_loses_nothing_but_same_words(form, items, tmp_path_factory):
    path = tmp_path_factory.mktemp("parts") / "file.json"
    form.write(path, items, SCHEMA)
    first = form.read(path, SCHEMA)
    assert form.write(path, first.items, SCHEMA) == ()
    assert form.read(path, SCHEMA) == first


def test_records_without_names_and_with_gaps(tmp_path):
    record = {"tokens": ["a"], "entities": [], "relations": []}
    path = saved(tmp_path, json.dumps([record, record]))
    assert [i.document.id for i in spert.read(path, SCHEMA).items] == ["file-1", "file-2"]
    names = ["x#1", "x#2", "x#4", "y#2", "y#1", "z", "y#2"]
    path = saved(tmp_path, json.dumps([{**record, "orig_id": name} for name in names]))
    with pytest.raises(InputError, match=r"record 7: 'y#2' stands in the file already"):
        spert.read(path, SCHEMA)
    path = saved(tmp_path, json.dumps([{**record, "orig_id": name} for name in names[:-1]]))
    read = spert.read(path, SCHEMA).items
    assert [i.document.id for i in read] == ["x", "x#4", "y#2", "y", "z"]
    assert read[0].document.text == "a\n\na"


RECORD = {"tokens": ["a", "b"], "entities": [{"type": "A", "start": 0, "end": 1}], "relations": []}
WRONG_SPERT = [
    ("", "not valid JSON"),
    (SPERT[:50], "not valid JSON"),
    ("{}", "must be a list of records"),
    ("[1]", "record 1 must be an object"),
    ("[" * 100_000, "nested too deeply"),
    (b"[\xff]", "not UTF-8"),
    ([{**RECORD, "tokens": "ab"}], "record 1: 'tokens' must be a list of words"),
    ([{}], "record 1: 'tokens' must be a list of words"),
    ([{**RECORD, "tokens": ["a", ""]}], "tokens 1 must be a word"),
    ([{**RECORD, "entities": {}}], "'entities' must be a list"),
    ([{**RECORD, "entities": [[]]}], "entities 1 must be an object"),
    ([{**RECORD, "entities": [{"type": "A", "start": 0, "end": 9**30}]}], "'end' is out of range"),
    ([{**RECORD, "entities": [{"type": "A", "start": 1, "end": 1}]}], "0 <= start < end <= 2"),
    ([{**RECORD, "entities": [{"type": "A", "start": "0", "end": 1}]}], "whole number"),
    ([{**RECORD, "entities": [{"start": 0, "end": 1}]}], "'type' is missing"),
    ([{**RECORD, "relations": [{"type": "r", "head": 0, "tail": -1}]}], "points to entity -1"),
    ([RECORD, {**RECORD, "orig_id": []}], "record 2: 'orig_id' must be an id"),
]
LINE = {"doc_key": "k", "sentence": ["a", "b"], "ner": [[0, 0, "A"]], "relations": []}
WRONG_CROSSRE = [
    (CROSSRE[:50], "not valid JSON"),
    ("[]", "each line must be an object"),
    ({**LINE, "doc_key": ""}, "'doc_key' must be an id"),
    ({**LINE, "sentence": None}, "'sentence' must be a list of words"),
    ({**LINE, "ner": [[0, 2, "A"]]}, "the number of words"),
    ({**LINE, "ner": [[True, 1, "A"]]}, "ner 1 must be a list of 2 word numbers and a type"),
    ({**LINE, "ner": [[0, 1]]}, "ner 1 must be"),
    ({**LINE, "relations": [[0, 0, 1, 1, "r"]]}, "words [1, 1], which are not in 'ner'"),
    ({**LINE, "relations": [[0, 0, 0, 0, "r", ""]]}, "relation 1 must be a list of 4"),
    ({**LINE, "relations": [[0, 0, 0, 0, 7]]}, "relation 1 must be a list of 4"),
]


@pytest.mark.parametrize(
    ("form", "content", "reason"),
    [(spert, *wrong) for wrong in WRONG_SPERT] + [(crossre, *wrong) for wrong in WRONG_CROSSRE],
)
def test_wrong_files_are_named(tmp_path, form, content, reason):
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    with pytest.raises(InputError) as caught:
        form.read(saved(tmp_path, text), SCHEMA)
    assert reason in str(caught.value)
    assert caught.value.path is not None
    assert form is spert or caught.value.line == 1


def test_fields_without_a_place_are_losses(tmp_path):
    path = saved(tmp_path, json.dumps([{**RECORD, "dependency": [1]}]))
    [loss] = spert.read(path, SCHEMA).losses
    assert (loss.what, loss.document, loss.item) == ("field", "file-1", "dependency")


@given(st.sampled_from([spert, crossre]))
def test_a_failed_write_leaves_the_old_file(tmp_path_factory, form):
    path = tmp_path_factory.mktemp("parts") / "file.json"
    path.write_text("old")
    document = Document("d", "Avon")
    wrong = Layer("d", "file", (Mention("T1", Span(0, 9), "ORG"),))
    with pytest.raises(InputError):
        form.write(path, [Labelled(document, wrong)], SCHEMA)
    twice = Labelled(document, replace(wrong, mentions=()))
    with pytest.raises(InputError):
        form.write(path, [twice, twice], SCHEMA)
    assert path.read_text() == "old"
