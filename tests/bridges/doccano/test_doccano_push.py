"""Push onto a server in memory: idempotent, resumable at every call, never over anyone's work."""

import random
from dataclasses import replace

import pytest
from fake_server import SCHEMA, TYPES, FakeServer, Interrupted, busy, failing_once

from accord.bridges.doccano import push as push_module
from accord.bridges.doccano.conflicts import PUSH, choices
from accord.bridges.doccano.errors import ServerError
from accord.bridges.doccano.export import fetch
from accord.bridges.doccano.labels import of_layer, of_record
from accord.bridges.doccano.project import add_members, make_project
from accord.bridges.doccano.push import Push
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import InputError

TEXTS = {
    "a": "🌊 Avon joined\r\nthe Coast Pact. ",
    "b": "Corvo",
    "practice/c": "Ångström und Größe",
    "d": "e\u0301 🇯🇵 x",
    "e": "no labels here",
}


def layer_of(document, seed=1):
    chance = random.Random(f"{document.id} {seed}")  # noqa: S311
    size = len(document.text)
    mentions = []
    for number in range(0 if document.id == "e" else 4):
        start = chance.randrange(size)
        end = chance.randint(start + 1, size)
        mentions.append(Mention(f"T{number}", Span(start, end), chance.choice(TYPES)))
    relations = [
        Relation(chance.choice([*SCHEMA.relations]), *(m.id for m in chance.sample(mentions, 2)))
        for _ in range(3 if mentions else 0)
    ]
    return Layer(document.id, "gold", tuple(mentions), tuple(relations))


def documents(texts=None):
    return [Document(name, text) for name, text in (texts or TEXTS).items()]


def push(
    server,
    *names,
    given=None,
    suggest=layer_of,
    resolve=(),
    guideline="Mark names.",
    listener=lambda step: None,
):
    given = given or documents()
    admin = server.account("admin")
    chosen = choices(resolve, PUSH)
    project, conflicts = make_project(admin, "trial", SCHEMA, guideline, chosen)
    add_members(admin, project, names)
    done = Push(
        admin,
        project,
        SCHEMA,
        lambda: iter(given),
        len(given),
        listener,
        suggest,
        "gold",
        [server.account(name) for name in names] or [admin],
        chosen,
    ).run()
    done.conflicts += conflicts
    return done


def labels_on(server, account):
    """What an account has, by document id."""
    return {
        example["meta"]["meta"]["external_id"]: of_record(server.line(account, number))
        for number, example in server.examples.items()
    }


def check_complete(server, *accounts, given=None):
    given = given or documents()
    server.labels = {key: held for key, held in server.labels.items() if key[1] in server.examples}
    names = [example["meta"]["meta"]["external_id"] for example in server.examples.values()]
    assert sorted(names) == sorted(document.id for document in given)
    for example in server.examples.values():
        assert example["text"] == next(
            d.text for d in given if d.id == example["meta"]["meta"]["external_id"]
        )
    for account in accounts:
        held = labels_on(server, account)
        assert held == {d.id: of_layer(d, layer_of(d)) for d in given}
        for (who, number), labels in server.labels.items():
            if who == account:
                wanted = held[server.examples[number]["meta"]["meta"]["external_id"]]
                assert len(labels["spans"]) == len(wanted.marks)
                assert len(labels["relations"]) == len(wanted.arrows)


@pytest.mark.parametrize("names", [(), ("ann", "bob")])
def test_a_second_push_changes_nothing(names):
    server = FakeServer("admin", "ann", "bob")
    done = push(server, *names)
    assert (done.uploaded, done.there, done.conflicts) == (5, 0, [])
    check_complete(server, *names or ("admin",))
    before, numbers = repr(vars(server)["examples"]), set(server.labels)
    calls = server.calls
    again = push(server, *names)
    assert (again.uploaded, again.there, again.labelled) == (0, 5, {})
    assert repr(server.examples) == before
    assert set(server.labels) == numbers
    assert server.calls - calls < 15  # a look, not a look at each document


def many(count):
    return [Document(f"{number:03}", "Avon joined the Coast Pact.") for number in range(count)]


def test_own_labels_are_not_looked_at_one_by_one():
    server = FakeServer("admin")
    push(server, given=many(200))
    assert server.calls < 100
    check_complete(server, "admin", given=many(200))


def test_progress_counts_every_document(monkeypatch):
    monkeypatch.setattr(push_module, "BATCH", 3)
    steps = []
    push(FakeServer("admin"), given=many(7), listener=steps.append)
    for stage in ("documents", "labels"):
        assert [(s.done, s.total) for s in steps if s.stage == stage] == [
            (n, 7) for n in range(1, 8)
        ]


