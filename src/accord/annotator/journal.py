"""The journal of a layer: an append-only file on which every action stands before it is answered.

``annotations/LAYER/.journal.jsonl`` holds one JSON object a line, numbered ``n`` from 1. A line
is written in one piece and fsynced; only then does `append` return. What a crash may leave is a
last line without its end: it was never acknowledged, and opening the journal cuts it off. Damage
anywhere else is an error, as no part of anybody's work may vanish unnoticed.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accord.errors import AccordError, ConflictError, FormatError, InputError
from accord.files import read_bytes

FILE_NAME = ".journal.jsonl"

Line = dict[str, Any]


class JournalError(AccordError):
    """An action could not be written to disk, so it did not happen."""


class Journal:
    """A journal open for writing, locked against every other writer.

    `cut` is the number of bytes of a torn last line that opening cut off.
    """

    def __init__(self, path: Path):
        """Open and lock the journal, making it if there is none.

        Raises ConflictError if somebody else has it open, FormatError if it is damaged.
        """
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            self._lock()
            _sync_folders(path.parent)
            data = read_bytes(path)
            lines, end = parse(data, path)
            self.cut = len(data) - end
            if self.cut:
                os.ftruncate(self._handle, end)
                os.fsync(self._handle)
        except BaseException:
            os.close(self._handle)
            raise
        self._size = end
        self._starts = _starts(data[:end])
        self._unread = lines
        self._broken = ""

    def take_lines(self) -> list[Line]:
        """The lines that were there when the journal was opened; to be taken once."""
        lines, self._unread = self._unread, []
        return lines

    def __len__(self) -> int:
        return len(self._starts)

    def read(self, n: int) -> Line:
        """The line numbered `n`."""
        start = self._starts[n - 1]
        end = self._starts[n] if n < len(self._starts) else self._size
        line: Line = json.loads(os.pread(self._handle, end - start, start))
        return line

    def append(self, entry: Line) -> Line:
        """Write an entry as the next line and return it with its `n`, once it is on disk.

        Raises JournalError if it is not on disk; the journal is then as before, or closed to
        further writing until the server is started again.
        """
        if self._broken:
            raise JournalError(self._broken)
        self._check_place()
        line = {"n": len(self._starts) + 1, **entry}
        try:
            data = json.dumps(line, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            payload = data.encode("utf-8") + b"\n"
        except UnicodeEncodeError:
            raise InputError("holds half of a surrogate pair, which is no text") from None
        except (ValueError, RecursionError):
            raise InputError("holds an endless number or depth, which is no JSON") from None
        try:
            written = os.write(self._handle, payload)
            if written != len(payload):
                raise OSError(f"only {written} of {len(payload)} bytes were written")
            os.fsync(self._handle)
        except OSError as error:
            self._take_back(error)
            raise JournalError(
                f"{self.path}: not saved: {error.strerror or error}; make room on the disk and "
                "try again"
            ) from None
        self._starts.append(self._size)
        self._size += len(payload)
        return line

    def close(self) -> None:
        """Close the file, which also unlocks it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
            self._broken = f"{self.path} is closed"

    def _lock(self) -> None:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConflictError(
                f"{self.path.parent.name!r} is open in another `accord annotate`; use that one, "
                f"or end it first ({self.path})"
            ) from None

    def _check_place(self) -> None:
        """What is written to a file that was moved or deleted would be acknowledged and lost."""
        try:
            found = os.stat(self.path)  # noqa: PTH116 the hot path
        except OSError:
            found = None
        here = os.fstat(self._handle)
        if found is None or (found.st_dev, found.st_ino) != (here.st_dev, here.st_ino):
            raise JournalError(
                f"{self.path}: was moved or replaced while it was open, so nothing can be saved; "
                "put it back, or end the server and start it again"
            )
        if here.st_size != self._size:
            raise JournalError(
                f"{self.path}: was changed by another program while it was open; nothing is saved "
                "until the server is started again"
            )

    def _take_back(self, error: OSError) -> None:
        """Remove what a failed write may have left, so that no later line is glued to it."""
        try:
            os.ftruncate(self._handle, self._size)
            os.fsync(self._handle)
        except OSError:
            self._broken = (
                f"{self.path}: the disk failed ({error.strerror or error}); nothing more is saved "
                "until the server is started again"
            )


def now() -> str:
    """The time as a line has it: ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(data: bytes, path: Path) -> tuple[list[Line], int]:
    """The lines of a journal, and how many of its bytes they take.

    Only a torn last line may be left over. FormatError names the line of any other damage.
    """
    lines: list[Line] = []
    end = 0
    for number, piece in enumerate(_pieces(data), start=1):
        try:
            line = json.loads(piece)
            if not isinstance(line, dict) or line.get("n") != number:
                raise ValueError
            if not isinstance(line.get("document"), str) or not isinstance(line.get("op"), dict):
                raise ValueError
        except ValueError:
            # Blocks that a power failure kept from the disk read as zeros.
            if b"\0" in piece and end + len(piece) == len(data):
                break
            raise FormatError(
                "the journal is damaged here: not the JSON object that belongs on this line; "
                "restore the file from a copy, or move it away: the .ann files beside it hold "
                "what was exported",
                path=path,
                line=number,
            ) from None
        lines.append(line)
        end += len(piece)
    return lines, end


def _pieces(data: bytes) -> Iterator[bytes]:
    """The lines with their ends; a last one without an end is torn and no line."""
    start = 0
    while (stop := data.find(b"\n", start)) >= 0:
        yield data[start : stop + 1]
        start = stop + 1


def _starts(data: bytes) -> list[int]:
    starts, position = [], 0
    for piece in _pieces(data):
        starts.append(position)
        position += len(piece)
    return starts


def _sync_folders(folder: Path) -> None:
    """A new file is only safe when the folders that name it are on disk, too."""
    for each in (folder, folder.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
