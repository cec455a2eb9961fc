"""Other tools' formats: one module each, to read and to write documents with one layer each.

Every module has two functions and a docstring that names the format's specification::

    read(path, schema) -> Reading                   # InputError for what is no such file
    write(path, items, schema) -> tuple[Loss, ...]  # what the format could not carry

`write` changes nothing on disk when called with ``dry=True``: it then only tells the losses.
Offsets are converted from and to code points inside the module.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from accord.document import Document, Layer


@dataclass(frozen=True, slots=True)
class Labelled:
    """A document with one source's labels of it."""

    document: Document
    layer: Layer


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that did not come over: `what` sorts and counts, the rest tells where.

    `item` is the label's id or the field's name, "" for the document as a whole.
    """

    what: str
    document: str
    item: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Reading:
    """What a file holds, and what in it has no place here."""

    items: tuple[Labelled, ...]
    losses: tuple[Loss, ...] = ()


def checked(items: Sequence[Labelled]) -> tuple[Labelled, ...]:
    """The items; ValueError if a layer is not its document's, which no format could express."""
    for item in items:
        if item.layer.document != item.document.id:
            raise ValueError(f"a layer of {item.layer.document} beside {item.document.id}")
    return tuple(items)