def forgetful(server, of):
    """Imports lose one label, and say nothing of it."""
    plain = server.do_upload

    def upload(**arguments):
        before = set(server.labels)
        sent = plain(**arguments)
        held = [server.labels[key][of] for key in server.labels if key not in before]
        next(labels for labels in held if labels).popitem()
        return sent

    server.do_upload = upload


def test_a_label_that_an_import_lost_is_noticed_and_put():
    server = FakeServer("admin")
    forgetful(server, "relations")
    done = push(server)
    assert done.labelled == {"admin": 1}
    assert done.conflicts == []
    check_complete(server, "admin")


def test_a_server_that_cannot_count_is_looked_at_one_by_one():
    server = FakeServer("admin")
    server.fault = lambda n, op, when: (_ for _ in ()).throw(busy()) if op == "counts" else None
    push(server)
    check_complete(server, "admin")
    marks = [e["meta"]["meta"]["pushed"]["admin"] for e in server.examples.values()]
    assert all(set(mark) == {"is", "from"} for mark in marks)


@pytest.mark.parametrize("index", [0, 1])
def test_relations_that_somebody_removed_stay_removed(index):
    # The first example of a batch says that its labels arrived, the others rely on it.
    server = FakeServer("admin")
    push(server)
    number = [*server.examples][index]
    server.labels["admin", number]["relations"].clear()
    done = push(server, suggest=lambda d: layer_of(d, seed=2))
    name = documents()[index].id
    assert [(c.kind, c.document) for c in done.conflicts] == [("worked-on", name)]
    assert server.labels["admin", number]["relations"] == {}
    again = push(server, suggest=lambda d: layer_of(d, seed=2))
    assert again.labelled == {}
    assert len(again.conflicts) == 1


def calls_of_a_push(*names):
    server = FakeServer("admin", "ann")
    push(server, *names)
    return server.calls


@pytest.mark.parametrize("names", [(), ("ann",)])
@pytest.mark.parametrize("when", ["before", "after", "between", "halfway"])
def test_killed_at_any_call_it_goes_on(names, when):
    for at in range(1, calls_of_a_push(*names) + 1):
        server = FakeServer("admin", "ann")
        server.fault = failing_once(at, when)
        try:
            push(server, *names)
        except Interrupted:
            done = push(server, *names)
            assert done.conflicts == [], at
        check_complete(server, *names or ("admin",))


@pytest.mark.parametrize("names", [(), ("ann",)])
@pytest.mark.parametrize("when", ["before", "after", "between", "halfway"])
def test_a_lost_answer_at_any_call_doubles_nothing(names, when):
    for at in range(1, calls_of_a_push(*names) + 1):
        server = FakeServer("admin", "ann")
        server.fault = failing_once(at, when, busy())
        try:
            push(server, *names)
        except ServerError as error:
            assert error.temporary
            push(server, *names)
        check_complete(server, *names or ("admin",))


def test_what_the_server_refuses_stops_the_push_with_its_words():
    server = FakeServer("admin")
    refused = ServerError("the server said (400): Text is too long", status=400)
    server.fault = lambda n, op, when: (_ for _ in ()).throw(refused) if op == "upload" else None
    with pytest.raises(ServerError, match="Text is too long"):
        push(server)
    assert server.examples == {}


def test_new_documents_are_added_to_what_is_there():
    server = FakeServer("admin")
    push(server, given=documents()[:2])
    done = push(server)
    assert (done.uploaded, done.there) == (3, 2)
    check_complete(server, "admin")


def test_changed_labels_replace_what_a_push_put_there():
    server = FakeServer("admin", "ann")
    push(server, "ann")
    done = push(server, "ann", suggest=lambda d: layer_of(d, seed=2))
    assert done.labelled == {"ann": 4}
    assert labels_on(server, "ann")["a"] == of_layer(documents()[0], layer_of(documents()[0], 2))


def test_killed_while_labels_are_replaced_it_goes_on():
    def other(document):
        return layer_of(document, seed=2)

    server = FakeServer("admin", "ann")
    push(server, "ann")
    start = server.calls
    push(server, "ann", suggest=other)
    for at in range(1, server.calls - start + 1):
        server = FakeServer("admin", "ann")
        push(server, "ann")
        server.fault = failing_once(server.calls + at, "after")
        try:
            push(server, "ann", suggest=other)
        except Interrupted:
            done = push(server, "ann", suggest=other)
            assert done.conflicts == []
        assert labels_on(server, "ann") == {d.id: of_layer(d, other(d)) for d in documents()}


