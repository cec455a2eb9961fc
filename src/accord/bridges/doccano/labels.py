"""Labels as a server holds them, and as a layer.

On the server they stand in UTF-16 units and have numbers of its own; two labels are the same here
when type and place are, so nothing depends on those numbers.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from accord.bridges.doccano.conflicts import UNKNOWN_LABEL, UNUSABLE_LABEL
from accord.document import Document, Layer, Mention, Relation, Span
from accord.formats.naming import Names
from accord.formats.utf16 import Utf16
from accord.schema import Schema

Mark = tuple[int, int, str]
"""Start and end in UTF-16 units, and the type."""
Arrow = tuple[str, Mark, Mark]
"""Type, head and tail."""


@dataclass(frozen=True)
class Labels:
    """What one account says of one example."""

    marks: frozenset[Mark] = frozenset()
    arrows: frozenset[Arrow] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.marks)

    @property
    def digest(self) -> str:
        """SHA-256 over all labels in a fixed order."""
        return sha256(json.dumps(self.to_json()).encode()).hexdigest()

    def to_json(self) -> list[Any]:
        """As it is kept in `meta`."""
        return [sorted(self.marks), sorted(self.arrows)]

    @classmethod
    def from_json(cls, value: Any) -> "Labels":
        """Undo `to_json`."""
        marks, arrows = value
        return cls(
            frozenset(tuple(mark) for mark in marks),
            frozenset((kind, tuple(head), tuple(tail)) for kind, head, tail in arrows),
        )


def of_layer(document: Document, layer: Layer) -> Labels:
    """A layer's labels, in UTF-16 units."""
    utf16 = Utf16(document.text)
    marks = {
        mention.id: (
            utf16.units(mention.span.start),
            utf16.units(mention.span.end),
            mention.type,
        )
        for mention in layer.mentions
    }
    arrows = ((r.type, marks[r.head], marks[r.tail]) for r in layer.relations)
    return Labels(frozenset(marks.values()), frozenset(arrows))


@dataclass(frozen=True)
class Translation:
    """A layer from a server's labels, and what could not be taken over: (conflict, reason)."""

    layer: Layer
    problems: tuple[tuple[str, str], ...] = ()


@dataclass
class _Reader:
    """Collects what of a record has a place in a layer."""

    document: Document
    schema: Schema
    keep_unknown: bool
    problems: list[tuple[str, str]] = field(default_factory=list)

    def span(self, mark: Mark, utf16: Utf16) -> Span | None:
        start, end, kind = mark
        points = utf16.points(start), utf16.points(end)
        if start >= end or points[0] is None or points[1] is None:
            why = "is no stretch of the text, or cuts a character in two"
            self.problems.append((UNUSABLE_LABEL, f"{kind} at {start}..{end} {why}"))
            return None
        span = Span(points[0], points[1])
        if kind not in self.schema.mentions and not self.keep_unknown:
            self.problems.append((UNKNOWN_LABEL, f"{kind} {self.document[span]!r}"))
            return None
        return span


def to_layer(
    document: Document,
    source: str,
    labels: Labels,
    schema: Schema,
    *,
    before: Layer | None = None,
    keep_unknown: bool = False,
    complete: bool = True,
) -> Translation:
    """A server's labels as a layer; labels that `before` has keep their ids of there.

    Types that the schema does not know are left out unless `keep_unknown`.
    """
    utf16 = Utf16(document.text)
    reader = _Reader(document, schema, keep_unknown)
    spans = {mark: reader.span(mark, utf16) for mark in _sorted(labels.marks)}
    known = {} if before is None else {(m.span, m.type): m.id for m in before.mentions}
    names = Names("T", known.values())
    ids = {
        mark: known.get((span, mark[2])) or names.give()
        for mark, span in spans.items()
        if span is not None
    }
    mentions = tuple(Mention(ids[m], s, m[2]) for m, s in spans.items() if s is not None)
    stored = {} if before is None else {(r.type, r.head, r.tail): r.id for r in before.relations}
    numbers = Names("R", stored.values())
    relations = []
    for kind, head, tail in sorted(labels.arrows, key=_reading_order):
        if head not in ids or tail not in ids:
            # The end that is missing has been reported, unless it never was in this example.
            if head not in labels.marks or tail not in labels.marks:
                reader.problems.append((UNUSABLE_LABEL, f"{kind} lacks an end"))
        elif kind not in schema.relations and not keep_unknown:
            reader.problems.append((UNKNOWN_LABEL, f"the relation {kind}"))
        else:
            ends = ids[head], ids[tail]
            number = stored.get((kind, *ends)) or numbers.give()
            relations.append(Relation(kind, *ends, id=number))
    layer = Layer(document.id, source, mentions, tuple(relations), complete)
    return Translation(layer, tuple(reader.problems))


def of_record(record: Mapping[str, Any]) -> Labels:
    """The labels of a line of an export."""
    marks: dict[int, Mark] = {
        entity["id"]: (entity["start_offset"], entity["end_offset"], entity["label"])
        for entity in record.get("entities") or ()
    }
    missing: Mark = (-1, -1, "")
    arrows = (
        (
            relation["type"],
            marks.get(relation["from_id"], missing),
            marks.get(relation["to_id"], missing),
        )
        for relation in record.get("relations") or ()
    )
    return Labels(frozenset(marks.values()), frozenset(arrows))


def to_record(labels: Labels) -> dict[str, Any]:
    """The entities and relations of a line for import; doccano drops ids that are no numbers."""
    ids = {mark: number for number, mark in enumerate(_sorted(labels.marks), start=1)}
    return {
        "entities": [
            {"id": number, "label": kind, "start_offset": start, "end_offset": end}
            for (start, end, kind), number in ids.items()
        ],
        "relations": [
            {"id": number, "from_id": ids[head], "to_id": ids[tail], "type": kind}
            for number, (kind, head, tail) in enumerate(sorted(labels.arrows), start=1)
        ],
    }


def _sorted(marks: Iterable[Mark]) -> list[Mark]:
    """In reading order, outer marks first."""
    return sorted(marks, key=_place)


def _place(mark: Mark) -> tuple[int, int, str]:
    start, end, kind = mark
    return start, -end, kind


def _reading_order(arrow: Arrow) -> tuple[object, ...]:
    """As standoff lists relations, so that the ids of a new layer count up line by line."""
    kind, head, tail = arrow
    return _place(head), _place(tail), kind
