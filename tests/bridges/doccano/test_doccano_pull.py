"""Pull into a corpus folder: each member's layer, what changed, and no work overwritten."""

from dataclasses import replace
from pathlib import Path

import pytest
from fake_server import SCHEMA, TYPES, FakeServer
from hypothesis import given
from hypothesis import strategies as st
from random_layers import random_item

from accord.bridges.doccano.conflicts import PULL, choices
from accord.bridges.doccano.export import fetch
from accord.bridges.doccano.labels import of_layer, of_record, to_layer, to_record
from accord.bridges.doccano.project import add_members, make_project
from accord.bridges.doccano.pull import Pull, realign
from accord.bridges.doccano.push import Push
from accord.bridges.doccano.state import read_state, state_path
from accord.bridges.doccano.status import status
from accord.corpus import read_corpus, write_layer
from accord.corpus.validate import validate
from accord.document import Span
from accord.errors import FormatError, InputError
from accord.schema import read_schema
from sample_corpus import GOLD, A, B, label

NOTHING = lambda step: None  # noqa: E731


class Trial:
    """A server with the sample corpus, annotators ann and bob, and the folder it is pulled into."""

    def __init__(self, root: Path, tmp_path: Path, suggest=None):
        self.root = root
        self.folder = tmp_path
        self.schema = read_schema(root / "annotations" / "schema.toml")
        self.server = FakeServer("admin", "ann", "bob")
        admin = self.server.account("admin")
        self.project, _ = make_project(admin, "trial", self.schema, "", {})
        add_members(admin, self.project, ["ann", "bob"])
        texts = [document for document, _ in GOLD]
        accounts = [self.server.account("ann")]
        Push(
            *(admin, self.project, self.schema, lambda: texts, len(texts), NOTHING),
            *(suggest, "gold", accounts),
        ).run()
        self.numbers = {
            e["meta"]["meta"]["external_id"]: number for number, e in self.server.examples.items()
        }

    def put(self, account, layer):
        """The account's labels of a document become those of a layer."""
        document = next(d for d, _ in GOLD if d.id == layer.document)
        record = to_record(of_layer(document, layer))
        held = {"spans": {}, "relations": {}}
        spans = {entity["id"]: next(self.server.ids) for entity in record["entities"]}
        for entity in record["entities"]:
            kind = self.server.number("span", entity["label"])
            place = (entity["start_offset"], entity["end_offset"], kind)
            held["spans"][spans[entity["id"]]] = place
        for relation in record["relations"]:
            kind = self.server.number("relation", relation["type"])
            ends = (spans[relation["from_id"]], spans[relation["to_id"]])
            held["relations"][next(self.server.ids)] = (kind, *ends)
        self.server.labels[account, self.numbers[layer.document]] = held

    def finish(self, account, name):
        self.server.finished ^= {(account, self.numbers[name])}

    def text(self, name, text):
        self.server.examples[self.numbers[name]]["text"] = text

    def pull(self, *resolve, **options):
        admin = self.server.account("admin")
        export = fetch(admin, self.project.number, self.folder)
        chosen = choices(resolve, PULL)
        return Pull(
            *(self.root, self.schema, self.project, export, NOTHING), choices=chosen, **options
        ).run()

    def layer(self, source, name):
        return read_corpus(self.root).layer(source, name)

    def path(self, source, name):
        return self.root / "annotations" / source / f"{name}.ann"


@pytest.fixture
def trial(root, tmp_path):
    return Trial(root, tmp_path)


ONE = label(A, "x", [("Avon", "ORG"), ("Coast Pact", "ALLIANCE")], [("member_of", 0, 1)])
TWO = label(A, "x", [("Avon", "ORG"), ("Brill", "ORG"), ("Coast Pact", "ALLIANCE")])
OTHER = label(B, "x", [("Kenya", "GPE")])


def kinds(report):
    return [(c.document, c.layer, c.what) for c in report.changes]


def marks(layer):
    return {(m.span, m.type) for m in layer.mentions}


