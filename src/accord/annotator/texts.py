"""The texts of a corpus, read when they are asked for: a large corpus opens at once."""

import hashlib
import os
import stat
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from accord.annotator.files import paths_by_id
from accord.corpus.folder import TEXTS
from accord.document import Document
from accord.errors import InputError
from accord.files import read_text

LIMIT = 2_000_000
"""The longest text, in characters, that a browser window is asked to show."""


_TITLE = 80
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list of documents shows of a text: its first line, shortened, and its length.

    `sha256` is the hash of the text, as `Document.sha256`.
    """

    title: str
    words: int
    sha256: str


class Texts(Mapping[str, Document]):
    """Documents by id, in the order of the files; each is read once and kept.

    Reading raises InputError for a text that is not UTF-8, is too long or lies elsewhere.
    """

    def __init__(self, root: Path):
        """Find the texts; InputError if there is no folder of texts, or a name is not UTF-8."""
        if not (root / TEXTS).is_dir():
            raise InputError(f"no folder {TEXTS}/ with texts here", path=root)
        self._paths = paths_by_id(root / TEXTS, ".txt")
        for i in self._paths if not _is_utf8("".join(self._paths)) else ():
            if not _is_utf8(i):
                # An id is part of addresses and of files that are UTF-8.
                raise InputError(f"the name {os.fsencode(i)!r} is not UTF-8; rename the file")
        self._folder = (root / TEXTS).resolve()
        self._read: dict[str, tuple[tuple[int, int], Document]] = {}
        self._summaries: dict[str, Summary] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._paths)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __contains__(self, document: object) -> bool:
        return document in self._paths

    def __getitem__(self, document: str) -> Document:
        """The document as it was read first; KeyError if the corpus has none of this id."""
        return self.at_hand(document) or self.fresh(document)

    def path(self, document: str) -> Path:
        """Where a text lies; KeyError if the corpus has none of this id."""
        return Path(self._paths[document])

    def at_hand(self, document: str) -> Document | None:
        """The document if it was read already; never slow."""
        known = self._read.get(document)
        return None if known is None else known[1]

    def summary(self, document: str) -> Summary:
        """Title and length of a document as it was read first; the text itself is not kept."""
        known = self._summaries.get(document)
        if known is not None:
            return known
        text = None
        if self.at_hand(document) is None:
            text = _plain_text(self._paths[document])
        known = _summary(self[document].text if text is None else text)
        with self._lock:
            # What another thread has read meanwhile is newer.
            read = self.at_hand(document)
            if read is not None and read.sha256 != known.sha256:
                known = _summary(read.text)
            self._summaries[document] = known
        return known

    def known_summary(self, document: str) -> Summary | None:
        """Title and length if they are at hand; never slow."""
        return self._summaries.get(document)

    def fresh(self, document: str) -> Document:
        """The document as it is on disk now: read again if the file was changed."""
        path = self.path(document)
        try:
            found = path.stat()
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", path=path) from None
        stamp = (found.st_mtime_ns, found.st_size)
        known = self._read.get(document)
        if known is not None and known[0] == stamp:
            return known[1]
        if not Path(os.path.realpath(path)).is_relative_to(self._folder):
            raise InputError("is a link that leads out of the corpus folder", path=path)
        if not stat.S_ISREG(found.st_mode):
            raise InputError("is no file that holds a text", path=path)
        text = read_text(path)
        if len(text) > LIMIT:
            raise InputError(
                f"has {len(text):,} characters, more than the {LIMIT:,} that the page can show; "
                "split it into several texts",
                path=path,
            )
        read = Document(document, text)
        with self._lock:
            self._read[document] = (stamp, read)
            self._summaries.pop(document, None)
        return read


def _is_utf8(name: str) -> bool:
    """Whether a file's name is text: bytes that are none come as half surrogate pairs."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain_text(path: str) -> str | None:
    """The text of an ordinary file that needs no second look; None for any other.

    The fastest way there is, for a corpus of many thousand files. A link is none of the ordinary
    ones, and no folder on the way is one: `paths_by_id` follows none.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        handle = os.open(path, flags)
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or found.st_size > LIMIT:
                return None
            data = os.read(handle, found.st_size + 1)
        finally:
            os.close(handle)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return text if len(data) == found.st_size and not text.startswith(_MARK) else None


def _summary(text: str) -> Summary:
    lines = text.lstrip().split("\n", 1)[0].splitlines()
    first = lines[0].strip() if lines else ""
    title = first if len(first) <= _TITLE else f"{first[: _TITLE - 1]}…"
    return Summary(title, len(text.split()), hashlib.sha256(text.encode()).hexdigest())
