"""The list of documents: there at once, whole in the end, and true to the disk."""

import os
import threading

import pytest
from app_cases import Window, an_app, mark
from hypothesis import given
from hypothesis import strategies as st

from accord.annotator.files import layer_files, paths_by_id
from accord.annotator.overview import Overview
from accord.annotator.people import people
from accord.annotator.texts import Texts
from accord.annotator.workplace import open_workplace
from accord.corpus.folder import layer_paths, text_paths
from accord.errors import InputError
from sample_corpus import A


@pytest.fixture
def workplace(root):
    opened = open_workplace(root, people(root, ["anna", "gold"], root.parent / "tokens"))
    yield opened
    opened.close()


def overview(workplace, layer="anna"):
    return Overview(workplace, workplace.stores[layer])


def rows(overview):
    overview.wait()
    return {row["id"]: row for row in overview.to_json(patience=600)["documents"]}


def test_the_list_does_not_wait_for_the_texts(workplace, monkeypatch):
    go_on = threading.Event()
    read = Texts.summary

    def slow(self, i):
        go_on.wait()
        return read(self, i)

    monkeypatch.setattr(Texts, "summary", slow)
    told = []
    workplace.events.publish = lambda event, layer: told.append((event, layer))
    here = overview(workplace)
    first = here.to_json(patience=0)
    assert [row["title"] for row in first["documents"]] == list(workplace.documents)
    assert {row["words"] for row in first["documents"]} == {0}
    assert first["progress"] == {"complete": 0, "total": 3}
    assert told == []
    go_on.set()
    here.wait()
    titles = [row["title"] for row in here.to_json(patience=600)["documents"]]
    assert titles[0] == "Avon and Brill join the Coast Pact."
    # Told once: who was given a list with gaps asks again, and nobody else.
    assert told == [({"documents": True}, "anna")]


def test_the_list_keeps_no_text(workplace):
    assert rows(overview(workplace))[A.id]["words"] == len(A.text.split())
    assert workplace.documents.at_hand(A.id) is None


def test_labels_are_counted_in_journal_and_file(root, workplace):
    gold = overview(workplace, "gold")
    found = rows(gold)[A.id]
    assert (found["mentions"], found["relations"], found["status"]) == (8, 5, "complete")
    path = root / "annotations/gold/articles/a.ann"
    path.write_text("T1\tORG 0 4\tAvon\n")
    assert rows(gold)[A.id]["mentions"] == 1
    workplace.stores["gold"].begin(A.id)
    path.write_text("")
    assert rows(gold)[A.id]["mentions"] == 1


def test_what_cannot_be_read_says_so_until_it_can(root, workplace):
    here = overview(workplace, "gold")
    text, labels = root / "corpus/articles/a.txt", root / "annotations/gold/articles/b.ann"
    kept = text.read_bytes(), labels.read_bytes()
    text.write_bytes(b"\xff")
    labels.write_bytes(b"\xfe")
    found = rows(here)
    assert "not UTF-8" in found["articles/a"]["problem"]
    assert "not UTF-8" in found["articles/b"]["problem"]
    assert "problem" not in found["practice/c"]
    text.write_bytes(kept[0])
    labels.write_bytes(kept[1])
    assert not any("problem" in row for row in rows(here).values())


def test_a_text_changed_while_the_server_was_down_is_listed_and_refused(root):
    workplace, app = an_app(root)
    window = Window(app, workplace.people[0])
    window.open()
    window.post(mark(0, 4))
    workplace.close()
    path = root / "corpus/articles/a.txt"
    path.write_text("X" + path.read_text())
    workplace, app = an_app(root)
    window = Window(app, workplace.people[0])
    listed = {row["id"]: row for row in window.get("documents").json()["documents"]}
    assert "was changed" in listed[A.id]["problem"]
    refused = window.get(f"document/{A.id}")
    assert (refused.status_code, refused.json()["error"]) == (409, listed[A.id]["problem"])
    workplace.close()


def test_a_link_out_of_the_corpus_shows_nothing_of_where_it_leads(root, tmp_path):
    (tmp_path / "secret.txt").write_text("secret words")
    (root / "corpus/link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "corpus/inside.txt").symlink_to(root / "corpus/articles/a.txt")
    os.mkfifo(root / "corpus/pipe.txt")
    workplace = open_workplace(root, people(root, ["anna"], tmp_path / "tokens"))
    found = rows(overview(workplace))
    assert "leads out" in found["link"]["problem"]
    assert "secret" not in str(found)
    assert found["inside"]["words"] == len(A.text.split())
    assert "no file that holds a text" in found["pipe"]["problem"]
    workplace.close()


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=300),
    st.sampled_from(["", "\n", " \r\n\t", "\x1c\u2028"]),
)
def test_a_summary_is_that_of_the_document(tmp_path_factory, text, before):
    folder = tmp_path_factory.mktemp("texts")
    path = folder / "corpus" / "a.txt"
    path.parent.mkdir()
    path.write_bytes((before + text).encode())
    texts = Texts(folder)
    try:
        document = Texts(folder)["a"]
    except InputError:
        with pytest.raises(InputError):
            texts.summary("a")
        return
    quick = texts.summary("a")
    assert texts.at_hand("a") is None
    assert (quick.sha256, quick.words) == (document.sha256, len(document.text.split()))
    lines = [line.strip() for line in document.text.splitlines() if line.strip()]
    assert quick.title[:79] == (lines or [""])[0][:79]


def test_ids_are_those_of_the_corpus(root, tmp_path):
    corpus = root / "corpus"
    for name in ("articles/B.txt", ".hidden.txt", "a.b.txt", "a b/ü 🌊.txt", "UP.TXT", "x.txt.bak"):
        (corpus / name).parent.mkdir(exist_ok=True)
        (corpus / name).write_text("x")
    (corpus / "folder.txt").mkdir()
    (corpus / "folder.txt/.txt").write_text("x")
    (corpus / "gone.txt").symlink_to(tmp_path / "nowhere")
    (corpus / "linked").symlink_to(corpus / "articles")
    (corpus / "linked.txt").symlink_to(corpus / "articles")
    expected = {i: str(path) for i, path in text_paths(root).items()}
    assert paths_by_id(corpus, ".txt") == expected
    assert list(Texts(root)) == list(expected)
    assert layer_files(root, "gold") == layer_paths(root)["gold"]
    assert layer_files(root, "nobody") == {}


def test_a_name_that_is_not_utf8_is_named(root):
    (root / os.fsdecode(b"corpus/\xff.txt")).write_text("x")
    with pytest.raises(InputError, match=r"\\xff.* is not UTF-8; rename"):
        Texts(root)
