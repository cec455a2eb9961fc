"""doccano's JSON lines, as its sequence labelling projects import and export them.

Format: https://doccano.github.io/doccano/tutorial/ and, where that is silent, doccano 1.8's own
code (backend/data_import, backend/data_export). A project with relations has::

    {"text": "...", "entities": [{"id": 1, "label": "ORG", "start_offset": 0, "end_offset": 4}],
     "relations": [{"id": 1, "from_id": 1, "to_id": 2, "type": "member_of"}]}

and one without ``{"text": "...", "label": [[0, 4, "ORG"]]}``; a schema without relations writes
that. Offsets are UTF-16 units, as doccano's page counts while its grapheme mode is off.

doccano gives labels ids of its own and has no field for most of ours, so one nested ``meta``
object, which it hands back untouched, holds the external id, the text's hash, the source, the
document's metadata and our ids. Our ids come back for labels that are still the same. When any
label differs, the file's name is the source instead: doccano names an export after its user.

Written as ASCII, as doccano guesses the encoding of an upload. No ``id`` is written: it would
collide with doccano's own.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from accord.document import Document, Layer, Mention, Relation, Span
from accord.files import write_text
from accord.formats import Labelled, Loss, Reading
from accord.formats.naming import Names
from accord.formats.records import Record, as_text, read_json_lines, shown
from accord.formats.sound import part, score_losses, sound
from accord.formats.utf16 import Utf16
from accord.schema import Schema

LABEL_LIMIT = 100  # doccano's own; a longer label makes its import fail

# Comments and categories are people's work on a document, so they are losses, not metadata.
_ELSEWHERE = {"Comments": "comment", "comments": "comment", "cats": "category"}
_LABELS = ("entities", "relations", "label", "labels")


@dataclass(frozen=True, slots=True)
class _Mark:
    """An entity as it stands in a record; `id` is the record's own."""

    id: str
    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class _Arrow:
    """A relation as it stands in a record; the ends are ids of the record's own."""

    id: str
    type: str
    head: str
    tail: str


def write(
    path: Path, items: Sequence[Labelled], schema: Schema, *, dry: bool = False
) -> tuple[Loss, ...]:
    """Write a file that doccano imports; the losses are scores, empty texts, too long labels.

    Without relation types in the schema it is one for a project without relations.
    """
    losses: list[Loss] = []
    lines: list[str] = []
    plain = not schema.relations
    for whole in sound(items):
        if not whole.document.text:
            losses.append(Loss("empty document", whole.document.id, "", "doccano refuses it"))
            continue
        item, lost = part(whole, "label doccano refuses", _refused)
        losses += lost
        losses += _plain_losses(item) if plain else _relation_losses(item)
        losses += score_losses(item)
        lines.append(json.dumps(_record(item, plain=plain)) + "\n")
    if not dry:
        write_text(path, "".join(lines))
    return tuple(losses)


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """Read an export (or a file for import), of a project with or without relations.

    Raises FormatError naming the line for labels that are not within their text, relations to
    missing entities, ids used twice, and documents that come twice.
    """
    items: list[Labelled] = []
    losses: list[Loss] = []
    lines: dict[str, int] = {}
    for number, record in enumerate(read_json_lines(path), start=1):
        item, lost = _item(record, number)
        first = lines.setdefault(item.document.id, record.line or 0)
        if first != record.line:
            raise record.error(
                f"the document {item.document.id!r} stands on line {first} already; keep one"
            )
        items.append(item)
        losses += lost
    return Reading(tuple(items), tuple(losses))


def _refused(mention: Mention) -> str:
    size = len(mention.type)
    if size > LABEL_LIMIT:
        return f"{size} characters; doccano allows {LABEL_LIMIT}"
    return "" if mention.type.strip() else "blank"


def _relation_losses(item: Labelled) -> Iterator[Loss]:
    for number, relation in enumerate(item.layer.relations, start=1):
        if not relation.type.strip() or len(relation.type) > LABEL_LIMIT:
            yield Loss(
                "label doccano refuses",
                item.document.id,
                relation.id or f"R{number}",
                f"{len(relation.type)} characters; doccano allows 1 to {LABEL_LIMIT}",
            )


