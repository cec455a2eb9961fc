"""A model's folder: its layout as data, written whole, and checked file by file when read.

========================  ======================================================================
file                      holds
========================  ======================================================================
``config.toml``           the recipe that `accord train` was given, byte for byte
``schema.toml``           the label schema that the model was trained with
``record.json``           what it came from: hashes, seeds, code, versions, machine (`provenance`)
``SHA256SUMS``            checksums of all files so far, as coreutils' sha256sum writes them
``probe.json``            what the model says of a few fixed sentences (`probe`)
``card.md``, ``metrics.json``   for people and for programs, with ``reliability.svg`` and
                          ``learning-curve.svg``
========================  ======================================================================

What stands below the checksums is written last and may be renewed. Each kind of model adds its own
files (`BASELINE`, `JOINT`). No file needs pickle to be read.
"""

import hashlib
import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.corpus.checksums import FILE_NAME, checksum, read_checksums, write_checksums
from accord.errors import ConflictError, InputError, ModelError
from accord.files import read_text, write_bytes, write_text
from accord.model.provenance import environment

CONFIG = "config.toml"
SCHEMA = "schema.toml"
RECORD = "record.json"
CARD = "card.md"
METRICS = "metrics.json"
RELIABILITY = "reliability.svg"
LEARNING_CURVE = "learning-curve.svg"
PROBE = "probe.json"

_AFTERWARDS = {CARD, METRICS, RELIABILITY, LEARNING_CURVE, PROBE}


@dataclass(frozen=True, slots=True)
class Layout:
    """The kind of model, as ``config.toml`` names it, and the files its folder must hold.

    `asked`: further files, each with the table and key of the config that, where it is not 0, asks
    for it.
    """

    kind: str
    files: tuple[str, ...]
    asked: tuple[tuple[str, str, str], ...] = ()

    def of(self, config: Mapping[str, Any]) -> "Layout":
        """The layout of a model with this config."""
        parts = ((name, config.get(table), key) for name, table, key in self.asked)
        asked = [name for name, part, key in parts if isinstance(part, dict) and part.get(key)]
        return Layout(self.kind, (*self.files, *asked)) if asked else self

    @property
    def required(self) -> tuple[str, ...]:
        """All files that a complete folder of this kind holds, checksums included."""
        return (CONFIG, SCHEMA, RECORD, *self.files, FILE_NAME)


BASELINE = Layout("baseline", ("mentions.spacy", "relations.safetensors", "relations.json"))
JOINT = Layout(
    "joint",
    ("read.onnx", "relate.onnx", "tokenizer.json", "calibration.json"),
    asked=(("typed.onnx", "network", "typed"),),
)
LAYOUTS = {layout.kind: layout for layout in (BASELINE, JOINT)}


def check_model(folder: Path) -> Layout:
    """The layout of a model folder, after every file's checksum was compared.

    Raises ModelError naming the file that is missing or damaged, or the kind that is unknown.
    """
    if not folder.is_dir():
        raise ModelError("no such model folder", path=folder)
    layout = _layout(folder)
    for name in layout.required:
        if not (folder / name).is_file():
            raise ModelError(
                f"{name} is missing; a {layout.kind} model has {', '.join(layout.required)}",
                path=folder,
            )
    sums = read_checksums(folder)
    for name in layout.required[:-1]:
        if name not in sums:
            raise ModelError(f"{FILE_NAME} does not list {name}", path=folder)
        found = checksum(folder / name)
        if found != sums[name]:
            raise ModelError(
                f"damaged: its SHA-256 is {found[:12]}..., {FILE_NAME} says {sums[name][:12]}...; "
                "restore the file or train again",
                path=folder / name,
            )
    return layout


def read_record(folder: Path) -> dict[str, Any]:
    """What the model was trained from; ModelError if the record cannot be read."""
    try:
        record = json.loads(read_text(folder / RECORD))
    except (InputError, json.JSONDecodeError) as error:
        raise ModelError(f"cannot be read: {error}", path=folder / RECORD) from None
    if not isinstance(record, dict):
        raise ModelError("must hold a JSON object", path=folder / RECORD)
    return record


def model_hash(folder: Path) -> str:
    """SHA-256 over a model's files, in hexadecimal: the model's name in a score's signature."""
    return checksum(folder / FILE_NAME)


def check_target(folder: Path) -> None:
    """Raise ConflictError if a model cannot take this folder's place: it holds something else.

    Raises InputError if nothing can be written there.
    """
    if folder.exists() and not _replaceable(folder):
        raise ConflictError(
            f"{folder} exists and is not a model, or holds other files too; "
            "move it away or choose another"
        )
    above = next(path for path in folder.absolute().parents if path.exists())
    if not above.is_dir():
        raise InputError("is a file, so no folder can be made in it", path=above)
    if not os.access(above, os.W_OK | os.X_OK):
        raise InputError("cannot be written in; choose another folder for the model", path=above)


def write_model(
    folder: Path, layout: Layout, files: Mapping[str, bytes], record: Mapping[str, Any]
) -> None:
    """Write a model folder whole: a temporary folder beside it takes its place when complete.

    `files` holds ``config.toml``, ``schema.toml`` and the layout's own files. An existing model
    is replaced; raises ConflictError if the folder holds anything else.
    """
    layout = layout.of(tomllib.loads(files[CONFIG].decode()))
    missing = {CONFIG, SCHEMA, *layout.files} - set(files)
    if missing:
        raise ValueError(f"no content for {', '.join(sorted(missing))}")
    check_target(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for name, data in files.items():
            write_bytes(temporary / name, data)
        sources = {
            "config": hashlib.sha256(files[CONFIG]).hexdigest(),
            "schema": hashlib.sha256(files[SCHEMA]).hexdigest(),
        }
        write_text(temporary / RECORD, json_text({**record, **sources, **environment()}))
        names = [*files, RECORD]
        write_checksums(temporary, {name: checksum(temporary / name) for name in names})
        temporary.chmod(0o755)
        _take_place(temporary, folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def json_text(value: Mapping[str, Any]) -> str:
    """A mapping as JSON for a file: indented, key order kept, one line feed at the end."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _take_place(new: Path, folder: Path) -> None:
    """Rename a folder to its name; the old one goes only when the new one is there."""
    if not folder.exists():
        new.rename(folder)
        return
    old = new.with_name(f"{new.name}.old")
    folder.rename(old)
    try:
        new.rename(folder)
    except BaseException:
        old.rename(folder)
        raise
    shutil.rmtree(old)


def _replaceable(folder: Path) -> bool:
    """Whether the folder is empty, or holds a model and nothing else that would be lost."""
    if not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    known = _AFTERWARDS.union(*(layout.required for layout in LAYOUTS.values()))
    known |= {name for layout in LAYOUTS.values() for name, _, _ in layout.asked}
    return not names or ({CONFIG, RECORD, FILE_NAME} <= names <= known)


def _layout(folder: Path) -> Layout:
    path = folder / CONFIG
    try:
        config = tomllib.loads(read_text(path))
    except InputError as error:
        raise ModelError(error.reason, path=path) from None
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"not valid TOML: {error}", path=path) from None
    kind = config.get("kind")
    layout = LAYOUTS.get(kind) if isinstance(kind, str) else None
    if layout is None:
        raise ModelError(
            f"unknown kind of model {kind!r}; known are {', '.join(LAYOUTS)}", path=path
        )
    return layout.of(config)
