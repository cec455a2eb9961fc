"""The corpus as a value."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from accord.corpus.standoff import format_standoff
from accord.document import Document, Layer
from accord.errors import InputError
from accord.schema import Schema


@dataclass(frozen=True)
class Corpus:
    """Documents by id, layers by source and document id, and splits by name.

    `root` is the folder they were read from.
    A split is a tuple of patterns over document ids ("practice/*"), as in `fnmatch`.
    """

    root: Path
    schema: Schema
    documents: Mapping[str, Document]
    layers: Mapping[str, Mapping[str, Layer]]
    splits: Mapping[str, tuple[str, ...]]

    def layer(self, source: str, document: str) -> Layer:
        """One source's labels of a document; InputError if there are none."""
        try:
            return self.layers[source][document]
        except KeyError:
            have = ", ".join(s for s, layers in self.layers.items() if document in layers) or "none"
            raise InputError(f"{document}: no layer {source!r}; its layers are: {have}") from None

    def select(self, split: str) -> tuple[str, ...]:
        """Ids of the documents of a split, or that match a pattern, in order.

        Raises InputError if nothing matches.
        """
        patterns = self.splits.get(split, (split,))
        found = tuple(i for i in self.documents if any(fnmatchcase(i, p) for p in patterns))
        if not found:
            known = ", ".join(self.splits) or "none"
            raise InputError(
                f"no document matches {', '.join(patterns)!r}; splits are: {known}; "
                f"a pattern such as 'articles/*' works too"
            )
        return found

    def hash(self, source: str, ids: Iterable[str] | None = None) -> str:
        """SHA-256 of the texts and one source's labels, in hexadecimal: what a score rests on."""
        digest = hashlib.sha256()
        for i in sorted(self.documents if ids is None else ids):
            document = self.documents[i]
            labels = format_standoff(document, self.layer(source, i))
            digest.update(f"{i}\0{document.sha256}\0{labels}\0".encode())
        return digest.hexdigest()