def _plain_losses(item: Labelled) -> Iterator[Loss]:
    for number, relation in enumerate(item.layer.relations, start=1):
        yield Loss("relation", item.document.id, relation.id or f"R{number}", relation.type)


def _record(item: Labelled, *, plain: bool) -> dict[str, object]:
    document, layer = item.document, item.layer
    utf16 = Utf16(document.text)
    ids = {mention.id: number for number, mention in enumerate(layer.mentions, start=1)}
    marks = [
        (utf16.units(mention.span.start), utf16.units(mention.span.end), mention.type)
        for mention in layer.mentions
    ]
    relations = [
        relation
        for relation in layer.relations
        if not plain and relation.type.strip() and len(relation.type) <= LABEL_LIMIT
    ]
    meta = {
        "external_id": document.id,
        "sha256": document.sha256,
        "source": layer.source,
        "complete": layer.complete,
        "document": dict(document.meta),
        "mentions": [[m.id, *mark] for m, mark in zip(layer.mentions, marks, strict=True)],
        "relations": [[r.id, r.type, r.head, r.tail] for r in relations],
    }
    if plain:
        return {"text": document.text, "label": [list(mark) for mark in marks], "meta": meta}
    return {
        "text": document.text,
        "entities": [
            {"id": ids[mention.id], "label": kind, "start_offset": start, "end_offset": end}
            for mention, (start, end, kind) in zip(layer.mentions, marks, strict=True)
        ],
        "relations": [
            {"id": number, "from_id": ids[r.head], "to_id": ids[r.tail], "type": r.type}
            for number, r in enumerate(relations, start=1)
        ],
        "meta": meta,
    }


def _item(record: Record, number: int) -> tuple[Labelled, list[Loss]]:
    text = record.string("text")
    marks = _marks(record)
    arrows = _arrows(record, marks)
    meta = record.record("meta") if isinstance(record.values.get("meta"), dict) else None
    ours = meta if meta is not None and "external_id" in meta.values else None
    layer, same = _layer(text, marks, arrows, record, ours)
    if ours is not None:
        name = ours.name_of("external_id")
        described = ours.record("document")
        details = {} if described is None else {k: as_text(v) for k, v in described.values.items()}
        same = same and ours.string("source", "") != ""
        source = ours.string("source") if same else record.path.stem
        complete = ours.flag("complete", True)
    else:
        name = record.name_of("id") if "id" in record.values else f"{record.path.stem}/{number}"
        details, source, complete = {}, record.path.stem, True
    losses = list(_elsewhere(record, name))
    known = ours.values.get("sha256") if ours is not None else None
    if known is not None and known != sha256(text.encode("utf-8")).hexdigest():
        losses.append(Loss("text changed", name, "", "the text is not the one that was written"))
    for key, value in _foreign(record, None if ours is not None else meta):
        if details.setdefault(key, as_text(value)) != as_text(value):
            losses.append(Loss("metadata", name, key, shown(value)))
    document = Document(name, text, details)
    return (
        Labelled(document, Layer(name, source, layer.mentions, layer.relations, complete)),
        losses,
    )


def _foreign(record: Record, meta: Record | None) -> Iterator[tuple[str, object]]:
    """Metadata that is not ours: doccano puts every other field of an upload beside the text."""
    for key, value in record.values.items():
        if key in ("id", "text", *_LABELS, *_ELSEWHERE):
            continue
        if key != "meta" or not isinstance(value, dict | None):
            yield key, value
    yield from () if meta is None else meta.values.items()


def _elsewhere(record: Record, name: str) -> Iterator[Loss]:
    for key, what in _ELSEWHERE.items():
        for value in record.list(key):
            yield Loss(what, name, key, shown(value))


