"""Reading and writing files so that nothing is guessed, lost or half-written."""

import os
import tempfile
from pathlib import Path

from accord.errors import InputError


def read_text(path: Path) -> str:
    """The file's text, its line ends as they are.

    Raises InputError if it cannot be read, is not UTF-8 (naming the byte), or starts with a
    byte-order mark, which would shift every offset by one.
    """
    data = read_bytes(path)
    if data.startswith(b"\xef\xbb\xbf"):
        raise InputError("starts with a byte-order mark; save it as UTF-8 without one", path=path)
    return decode(data, path)


def decode(data: bytes, path: Path) -> str:
    """UTF-8 bytes as text; InputError naming the file, the line and the first wrong byte."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}; convert it",
            path=path,
            line=data[: error.start].count(b"\n") + 1,
        ) from None


def read_bytes(path: Path) -> bytes:
    """The file's bytes; InputError if there is no such file or it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError("no such file", path=path) from None
    except IsADirectoryError:
        raise InputError("is a folder, not a file", path=path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from None


def write_bytes(path: Path, data: bytes) -> None:
    """Replace the file as a whole: after a crash it holds either the old bytes or the new ones.

    Written to a temporary file beside it, fsynced and renamed; then the folder is fsynced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_text(path: Path, text: str) -> None:
    """Replace the file by a text as UTF-8, line ends as they are; see `write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


def _mode(path: Path) -> int:
    """The mode a plain open() would give, or the one the file has: mkstemp's 0600 hides work."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
