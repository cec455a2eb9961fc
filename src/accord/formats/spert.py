"""SpERT's JSON: words, entities and relations among them, a record a paragraph.

Format: as read by `spert/input_reader.py` of https://github.com/lavis-nlp/spert::

    [{"tokens": ["Avon", "joined", "the", "Pact", "."],
      "entities": [{"type": "ORG", "start": 0, "end": 1}, ...],
      "relations": [{"type": "member_of", "head": 0, "tail": 1}], "orig_id": "articles/a#1"}]

Entities are half-open stretches of words and may nest; relations name entities by their place in
the list. ``orig_id``, which SpERT's own files have and its reader passes over, keeps the name of
the document (see `paragraphs`); without it, documents are named after the file.

The format has no characters (see `tokens`) and no relation between two paragraphs.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from accord.files import write_text
from accord.formats import Labelled, Loss, Reading
from accord.formats.paragraphs import (
    OwnPart,
    Part,
    document_names,
    documents,
    parted,
    unknown_fields,
    within,
    words_of,
)
from accord.formats.records import Record, read_records, shown
from accord.schema import Schema

_KNOWN = ("tokens", "entities", "relations", "orig_id")


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """Documents with their labels; types are kept whether the schema knows them or not.

    Raises FormatError naming the record that is wrong, from 1.
    """
    records = read_records(path, "record")
    parts = [_part(record, f"{path.stem}-{n}") for n, record in enumerate(records, start=1)]
    losses: list[Loss] = []
    names = document_names(part.name for part in parts)
    for record, name in zip(records, names, strict=True):
        losses += unknown_fields(record, _KNOWN, name)
        for inner in record.records("entities"):
            losses += unknown_fields(inner, ("type", "start", "end"), name)
        for inner in record.records("relations"):
            losses += unknown_fields(inner, ("type", "head", "tail"), name)
    return Reading(documents(parts, path), tuple(losses))


def write(
    path: Path,
    items: Sequence[Labelled],
    schema: Schema,  # noqa: ARG001
    *,
    dry: bool = False,
) -> tuple[Loss, ...]:
    """Write all documents to one file, and return what it cannot hold."""
    parts, losses = parted(items, path)
    if not dry:
        records = [json.dumps(_record(part), ensure_ascii=False) for part in parts]
        write_text(path, "[" + ",\n".join(records) + "]\n")
    return tuple(losses)


def _record(part: OwnPart) -> dict[str, object]:
    index = {place.mention.id: number for number, place in enumerate(part.placed)}
    return {
        "tokens": part.words,
        "entities": [
            {"type": place.mention.type, "start": place.start, "end": place.end}
            for place in part.placed
        ],
        "relations": [
            {"type": r.type, "head": index[r.head], "tail": index[r.tail]} for r in part.relations
        ],
        "orig_id": part.name,
    }


def _part(record: Record, default: str) -> Part:
    words = words_of(record, "tokens")
    marks = []
    for entity in record.records("entities"):
        start, end = entity.integer("start"), entity.integer("end")
        within(entity, start, end, words, "an entity")
        marks.append((start, end, entity.string("type")))
    arrows = []
    for relation in record.records("relations"):
        ends = (relation.integer("head"), relation.integer("tail"))
        for end in ends:
            if not 0 <= end < len(marks):
                raise relation.error(
                    f"points to entity {shown(end)}, but there are {len(marks)}, counted from 0"
                )
        arrows.append((relation.string("type"), *ends))
    name = record.name_of("orig_id") if "orig_id" in record.values else default
    return Part(name, words, tuple(marks), tuple(arrows))
