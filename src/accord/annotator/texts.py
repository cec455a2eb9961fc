"""The texts of a corpus, read when they are asked for: a large corpus opens at once."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from accord.corpus.folder import text_paths
from accord.document import Document
from accord.errors import InputError
from accord.files import read_text

LIMIT = 2_000_000
"""The longest text, in characters, that a browser window is asked to show."""


_TITLE = 80


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list of documents shows of a text: its first line, shortened, and its length."""

    title: str
    words: int


class Texts(Mapping[str, Document]):
    """Documents by id, in the order of the files; each is read once and kept.

    Reading raises InputError for a text that is not UTF-8, is too long or lies elsewhere.
    """

    def __init__(self, root: Path):
        self.paths = text_paths(root)
        self._folder = (root / "corpus").resolve()
        self._read: dict[str, tuple[tuple[int, int], Document]] = {}
        self._summaries: dict[str, Summary] = {}

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __contains__(self, document: object) -> bool:
        return document in self.paths

    def __getitem__(self, document: str) -> Document:
        """The document as it was read first; KeyError if the corpus has none of this id."""
        if document in self._read:
            return self._read[document][1]
        return self.fresh(document)

    def summary(self, document: str) -> Summary:
        """Title and length of a document as it was read first."""
        if document not in self._summaries:
            self._summaries[document] = _summary(self[document].text)
        return self._summaries[document]

    def fresh(self, document: str) -> Document:
        """The document as it is on disk now: read again if the file was changed."""
        path = self.paths[document]
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
        text = read_text(path)
        if len(text) > LIMIT:
            raise InputError(
                f"has {len(text):,} characters, more than the {LIMIT:,} that the page can show; "
                "split it into several texts",
                path=path,
            )
        read = Document(document, text)
        self._read[document] = (stamp, read)
        self._summaries.pop(document, None)
        return read


def _summary(text: str) -> Summary:
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    title = first if len(first) <= _TITLE else f"{first[: _TITLE - 1]}…"
    return Summary(title, len(text.split()))
