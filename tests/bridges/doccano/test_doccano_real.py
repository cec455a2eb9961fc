"""Against a real doccano 1.8.4: nothing of what it is known to lose is lost by us.

Each test has a project of its own on the one server that all share.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import pytest
from doccano_page import Annotator
from doccano_server import ANNOTATORS
from random_layers import random_item
from typer.testing import CliRunner

from accord.bridges.doccano.export import fetch
from accord.bridges.doccano.labels import Labels, of_layer, to_record
from accord.bridges.doccano.project import open_project
from accord.bridges.doccano.put import under_way
from accord.bridges.doccano.serve import clear_exports
from accord.cli.main import app
from accord.compare import Decision, adjudicate, agree
from accord.corpus import read_corpus, write_layer
from accord.document import Document, Layer
from accord.errors import AccordError
from accord.files import write_text
from accord.formats.utf16 import Utf16
from sample_corpus import GOLD, SCHEMA, A, B, C, label, write_sample

TYPES = ("ORG", "GPE", "ALLIANCE")
ARROWS = ("member_of", "same_as")
ann, bob, dora = ANNOTATORS


class Trial:
    """A corpus folder, a project of its own on the server, and the command line between them."""

    def __init__(self, server, root, name):
        self.server = server
        self.root = root
        self.name = name

    def accord(self, *words, code=0):
        """Output and messages of `accord doccano ...`."""
        command, *rest = words
        where = ("--data", self.server.data, "--environments", self.server.environments)
        here = () if command == "status" else ("--root", self.root)
        full = ["doccano", command, "--project", self.name, *where, *here, *rest]
        result = CliRunner().invoke(app, [str(word) for word in full])
        if isinstance(result.exception, AccordError):
            assert code == 2, result.exception
            return result.stdout, str(result.exception)
        assert result.exit_code == code, result.output + repr(result.exception)
        return result.stdout, result.stderr

    def page(self, user):
        return Annotator(self.server.url, self.server.cookies(user), self.name)

    def upload(self, *lines):
        """What doccano's own import does with these lines."""
        with self.server.account() as admin:
            project = open_project(admin, self.name)
            sent = admin.call("upload", project=project.number, lines=[*map(json.dumps, lines)])
            admin.wait(sent["task"], "an import")

    def documents_there(self):
        """All examples as (external id, text), in the server's order."""
        with self.page("admin") as page:
            found = page._get("/examples", limit=1000)["results"]
        return [(e["meta"].get("meta", {}).get("external_id"), e["text"]) for e in found]

    def layer(self, source, name):
        return read_corpus(self.root).layer(source, name)


@pytest.fixture
def trial(server, tmp_path, request, monkeypatch):
    for name in [name for name in os.environ if name.startswith("ACCORD_DOCCANO_")]:
        monkeypatch.delenv(name)
    write_sample(tmp_path / "root")
    return Trial(server, tmp_path / "root", request.node.name[:100])


def place(document, words):
    """UTF-16 units of the first place of some words."""
    start = document.text.index(words)
    utf16 = Utf16(document.text)
    return utf16.units(start), utf16.units(start + len(words))


def contents(document, layer):
    """Labels without ids."""
    return of_layer(document, layer)


