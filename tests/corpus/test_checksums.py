"""Checksums in the form of coreutils' sha256sum."""

import hashlib
import shutil
import subprocess

import pytest

from accord.corpus.checksums import checksum, read_checksums, write_checksums
from accord.errors import FormatError
from sample_corpus import REPOSITORY

ONE, TWO = hashlib.sha256(b"one").hexdigest(), hashlib.sha256(b"two").hexdigest()


def test_written_sorted_and_read_back(tmp_path):
    write_checksums(tmp_path, {"b/two.txt": TWO, "a é.txt": ONE})
    assert (tmp_path / "SHA256SUMS").read_text() == f"{ONE}  a é.txt\n{TWO}  b/two.txt\n"
    assert read_checksums(tmp_path) == {"a é.txt": ONE, "b/two.txt": TWO}


def test_no_file_is_no_checksums(tmp_path):
    assert read_checksums(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (f"{ONE}  a\nwhat\n", 2, "not 'SHA256  PATH': 'what'"),
        (f"{ONE} a\n", 1, "not 'SHA256  PATH'"),
        (f"{ONE.upper()}  a\n", 1, "not 'SHA256  PATH'"),
        (f"{ONE[:-1]}  a\n", 1, "not 'SHA256  PATH'"),
        (f"{ONE}  a\n\n{TWO}  a\n", 3, "a is listed twice"),
    ],
)
def test_wrong_lines_are_named(tmp_path, text, line, reason):
    (tmp_path / "SHA256SUMS").write_text(text)
    with pytest.raises(FormatError, match=reason) as caught:
        read_checksums(tmp_path)
    assert caught.value.line == line


def test_checksum_of_a_file(tmp_path):
    (tmp_path / "x").write_bytes(b"one")
    assert checksum(tmp_path / "x") == ONE


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs coreutils")
def test_coreutils_agrees():
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    done = subprocess.run(command, cwd=REPOSITORY / "corpus", capture_output=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
