"""The corpus as it lies on disk.

``corpus/`` holds one ``NAME.txt`` a document, ``annotations/`` the schema and one folder a layer
with the same NAMEs as standoff. A document's id is its path under ``corpus/`` without suffix.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from accord.corpus.corpus import Corpus
from accord.corpus.standoff import SUFFIX, read_standoff, write_standoff
from accord.document import Document, Layer
from accord.errors import FormatError, InputError
from accord.files import read_text
from accord.schema import Schema, read_schema

TEXTS = "corpus"
ANNOTATIONS = "annotations"
SCHEMA_FILE = "schema.toml"
SPLITS_FILE = "splits.toml"


def read_corpus(root: Path) -> Corpus:
    """Read the corpus under a folder that holds ``corpus/`` and ``annotations/``.

    Raises InputError for the first file that is wrong; `accord.corpus.validate` lists them all.
    """
    schema = corpus_schema(root)
    documents = {i: Document(i, read_text(path)) for i, path in text_paths(root).items()}
    layers: dict[str, dict[str, Layer]] = {}
    for source, paths in layer_paths(root).items():
        layers[source] = {}
        for i, path in paths.items():
            if i not in documents:
                raise InputError(f"labels a text that does not exist: {TEXTS}/{i}.txt", path=path)
            layers[source][i] = read_standoff(path, documents[i], source)
    return Corpus(root, schema, documents, layers, read_splits(root))


def corpus_schema(root: Path) -> Schema:
    """The schema of the corpus under a folder; InputError if there is no corpus here."""
    if not (root / ANNOTATIONS).is_dir():
        raise InputError(
            f"no corpus here: no folder {ANNOTATIONS}/; a corpus is a folder that holds {TEXTS}/ "
            f"and {ANNOTATIONS}/, and --root names one elsewhere",
            path=root.resolve(),
        )
    return read_schema(root / ANNOTATIONS / SCHEMA_FILE)


def write_layer(root: Path, document: Document, layer: Layer) -> Path:
    """Write a layer where it belongs, ``annotations/SOURCE/ID.ann``, and return the path."""
    path = root / ANNOTATIONS / layer.source / f"{layer.document}{SUFFIX}"
    write_standoff(path, document, layer)
    return path


def text_paths(root: Path) -> dict[str, Path]:
    """The ``.txt`` files of the corpus by document id, sorted; InputError if there is no corpus."""
    folder = root / TEXTS
    if not folder.is_dir():
        raise InputError(f"no folder {TEXTS}/ with texts here", path=root)
    return _by_id(folder, ".txt")


def layer_paths(root: Path) -> dict[str, dict[str, Path]]:
    """The ``.ann`` files by source and document id, sorted."""
    folder = root / ANNOTATIONS
    if not folder.is_dir():
        raise InputError(f"no folder {ANNOTATIONS}/ with labels here", path=root)
    sources = sorted(path for path in folder.iterdir() if path.is_dir())
    return {source.name: _by_id(source, SUFFIX) for source in sources}


def read_splits(root: Path) -> Mapping[str, tuple[str, ...]]:
    """Named splits from ``corpus/splits.toml``: ``name = ["pattern", ...]``; empty without one."""
    path = root / TEXTS / SPLITS_FILE
    if not path.exists():
        return {}
    try:
        data = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"not valid TOML: {error}", path=path) from None
    for name, patterns in data.items():
        if not isinstance(patterns, list) or not all(isinstance(p, str) for p in patterns):
            raise FormatError(
                f"split {name!r} must be a list of patterns, not {patterns!r}", path=path
            )
    return {name: tuple(patterns) for name, patterns in data.items()}


def _by_id(folder: Path, suffix: str) -> dict[str, Path]:
    paths = {}
    for path in folder.rglob(f"*{suffix}"):
        if not path.is_dir():
            paths[path.relative_to(folder).with_suffix("").as_posix()] = path
    return dict(sorted(paths.items()))