def test_two_annotators_agreement_and_gold_pushed_back(trial):
    out, _ = trial.accord("push", "--member", ann, "--member", bob)
    assert "3 documents uploaded, 0 there already" in out
    with trial.page(ann) as page:
        avon = page.mark(A.id, *place(A, "Avon"), "ORG")
        pact = page.mark(A.id, *place(A, "Coast Pact"), "ALLIANCE")
        page.mark(A.id, *place(A, "Brill"), "ORG")
        page.relate(A.id, avon, pact, "member_of")
        page.finish(A.id)
    with trial.page(bob) as page:
        assert page.spans(A.id) == {}  # nobody sees another's labels
        page.mark(A.id, *place(A, "Avon"), "ORG")
        page.mark(A.id, *place(A, "Coast Pact"), "ORG")
    out, _ = trial.accord("pull", "--as", f"{ann}=first", "--as", f"{bob}=second")
    assert "first/articles/a new: mentions +3 -0, relations +1 -0; finished" in out
    assert "second/articles/a new: mentions +2 -0, relations +0 -0; unfinished" in out
    first, second = trial.layer("first", A.id), trial.layer("second", A.id)
    corpus = read_corpus(trial.root)
    (agreement,) = agree({"first": {A.id: first}, "second": {A.id: second}}, corpus.schema)
    kinds = {str(difference.kind) for difference in agreement.differences}
    assert kinds == {"type", "only-first"}
    assert len(agreement.differences) == 3
    result = adjudicate([first, second], corpus.schema)
    while result.open:
        chosen = {point.id: Decision(("first",)) for point in result.points}
        result = adjudicate([first, second], corpus.schema, chosen)
    gold = result.gold
    assert contents(A, gold) == contents(A, first)
    write_layer(trial.root, A, gold)
    out, _ = trial.accord("push", "--layer", "gold", "--split", A.id)
    assert "0 documents uploaded, 1 there already\nadmin: labels to start from in 1" in out
    with trial.page("admin") as page:
        assert set(page.spans(A.id)) == contents(A, gold).marks
        assert len(page.relations(A.id)) == 1
    with trial.page(bob) as page:
        assert len(page.spans(A.id)) == 2
    out, _ = trial.accord("status", "--documents", "--json")
    rows = json.loads(out)["documents"]
    assert rows[A.id] == {"admin": "suggested", ann: "finished", bob: "started"}
    assert rows[C.id] == {"admin": "open", ann: "open", bob: "open"}


def test_loss_1_encodings_are_not_guessed(trial):
    words = (
        "Größe",
        "naïve café",
        "Ærø",
        "Łódź",
        "ČSOB",
        "東京",
        "עמאן",
        "ñandú",
        "Αθήνα",
        "Ωmega",
    )
    texts = {f"short/{n}": f"{word} €" for n, word in enumerate(words)}
    replace_texts(trial, texts)
    trial.accord("push")
    assert dict(trial.documents_there()) == texts


def test_loss_2_offsets_are_utf16_units_there_and_code_points_here(trial):
    document = Document("emoji", "🌊🌊 Avon 👩‍👩‍👧 Brill")
    replace_texts(trial, {"emoji": document.text})
    write_layer(trial.root, document, label(document, "gold", [("Avon", "ORG"), ("Brill", "ORG")]))
    trial.accord("push", "--layer", "gold", "--member", ann)
    with trial.page(ann) as page:
        assert set(page.spans("emoji")) == {(5, 9, "ORG"), (19, 24, "ORG")}
        page.mark("emoji", 0, 2, "GPE")
    trial.accord("pull", "--member", ann)
    found = trial.layer(ann, "emoji").mentions
    assert [document[m.span] for m in found] == ["🌊", "Avon", "Brill"]


def test_loss_3_white_space_and_line_ends_stay(trial):
    text = "\r\n \t Avon\r\n\r\nBrill\u00a0 \n\n"
    replace_texts(trial, {"white": text})
    document = Document("white", text)
    write_layer(trial.root, document, label(document, "gold", [("Brill", "ORG")]))
    trial.accord("push", "--layer", "gold", "--member", ann)
    trial.accord("push", "--layer", "gold", "--member", bob)
    assert trial.documents_there() == [("white", text)]
    with trial.page(bob) as page:
        assert set(page.spans("white")) == {(*place(document, "Brill"), "ORG")}


def test_loss_4_and_9_what_a_broken_import_left_is_made_good(trial):
    trial.accord("push", "--member", ann, "--split", C.id)
    gold = {document.id: layer for document, layer in GOLD}
    lines = [line(A, gold[A.id], labels=False), line(B, gold[B.id], labels=False)]
    # As after a worker that died in the middle, and after an import that was tried three times.
    trial.upload(*lines)
    trial.upload(lines[0])
    trial.upload(line(A, gold[A.id]))
    out, _ = trial.accord("push", "--layer", "gold")
    assert "2 doubled examples removed" in out
    assert sorted(name for name, _ in trial.documents_there()) == [A.id, B.id, C.id]
    with trial.page("admin") as page:
        for document in (A, B):
            assert set(page.spans(document.id)) == contents(document, gold[document.id]).marks
            wanted = contents(document, gold[document.id]).arrows
            assert len(page.relations(document.id)) == len(wanted)
    assert "removed" not in trial.accord("push", "--layer", "gold")[0]


