"""What a push takes from the corpus folder: documents, labels to start from, the guideline."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from accord.corpus import Corpus
from accord.corpus.folder import (
    ANNOTATIONS,
    corpus_schema,
    layer_paths,
    read_splits,
    text_paths,
)
from accord.corpus.standoff import read_standoff
from accord.document import Document, Layer
from accord.errors import InputError
from accord.files import read_text


class Documents:
    """The documents of a split; `names` are their ids."""

    def __init__(self, root: Path, split: str):
        self._paths = text_paths(root)
        ids = {name: Document(name, "") for name in self._paths}
        corpus = Corpus(root, corpus_schema(root), ids, {}, read_splits(root))
        self.names = corpus.select(split)

    def __len__(self) -> int:
        return len(self.names)

    def __call__(self) -> Iterator[Document]:
        """The documents, read anew, one at a time."""
        for name in self.names:
            yield Document(name, read_text(self._paths[name]))


class Suggestions:
    """The labels to start from, of a layer or a model.

    `wanted` is false if neither was named. InputError for a layer that is not there.
    """

    def __init__(self, root: Path, layer: str | None, model: Path | None):
        self.wanted = layer is not None or model is not None
        self._layer = layer or ""
        self._paths: Mapping[str, Path] = {}
        self._extractor = None
        if layer is not None:
            paths = layer_paths(root)
            if layer not in paths:
                raise InputError(f"no layer {layer!r}; layers are: {', '.join(paths) or 'none'}")
            self._paths = paths[layer]
        if model is not None:
            from accord.model import load_model

            self._extractor = load_model(model)

    def __call__(self, document: Document) -> Layer | None:
        """The labels for a document; None if the layer has none for it."""
        if self._extractor is not None:
            return next(iter(self._extractor.extract([document])))
        path = self._paths.get(document.id)
        return None if path is None else read_standoff(path, document, self._layer)


def guideline(root: Path) -> str:
    """The guideline beside the layers; "" if there is none."""
    path = root / ANNOTATIONS / "guidelines.md"
    return read_text(path) if path.exists() else ""
