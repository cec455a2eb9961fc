"""UIMA CAS JSON 0.4, which INCEpTION imports and exports: a .json file for each document.

Format: https://github.com/apache/uima-uimaj-io-jsoncas/blob/main/SPECIFICATION.adoc ::

    {"%TYPES": {"webanno.custom.Mention": {...}},
     "%FEATURE_STRUCTURES": [
        {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": "..."},
        {"%ID": 9, "%TYPE": "webanno.custom.Mention", "@sofa": 1, "begin": 0, "end": 4, ...}],
     "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": [9]}}}

The type system is embedded; ``TypeSystem.xml`` lies beside for INCEpTION's settings. What of a
document goes where, and what is read: `uima`. Offsets are UTF-16 units.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from accord.errors import FormatError
from accord.files import read_text
from accord.formats import Labelled, Loss, Reading
from accord.formats.records import Record, parse_json, shown
from accord.formats.uima import (
    VIEW,
    as_cas,
    cassis,
    from_cas,
    loaded,
    own_layers,
    read_documents,
    unkept_metadata,
    write_documents,
)
from accord.schema import Schema

SUFFIX = ".json"
STRUCTURES = "%FEATURE_STRUCTURES"

_REFERENCE = "@"


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """A file, or all below a folder; types are kept, known to the schema or not.

    Raises FormatError naming the file that is wrong, and MissingExtraError.
    """
    load = cassis().load_cas_from_json

    def read_one(file: Path, name: str, source: str) -> tuple[Labelled, list[Loss]]:
        text = read_text(file)
        _check(text, file)
        return from_cas(loaded(partial(load, text), file), name, source, file)

    return read_documents(path, SUFFIX, read_one)


def write(
    path: Path,
    items: Sequence[Labelled],
    schema: Schema,  # noqa: ARG001
    *,
    dry: bool = False,
) -> tuple[Loss, ...]:
    """Write a folder, new or empty; nothing is lost but metadata under a key of ours.

    Raises ConflictError for a folder in use, InputError for a document id that is no path within
    the folder, and MissingExtraError.
    """
    layers = own_layers()

    def text(item: Labelled) -> str:
        return str(as_cas(item, layers).to_json())

    return write_documents(path, items, SUFFIX, lambda i: (i, unkept_metadata(i)), text, dry=dry)


def _check(text: str, path: Path) -> None:
    """FormatError for what cassis would pass over or stumble on without saying what it was."""
    value = parse_json(text, path)
    if not isinstance(value, dict):
        raise FormatError(f"must be an object, not {shown(value)}", path=path)
    whole = Record(value, path)
    for key in ("%TYPES", "%VIEWS"):
        if whole.record(key) is None:
            raise whole.error(f"{key!r} is missing; export it with its type system embedded")
    if VIEW not in value["%VIEWS"]:
        raise whole.error(f"'%VIEWS' lacks {VIEW!r}, so that no annotation would count")
    given = value.get(STRUCTURES)
    if isinstance(given, dict):  # the older form, by id
        structures = [
            Record({"%ID": int(k) if k.isdecimal() and len(k) < 19 else k, **v}, path, None, k)
            for k, v in given.items()
            if isinstance(v, dict)
        ]
    else:
        structures = [*whole.records(STRUCTURES)]
    ids: set[int] = set()
    for structure in structures:
        number = structure.integer("%ID")
        if number in ids:
            raise structure.error(f"the id {number} is used twice")
        ids.add(number)
        structure.string("%TYPE")
    for structure in structures:
        for key in structure.values:
            if key in ("begin", "end"):
                structure.integer(key)
            if key.startswith(_REFERENCE) and structure.values[key] is not None:
                target = structure.integer(key)
                if target not in ids:
                    raise structure.error(f"{key!r} points to {target}, which does not exist")