def test_each_member_has_a_layer_and_the_next_pull_tells_the_changes(trial):
    trial.put("ann", ONE)
    trial.put("bob", TWO)
    trial.put("bob", OTHER)
    trial.finish("ann", A.id)
    report = trial.pull()
    assert kinds(report) == [(A.id, "ann", "new"), (A.id, "bob", "new"), (B.id, "bob", "new")]
    assert [c.complete for c in report.changes] == [True, False, False]
    assert (report.changes[0].mentions, report.changes[0].relations) == ((2, 0), (1, 0))
    assert marks(trial.layer("ann", A.id)) == marks(ONE)
    assert len(trial.layer("ann", A.id).relations) == 1
    assert not [f for f in validate(trial.root) if "SHA256" not in str(f)]
    assert read_state(trial.root, "ann").documents[A.id].complete
    assert not read_state(trial.root, "bob").documents[A.id].complete

    again = trial.pull()
    assert (again.changes, again.unchanged) == ([], 3)

    trial.put("ann", TWO)
    trial.finish("bob", B.id)
    trial.finish("ann", A.id)
    report = trial.pull()
    assert kinds(report) == [(A.id, "ann", "changed"), (B.id, "bob", "finished")]
    change = report.changes[0]
    assert (change.mentions, change.relations, change.complete) == ((1, 0), (0, 1), False)
    trial.finish("bob", B.id)
    assert kinds(trial.pull()) == [(B.id, "bob", "reopened")]


def test_ids_of_labels_that_stay_are_kept(trial):
    trial.put("ann", ONE)
    trial.pull()
    before = {(m.span, m.type): m.id for m in trial.layer("ann", A.id).mentions}
    trial.put("ann", TWO)  # all numbers on the server are others now
    trial.pull()
    after = {(m.span, m.type): m.id for m in trial.layer("ann", A.id).mentions}
    assert before.items() <= after.items()
    assert len(after) == 3


def test_ids_of_a_new_layer_count_up_line_by_line(trial):
    arrows = [("same_as", 0, 1), ("member_of", 1, 3), ("amount", 2, 1)]
    words = [("Avon", "ORG"), ("Brill", "ORG"), ("join", "GPE"), ("Coast Pact", "ALLIANCE")]
    trial.put("ann", label(A, "x", words, arrows))
    trial.pull()
    lines = trial.path("ann", A.id).read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["T1", "T2", "T3", "T4", "R1", "R2", "R3"]


def test_finished_without_labels_is_a_layer_and_untouched_is_none(trial):
    trial.finish("ann", A.id)
    assert kinds(trial.pull()) == [(A.id, "ann", "new")]
    assert trial.path("ann", A.id).read_text() == ""
    assert not trial.path("ann", B.id).exists()
    assert not trial.path("bob", A.id).exists()


def test_labels_to_start_from_are_nobodys_work_until_touched(root, tmp_path):
    gold = {document.id: layer for document, layer in GOLD}
    trial = Trial(root, tmp_path, suggest=lambda document: gold[document.id])
    report = trial.pull()
    assert (report.changes, report.untouched) == ([], 2)
    trial.finish("ann", B.id)
    trial.put("ann", ONE)
    assert kinds(trial.pull()) == [(A.id, "ann", "new"), (B.id, "ann", "new")]
    assert marks(trial.layer("ann", B.id)) == marks(gold[B.id])
    found = status(fetch(trial.server.account("admin"), 1, tmp_path))
    assert found.documents[A.id]["ann"] == "started"
    assert found.documents[B.id]["ann"] == "finished"
    assert found.documents["practice/c"] == {"admin": "open", "ann": "open", "bob": "open"}
    assert found.counts()["ann"] == {"finished": 1, "started": 1, "suggested": 0, "open": 1}


def test_status_tells_suggestions_from_work(root, tmp_path):
    gold = {document.id: layer for document, layer in GOLD}
    trial = Trial(root, tmp_path, suggest=lambda document: gold[document.id])
    found = status(fetch(trial.server.account("admin"), 1, tmp_path))
    assert found.counts()["ann"] == {"finished": 0, "started": 0, "suggested": 2, "open": 1}


