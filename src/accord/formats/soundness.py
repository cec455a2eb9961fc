"""What every format does before it writes: refuse what no file could say."""

from collections.abc import Sequence

from accord.document import Document, Layer
from accord.errors import InputError
from accord.formats import Labelled, checked


def sound(items: Sequence[Labelled]) -> tuple[Labelled, ...]:
    """The items, if a file can hold them.

    Raises InputError for a document given twice, an id used twice, a mark outside its text, a
    relation without an end, or text that is not valid Unicode.
    """
    seen: set[str] = set()
    for item in checked(items):
        document, layer = item.document, item.layer
        if document.id in seen:
            raise InputError(
                f"{document.id}: given twice; a file holds one layer of each document, "
                f"so write each source to a file of its own"
            )
        seen.add(document.id)
        _valid_unicode(document, layer)
        _ends_exist(document, layer)
    return tuple(items)


def _valid_unicode(document: Document, layer: Layer) -> None:
    strings = [document.id, document.text, layer.source, *document.meta, *document.meta.values()]
    for mention in layer.mentions:
        strings += (mention.id, mention.type)
    for relation in layer.relations:
        strings += (relation.id, relation.type)
    for string in strings:
        try:
            string.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(
                f"{document.id!r}: holds half a surrogate pair, U+{ord(string[error.start]):04X}, "
                f"at {error.start}, which is no character; remove it"
            ) from None


def _ends_exist(document: Document, layer: Layer) -> None:
    ids: set[str] = set()
    for mention in layer.mentions:
        if mention.id in ids:
            raise InputError(f"{document.id}: the id {mention.id} is used twice; give each its own")
        ids.add(mention.id)
        if mention.span.end > len(document.text):
            raise InputError(
                f"{document.id}: {mention.id} ends at {mention.span.end}, "
                f"but the text has {len(document.text)} characters"
            )
    for relation in layer.relations:
        for end in (relation.head, relation.tail):
            if end not in ids:
                raise InputError(
                    f"{document.id}: {relation.type} points to {end}, which does not exist"
                )