def test_loss_4_a_double_with_somebodys_work_is_not_removed(trial):
    trial.accord("push", "--member", ann)
    with trial.page(ann) as page:
        page.mark(A.id, 0, 4, "ORG")
    trial.upload(line(A))
    trial.accord("push")
    assert len(trial.documents_there()) == 3
    with trial.page(ann) as page:
        assert set(page.spans(A.id)) == {(0, 4, "ORG")}


def test_loss_5_labels_that_only_we_could_write_wrong_all_arrive(trial):
    document = Document("ids", "Avon Brill Corvo")
    layer = label(document, "gold", [("Avon", "ORG"), ("Brill", "ORG"), ("Corvo", "GPE")])
    arrows = label(document, "gold", [("Avon", "ORG")] * 1, [("same_as", 0, 0)]).relations
    replace_texts(trial, {"ids": document.text})
    write_layer(trial.root, document, Layer("ids", "gold", layer.mentions, arrows))
    trial.accord("push", "--layer", "gold")
    with trial.page("admin") as page:
        assert len(page.spans("ids")) == 3
        assert len(page.relations("ids")) == 1


def test_loss_5_marks_out_of_range_are_a_conflict(trial):
    trial.accord("push", "--member", ann)
    with trial.page(ann) as page:
        page.mark(A.id, 0, 4, "ORG")
        page.mark(A.id, 10, 9000, "ORG")
    _, err = trial.accord("pull", code=1)
    assert "conflict unusable-label: 1" in err
    assert "articles/a (ann): ORG at 10..9000 is no stretch of the text" in err
    assert "--resolve unusable-label=drop" in err
    trial.accord("pull", "--resolve", "unusable-label=drop")
    assert len(trial.layer(ann, A.id).mentions) == 1


def test_loss_6_metadata_of_others_neither_collides_nor_is_lost(trial):
    trial.accord("push", "--member", ann)
    with trial.page(ann) as page:
        number = page.number(A.id)
        page.mark(A.id, 0, 4, "ORG")
    foreign = {"text": "Foreign.", "data": "x", "id": number, "Comments": 3, "score": 1.5}
    trial.upload({**foreign, "entities": [], "relations": []})
    out, _ = trial.accord("pull")
    assert "1 example that no push brought, left out" in out
    assert "ann/articles/a new: mentions +1" in out
    out, _ = trial.accord("push")
    assert "1 other example in the project, left alone" in out
    with trial.page("admin") as page:
        assert page.examples()[None]["meta"] == {"data": "x", "Comments": 3, "score": 1.5} | {
            "id": number
        }


def test_loss_7_our_ids_outlive_the_servers_numbers(trial):
    trial.accord("push", "--member", ann)
    with trial.page(ann) as page:
        number = page.mark(A.id, 0, 4, "ORG")
    trial.accord("pull")
    before = trial.layer(ann, A.id).mentions
    with trial.page(ann) as page:
        page.unmark(A.id, number)
        page.mark(A.id, *place(A, "Coast Pact"), "ALLIANCE")
        page.mark(A.id, 0, 4, "ORG")
    out, _ = trial.accord("pull")
    assert "ann/articles/a changed: mentions +1 -0" in out
    assert before[0] in trial.layer(ann, A.id).mentions


def test_loss_8_each_member_starts_from_labels_of_its_own(trial):
    trial.accord("push", "--layer", "gold", "--member", ann)
    gold = trial.layer("gold", A.id)
    with trial.page("admin") as page:
        assert page.spans(A.id) == {}
    with trial.page(ann) as page:
        spans = page.spans(A.id)
        assert set(spans) == contents(A, gold).marks
        assert len(page.relations(A.id)) == len(gold.relations)
        page.unmark(A.id, spans[(*place(A, "Brill"), "ORG")])
    # What was taken away stays away, however often one pushes.
    out, _ = trial.accord("push", "--layer", "gold", "--member", ann, "--member", bob)
    assert "bob: labels to start from in 2 documents" in out
    with trial.page(ann) as page:
        assert len(page.spans(A.id)) == len(gold.mentions) - 1
    out, _ = trial.accord("status")
    assert "suggested" in out


