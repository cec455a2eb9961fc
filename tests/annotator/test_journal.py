"""The file on which everything stands: what is written, when, and what is done about damage."""

import errno
import json
import os

import pytest
from app_cases import mark

from accord.annotator.journal import Journal, JournalError
from accord.annotator.store import Post, Store
from accord.annotator.texts import Texts
from accord.corpus.folder import corpus_schema
from accord.errors import ConflictError, FormatError, InputError
from sample_corpus import A

ENTRY = {"document": "a", "op": {"do": "act"}}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "annotations" / "anna" / ".journal.jsonl"


def written(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_is_on_disk_before_the_call_returns(path, monkeypatch):
    journal = Journal(path)
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(path.read_bytes()))
    line = journal.append(ENTRY)
    assert json.loads(synced[-1]) == line == {"n": 1, **ENTRY}
    journal.close()


def test_a_new_file_is_named_in_its_folders_for_good(path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    Journal(path).close()
    assert path.parent.stat().st_ino in synced
    assert path.parent.parent.stat().st_ino in synced


def test_lines_are_read_back_by_number(path):
    journal = Journal(path)
    for text in ("one", "zwei 🌊", "\u2028\n"):
        journal.append({**ENTRY, "text": text})
    assert [journal.read(n)["text"] for n in (1, 2, 3)] == ["one", "zwei 🌊", "\u2028\n"]
    journal.close()
    journal = Journal(path)
    assert [line["n"] for line in journal.take_lines()] == [1, 2, 3]
    assert journal.append(ENTRY)["n"] == 4
    journal.close()


def test_one_writer_at_a_time(path):
    journal = Journal(path)
    with pytest.raises(ConflictError, match=r"'anna' is open in another `accord annotate`"):
        Journal(path)
    journal.close()
    Journal(path).close()


@pytest.mark.parametrize("tail", [b'{"n":2,', b"\0" * 40, b'{"n":2}\0\0\0\n', b"\xff"])
def test_a_torn_end_is_cut_off(path, tail):
    journal = Journal(path)
    journal.append(ENTRY)
    journal.close()
    whole = path.read_bytes()
    path.write_bytes(whole + tail)
    journal = Journal(path)
    assert journal.cut == len(tail)
    assert path.read_bytes() == whole
    assert journal.append(ENTRY)["n"] == 2
    journal.close()


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [lines[0], b"{}\n", lines[2]],
        lambda lines: [lines[0], lines[1][:-5] + b"\n", lines[2]],
        lambda lines: [lines[0], lines[2]],
        lambda lines: [lines[0], lines[2], lines[1]],
        lambda lines: [lines[0], lines[1].replace(b"a", b"\0", 1), lines[2]],
        lambda lines: [lines[0], b"[1]\n", lines[2]],
    ],
)
def test_damage_anywhere_else_is_an_error_that_names_the_line(path, damage):
    journal = Journal(path)
    for _ in range(3):
        journal.append(ENTRY)
    journal.close()
    damaged = b"".join(damage(path.read_bytes().splitlines(keepends=True)))
    path.write_bytes(damaged)
    with pytest.raises(FormatError, match="damaged here") as caught:
        Journal(path)
    assert (caught.value.path, caught.value.line) == (path, 2)
    assert path.read_bytes() == damaged


def test_a_line_that_does_not_fit_names_its_number(root):
    schema, texts = corpus_schema(root), Texts(root)
    store = Store(root, "anna", schema, texts)
    version = store.begin(A.id).version
    version = store.act(A.id, Post("anna", version, [mark(0, 4)])).version
    store.act(A.id, Post("anna", version, [{"do": "delete_mention", "id": "T1"}]))
    store.close()
    text = store.path.read_text()
    gone = '"removed":{"mentions":[{"id":"T'
    store.path.write_text(text.replace(f"{gone}1", f"{gone}2"))
    with pytest.raises(FormatError, match="T2 is not as it was") as caught:
        Store(root, "anna", schema, texts)
    assert caught.value.line == 3
    store.path.write_text(text)
    Store(root, "anna", schema, texts).close()


def test_a_full_disk_loses_nothing_and_says_so(path, monkeypatch):
    journal = Journal(path)
    journal.append(ENTRY)
    before = path.read_bytes()
    real = os.write

    def full(handle, data):
        real(handle, data[:9])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(JournalError, match="not saved: No space left"):
            journal.append(ENTRY)
    assert path.read_bytes() == before
    assert journal.append(ENTRY)["n"] == 2
    assert [line["n"] for line in written(path)] == [1, 2]
    journal.close()


def test_a_disk_that_fails_closes_the_journal_to_writing(path, monkeypatch):
    journal = Journal(path)

    def failing(handle):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing)
        with pytest.raises(JournalError, match="Input/output error"):
            journal.append(ENTRY)
    with pytest.raises(JournalError, match="until the server is started again"):
        journal.append(ENTRY)
    journal.close()


def test_a_file_that_was_moved_away_is_not_written_to(path):
    journal = Journal(path)
    journal.append(ENTRY)
    path.rename(path.with_name("elsewhere"))
    with pytest.raises(JournalError, match="moved or replaced"):
        journal.append(ENTRY)
    path.with_name("elsewhere").rename(path)
    journal.append(ENTRY)
    with path.open("ab") as other:
        other.write(b"{}\n")
    with pytest.raises(JournalError, match="changed by another program"):
        journal.append(ENTRY)
    journal.close()


def test_what_is_no_text_is_refused_before_it_is_written(path):
    journal = Journal(path)
    with pytest.raises(InputError, match="surrogate"):
        journal.append({**ENTRY, "text": "\ud800"})
    assert path.read_bytes() == b""
    journal.close()