def test_layers_members_documents_and_finished_ones_can_be_chosen(trial):
    trial.put("ann", ONE)
    trial.put("bob", TWO)
    trial.put("bob", OTHER)
    report = trial.pull(members=["bob"], layers={"bob": "second"}, chosen={B.id})
    assert kinds(report) == [(B.id, "second", "new")]
    assert trial.pull(finished_only=True, layers={"bob": "second"}).changes == []
    trial.finish("ann", A.id)
    assert kinds(trial.pull(finished_only=True)) == [(A.id, "ann", "new")]
    with pytest.raises(InputError, match=r"zoe is no member.*admin, ann, bob"):
        trial.pull(members=["zoe"])
    for name in ("..", ".x", "a/b", ""):
        with pytest.raises(InputError, match="cannot be a folder"):
            trial.pull(layers={"ann": name})
    with pytest.raises(InputError, match=r"zoe is no member.*admin, ann, bob"):
        trial.pull(layers={"zoe": "second"})
    with pytest.raises(InputError, match="'ann' and 'bob' cannot share the layer 'bob'"):
        trial.pull(layers={"ann": "bob"})
    trial.put("admin", ONE)
    with pytest.raises(InputError, match=r"holds what 'bob' did.*--as ann=LAYER"):
        trial.pull(layers={"ann": "second"})
    assert not trial.path("admin", A.id).exists()  # refused before anything was written


def test_a_layer_that_changed_here_and_there_is_a_conflict(trial):
    trial.put("ann", ONE)
    trial.pull()
    mine = replace(OTHER, document=A.id, mentions=OTHER.mentions[:0])
    write_layer(trial.root, A, replace(mine, source="ann"))
    report = trial.pull()
    assert kinds(report) == [(A.id, "ann", "kept as changed here")]
    assert report.conflicts == []
    trial.put("ann", TWO)
    report = trial.pull()
    assert [(c.kind, c.document, c.who) for c in report.conflicts] == [
        ("changed-here", A.id, "ann")
    ]
    assert trial.layer("ann", A.id).mentions == ()
    assert trial.pull("changed-here=here").conflicts == []
    assert trial.layer("ann", A.id).mentions == ()
    assert trial.pull("changed-here=server").conflicts == []
    assert marks(trial.layer("ann", A.id)) == marks(TWO)
    assert trial.pull().unchanged == 1


def test_a_layer_from_elsewhere_is_not_overwritten(trial):
    trial.put("ann", ONE)
    before = trial.path("gold", A.id).read_bytes()
    report = trial.pull(layers={"ann": "gold"})
    assert "were not pulled from this project" in report.conflicts[0].reason
    assert trial.path("gold", A.id).read_bytes() == before
    assert report.changes == []


def test_a_layer_that_was_removed_here_stays_removed_until_the_server_changes(trial):
    trial.put("ann", ONE)
    trial.pull()
    trial.path("ann", A.id).unlink()
    assert kinds(trial.pull()) == [(A.id, "ann", "kept as changed here")]
    assert not trial.path("ann", A.id).exists()
    trial.put("ann", TWO)
    assert [c.kind for c in trial.pull().conflicts] == ["changed-here"]


def test_a_layer_that_cannot_be_read_here_is_a_conflict_and_the_rest_goes_on(trial):
    trial.put("ann", ONE)
    trial.put("ann", OTHER)
    trial.pull()
    trial.path("ann", A.id).write_text("nonsense\n")
    trial.put("ann", replace(OTHER, mentions=()))
    report = trial.pull()
    assert "a.ann:1: not a mention" in report.conflicts[0].reason
    assert kinds(report) == [(B.id, "ann", "changed")]
    assert trial.pull("changed-here=here").conflicts == []
    assert trial.path("ann", A.id).read_text() == "nonsense\n"
    assert kinds(trial.pull("changed-here=server")) == [(A.id, "ann", "changed")]
    assert marks(trial.layer("ann", A.id)) == marks(ONE)


def test_a_text_that_was_edited_there_is_a_conflict(trial):
    trial.put("ann", ONE)
    trial.pull()
    before = trial.path("ann", A.id).read_bytes()
    trial.put("ann", TWO)
    trial.text(A.id, A.text.replace("pledged", "promised"))
    report = trial.pull()
    assert [(c.kind, c.reason) for c in report.conflicts] == [
        ("text-changed", "the text was edited on the server")
    ]
    assert trial.pull("text-changed=skip").conflicts == []
    assert trial.path("ann", A.id).read_bytes() == before
    assert kinds(trial.pull("text-changed=realign")) == [(A.id, "ann", "changed")]
    assert marks(trial.layer("ann", A.id)) == marks(TWO)