def test_loss_8_a_member_who_was_removed_is_told(trial):
    trial.accord("push", "--member", ann, "--member", bob)
    with trial.page(bob) as page:
        page.mark(A.id, 0, 4, "ORG")
    trial.accord("pull")
    with trial.page("admin") as page:
        page.remove_member(bob)
    out, _ = trial.accord("pull")
    assert "bob is no member any more" in out
    assert len(trial.layer(bob, A.id).mentions) == 1


def test_loss_10_no_type_is_ever_removed_and_edits_are_noticed(trial):
    trial.accord("push", "--member", ann)
    with trial.page("admin") as page:
        page.add_type("EVENT")
        page.edit(B.id, B.text.replace("Kenya", "Ghana").strip())
        page.delete(C.id)
    with trial.page(ann) as page:
        page.mark(A.id, 0, 4, "EVENT")
        page.finish(B.id)
    write_text(
        trial.root / "annotations/schema.toml",
        SCHEMA.replace("[mention.GPE]\n", "").replace(', "GPE"', ""),
    )
    trial.accord("push", "--split", A.id)
    with trial.page("admin") as page:
        assert {"EVENT", "GPE", "ORG"} <= page.types()
    _, err = trial.accord("pull", code=1)
    assert "articles/a (ann): EVENT 'Avon'" in err
    assert "articles/b (ann): the text was edited on the server" in err
    _, err = trial.accord("push", "--split", B.id, code=1)
    assert "conflict text-changed: 1" in err
    with trial.page(ann) as page:
        page.unmark(A.id, page.spans(A.id)[0, 4, "EVENT"])


def test_random_documents_come_back_exact_for_admin_and_member(trial):
    items = [random_item(seed, TYPES, ARROWS) for seed in range(25)]
    items = [(d, layer) for d, layer in items if not d.text.startswith("\ufeff")]
    replace_texts(trial, {document.id: document.text for document, _ in items})
    for document, layer in items:
        write_layer(trial.root, document, layer)
    few = [document.id for document, _ in items[:8]]
    trial.accord("push", "--layer", "gold")
    trial.accord("push", "--layer", "gold", "--member", dora, "--split", "random/[0-7]")
    for user, names in (("admin", [d.id for d, _ in items]), (dora, few)):
        with trial.page(user) as page:
            page.finish(*names)
    trial.accord("pull")
    corpus = read_corpus(trial.root)
    for document, layer in items:
        assert corpus.documents[document.id].text == document.text
        for source in ("admin", dora) if document.id in few else ("admin",):
            found = corpus.layer(source, document.id)
            assert contents(document, found) == contents(document, layer), (source, document)
    assert "0 documents changed, 33 as before" in trial.accord("pull")[0]


