"""Prodigy's tasks: what we write comes back whole, what Prodigy exports is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_cases import SCHEMA, details, items, json_lines, labelled, mangled, surfaces, survives

from accord.errors import FormatError, InputError
from accord.formats import Loss
from accord.formats.prodigy import read, write


@given(st.lists(items(), max_size=1), items(name="practice/ü b"))
def test_read_undoes_write_without_a_loss(tmp_path_factory, some, more):
    path = tmp_path_factory.mktemp("prodigy") / "tasks.jsonl"
    given_items = [*some, more]
    assert write(path, given_items, SCHEMA) == ()
    reading = read(path, SCHEMA)
    assert reading.losses == ()
    assert list(reading.items) == given_items
    assert [details(item) for item in reading.items] == [details(item) for item in given_items]


@given(items())
def test_tokens_and_spans_agree_as_prodigy_checks_it(tmp_path_factory, item):
    path = tmp_path_factory.mktemp("prodigy") / "tasks.jsonl"
    write(path, [item], SCHEMA)
    (task,) = json_lines(path)
    tokens = task["tokens"]
    assert [token["id"] for token in tokens] == list(range(len(tokens)))
    end = 0
    for number, token in enumerate(tokens):
        between = task["text"][end : token["start"]]
        assert between == (" " if number and tokens[number - 1]["ws"] else "")
        assert token["text"] == task["text"][token["start"] : token["end"]] != ""
        end = token["end"]
    assert task["text"][end:] == (" " if tokens and tokens[-1]["ws"] else "")
    for span in task["spans"]:
        assert tokens[span["token_start"]]["start"] == span["start"]
        assert tokens[span["token_end"]]["end"] == span["end"]
    for relation in task["relations"]:
        assert relation["head"] == relation["head_span"]["token_end"]
        assert relation["child_span"] in task["spans"]


def test_two_annotators_of_one_document(tmp_path):
    path = tmp_path / "tasks.jsonl"
    first = labelled("Avon", ("Avon", "ORG"), source="first")
    second = labelled("Avon", source="second")
    write(path, [first, second], SCHEMA)
    assert read(path, SCHEMA).items == (first, second)


def test_a_task_as_prodigy_shows_it(tmp_path):
    item = labelled("Avon met 🌊 Brill.", ("Avon", "ORG"), ("Brill", "GPE"), arrows=[("x", 1, 2)])
    write(tmp_path / "t.jsonl", [item], SCHEMA)
    (task,) = json_lines(tmp_path / "t.jsonl")
    assert [t["text"] for t in task["tokens"]] == ["Avon", "met", "🌊", "Brill", "."]
    assert [t["ws"] for t in task["tokens"]] == [True, True, True, False, False]
    assert task["answer"] == "accept"
    (relation,) = task["relations"]
    assert (relation["head"], relation["child"], relation["label"]) == (0, 3, "x")


# Hand-written after the task formats in Prodigy's documentation, as `prodigy db-out` prints them.
TOKENS = [
    {"text": "Sasha", "start": 0, "end": 5, "id": 0, "ws": True, "disabled": False},
    {"text": "Smith", "start": 6, "end": 11, "id": 1, "ws": True, "disabled": False},
    {"text": "likes", "start": 12, "end": 17, "id": 2, "ws": True, "disabled": False},
    {"text": "dogs", "start": 18, "end": 22, "id": 3, "ws": False, "disabled": False},
]
SASHA = {"start": 0, "end": 11, "token_start": 0, "token_end": 1, "label": "ORG"}
DOGS = {"start": 18, "end": 22, "token_start": 3, "token_end": 3, "label": "GPE"}
EXPORT = {
    "text": "Sasha Smith likes dogs",
    "tokens": TOKENS,
    "spans": [{**SASHA, "type": "span"}, {**DOGS, "pattern": 7}],
    "relations": [
        {"head": 1, "child": 3, "head_span": SASHA, "child_span": DOGS, "label": "likes"},
        {"head": 3, "child": 1, "label": "liked_by", "color": "#c5bdf4"},
        {
            "head": 2,
            "child": 1,
            "head_span": {"start": 12, "end": 17, "token_start": 2, "token_end": 2, "label": None},
            "child_span": SASHA,
            "label": "subj",
        },
    ],
    "meta": {"source": "news", "score": 3},
    "answer": "accept",
    "_input_hash": 11,
    "_task_hash": 12,
    "_session_id": "set-zoe",
    "_annotator_id": "zoe",
    "_view_id": "relations",
}


def test_an_export(tmp_path):
    path = tmp_path / "set.jsonl"
    other = {**EXPORT, "_annotator_id": "bo", "answer": "ignore", "spans": [SASHA]}
    other |= {"relations": []}
    path.write_text(json.dumps(EXPORT) + "\n" + json.dumps(other) + "\n")
    reading = read(path, SCHEMA)
    zoe, bo = reading.items
    assert surfaces(zoe) == (
        [("T1", "ORG", "Sasha Smith"), ("T2", "GPE", "dogs")],
        [("likes", "T1", "T2"), ("liked_by", "T2", "T1")],
    )
    assert (zoe.document.id, zoe.layer.source, zoe.layer.complete) == ("set/1", "zoe", True)
    assert zoe.document.meta == {"source": "news", "score": "3", "_view_id": "relations"}
    assert (bo.document.id, bo.layer.source, bo.layer.complete) == ("set/1", "bo", False)
    assert bo.layer.mentions == ()
    assert reading.losses == (
        Loss("relation of unmarked words", "set/1", "", "subj: relations 3"),
        Loss("field of spans", "set/1", "", "pattern: 7"),
        Loss("task answered ignore", "set/1", "", "1 mention, 0 relations"),
    )


def test_a_task_that_nobody_answered_is_unfinished(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "Avon"}\n{"text": "Avon"}\n')
    one, two = read(tmp_path / "a.jsonl", SCHEMA).items
    assert (one.document.id, two.document.id) == ("a/1", "a/2")
    assert not one.layer.complete


def task(**changes):
    return json.dumps({**EXPORT, **changes})


def ours(**changes):
    return task(accord={"document": "d", "source": "x"}, **changes)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (task()[:-9], 1, "not valid JSON.*cut off"),
        (task() + "\n7", 2, "each line must be an object, not 7"),
        (ours() + "\n" + ours(), 2, "'d' from 'zoe' stands on line 1 already"),
        (
            ours() + "\n" + ours(text="Other words, as long", _annotator_id="b"),
            2,
            "ends at|another",
        ),
        (task(text=None), 1, "'text' must be a string, not null"),
        (task(spans=[{**DOGS, "end": 23}]), 1, "spans 1: ends at 23, but the text has 22"),
        (task(spans=[{**DOGS, "start": 10**40}]), 1, "'start' is out of range"),
        (task(spans=[{**DOGS, "start": -1}]), 1, r"-1\.\.22 is no stretch of text"),
        (task(spans=[{**DOGS, "end": 18}]), 1, r"18\.\.18 is no stretch of text"),
        (task(spans=[{**DOGS, "id": "a"}, {**SASHA, "id": "a"}]), 1, "the id 'a' is used twice"),
        (task(spans=[{**DOGS, "label": None}]), 1, "'label' must be a string, not null"),
        (task(spans="T1"), 1, "'spans' must be a list"),
        (task(relations=[4]), 1, "relations 1 must be an object"),
        (task(relations=[{"head": 3, "label": "x"}]), 1, "'child' is missing"),
        (task(spans=[DOGS, DOGS]), 1, "2 spans end at token 3; name one by head_span"),
        (task(answer="yes"), 1, "'answer' must be accept, reject or ignore"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(tmp_path, text, line, reason):
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    with pytest.raises(FormatError, match=reason) as error:
        read(path, SCHEMA)
    assert error.value.line == line


def test_dry_run_and_failure_leave_no_file(tmp_path):
    item = labelled("Avon", ("Avon", "ORG"))
    write(tmp_path / "a.jsonl", [item], SCHEMA, dry=True)
    with pytest.raises(InputError, match="twice from 'gold'"):
        write(tmp_path / "a.jsonl", [item, item], SCHEMA)
    assert list(tmp_path.iterdir()) == []


@given(mangled(EXPORT), st.data())
def test_nothing_but_an_input_error_escapes(tmp_path_factory, value, data):
    path = tmp_path_factory.mktemp("prodigy") / "a.jsonl"
    survives(read, path, json.dumps(value))
    item = labelled("Avon met Brill", ("Avon", "ORG"), ("Brill", "ORG"), arrows=[("same_as", 1, 2)])
    write(path, [item], SCHEMA)
    survives(read, path, json.dumps(data.draw(mangled(json_lines(path)[0]))))
