"""CrossRE's JSON lines: words, marks and typed arrows between stretches of words.

Format: https://github.com/mainlp/CrossRE (Bassignana and Plank 2022), one object a line::

    {"doc_key": "news-dev-2", "sentence": ["LONDON", "1996-08-30"],
     "ner": [[0, 0, "location"]],
     "relations": [[3, 4, 12, 12, "part-of", "", false, false]]}

A mark is [first word, last word, type], both included; a relation is head, tail, type, a free
explanation, and whether the annotator was uncertain and the syntax ambiguous. ``doc_key`` keeps
the name of the document (see `paragraphs`).

The format has no characters (see `tokens`) and no relation between two paragraphs. A relation
names its ends by words alone: where two marks lie on the same words, the first is meant.
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
from accord.formats.records import Record, read_json_lines, shown
from accord.schema import Schema

_KNOWN = ("doc_key", "sentence", "ner", "relations")
_NOTES = ("explanation", "uncertainty", "syntax ambiguity")


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """Documents with their labels; types are kept whether the schema knows them or not.

    Raises FormatError naming the line that is wrong.
    """
    records = list(read_json_lines(path))
    parts = [_part(record) for record in records]
    losses: list[Loss] = []
    for record, part, name in zip(
        records, parts, document_names(part.name for part in parts), strict=True
    ):
        losses += unknown_fields(record, _KNOWN, name)
        for row, (kind, _, _) in zip(record.list("relations"), part.arrows, strict=True):
            notes = row[5:] if isinstance(row, list) else []
            losses += (
                Loss(what, name, kind, shown(note))
                for what, note in zip(_NOTES, notes, strict=False)
                if note
            )
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
    losses += (loss for part in parts for loss in _ambiguous(part))
    if not dry:
        lines = [json.dumps(_record(part), ensure_ascii=False) + "\n" for part in parts]
        write_text(path, "".join(lines))
    return tuple(losses)


def _ambiguous(part: OwnPart) -> list[Loss]:
    """Relations whose end is not the first mark on its words, which a reader will take for it."""
    first: dict[tuple[int, int], str] = {}
    for place in part.placed:
        first.setdefault((place.start, place.end), place.mention.id)
    read_as = {place.mention.id: first[place.start, place.end] for place in part.placed}
    return [
        Loss(
            "relation end among marks on the same words",
            part.document,
            relation.id or f"{relation.type} {relation.head} -> {relation.tail}",
            f"is read as {relation.type} {read_as[relation.head]} -> {read_as[relation.tail]}",
        )
        for relation in part.relations
        if read_as[relation.head] != relation.head or read_as[relation.tail] != relation.tail
    ]


def _record(part: OwnPart) -> dict[str, object]:
    at = {place.mention.id: (place.start, place.end - 1) for place in part.placed}
    return {
        "doc_key": part.name,
        "sentence": part.words,
        "ner": [[place.start, place.end - 1, place.mention.type] for place in part.placed],
        "relations": [[*at[r.head], *at[r.tail], r.type, "", False, False] for r in part.relations],
    }


def _part(record: Record) -> Part:
    words = words_of(record, "sentence")
    marks: list[tuple[int, int, str]] = []
    index: dict[tuple[int, int], int] = {}
    for number, row in enumerate(record.list("ner"), start=1):
        (start, last), kind = _row(record, row, 2, f"ner {number}", (3,))
        within(record, start, last + 1, words, f"ner {number} (its last word counts)")
        index.setdefault((start, last), len(marks))
        marks.append((start, last + 1, kind))
    arrows = []
    for number, row in enumerate(record.list("relations"), start=1):
        ends, kind = _row(record, row, 4, f"relation {number}", (5, 8))
        for end in ((ends[0], ends[1]), (ends[2], ends[3])):
            if end not in index:
                raise record.error(
                    f"relation {number} points to words {shown(end)}, which are not in 'ner'"
                )
        arrows.append((kind, index[ends[0], ends[1]], index[ends[2], ends[3]]))
    return Part(record.name_of("doc_key"), words, tuple(marks), tuple(arrows))


def _row(
    record: Record, row: object, numbers: int, name: str, lengths: tuple[int, ...]
) -> tuple[tuple[int, ...], str]:
    """The leading numbers of a row, and the type after them."""
    wanted = f"{name} must be a list of {numbers} word numbers and a type"
    if not isinstance(row, list) or len(row) not in lengths:
        raise record.error(f"{wanted}, not {shown(row)}")
    found = tuple(n for n in row[:numbers] if isinstance(n, int) and not isinstance(n, bool))
    kind = row[numbers]
    if len(found) < numbers or not isinstance(kind, str):
        raise record.error(f"{wanted}, not {shown(row)}")
    return found, kind
