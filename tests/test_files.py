"""Files are read without guessing and written whole or not at all."""

import os
from pathlib import Path

import pytest

from accord.errors import InputError
from accord.files import read_bytes, read_text, write_bytes, write_text


def test_line_ends_and_odd_characters_survive(tmp_path):
    text = "a\r\nb\rc\n\u2028\x0c\x00🌊 e\u0301 \u200f"
    write_text(tmp_path / "new" / "deep" / "x.txt", text)
    assert read_text(tmp_path / "new" / "deep" / "x.txt") == text
    assert (tmp_path / "new" / "deep" / "x.txt").read_bytes() == text.encode()


def test_not_utf8_names_file_line_and_byte(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes(b"one\ntwo\ncaf\xe9\n")
    with pytest.raises(InputError, match="not UTF-8: byte 0xe9 at offset 11") as caught:
        read_text(path)
    assert (caught.value.path, caught.value.line) == (path, 3)
    assert str(caught.value).startswith(f"{path}:3: ")


def test_a_byte_order_mark_is_refused(tmp_path):
    path = tmp_path / "bom.txt"
    path.write_bytes(b"\xef\xbb\xbfone")
    with pytest.raises(InputError, match="byte-order mark") as caught:
        read_text(path)
    assert caught.value.path == path


def test_missing_folder_and_unreadable(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_bytes(tmp_path / "none")
    with pytest.raises(InputError, match="is a folder"):
        read_bytes(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be read"):
        read_bytes(tmp_path / "file" / "below")


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize("stop", [OSError("disk full"), KeyboardInterrupt()])
def test_a_crash_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, step, stop):
    path = tmp_path / "x.ann"
    path.write_bytes(b"old")

    def crash(*_):
        raise stop

    monkeypatch.setattr(os if step == "fsync" else Path, step, crash)
    with pytest.raises(type(stop)):
        write_bytes(path, b"new, and longer")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_crash_leaves_no_new_file(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_bytes(tmp_path / "x.ann", b"new")
    assert list(tmp_path.iterdir()) == []


def test_content_is_synced_before_it_takes_the_name(tmp_path, monkeypatch):
    done = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("sync"), fsync(handle))[1])
    monkeypatch.setattr(Path, "replace", lambda *a: (done.append("rename"), replace(*a))[1])
    write_bytes(tmp_path / "x", b"new")
    assert done == ["sync", "rename", "sync"]


def test_modes(tmp_path):
    mask = os.umask(0o022)
    try:
        write_bytes(tmp_path / "new", b"x")
        (tmp_path / "old").write_bytes(b"x")
        (tmp_path / "old").chmod(0o640)
        write_bytes(tmp_path / "old", b"y")
    finally:
        os.umask(mask)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "old").stat().st_mode & 0o777 == 0o640
