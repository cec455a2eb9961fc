"""Formats with a record a paragraph: records of one document are named ID#1, ID#2 and so on.

Such formats (SpERT, CrossRE) hold sentences or paragraphs, each with its own words, marks and
arrows, and know no documents. Records that follow each other with names of this form become one
document again; any other record is a document of its own.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from accord.document import Document, Relation, Span
from accord.errors import FormatError
from accord.formats import Labelled, Loss
from accord.formats.plain import numbered_layer, unkept_ids, unsaid
from accord.formats.records import Record, shown
from accord.formats.sound import sound
from accord.formats.tokens import Placed, relation_loss, spread, worded

_PART = re.compile(r"(.+)#([1-9][0-9]{0,8})", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """One record: its name, words, marks (start, end, type) by word, arrows (type, head, tail)."""

    name: str
    words: tuple[str, ...]
    marks: tuple[tuple[int, int, str], ...]
    arrows: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class OwnPart:
    """One record to write: its document and name, words, mentions in text order, relations."""

    document: str
    name: str
    words: tuple[str, ...]
    placed: tuple[Placed, ...]
    relations: tuple[Relation, ...]


def parted(items: Sequence[Labelled], path: Path) -> tuple[list[OwnPart], list[Loss]]:
    """The records of all documents in turn, and all that words and paragraphs cannot hold.

    Every document has at least one. Raises InputError as `sound`.
    """
    parts: list[OwnPart] = []
    losses: list[Loss] = []
    for item in sound(items):
        own, lost = _own_parts(item)
        parts += own
        losses += lost
        losses += unsaid(item, path)
    return parts, losses


def document_names(names: Iterable[str]) -> list[str]:
    """For the name of each record, the document that it belongs to."""
    result: list[str] = []
    expected = ("", 0)
    for name in names:
        match = _PART.fullmatch(name)
        number = int(match[2]) if match else 0
        if match and (number == 1 or (match[1], number) == expected):
            expected = (match[1], number + 1)
            result.append(match[1])
        else:
            expected = ("", 0)
            result.append(name)
    return result


def documents(parts: Sequence[Part], path: Path) -> tuple[Labelled, ...]:
    """The documents that the records make up.

    Raises FormatError if two documents have one name, naming the record.
    """
    groups: list[tuple[str, list[Part]]] = []
    seen: set[str] = set()
    for number, (part, name) in enumerate(
        zip(parts, document_names(part.name for part in parts), strict=True), start=1
    ):
        if groups and groups[-1][0] == name and part.name != f"{name}#1" and part.name != name:
            groups[-1][1].append(part)
            continue
        if name in seen:
            raise FormatError(
                f"record {number}: {name!r} stands in the file already; "
                f"give each document its own name",
                path=path,
            )
        seen.add(name)
        groups.append((name, [part]))
    return tuple(_document(name, group, path) for name, group in groups)


def _own_parts(item: Labelled) -> tuple[list[OwnPart], list[Loss]]:
    document = item.document
    in_words = worded(item)
    losses = [*in_words.losses]
    where = {place.mention.id: place.paragraph for place in in_words.placed}
    relations: list[list[Relation]] = [[] for _ in in_words.paragraphs]
    for relation in item.layer.relations:
        ends = (where.get(relation.head), where.get(relation.tail))
        if ends[0] is None or ends[1] is None:
            losses.append(relation_loss(item, relation, "relation of a mark left out"))
        elif ends[0] != ends[1]:
            losses.append(relation_loss(item, relation, "relation across paragraphs"))
        else:
            relations[ends[0]].append(relation)
    parts = [
        OwnPart(
            document.id,
            f"{document.id}#{number + 1}",
            paragraph,
            tuple(place for place in in_words.placed if place.paragraph == number),
            tuple(relations[number]),
        )
        for number, paragraph in enumerate(in_words.paragraphs)
    ]
    mentions = [place.mention.id for place in in_words.placed]
    losses += unkept_ids(document.id, mentions, [r.id for part in parts for r in part.relations])
    return parts or [OwnPart(document.id, f"{document.id}#1", (), (), ())], losses


def _document(name: str, parts: Sequence[Part], path: Path) -> Labelled:
    text, places = spread(part.words for part in parts)
    marks: list[tuple[Span, str]] = []
    arrows: list[tuple[str, int, int]] = []
    for part, spans in zip(parts, places, strict=True):
        first = len(marks)
        marks += (
            (Span(spans[start].start, spans[end - 1].end), kind) for start, end, kind in part.marks
        )
        arrows += ((kind, first + head, first + tail) for kind, head, tail in part.arrows)
    return Labelled(Document(name, text), numbered_layer(name, path.stem, marks, arrows))


def words_of(record: Record, key: str) -> tuple[str, ...]:
    """The words of a record; FormatError if they are absent, no strings, or empty."""
    if not isinstance(record.values.get(key), list):
        raise record.error(f"{key!r} must be a list of words, not {shown(record.values.get(key))}")
    words = []
    for number, word in enumerate(record.list(key)):
        if not isinstance(word, str) or not word:
            raise record.error(f"{key} {number} must be a word, not {shown(word)}")
        words.append(word)
    return tuple(words)


def within(record: Record, start: int, end: int, words: Sequence[str], what: str) -> None:
    """FormatError unless start and end (exclusive) bound at least one of the words."""
    if not 0 <= start < end <= len(words):
        raise record.error(
            f"{what} needs 0 <= start < end <= {len(words)}, the number of words, "
            f"not {shown(start)} and {shown(end)}"
        )


def unknown_fields(record: Record, known: Iterable[str], document: str) -> list[Loss]:
    """A loss for each field of a record that has no place here."""
    return [
        Loss("field", document, key, shown(value))
        for key, value in record.values.items()
        if key not in known
    ]
