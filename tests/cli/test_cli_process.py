"""The `accord` script itself: exit codes, what goes to which stream, and broken pipes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sample_corpus import tree_hash

SCRIPT = Path(sys.executable).parent / "accord"


def accord(*arguments, **options):
    command = [str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, **options)  # noqa: S603


def test_good(root):
    done = accord("validate", root)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"no findings" in done.stderr


def test_a_failed_check(root):
    (root / "corpus/splits.toml").write_text('articles = ["artcles/*"]\n')
    done = accord("validate", root)
    assert done.returncode == 1
    assert b"matches no document" in done.stdout
    assert b"Traceback" not in done.stderr


def test_wrong_input_is_one_line_without_a_traceback(root):
    (root / "annotations/schema.toml").write_text("nmae = 1\n")
    before = tree_hash(root)
    done = accord("validate", root)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"error: ")
    assert done.stderr.count(b"\n") == 1
    assert tree_hash(root) == before


def test_what_cannot_be_written_is_no_failed_check(root, tmp_path):
    (tmp_path / "page.txt").write_text("Kenya signed the pact.")
    (root / "corpus/file").write_text("in the way of a folder")
    done = accord("ingest", tmp_path / "page.txt", "--to", "file", "--root", root)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: ")
    assert b"Traceback" not in done.stderr


def test_json_alone_on_standard_output_in_any_locale(trained, tmp_path):
    (tmp_path / "a.txt").write_bytes("Kenya 🌊 gave €3 million.\n".encode())
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    done = accord("extract", tmp_path / "a.txt", "--model", trained[1], "--json", env=environment)
    assert done.returncode == 0
    assert json.loads(done.stdout.decode())["text"] == "Kenya 🌊 gave €3 million.\n"
    assert b"1 document" in done.stderr


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_reader_that_goes_away_is_neither_success_nor_failure(root, form):
    """As for any program ended by SIGPIPE, a shell sees 141."""
    (root / "corpus/splits.toml").write_text('articles = ["artcles/*"]\n')
    read, write = os.pipe()
    os.close(read)
    command = [str(SCRIPT), "validate", str(root), *form]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False, timeout=120)  # noqa: S603
    os.close(write)
    assert done.returncode == 141
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
