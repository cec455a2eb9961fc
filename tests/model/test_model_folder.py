"""A model's folder: complete, undamaged, replaced whole, and never anybody else's files."""

import hashlib
import json
import platform
import shutil
from pathlib import Path

import pytest

from accord.errors import AccordError, ConflictError, FormatError, ModelError
from accord.model import load_model
from accord.model.folder import (
    BASELINE,
    CARD,
    LAYOUTS,
    METRICS,
    PROBE,
    check_model,
    model_hash,
    read_record,
    write_model,
)
from sample_corpus import REPOSITORY, tree_hash

FILES = {
    "config.toml": b'kind = "baseline"\n',
    "schema.toml": b"",
    **{name: name.encode() for name in BASELINE.files},
}


@pytest.fixture
def folder(tmp_path):
    write_model(tmp_path / "models/m", BASELINE, FILES, {"trained_on": {}, "Größe": 1})
    return tmp_path / "models/m"


def test_a_folder_is_written_whole(folder):
    assert check_model(folder) is BASELINE
    assert sorted(path.name for path in folder.iterdir()) == sorted(BASELINE.required)
    record = read_record(folder)
    versions = record.pop("versions")
    assert set(record.pop("code")) >= {"model", "document"}
    assert record.pop("machine")["architecture"] == platform.machine()
    assert record.pop("config") == hashlib.sha256(FILES["config.toml"]).hexdigest()
    assert record.pop("schema") == hashlib.sha256(b"").hexdigest()
    assert record == {"trained_on": {}, "Größe": 1}
    assert versions["accord"] == "0.1.0"
    assert versions["python"] == platform.python_version()
    assert [path.name for path in folder.parent.iterdir()] == ["m"]
    assert folder.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("name", BASELINE.required)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError) as caught:
        check_model(folder)
    assert name in str(caught.value)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("name", BASELINE.required[2:-1])
def test_a_flipped_byte_is_found(folder, name):
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(ModelError, match="damaged: its SHA-256 is") as caught:
        check_model(folder)
    assert caught.value.path == folder / name


def test_a_flipped_byte_in_the_recipe_is_found(folder):
    (folder / "config.toml").write_bytes(b'kind = "baseline" \n')
    with pytest.raises(ModelError, match="damaged"):
        check_model(folder)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (b'kind = "oracle"', "unknown kind of model 'oracle'; known are baseline, joint"),
        (b"kind = 3", "unknown kind of model 3"),
        (b"kind = []", "unknown kind of model"),
        (b"", "unknown kind of model None"),
        (b"kind = ", "not valid TOML"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_an_unknown_kind_is_named(folder, config, reason):
    (folder / "config.toml").write_bytes(config)
    with pytest.raises(ModelError, match=reason):
        check_model(folder)


def test_wrong_checksum_lists(folder):
    sums = folder / "SHA256SUMS"
    lines = sums.read_text().splitlines()
    sums.write_text("\n".join(line for line in lines if "record.json" not in line))
    with pytest.raises(ModelError, match=r"SHA256SUMS does not list record.json"):
        check_model(folder)
    sums.write_text("what\n")
    with pytest.raises(FormatError, match="not 'SHA256  PATH'"):
        check_model(folder)


def test_no_folder_and_no_model(tmp_path):
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(ModelError):
            load_model(folder)


@pytest.mark.parametrize("record", [b"[]", b"{", b"\xff"])
def test_a_record_that_cannot_be_read(folder, record):
    (folder / "record.json").write_bytes(record)
    with pytest.raises(ModelError, match=r"record.json: "):
        read_record(folder)


def test_a_model_is_replaced_card_and_metrics_included(folder):
    (folder / CARD).write_text("old")
    (folder / METRICS).write_text("{}")
    (folder / PROBE).write_text("{}")
    before = model_hash(folder)
    write_model(folder, BASELINE, FILES, {"trained_on": {"d": "1"}})
    assert json.loads((folder / "record.json").read_text())["trained_on"] == {"d": "1"}
    assert not (folder / CARD).exists()
    assert model_hash(folder) != before


def test_nothing_but_a_model_is_ever_replaced(folder, root, tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings/config.toml").write_text("mine")
    (folder / "notes.md").write_text("mine")
    before = tree_hash(tmp_path)
    # corpus/ has a SHA256SUMS too.
    for other in (root / "corpus", root, tmp_path / "file", tmp_path / "settings", folder):
        with pytest.raises(ConflictError, match="is not a model, or holds other files"):
            write_model(other, BASELINE, FILES, {})
    assert tree_hash(tmp_path) == before


def test_a_crash_leaves_the_old_model_and_nothing_else(folder, monkeypatch):
    before = tree_hash(folder.parent)
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_model(folder, BASELINE, FILES, {"new": 1})
    assert tree_hash(folder.parent) == before


def test_a_crash_while_it_takes_its_place_leaves_the_old_model(folder, monkeypatch):
    before = tree_hash(folder.parent)
    rename = Path.rename

    def crash(self, target):
        if Path(target) == folder and "old" not in self.name:
            raise OSError("disk full")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", crash)
    with pytest.raises(OSError, match="disk full"):
        write_model(folder, BASELINE, FILES, {"new": 1})
    assert tree_hash(folder.parent) == before


def test_missing_content_is_a_programmers_error(tmp_path):
    with pytest.raises(ValueError, match=r"no content for mentions.spacy"):
        files = {k: v for k, v in FILES.items() if k != "mentions.spacy"}
        write_model(tmp_path / "m", BASELINE, files, {})
    assert list(tmp_path.iterdir()) == []


def test_layouts_are_told_apart():
    assert all(layout.kind == kind for kind, layout in LAYOUTS.items())


def test_damage_is_found_on_loading(trained, tmp_path):
    shutil.copytree(trained[1], tmp_path / "m")
    path = tmp_path / "m/mentions.spacy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(AccordError, match=r"mentions.spacy: damaged"):
        load_model(tmp_path / "m")


def test_no_pickle_anywhere():
    for path in (REPOSITORY / "src").rglob("*.py"):
        code = path.read_text()
        for word in ("import pickle", "import joblib", "import dill", "torch.load", "from pickle"):
            assert word not in code, path


def test_no_pickle_in_a_saved_model(trained):
    import pickletools

    for path in trained[1].iterdir():
        data = path.read_bytes()
        # Protocol 2 and later start with PROTO; a whole pickle ends with STOP.
        assert not data.startswith(b"\x80"), path
        with pytest.raises(Exception):  # noqa: B017 - anything but a clean run
            list(pickletools.genops(data))
