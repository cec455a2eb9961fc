"""The checksum of every text, so that a label never points into a changed text unnoticed.

``corpus/SHA256SUMS`` has the form of coreutils' sha256sum: in ``corpus/``, ``sha256sum -c
SHA256SUMS`` checks it without Accord.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from accord.errors import FormatError
from accord.files import read_bytes, read_text, write_text

FILE_NAME = "SHA256SUMS"

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def read_checksums(folder: Path) -> dict[str, str]:
    """Checksums by path under the folder; empty if the file does not exist."""
    path = folder / FILE_NAME
    if not path.exists():
        return {}
    sums: dict[str, str] = {}
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise FormatError(f"not 'SHA256  PATH': {line[:80]!r}", path=path, line=number)
        if match[2] in sums:
            raise FormatError(f"{match[2]} is listed twice", path=path, line=number)
        sums[match[2]] = match[1]
    return sums


def write_checksums(folder: Path, sums: Mapping[str, str]) -> None:
    """Write the checksums, sorted by path."""
    write_text(folder / FILE_NAME, format_checksums(sums))


def format_checksums(sums: Mapping[str, str]) -> str:
    """The checksums as the file holds them, sorted by path."""
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(read_bytes(path)).hexdigest()