def _marks(record: Record) -> list[_Mark]:
    if "entities" in record.values:
        marks = [
            _Mark(
                entity.name_of("id"),
                entity.integer("start_offset"),
                entity.integer("end_offset"),
                entity.string("label"),
            )
            for entity in record.records("entities")
        ]
        if len({mark.id for mark in marks}) < len(marks):
            raise record.error("two entities have the same id; give each its own")
        return marks
    marks = []
    for key in ("label", "labels"):
        for number, value in enumerate(record.list(key), start=1):
            match value:
                case [int(start), int(end), str(label)] if _numbers(start, end):
                    marks.append(_Mark(f"{key} {number}", start, end, label))
                case _:
                    raise record.error(
                        f"{key} {number} must be [start, end, label], not {shown(value)}"
                    )
    return marks


def _arrows(record: Record, marks: Iterable[_Mark]) -> list[_Arrow]:
    known = {mark.id for mark in marks}
    arrows = []
    for relation in record.records("relations"):
        arrow = _Arrow(
            relation.name_of("id") if "id" in relation.values else "",
            relation.string("type"),
            relation.name_of("from_id"),
            relation.name_of("to_id"),
        )
        for end in (arrow.head, arrow.tail):
            if end not in known:
                raise relation.error(f"points to the entity {end}, which does not exist")
        arrows.append(arrow)
    return arrows


def _layer(
    text: str, marks: list[_Mark], arrows: list[_Arrow], record: Record, ours: Record | None
) -> tuple[Layer, bool]:
    """The labels, with our ids where they are known, and whether they are just as written."""
    utf16 = Utf16(text)
    known = _known(ours, "mentions")
    wishes = [known[mark.start, mark.end, mark.label] for mark in marks]
    found = [wish.pop(0) if wish else "" for wish in wishes]
    names = Names("T", found)
    ids = {
        mark.id: name or names.give(_wish("T", mark.id))
        for mark, name in zip(marks, found, strict=True)
    }
    mentions = tuple(
        Mention(ids[mark.id], _span(mark, utf16, record), mark.label) for mark in marks
    )
    known_arrows = _known(ours, "relations")
    keys = [(arrow.type, ids[arrow.head], ids[arrow.tail]) for arrow in arrows]
    stored = [known_arrows[key].pop(0) if known_arrows[key] else None for key in keys]
    names = Names("R", [name for name in stored if name])
    relations = tuple(
        Relation(*key, id=names.give(_wish("R", arrow.id)))
        if name is None
        else Relation(*key, id=name)
        for key, arrow, name in zip(keys, arrows, stored, strict=True)
    )
    same = all(found) and None not in stored
    same = same and not any(known.values()) and not any(known_arrows.values())
    return Layer("", "", mentions, relations), same


def _numbers(*values: int) -> bool:
    return all(not isinstance(v, bool) and v.bit_length() < 64 for v in values)


def _wish(letter: str, own: str) -> str:
    """Doccano's number with a letter before it; nothing for an entry of a plain label list."""
    return f"{letter}{own}" if own.isdecimal() else "" if " " in own else own


def _known(ours: Record | None, key: str) -> defaultdict[tuple[object, ...], list[str]]:
    """Our ids, as `meta` holds them, by what they were given to."""
    known: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    for number, value in enumerate(() if ours is None else ours.list(key), start=1):
        match value:
            case [str(name), str() | int() | float() as a, str() | int() | float() as b, str(c)]:
                known[a, b, c].append(name)
            case _ if ours is not None:
                raise ours.error(f"{key} {number} is not as Accord writes it: {shown(value)}")
    return known


def _span(mark: _Mark, utf16: Utf16, record: Record) -> Span:
    start, end = utf16.points(mark.start), utf16.points(mark.end)
    if mark.start >= mark.end:
        raise record.error(f"{mark.label} starts at {mark.start} and ends at {mark.end}")
    if start is None or end is None:
        if mark.start >= 0 and mark.end <= utf16.length:
            raise record.error(
                f"{mark.label} at {mark.start}..{mark.end} cuts a character in two; "
                "switch the project's grapheme mode off and export it again"
            )
        raise record.error(
            f"{mark.label} at {mark.start}..{mark.end} lies outside of the text, "
            f"which has {utf16.length} UTF-16 units"
        )
    return Span(start, end)