def test_labels_in_an_edited_part_are_listed_when_realigned(trial):
    trial.text(A.id, A.text.replace("Brill", "Brillo"))
    trial.put("ann", TWO)
    start = A.text.index("Coast") + 1
    place = (start, start + 10, trial.server.number("span", "ALLIANCE"))
    held = trial.server.labels["ann", trial.numbers[A.id]]["spans"]
    held.clear()
    held[1] = (0, 4, trial.server.number("span", "ORG"))
    held[2] = (9, 15, trial.server.number("span", "ORG"))
    held[3] = place
    report = trial.pull("text-changed=realign")
    assert [(name, why) for name, _, why in report.left_out] == [
        (A.id, "ORG 'Brillo' stands in the edited part")
    ]
    words = {A[m.span] for m in trial.layer("ann", A.id).mentions}
    assert words == {"Avon", "Coast Pact"}


def test_a_text_that_changed_here_is_a_conflict_too(trial):
    trial.put("ann", ONE)
    trial.pull()
    (trial.root / "corpus" / f"{A.id}.txt").write_text("Avon and Brill join the Coast Pact now.")
    assert "edited here" in trial.pull().conflicts[0].reason


def test_a_type_that_the_schema_lacks_is_a_conflict(trial):
    trial.server.do_create_type("admin", 1, "span", text="EVENT")
    trial.server.do_create_type("admin", 1, "relation", text="during")
    trial.put("ann", ONE)
    held = trial.server.labels["ann", trial.numbers[A.id]]
    held["spans"][90] = (0, 8, trial.server.number("span", "EVENT"))
    first = next(iter(held["spans"]))
    held["relations"][91] = (trial.server.number("relation", "during"), first, first)
    held["relations"][92] = (trial.server.number("relation", "member_of"), 90, first)
    report = trial.pull()
    assert {(c.kind, c.reason) for c in report.conflicts} == {
        ("unknown-label", "EVENT 'Avon and'"),
        ("unknown-label", "the relation during"),
    }
    assert not trial.path("ann", A.id).exists()
    report = trial.pull("unknown-label=drop")
    assert marks(trial.layer("ann", A.id)) == marks(ONE)
    assert len(report.left_out) == 2
    trial.pull("unknown-label=keep")
    assert len(trial.layer("ann", A.id).relations) == 3


@pytest.mark.parametrize("place", [(0, 900), (5, 5), (7, 3), (-1, 3)])
def test_marks_that_are_no_stretch_of_the_text_are_a_conflict(trial, place):
    trial.put("ann", ONE)
    held = trial.server.labels["ann", trial.numbers[A.id]]["spans"]
    held[90] = (*place, trial.server.number("span", "ORG"))
    (conflict,) = trial.pull().conflicts
    assert conflict.kind == "unusable-label"
    assert f"ORG at {place[0]}..{place[1]} is no stretch" in conflict.reason
    trial.pull("unusable-label=drop")
    assert marks(trial.layer("ann", A.id)) == marks(ONE)


def test_half_an_emoji_is_a_conflict(trial):
    trial.put("ann", OTHER)
    units = len(B.text[: B.text.index("🌊")].encode("utf-16-le")) // 2
    held = trial.server.labels["ann", trial.numbers[B.id]]["spans"]
    held[90] = (units, units + 1, trial.server.number("span", "ORG"))
    assert "cuts a character in two" in trial.pull().conflicts[0].reason


def test_a_deleted_example_is_a_conflict(trial):
    trial.put("ann", ONE)
    trial.put("ann", OTHER)
    trial.pull()
    del trial.server.examples[trial.numbers[A.id]]
    report = trial.pull()
    assert [(c.kind, c.document) for c in report.conflicts] == [("deleted", A.id)]
    assert trial.pull("deleted=keep").conflicts == []
    assert trial.path("ann", A.id).exists()
    write_layer(trial.root, A, replace(TWO, source="ann"))
    assert [c.kind for c in trial.pull("deleted=remove").conflicts] == ["changed-here"]
    assert trial.path("ann", A.id).exists()
    report = trial.pull("deleted=remove", "changed-here=server")
    assert kinds(report) == [(A.id, "ann", "removed")]
    assert not trial.path("ann", A.id).exists()
    assert trial.pull().conflicts == []


def test_an_example_that_came_twice_is_a_conflict_only_with_work(trial):
    trial.put("ann", ONE)
    twin = next(trial.server.ids)
    trial.server.examples[twin] = trial.server.examples[trial.numbers[A.id]]
    assert trial.pull().conflicts == []
    trial.server.held("ann", twin)["spans"][99] = (0, 4, trial.server.number("span", "ORG"))
    assert [c.kind for c in trial.pull().conflicts] == ["double"]
    assert trial.pull("double=first").conflicts == []
    assert marks(trial.layer("ann", A.id)) == marks(ONE)


