"""UIMA CAS XMI, which INCEpTION imports and exports: an .xmi file for each document.

Format: https://uima.apache.org/d/uimaj-current/references.html (XMI CAS Serialization) in XML 1.0::

    <cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" sofaString="..."/>
    <custom:Mention xmi:id="9" sofa="1" begin="0" end="4" label="ORG" identifier="T1"/>
    <cas:View sofa="1" members="9"/>

The types lie in ``TypeSystem.xml``, beside the files or in a folder above them. What of a document
goes where, and what is read: `uima`. Offsets are UTF-16 units.

XML 1.0 has no place for most control characters: a document that holds one is left out. A file
with a DOCTYPE is refused unread, as its entities could stand for any amount of text or for other
files; and lxml, which cassis reads with, takes no value of more than MOST_BYTES.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn
from xml.parsers import expat

from accord.errors import FormatError, InputError
from accord.files import read_bytes
from accord.formats import Labelled, Loss, Reading
from accord.formats.uima import (
    as_cas,
    cassis,
    from_cas,
    loaded,
    own_layers,
    read_documents,
    unkept_metadata,
    write_documents,
)
from accord.formats.uima_layers import FILE_NAME
from accord.schema import Schema

SUFFIX = ".xmi"
MOST_BYTES = 10_000_000  # libxml2's XML_MAX_TEXT_LENGTH, which guards memory

_ID = "http://www.omg.org/XMI id"
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """A file, or all below a folder; types are kept, known to the schema or not.

    Raises FormatError naming the file that is wrong, and the line for what is no XML or holds an
    id twice; InputError if there is no type system; MissingExtraError.
    """
    load = cassis().load_cas_from_xmi
    layers = cache(_layers)

    def read_one(file: Path, name: str, source: str) -> tuple[Labelled, list[Loss]]:
        data = read_bytes(file)
        _check(data, file)
        types = layers(_layers_file(file, path))
        cas = loaded(partial(load, BytesIO(data), typesystem=types), file)
        return from_cas(cas, name, source, file)

    return read_documents(path, SUFFIX, read_one)


def write(
    path: Path,
    items: Sequence[Labelled],
    schema: Schema,  # noqa: ARG001
    *,
    dry: bool = False,
) -> tuple[Loss, ...]:
    """Write a folder, new or empty; documents that XML cannot hold are left out and listed.

    Raises ConflictError for a folder in use, InputError for a document id that is no path within
    the folder, and MissingExtraError.
    """
    layers = own_layers()

    def text(item: Labelled) -> str:
        return str(as_cas(item, layers).to_xmi())

    return write_documents(path, items, SUFFIX, _held, text, dry=dry)


def _held(item: Labelled) -> tuple[Labelled | None, Iterable[Loss]]:
    if reason := _refused(item):
        return None, [Loss("document XML cannot hold", item.document.id, "", reason)]
    return item, unkept_metadata(item)


def _refused(item: Labelled) -> str:
    """Why XML cannot hold the document or a label of it; nothing if it can."""
    document, layer = item.document, item.layer
    labels = [word for m in layer.mentions for word in (m.id, m.type)]
    labels += [word for r in layer.relations for word in (r.id, r.type)]
    for word in (document.text, layer.source, *document.meta, *document.meta.values(), *labels):
        if unfit := _UNFIT.search(word):
            return f"it holds U+{ord(unfit[0]):04X}"
    size = len(document.text.encode())
    return f"{size:,} bytes; {MOST_BYTES:,} are allowed" if size > MOST_BYTES else ""


def _layers_file(file: Path, root: Path) -> Path:
    """The type system of a file: the nearest one, in its own folder or above it up to the root."""
    for folder in file.parents:
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
        if folder in (root, root.parent):
            break
    raise InputError(
        f"has no type system: {FILE_NAME} lies neither beside it nor above; export it too",
        path=file,
    )


def _layers(path: Path) -> Any:
    data = read_bytes(path)
    _check(data, path)
    return loaded(partial(cassis().load_typesystem, BytesIO(data)), path)


def _check(data: bytes, path: Path) -> None:
    """FormatError for what is no XML, has a DOCTYPE, or gives an id to two things."""
    parser = expat.ParserCreate(namespace_separator=" ")
    ids: set[str] = set()

    def fail(reason: str) -> NoReturn:
        raise FormatError(reason, path=path, line=parser.CurrentLineNumber)

    def doctype(*_: object) -> None:
        fail("has a DOCTYPE, which could stand for anything; no CAS needs one, so remove it")

    def start(_: str, attributes: Mapping[str, str]) -> None:
        number = attributes.get(_ID)
        if number in ids:
            fail(f"the id {number[:20]} is used twice")
        if number is not None:
            ids.add(number)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = f"not valid XML: {expat.ErrorString(error.code)}; is the file cut off?"
        raise FormatError(reason, path=path, line=error.lineno) from None
    except (LookupError, ValueError) as error:  # of the encoding that the first line names
        raise FormatError(f"{str(error)[:80]}; save it as UTF-8", path=path) from None
