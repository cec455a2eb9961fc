"""Formats that are a folder of files: written as a whole or not at all."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from accord.errors import ConflictError
from accord.files import write_bytes


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder of exactly these files at the path.

    It is written beside the path and renamed. A folder that holds nothing but files of these
    names is replaced; ConflictError for anything else that is there.
    """
    if path.exists():
        others = [] if not path.is_dir() else [p.name for p in path.iterdir()]
        if not path.is_dir() or not set(others) <= set(files):
            raise ConflictError(
                f"{path}: there is something else already; choose another folder or move it away"
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"))
    try:
        fresh = scratch / "new"
        fresh.mkdir()
        for name, data in files.items():
            write_bytes(fresh / name, data)
        if path.exists():
            path.rename(scratch / "old")
        try:
            fresh.rename(path)
        except BaseException:
            if (scratch / "old").exists():
                (scratch / "old").rename(path)
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