def test_a_member_who_left_is_named_and_the_layer_stays(trial):
    trial.put("bob", TWO)
    trial.pull()
    trial.server.member_names.remove("bob")
    report = trial.pull()
    assert report.gone == ["bob"]
    assert report.conflicts == []
    assert trial.path("bob", A.id).exists()


def test_examples_that_no_push_brought_are_counted_and_left(trial):
    number = next(trial.server.ids)
    # doccano lets a foreign example's metadata take the place of its number and its text.
    disguise = {"id": trial.numbers[A.id], "text": 5, "meta": "x"}
    trial.server.examples[number] = {"text": "Foreign.", "meta": disguise}
    trial.server.finished.add(("ann", number))
    trial.put("ann", ONE)
    report = trial.pull()
    assert report.foreign == 1
    assert kinds(report) == [(A.id, "ann", "new")]
    assert not report.changes[0].complete
    (trial.root / "corpus" / f"{A.id}.txt").unlink()
    trial.path("ann", A.id).unlink()
    assert trial.pull().unknown == {A.id}


def test_a_pull_that_was_interrupted_can_be_run_again(trial, monkeypatch):
    trial.put("ann", ONE)
    trial.put("ann", OTHER)

    def stop(step):
        if (step.stage, step.done) == ("ann", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        monkeypatch.setattr("test_doccano_pull.NOTHING", stop)
        trial.pull()
    monkeypatch.undo()
    assert list(read_state(trial.root, "ann").documents) == [A.id]
    assert kinds(trial.pull()) == [(B.id, "ann", "new")]


def test_a_pull_that_died_before_it_remembered_is_no_conflict(trial):
    trial.put("ann", ONE)
    trial.pull()
    state_path(trial.root, "ann").unlink()
    report = trial.pull()
    assert (report.conflicts, report.unchanged) == ([], 1)
    assert A.id in read_state(trial.root, "ann").documents


def test_a_damaged_state_is_named(trial):
    trial.put("ann", ONE)
    trial.pull()
    for text in ("{", "[]", '{"version": 9}', '{"version": 1, "documents": {"a": {}}}'):
        state_path(trial.root, "ann").write_text(text)
        with pytest.raises(FormatError, match=r"\.doccano\.json: not a state of"):
            trial.pull()


def test_finished_while_exported_counts_as_unfinished(trial, monkeypatch):
    trial.put("ann", ONE)
    trial.finish("ann", A.id)
    export = trial.server.do_fetch_export

    def and_then_works_on(**arguments):
        path = export(**arguments)
        trial.put("ann", TWO)
        return path

    monkeypatch.setattr(trial.server, "do_fetch_export", and_then_works_on)
    (change,) = trial.pull().changes
    assert not change.complete


@given(st.integers())
def test_any_layer_survives_the_way_there_and_back(seed):
    document, layer = random_item(seed, TYPES, [*SCHEMA.relations])
    labels = of_record({"text": document.text, **to_record(of_layer(document, layer))})
    assert labels == of_layer(document, layer)
    back = to_layer(document, "file", labels, SCHEMA, before=layer)
    assert back.problems == ()
    assert set(back.layer.mentions) == set(layer.mentions)
    assert set(back.layer.relations) == set(layer.relations)


@given(st.text("ab🌊 ", max_size=12), st.text("ab🌊 ", max_size=12))
def test_realigned_labels_read_the_same(there, here):
    from accord.bridges.doccano.labels import Translation
    from accord.document import Layer, Mention

    spans = [Span(i, j) for i in range(len(there)) for j in range(i + 1, len(there) + 1)]
    mentions = tuple(Mention(f"T{n}", span, "ORG") for n, span in enumerate(spans))
    moved = realign(Translation(Layer("a", "x", mentions)), there, here)
    old = {m.id: there[m.span.start : m.span.end] for m in mentions}
    for mention in moved.layer.mentions:
        assert here[mention.span.start : mention.span.end] == old[mention.id]
    assert len(moved.layer.mentions) + len(moved.problems) == len(mentions)
    if there == here:
        assert not moved.problems