def test_killed_in_the_middle_of_a_push_nothing_is_doubled_or_missing(trial):
    texts = {f"many/{n:03}": f"Avon number {n} 🌊\r\n" for n in range(25)}
    replace_texts(trial, texts)
    for name, text in texts.items():
        document = Document(name, text)
        write_layer(trial.root, document, label(document, "gold", [("Avon", "ORG")]))
    program = (
        "from accord.bridges.doccano import push; push.BATCH = 10; "
        "from accord.cli.main import main; main()"
    )
    words = ("--data", trial.server.data, "--environments", trial.server.environments)
    for last_line in ("documents 10/25", "documents 20/25", "labels 10/25"):
        process = subprocess.Popen(  # noqa: S603
            [
                sys.executable,
                "-c",
                program,
                "doccano",
                "push",
                "--project",
                trial.name,
                *words,
                "--root",
                trial.root,
                "--layer",
                "gold",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert any(last_line in line for line in process.stderr)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()
    out, _ = trial.accord("push", "--layer", "gold")
    there = trial.documents_there()
    assert dict(there) == texts
    assert len(there) == 25
    with trial.page("admin") as page:
        for name in ("many/000", "many/012", "many/024"):
            assert list(page.spans(name)) == [(0, 4, "ORG")]
    out, _ = trial.accord("push", "--layer", "gold")
    assert out == "0 documents uploaded, 25 there already\n"


def test_a_project_made_elsewhere_with_other_settings_is_refused(trial):
    trial.accord("push", "--split", C.id)
    settings = {"grapheme_mode": True, "use_relation": True, "allow_overlapping": True}
    with trial.page("admin") as page:
        page.create_project(name="with graphemes", **settings)
    trial.name = "with graphemes"
    _, reason = trial.accord("push", code=2)
    assert "grapheme_mode is True, not False" in reason


def test_the_server_says_no_in_its_own_words(trial, monkeypatch):
    monkeypatch.setenv("ACCORD_DOCCANO_USER", "admin")
    monkeypatch.setenv("ACCORD_DOCCANO_PASSWORD", "not-the-password")
    _, reason = trial.accord("push", code=2)
    assert "did not let 'admin' in" in reason
    assert "Unable to log in with provided credentials" in reason
    assert "not-the-password" not in reason
    monkeypatch.setenv("ACCORD_DOCCANO_USER", ann)
    monkeypatch.setenv("ACCORD_DOCCANO_PASSWORD", trial.server.passwords[ann])
    _, reason = trial.accord("push", code=2)
    assert "'ann' may not create one" in reason


def test_the_private_server_keeps_its_secrets(server):
    mode = {path.name: path.stat().st_mode & 0o777 for path in server.data.iterdir()}
    assert server.data.stat().st_mode & 0o777 == 0o700
    assert {mode[name] for name in ("accounts.json", "secret.key", "processes.json")} == {0o600}
    assert len(server.passwords["admin"]) >= 24
    assert len(set(server.passwords.values())) == 4
    log = (server.data.parent / "serve.log").read_text()
    assert server.url in log
    assert not any(password in log for password in server.passwords.values())
    with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as http:
        leak = server.data / "media" / "leak.txt"
        leak.write_text("leak")
        assert "leak" not in http.get("/media/leak.txt").text
        leak.unlink()
        answer = http.get("/v1/health/", headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert http.get("/").status_code == 200  # the page itself


def test_exports_and_uploads_leave_nothing_in_the_private_servers_folder(trial):
    # Other tests may be working on the same server: this text is ours alone.
    replace_texts(trial, {"secret/one": "The Quillfeather Compact."})
    trial.accord("push")
    trial.accord("status")
    held = []
    for path in (p for of in ("media", "uploads") for p in (trial.server.data / of).rglob("*")):
        with contextlib.suppress(OSError):  # a folder, or another test's and gone
            held += [path] if b"Quillfeather" in path.read_bytes() else []
    assert held == []
    with trial.server.account() as admin, tempfile.TemporaryDirectory() as folder:
        export = fetch(admin, open_project(admin, trial.name).number, Path(folder))
        left = [trial.server.data / "media" / name for name in export.archives]
        assert all(path.exists() for path in left)
        clear_exports(trial.server.data, export.archives)
        assert not any(path.exists() for path in left)


def test_a_second_serve_of_the_same_folder_is_refused(server):
    words = ["doccano", "serve", "--data", server.data, "--environments", server.environments]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert "is being served already, at http://127.0.0.1:" in str(result.exception)


def test_a_project_that_does_not_exist_is_named_with_those_that_do(trial):
    trial.accord("push", "--split", C.id)
    known = trial.name
    trial.name = "nowhere"
    _, reason = trial.accord("pull", code=2)
    assert "has no project 'nowhere'" in reason
    assert repr(known) in reason


def replace_texts(trial, texts):
    """Make these the texts of the corpus, and forget the layers."""
    for path in [*trial.root.glob("corpus/*/*.txt"), *trial.root.glob("annotations/*/*/*.ann")]:
        path.unlink()
    for name, text in texts.items():
        write_text(trial.root / "corpus" / f"{name}.txt", text)


def line(document, layer=None, labels=True):
    """A line for import, as a push writes it."""
    wanted = Labels() if layer is None else of_layer(document, layer)
    meta = {"external_id": document.id, "sha256": document.sha256}
    if layer is not None:
        meta["pushed"] = {"admin": {**under_way(Labels(), wanted), "from": "gold"}}
    return {"text": document.text, **to_record(wanted if labels else Labels()), "meta": meta}
