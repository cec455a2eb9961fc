"""What a result came from: hashes that change with their text, and facts about the machine."""

import hashlib
import platform
from dataclasses import replace

from accord.corpus import read_corpus
from accord.files import write_text
from accord.model import provenance
from accord.model.provenance import (
    code,
    data_record,
    environment,
    locks,
    machine,
    scoring_record,
    versions,
)
from sample_corpus import A, B


def test_data_is_hashed_document_by_document(root):
    corpus = read_corpus(root)
    record = data_record(corpus, ["articles/a"], "gold", ["articles/b"])
    assert record["trained_on"] == {"articles/a": A.sha256}
    assert record["judged_by"] == {"articles/b": B.sha256}
    labels = (root / "annotations/gold/articles/a.ann").read_bytes()
    assert record["labels"]["articles/a"] == hashlib.sha256(labels).hexdigest()
    assert set(record["labels"]) == {"articles/a", "articles/b"}
    assert record["corpus"] == corpus.hash("gold", ["articles/a"])
    assert record["locks"] == {}
    gold = corpus.layer("gold", "articles/a")
    changed = {**corpus.layers["gold"], "articles/a": replace(gold, relations=gold.relations[1:])}
    other = data_record(replace(corpus, layers={"gold": changed}), ["articles/a"], "gold")
    assert other["labels"]["articles/a"] != record["labels"]["articles/a"]
    assert other["trained_on"] == record["trained_on"]
    assert "judged_by" not in other


def test_locks_are_those_that_are_there(root):
    write_text(root / "requirements.lock", "numpy==2\n")
    write_text(root / "uv.lock", "x")
    assert locks(root) == {
        "requirements.lock": hashlib.sha256(b"numpy==2\n").hexdigest(),
        "uv.lock": hashlib.sha256(b"x").hexdigest(),
    }


def test_a_scoring_tells_all(root):
    record = scoring_record(read_corpus(root), "gold", ["articles/b", "articles/a"])
    assert list(record["texts"]) == list(record["labels"]) == ["articles/a", "articles/b"]
    schema = (root / "annotations/schema.toml").read_bytes()
    assert record["schema"] == hashlib.sha256(schema).hexdigest()
    assert {"code", "versions", "locks", "machine"} <= set(record)


def test_code_is_hashed_by_room(tmp_path, monkeypatch):
    package = tmp_path / "accord"
    write_text(package / "__init__.py", "")
    write_text(package / "model" / "a.py", "x = 1\n")
    write_text(package / "files.py", "y = 1\n")
    monkeypatch.setattr(provenance.accord, "__file__", str(package / "__init__.py"))
    first = code.__wrapped__()
    assert set(first) == {"__init__", "model", "files"}
    write_text(package / "model" / "__pycache__" / "a.pyc", "never")
    write_text(package / "model" / ".hidden", "never")
    assert code.__wrapped__() == first
    write_text(package / "model" / "a.py", "x = 2\n")
    second = code.__wrapped__()
    assert second["model"] != first["model"] and second["files"] == first["files"]
    # A name is part of the hash: moving a file is a change.
    (package / "model" / "a.py").rename(package / "model" / "b.py")
    assert code.__wrapped__()["model"] != second["model"]


def test_the_machine_is_described(monkeypatch):
    found = machine()
    assert found["architecture"] == platform.machine()
    assert found["cores"] >= 1
    assert environment()["machine"] == found
    assert versions()["python"] == platform.python_version()
    intel = {"flags": "fpu avx2 fma avx512_vnni amx_int8", "vendor_id": "GenuineIntel"}
    monkeypatch.setattr(provenance, "_cpuinfo", lambda: intel)
    assert machine()["features"] == ["fma", "avx2", "avx512_vnni", "amx_int8"]
    assert machine()["vendor"] == "GenuineIntel"
    monkeypatch.setattr(provenance, "_cpuinfo", dict)
    assert machine()["features"] is None