def worked(server, account="ann"):
    """The account adds a mark to every document."""
    for number in server.examples:
        server.do_add_span(account, number, (0, 1, server.number("span", "ORG")))


def test_labels_that_somebody_worked_on_stay_unless_told():
    server = FakeServer("admin", "ann")
    push(server, suggest=None)
    worked(server)
    before = labels_on(server, "ann")
    done = push(server, "ann")
    assert {(c.kind, c.who) for c in done.conflicts} == {("worked-on", "ann")}
    assert len(done.conflicts) == 5
    assert labels_on(server, "ann") == before
    assert push(server, "ann", resolve=["worked-on=keep"]).conflicts == []
    assert labels_on(server, "ann") == before
    push(server, "ann", resolve=["worked-on=replace"])
    check_complete(server, "ann")


def test_work_after_a_push_is_not_undone_by_the_next():
    server = FakeServer("admin", "ann")
    push(server, "ann")
    for number in server.examples:
        server.do_labels("ann", 1, number)
        server.labels["ann", number] = {"spans": {}, "relations": {}}
    assert push(server, "ann").conflicts == []
    assert not any(labels_on(server, "ann").values())
    done = push(server, "ann", suggest=lambda d: layer_of(d, seed=2))
    assert {c.kind for c in done.conflicts} == {"worked-on"}
    assert not any(labels_on(server, "ann").values())


def test_a_text_that_changed_is_a_conflict_and_nothing_is_lost():
    server = FakeServer("admin", "ann")
    push(server)
    there = next(iter(server.examples))
    server.examples[there]["text"] += "!"
    worked(server)
    done = push(server)
    assert [(c.kind, c.document) for c in done.conflicts] == [("text-changed", "a")]
    assert "edited there" in done.conflicts[0].reason
    here = documents({**TEXTS, "b": "Corvo Steel"})
    server.examples[there]["text"] = TEXTS["a"]
    done = push(server, given=here)
    assert "edited here" in done.conflicts[0].reason
    assert len(server.examples) == 5
    assert push(server, given=here, resolve=["text-changed=skip"]).conflicts == []
    done = push(server, given=here, resolve=["text-changed=add"])
    assert (done.uploaded, done.there, done.conflicts) == (1, 4, [])
    assert len(server.examples) == 6  # the old one is kept, with all that people did
    assert sum(bool(e["meta"]["meta"].get("retired")) for e in server.examples.values()) == 1
    again = push(server, given=here)
    assert (again.uploaded, again.there, again.foreign, again.conflicts) == (0, 5, 1, [])


def doubled(server):
    """The retries of a failed import: every example three times."""
    for example in list(server.examples.values()) * 2:
        server.examples[next(server.ids)] = dict(example)


def test_doubles_of_a_failed_import_are_removed_unless_worked_on():
    server = FakeServer("admin", "ann")
    push(server, "ann")
    doubled(server)
    done = push(server, "ann")
    assert (done.removed, done.conflicts) == (10, [])
    check_complete(server, "ann")
    doubled(server)
    last = max(server.examples)
    server.do_add_span("ann", last, (0, 1, server.number("span", "ORG")))
    server.finished.add(("ann", min(server.examples)))
    done = push(server, "ann")
    assert last in server.examples
    assert server.finished == {("ann", min(server.examples))}
    assert (done.removed, done.conflicts) == (10, [])


def test_two_examples_with_work_are_a_conflict():
    server = FakeServer("admin", "ann")
    push(server, "ann", given=documents()[:1])
    doubled(server)
    worked(server)
    done = push(server, "ann", given=documents()[:1])
    assert [c.kind for c in done.conflicts] == ["double"]
    assert done.removed == 0
    assert len(server.examples) == 3


def test_empty_documents_are_left_out_and_named():
    server = FakeServer("admin")
    done = push(server, given=[Document("empty", ""), *documents()])
    assert done.left_out == [("empty", "it is empty, and doccano refuses that")]
    check_complete(server, "admin")


def test_labels_that_the_schema_lacks_stop_a_push_before_they_are_sent():
    server = FakeServer("admin")
    wrong = Layer("b", "gold", (Mention("T1", Span(0, 1), "NOPE"),))
    with pytest.raises(InputError, match="a, gold: 'NOPE' is no type"):
        push(server, suggest=lambda d: replace(wrong, document=d.id))
    assert server.examples == {}


