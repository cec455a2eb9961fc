"""Answers that hold only what changed: put into what the window had, they give the whole."""

import json
import os

import pytest
from app_cases import Window, an_app, edited, mark, put_together
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from learn_cases import labels_of
from test_store_model import POSTS

from accord.annotator.changes import edits
from accord.annotator.labels import mention_json
from accord.annotator.workplace import Suggested
from accord.document import Layer, Mention, Span
from sample_corpus import write_sample


class Told:
    """A model that suggests what anybody would mark."""

    name = "told"

    def __init__(self, kind="01"):
        self.hash = kind

    def of(self, document):
        layer = labels_of(document, "told")
        return Suggested(
            Layer(document.id, "told", layer.mentions, layer.relations), "told", self.hash
        )

    known = of


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        folder = tmp_path_factory.mktemp("changes") / "root"
        write_sample(folder)
        yield folder


def fresh(base, suggest=None):
    for left in (base / "annotations/anna").rglob("*.*"):
        left.unlink()
    workplace, app = an_app(base)
    workplace.suggest = suggest
    window = Window(app, workplace.people[0])
    return workplace, window, window.open()


ANSWERS = st.lists(
    POSTS
    | st.builds(
        lambda do, i: [{"do": do, "ids": [i]}],
        st.sampled_from(["accept", "reject"]),
        st.sampled_from(["S1", "S2", "S3", "SR1"]),
    )
    | st.just([{"do": "accept_above", "threshold": 0.5}]),
    max_size=12,
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(ANSWERS)
def test_changes_are_the_difference_of_whole_documents(base, posts):
    workplace, window, shown = fresh(base, Told())
    try:
        for actions in posts:
            answer = window.post(*actions, basis=shown["basis"])
            if answer.status_code == 200:
                shown = put_together(shown, answer.json())
            assert shown == window.open()
    finally:
        workplace.close()


MENTIONS = st.dictionaries(
    st.sampled_from([f"T{n}" for n in range(8)]), st.sampled_from(["ORG", "GPE"])
).flatmap(lambda found: st.permutations(sorted(found.items())))


@given(MENTIONS, MENTIONS)
def test_any_two_lists(old, new):
    before, after = ([Mention(i, Span(0, 4), kind) for i, kind in each] for each in (old, new))
    found = edits(before, after, lambda mention: mention_json("", mention))
    shown = [mention_json("", mention) for mention in before]
    assert edited(shown, found) == [mention_json("", mention) for mention in after]
    assert [each["at"] for each in found["put"]] == sorted(each["at"] for each in found["put"])


def test_what_stays_is_not_sent(base):
    workplace, window, shown = fresh(base)
    shown = window.post(mark(0, 4), mark(9, 14), mark(37, 41, "GPE")).json()
    answer = window.post({"do": "delete_mention", "id": "T2"}, basis=shown["basis"]).json()
    assert answer["mentions"] == {"gone": ["T2"], "put": []}
    assert answer["relations"] == {"gone": [], "put": []}
    assert "text" not in answer
    workplace.close()


def test_a_window_that_shows_something_else_gets_the_whole(base):
    workplace, window, shown = fresh(base, Told())
    basis = shown["basis"]
    # Nothing said of what it shows; a run of the server or a model that was another.
    assert "text" in window.post(mark(0, 4)).json()
    assert "text" in window.post(mark(9, 14), basis="0000 01").json()
    workplace.suggest = Told("02")
    whole = window.post(mark(37, 41, "GPE"), basis=basis).json()
    assert "text" in whole
    assert "since" in window.post({"do": "undo"}, basis=whole["basis"]).json()
    # Somebody else was faster.
    window.version -= 1
    stale = window.post({"do": "redo"}, basis=whole["basis"])
    assert stale.status_code == 409
    assert "text" in stale.json()["current"]
    # An answer was lost, and the window asks again: it shows an older version than there is.
    shown = window.open()
    post = {"actions": [mark(60, 74)], "key": "k", "basis": shown["basis"]}
    body = json.dumps({**post, "version": shown["version"]})
    path = f"/api/actions/{window.document}"
    answers = [window.client.post(path, content=body).json() for _ in range(2)]
    assert ["since" in answer for answer in answers] == [True, False]
    assert put_together(shown, answers[0]) == answers[1]
    workplace.close()
