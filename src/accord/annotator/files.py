"""Files by document id, and the `.ann` files of a layer, the form in which labels are exchanged."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from accord.annotator.labels import Labels, of_layer
from accord.annotator.state import Status
from accord.corpus.folder import ANNOTATIONS
from accord.corpus.standoff import SUFFIX, read_standoff
from accord.document import Document
from accord.files import read_bytes


@dataclass(frozen=True, slots=True)
class Exported:
    """Ids of the files that were written, and why others were not, by id."""

    written: tuple[str, ...]
    conflicts: Mapping[str, str]


def layer_file(root: Path, layer: str, document: str) -> Path:
    """Where a layer's labels of a document lie."""
    return root / ANNOTATIONS / layer / f"{document}{SUFFIX}"


def layer_files(root: Path, layer: str) -> dict[str, Path]:
    """The files of a layer by document id; none if there is no such layer."""
    found = paths_by_id(root / ANNOTATIONS / layer, SUFFIX)
    return {i: Path(path) for i, path in found.items() if os.path.isfile(path)}  # noqa: PTH113


def paths_by_id(folder: Path, suffix: str) -> dict[str, str]:
    """Paths of all files below a folder by document id, sorted, as `accord.corpus` has them.

    As strings, and by system calls alone: a corpus may have many thousand files. Links to folders
    are not followed.
    """
    found: dict[str, str] = {}
    waiting = [("", os.fspath(folder))]
    while waiting:
        prefix, place = waiting.pop()
        try:
            entries = os.scandir(place)
        except OSError:
            # A folder that one may not look into, or that went away, holds nothing for us.
            continue
        with entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{prefix}{entry.name}/", entry.path))
                elif entry.name.endswith(suffix) and not entry.is_dir():
                    stem = entry.name[: -len(suffix)]
                    # A name that is nothing but a suffix has none.
                    found[f"{prefix}{stem or entry.name}"] = entry.path
    return dict(sorted(found.items()))


def sha256(text: str) -> str:
    """Hash of a text as UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def file_hash(path: Path) -> str:
    """Hash of a file's bytes, in hexadecimal."""
    return hashlib.sha256(read_bytes(path)).hexdigest()


def labels_of_file(path: Path, document: Document, layer: str) -> tuple[Labels, str | None]:
    """The labels of a file and its hash; new labels and None if there is no file.

    Standoff does not carry a status: a file stands for a complete document, as everywhere in
    Accord. Raises FormatError if it cannot be read as a whole.
    """
    if not path.is_file():
        return Labels(status=Status.NEW), None
    found = read_standoff(path, document, layer)
    return of_layer(found, Status.COMPLETE), file_hash(path)
