"""Random actions, undo, redo and restarts: the store does what a plain model does."""

import os
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from plain_model import PlainDocument, of_state

from accord.annotator.actions import RefusedError
from accord.annotator.labels import of_state as labels_of_state
from accord.annotator.rules import all_violations
from accord.annotator.store import Post, Store
from accord.annotator.texts import Texts
from accord.corpus.folder import corpus_schema
from accord.corpus.standoff import read_standoff
from accord.document import Layer, Mention, Relation, Span
from sample_corpus import A, write_sample

EDGES = [0, 2, 4, 9, 14, 24, 34, 37, 41, 42, 49, 50, 60, 66, 74, 79]
TYPES = ["ORG", "GPE", "ALLIANCE", "PLEDGE", "MONEY", "UNKNOWN"]
RELATIONS = ["member_of", "pledges", "amount", "same_as", "unknown"]


@st.composite
def spans(draw):
    start, end = sorted(draw(st.lists(st.sampled_from(EDGES), min_size=2, max_size=2, unique=True)))
    return {"start": start, "end": end}


def ids(letter, *names):
    return st.sampled_from([*(f"{letter}{n}" for n in range(1, 9)), *names])


def do(name, **fields):
    return st.fixed_dictionaries({"do": st.just(name), **fields})


PLACE = st.sampled_from([*pairwise(EDGES)]).map(lambda p: {"start": p[0], "end": p[1]}) | spans()
MARK = st.builds(
    lambda place, kind: {"do": "add_mention", "type": kind, **place},
    PLACE,
    st.sampled_from(TYPES),
)
CHANGES = st.one_of(
    MARK,
    MARK,
    st.builds(lambda i, place: {"do": "change_mention", "id": i, **place}, ids("T"), PLACE),
    do("change_mention", id=ids("T"), type=st.sampled_from(TYPES)),
    do("delete_mention", id=ids("T")),
    do("add_relation", type=st.sampled_from(RELATIONS), head=ids("T"), tail=ids("T")),
    do("change_relation", id=ids("R"), type=st.sampled_from(RELATIONS)),
    do("change_relation", id=ids("R"), reverse=st.just(True)),
    do("delete_relation", id=ids("R")),
    do("set_status", status=st.sampled_from(["new", "started", "complete", "discuss"])),
    st.builds(lambda place, text: {"do": "add_note", "text": text, **place}, PLACE, st.just("?")),
    do("delete_note", id=ids("N")),
)
PAIR = st.builds(
    lambda a, b, kind: [
        {**a, "ref": "$1"},
        {**b, "ref": "$2"},
        {"do": "add_relation", "type": kind, "head": "$1", "tail": "$2"},
    ],
    MARK,
    MARK,
    st.sampled_from(RELATIONS),
)
TURNS = st.sampled_from([[{"do": "undo"}], [{"do": "undo"}], [{"do": "redo"}]])
POSTS = PAIR | st.lists(CHANGES, min_size=1, max_size=3) | TURNS
STEPS = st.lists(POSTS | st.just("restart"), max_size=30)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    write_sample(folder)
    return folder


@pytest.fixture(autouse=True, scope="module")
def _without_waiting_for_the_disk():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


def violations(root, now):
    """What the schema says of a plain state as a whole."""
    layer = Layer(
        A.id,
        "anna",
        tuple(Mention(i, Span(s, e), kind) for i, (kind, s, e) in now["mentions"].items()),
        tuple(Relation(kind, h, t, i) for i, (kind, h, t) in now["relations"].items()),
    )
    return corpus_schema(root).violations(A, layer)


@given(STEPS)
def test_any_actions_as_the_plain_model_says(base, steps):
    for left in (base / "annotations/anna").rglob("*.*"):
        left.unlink()
    schema, texts = corpus_schema(base), Texts(base)
    plain = PlainDocument()
    store = Store(base, "anna", schema, texts)
    try:
        for step in steps:
            if step == "restart":
                store.close()
                store = Store(base, "anna", schema, texts)
                assert of_state(store.begin(A.id)) == plain.now
                continue
            before = store.begin(A.id)
            try:
                after = plain.after(step)
            except KeyError:
                after = None
            try:
                state = store.act(A.id, Post("anna", before.version, step))
            except RefusedError:
                # Refused only for cause, and without a trace.
                assert after is None or violations(base, after.now)
                assert store.document(A.id) == before
                continue
            assert after is not None
            assert not violations(base, after.now)
            plain = after
            assert of_state(state) == plain.now
            undo, redo = store.steps(A.id, "anna")
            assert (undo is not None, redo is not None) == (bool(plain.done), bool(plain.undone))
            if state.layer.complete:
                path = base / "annotations/anna/articles/a.ann"
                assert read_standoff(path, A, "anna") == state.layer
    finally:
        store.close()


@given(st.lists(POSTS, max_size=25))
@example([[{"do": "delete_relation", "id": "R2"}, {"do": "delete_relation", "id": "R3"}]])
def test_problems_are_kept_up_to_date(base, steps):
    """A file brings problems; after any action those that are left are what the schema finds."""
    for left in (base / "annotations/bad").rglob("*.*"):
        left.unlink()
    path = base / "annotations/bad/articles/a.ann"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "T1\tORG 0 4\tAvon\nT2\tORG 0 4\tAvon\nT3\tGPE 2 14\ton and Brill\nT4\tORG 24 34\t"
        "Coast Pact\nR1\tmember_of Arg1:T1 Arg2:T4\nR2\tsame_as Arg1:T1 Arg2:T2\n"
        "R3\tsame_as Arg1:T2 Arg2:T1\n"
    )
    schema = corpus_schema(base)
    store = Store(base, "bad", schema, Texts(base))
    try:
        version = store.begin(A.id).version
        assert len(store.document(A.id).problems) >= 4
        for step in steps:
            try:
                state = store.act(A.id, Post("bad", version, step))
            except RefusedError:
                continue
            version = state.version
            expected = all_violations(schema, A, labels_of_state(state))
            assert sorted(map(str, state.problems)) == sorted(map(str, expected))
    finally:
        store.close()