def test_the_project_follows_the_schema_and_keeps_what_others_added():
    server = FakeServer("admin")
    push(server)
    (project,) = server.projects.values()
    assert (project["allow_overlapping"], project["use_relation"]) == (True, True)
    assert (project["grapheme_mode"], project["collaborative_annotation"]) == (False, False)
    assert {t["text"] for t in server.types["span"].values()} == set(TYPES)
    colours = {t["background_color"] for t in server.types["span"].values()}
    assert len(colours) == 3
    assert all(len(c) == 7 and c.startswith("#") for c in colours)
    assert [t["suffix_key"] for t in server.types["span"].values()] == ["1", "2", "3"]
    server.do_create_type("admin", 1, "span", text="EXTRA", background_color="#000000")
    server.types["span"][server.number("span", "ORG")]["background_color"] = "#000000"
    push(server)
    assert "EXTRA" in {t["text"] for t in server.types["span"].values()}
    assert server.types["span"][server.number("span", "ORG")]["background_color"] != "#000000"


def test_a_guideline_that_was_edited_on_the_server_is_not_overwritten():
    server = FakeServer("admin")
    push(server, guideline="first")
    assert push(server, guideline="second").conflicts == []
    (project,) = server.projects.values()
    assert project["guideline"] == "second"
    project["guideline"] = "second, edited there"
    done = push(server, guideline="third")
    assert [c.kind for c in done.conflicts] == ["guideline"]
    assert push(server, guideline="third", resolve=["guideline=keep"]).conflicts == []
    assert [c.kind for c in push(server, guideline="third").conflicts] == ["guideline"]
    assert project["guideline"] == "second, edited there"
    assert push(server, guideline="third", resolve=["guideline=replace"]).conflicts == []
    assert project["guideline"] == "third"
    assert push(server, guideline="fourth").conflicts == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("grapheme_mode", True),
        ("allow_overlapping", False),
        ("use_relation", False),
        ("collaborative_annotation", True),
        ("project_type", "Seq2seq"),
    ],
)
def test_a_project_in_which_labels_would_be_lost_is_refused(setting, value):
    server = FakeServer("admin")
    push(server)
    next(iter(server.projects.values()))[setting] = value
    with pytest.raises(ServerError, match=f"would be lost, as {setting} is"):
        push(server)


def test_projects_are_found_by_name_then_number_and_never_guessed():
    server = FakeServer("admin")
    push(server)
    push(server)
    assert len(server.projects) == 1
    server.projects[99] = dict(next(iter(server.projects.values())))
    with pytest.raises(ServerError, match=r"several projects are called 'trial'.*99"):
        push(server)


def test_accounts_that_are_unknown_or_may_not_are_named():
    server = FakeServer("admin", "ann")
    with pytest.raises(ServerError, match="no account 'zoe'"):
        push(server, "zoe")
    with pytest.raises(ServerError, match="'ann' may not create one"):
        make_project(server.account("ann"), "other", SCHEMA, "", {})


def test_names_that_doccano_would_cut_are_refused_before_anything_is_sent():
    server = FakeServer("admin")
    for name in ("", " trial", "x" * 101):
        with pytest.raises(InputError, match="1 to 100 characters"):
            make_project(server.account("admin"), name, SCHEMA, "", {})
    long = replace(SCHEMA, mentions={"x" * 101: SCHEMA.mentions["ORG"]})
    with pytest.raises(InputError, match="101 characters; doccano allows 100"):
        make_project(server.account("admin"), "trial", long, "", {})
    assert server.calls == 0


def test_an_import_that_the_server_could_not_read_is_told_in_its_words():
    server = FakeServer("admin")
    answer = {"ready": True, "result": {"error": [{"message": "Invalid data in line 3"}]}}
    server.do_task = lambda account, task: answer
    with pytest.raises(ServerError, match="could not finish an import: Invalid data in line 3"):
        push(server)
    server.do_task = lambda account, task: {"ready": True, "error": {"text": "disk I/O error"}}
    with pytest.raises(ServerError, match="could not finish an import: disk I/O error"):
        push(server, given=[Document("new", "New.")])


def test_a_task_that_never_ends_is_given_up(monkeypatch):
    server = FakeServer("admin")
    server.do_task = lambda account, task: {"ready": False}
    with pytest.raises(ServerError, match=r"has not finished an import.*task worker") as error:
        server.account("admin").wait("x", "an import", limit=0)
    assert error.value.temporary


def test_an_export_that_is_no_archive_is_refused(tmp_path):
    server = FakeServer("admin")
    (tmp_path / "x.zip").write_text("<html>")
    server.do_fetch_export = lambda **arguments: str(tmp_path / "x.zip")
    with pytest.raises(ServerError, match="no zip archive"):
        fetch(server.account("admin"), 1, tmp_path)
