"""Formats that are a folder of files: written as a whole or not at all."""

import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from accord.errors import ConflictError, InputError

_NAME_LIMIT = 250
_UNFIT = re.compile(r"[\x00-\x1f\x7f\\]")


def write_folder(path: Path, files: Mapping[str, bytes], *, replace: bool = False) -> None:
    """Put a folder of exactly these files (by their path in it) where nothing or an empty one is.

    With `replace`, a folder that holds nothing but files of these names is replaced too. It is
    written beside the path and renamed. Raises ConflictError for anything else that is there.
    """
    check_free(path, files if replace else ())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"))
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", path=path) from None
    try:
        fresh = scratch / "new"  # made by mkdir, so that it has the usual mode
        fresh.mkdir()
        for name, data in files.items():
            # No fsync for each: nothing is seen of the folder before it is whole.
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(data)
        if path.exists():
            path.rename(scratch / "old")
        try:
            fresh.rename(path)
        except BaseException:
            if (scratch / "old").exists():
                (scratch / "old").rename(path)
            raise
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", path=path) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def named_files(path: Path, suffix: str) -> list[tuple[Path, str]]:
    """The files of a suffix below a folder, each with its path there as the document's id.

    A file alone has its own name as id. Hidden files are passed over. InputError if nothing is
    there.
    """
    if path.is_file():
        return [(path, path.stem)]
    if not path.is_dir():
        raise InputError("no such file or folder", path=path)
    found = (file.relative_to(path) for file in sorted(path.rglob(f"*{suffix}")))
    return [
        (path / name, name.with_suffix("").as_posix())
        for name in found
        if not any(step.startswith(".") for step in name.parts) and (path / name).is_file()
    ]


def check_folder_name(path: Path, suffix: str) -> None:
    """InputError for a target that is named like one of the files that would lie in it."""
    if path.suffix.lower() == suffix:
        raise InputError(
            f"the format is a folder with a {suffix} file for each document; "
            f"choose a name without {suffix}",
            path=path,
        )


def check_free(path: Path, names: Mapping[str, bytes] | tuple[str, ...] = ()) -> None:
    """ConflictError unless nothing is there, or a folder with no other files than these."""
    if path.is_symlink() or (
        path.exists() and not (path.is_dir() and {p.name for p in path.iterdir()} <= {*names})
    ):
        raise ConflictError(
            f"{path} exists already, with something else in it; choose a new or an empty folder"
        )


def check_name(name: str, what: str = "document id") -> None:
    """InputError unless it is a path that stays within a folder and a file system can hold."""
    for step in name.split("/"):
        if not step or step.startswith(".") or _UNFIT.search(step):
            raise InputError(f"the {what} {name!r} is no plain path; rename it")
        if len(step.encode()) > _NAME_LIMIT:
            raise InputError(
                f"the {what} {name[:40]!r}... has a step of {len(step.encode())} bytes; "
                f"a file's name may have {_NAME_LIMIT}"
            )
