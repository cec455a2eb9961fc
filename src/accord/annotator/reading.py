"""A whole layer as it is now, anybody's: for comparing, never for writing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from accord.annotator.files import labels_of_file, layer_files
from accord.annotator.journal import FILE_NAME, parse
from accord.annotator.labels import state
from accord.annotator.people import check_layer_name
from accord.annotator.record import fold_lines
from accord.annotator.state import State
from accord.annotator.store import Store
from accord.annotator.texts import Texts
from accord.corpus.folder import ANNOTATIONS
from accord.errors import AccordError, InputError
from accord.files import read_bytes


@dataclass(frozen=True)
class Reading:
    """The states of the documents that a layer has begun, and why others cannot be read, by id."""

    states: Mapping[str, State]
    problems: Mapping[str, str]


def read_store(store: Store) -> Reading:
    """A layer that is open here."""
    states: dict[str, State] = {}
    problems: dict[str, str] = {}
    for i in sorted(store.begun()):
        try:
            states[i] = store.document(i)
        except AccordError as error:
            problems[i] = str(error)
    return Reading(states, problems)


def read_layer(root: Path, layer: str, texts: Texts) -> Reading:
    """A layer that is open elsewhere or nowhere: its journal, and files that no journal knows.

    Raises InputError if there is no such layer, FormatError if its journal is damaged.
    """
    check_layer_name(layer)
    if not (root / ANNOTATIONS / layer).is_dir():
        raise InputError(f"there is no layer {layer!r} in {root / ANNOTATIONS}")
    files = layer_files(root, layer)
    path = root / ANNOTATIONS / layer / FILE_NAME
    # What another server is writing right now is no line yet.
    lines = parse(read_bytes(path), path)[0] if path.is_file() else []
    records = fold_lines(lines, path)
    states: dict[str, State] = {}
    problems: dict[str, str] = {}
    for i in sorted({*records, *files} & set(texts)):
        try:
            document = texts.fresh(i)
            record = records.get(i)
            if record is None:
                labels, _ = labels_of_file(files[i], document, layer)
                states[i] = state(i, layer, labels, 0, ())
            elif record.sha256 != document.sha256:
                problems[i] = f"{texts.path(i)} was changed after {layer!r} labelled it"
            else:
                states[i] = state(i, layer, record.labels, record.version, ())
        except AccordError as error:
            problems[i] = str(error)
    return Reading(states, problems)
