"""The formats by name, and which of them a path is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn, Protocol

from accord.corpus.folder import ANNOTATIONS, TEXTS
from accord.errors import FormatError, InputError
from accord.files import read_text
from accord.formats import (
    Labelled,
    Loss,
    Reading,
    brat,
    conll,
    corpus_folder,
    crossre,
    csv_tables,
    docbin,
    doccano,
    docred,
    huggingface,
    label_studio,
    parquet_tables,
    prodigy,
    pubannotation,
    spert,
    tables,
    uima_json,
    uima_xmi,
    webanno,
)
from accord.formats.records import parse_json
from accord.schema import Schema


class Format(Protocol):
    """What each format's module offers; see `accord.formats`."""

    def read(self, path: Path, schema: Schema) -> Reading:
        """The documents with their labels, and what in them has no place here."""

    def write(
        self, path: Path, items: Sequence[Labelled], schema: Schema, *, dry: bool = False
    ) -> tuple[Loss, ...]:
        """What the format cannot carry; writes unless `dry`."""


KINDS: Mapping[str, Format] = {
    "accord": corpus_folder,
    "brat": brat,
    "conll": conll,
    "crossre": crossre,
    "csv": csv_tables,
    "docbin": docbin,
    "doccano": doccano,
    "docred": docred,
    "huggingface": huggingface,
    "label-studio": label_studio,
    "parquet": parquet_tables,
    "prodigy": prodigy,
    "pubannotation": pubannotation,
    "spert": spert,
    "uima-json": uima_json,
    "uima-xmi": uima_xmi,
    "webanno-tsv": webanno,
}

#: Kinds that hold layers of several sources of one document.
SEVERAL = frozenset(("accord", "label-studio", "prodigy", "pubannotation"))

_FOLDERS = (
    *("accord", "brat", "csv", "huggingface", "parquet"),
    *("uima-json", "uima-xmi", "webanno-tsv"),
)
_JSON = {
    "crossre": ({"doc_key", "sentence"},),
    "doccano": ({"text", "entities"}, {"text", "label"}, {"text", "labels"}),
    "docred": ({"sents", "vertexSet"},),
    "label-studio": ({"data"},),
    "prodigy": ({"text", "spans"}, {"text", "tokens"}, {"text", "answer"}),
    "pubannotation": ({"text", "denotations"}, {"text", "tracks"}),
    "spert": ({"tokens", "entities"},),
    "uima-json": ({uima_json.STRUCTURES},),
}
_SUFFIXES = {
    ".spacy": ("docbin",),
    **dict.fromkeys((".conll", ".iob", ".iob2", ".bio"), ("conll",)),
    uima_xmi.SUFFIX: ("uima-xmi",),
    webanno.SUFFIX: ("webanno-tsv",),
    ".jsonl": ("crossre", "doccano", "prodigy"),
    ".json": ("crossre", "docred", "label-studio", "pubannotation", "spert"),
    "": _FOLDERS,
}


def format_named(kind: str) -> Format:
    """The module of a kind; InputError naming all kinds if there is none."""
    if kind not in KINDS:
        raise InputError(f"unknown format {kind!r}; formats are: {', '.join(KINDS)}")
    return KINDS[kind]


def kind_of(path: Path) -> str:
    """The kind of an existing file or folder, by its suffix or what it holds.

    Raises InputError naming the kinds in question if that is none, or more than one.
    """
    if path.is_dir():
        found = _folder_kinds(path)
        return found[0] if len(found) == 1 else _unclear(path, found or _FOLDERS)
    if not path.exists():
        raise InputError("no such file or folder", path=path)
    kinds = _SUFFIXES.get(path.suffix.lower() or ".", tuple(KINDS))
    if len(kinds) > 1 and path.suffix.lower() in (".json", ".jsonl"):
        keys = _first_keys(path)
        kinds = tuple(k for k, all_of in _JSON.items() if any(some <= keys for some in all_of))
        return kinds[0] if len(kinds) == 1 else _unclear(path, kinds or tuple(_JSON))
    return kinds[0] if len(kinds) == 1 else _unclear(path, kinds)


def kind_for(path: Path) -> str:
    """The kind of a file or folder to be written, by its suffix; InputError if that is unclear."""
    kinds = _SUFFIXES.get(path.suffix.lower(), tuple(KINDS))
    return kinds[0] if len(kinds) == 1 else _unclear(path, kinds)


def _unclear(path: Path, kinds: Sequence[str]) -> NoReturn:
    raise InputError(f"cannot tell its format; name one of: {', '.join(kinds)}", path=path)


def _folder_kinds(path: Path) -> tuple[str, ...]:
    found = {
        "accord": (path / TEXTS).is_dir() and (path / ANNOTATIONS).is_dir(),
        "brat": (path / "annotation.conf").exists(),
        "csv": _has_tables(path, csv_tables.SUFFIX),
        "huggingface": any((path / huggingface.DATA).glob(f"*{parquet_tables.SUFFIX}")),
        "parquet": _has_tables(path, parquet_tables.SUFFIX),
    }
    if not any(found.values()):  # what lies deeper is looked for only where nothing is at hand
        found = {
            "brat": any(p.with_suffix(".txt").exists() for p in path.rglob("*.ann")),
            "uima-json": any(
                uima_json.STRUCTURES in _first_keys(p) for p in path.rglob(f"*{uima_json.SUFFIX}")
            ),
            "uima-xmi": any(path.rglob(f"*{uima_xmi.SUFFIX}")),
            "webanno-tsv": any(path.rglob(f"*{webanno.SUFFIX}")),
        }
    return tuple(kind for kind, there in found.items() if there)


def _has_tables(path: Path, suffix: str) -> bool:
    return all((path / f"{name}{suffix}").exists() for name in tables.COLUMNS)


def _first_keys(path: Path) -> set[str]:
    """The keys of the first object of a file of JSON, or of JSON lines."""
    text = read_text(path)
    try:
        value = parse_json(text.strip().partition("\n")[0], path)
    except FormatError:
        value = parse_json(text, path)
    first = value[0] if isinstance(value, list) and value else value
    return {*first} if isinstance(first, dict) else set()
