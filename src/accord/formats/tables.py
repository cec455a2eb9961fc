"""Labelled documents as rows of three tables, for CSV, Parquet and the Hugging Face layout.

- documents: document, text, source, complete, meta (a JSON object as text)
- mentions: document, id, start, end, type, text, score
- relations: document, id, type, head, tail, score

Offsets are half-open code points; the text of a mention is there to be read and is checked.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from accord.document import Document, Layer, Mention, Relation
from accord.formats import Labelled
from accord.formats.records import Record, parse_json, shown

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "documents": ("document", "text", "source", "complete", "meta"),
        "mentions": ("document", "id", "start", "end", "type", "text", "score"),
        "relations": ("document", "id", "type", "head", "tail", "score"),
    }
)

Row = dict[str, object]


def rows(items: Iterable[Labelled]) -> dict[str, list[Row]]:
    """The rows of each table by column, in the columns' order."""
    tables: dict[str, list[Row]] = {name: [] for name in COLUMNS}
    for item in items:
        document = {"document": item.document.id}
        tables["documents"].append(document_row(item))
        tables["mentions"] += ({**document, **row} for row in mention_rows(item))
        tables["relations"] += ({**document, **row} for row in relation_rows(item))
    return tables


def document_row(item: Labelled) -> Row:
    """The row of a document."""
    document, layer = item.document, item.layer
    return {
        "document": document.id,
        "text": document.text,
        "source": layer.source,
        "complete": layer.complete,
        "meta": json.dumps(dict(document.meta), ensure_ascii=False),
    }


def mention_rows(item: Labelled) -> Iterator[Row]:
    """The rows of a document's mentions, without the document's id."""
    for mention in item.layer.mentions:
        yield {
            "id": mention.id,
            "start": mention.span.start,
            "end": mention.span.end,
            "type": mention.type,
            "text": item.document[mention.span],
            "score": _number(mention.score),
        }


def relation_rows(item: Labelled) -> Iterator[Row]:
    """The rows of a document's relations, without the document's id."""
    for relation in item.layer.relations:
        yield {
            "id": relation.id,
            "type": relation.type,
            "head": relation.head,
            "tail": relation.tail,
            "score": _number(relation.score),
        }


def joined(
    documents: Iterable[Record], mentions: Iterable[Record], relations: Iterable[Record]
) -> tuple[Labelled, ...]:
    """The documents of three tables.

    Raises FormatError naming the row for a document that comes twice, for labels of none, and for
    all that `labelled` refuses.
    """
    known: dict[str, Record] = {}
    for row in documents:
        name = row.string("document")
        if name in known:
            raise row.error(f"the document {shown(name)} has a row already")
        known[name] = row
    marks: dict[str, list[Record]] = {name: [] for name in known}
    arrows: dict[str, list[Record]] = {name: [] for name in known}
    for groups, table in ((marks, mentions), (arrows, relations)):
        for row in table:
            name = row.string("document")
            if name not in known:
                raise row.error(f"the document {shown(name)} has no row among the documents")
            groups[name].append(row)
    return tuple(labelled(row, marks[name], arrows[name]) for name, row in known.items())


def labelled(
    row: Record, mention_rows: Iterable[Record], relation_rows: Iterable[Record]
) -> Labelled:
    """The document of a row with its labels.

    Raises FormatError naming the row for marks outside of the text or beside their quoted words,
    ids used twice, and relations to missing mentions.
    """
    document = Document(row.string("document"), row.string("text"), _meta(row))
    mentions: dict[str, Mention] = {}
    for inner in mention_rows:
        mention = _mention(inner, document)
        if mention.id in mentions:
            raise inner.error(f"the id {shown(mention.id)} is used twice")
        mentions[mention.id] = mention
    relations = tuple(_relation(inner, mentions) for inner in relation_rows)
    source, complete = row.string("source"), row.flag("complete", default=True)
    layer = Layer(document.id, source, tuple(mentions.values()), relations, complete)
    return Labelled(document, layer)


def _number(score: float | None) -> float | None:
    """The score as Python's own float: a model's may be NumPy's, which is written otherwise."""
    return None if score is None else float(score)


def _mention(row: Record, document: Document) -> Mention:
    span = row.span("start", "end", len(document.text))
    if document[span] != row.string("text"):
        raise row.error(
            f"reads {shown(row.string('text'))}, but the text has {shown(document[span])} "
            f"at {span.start}..{span.end}"
        )
    return Mention(row.string("id"), span, row.string("type"), row.number("score"))


def _relation(row: Record, mentions: Mapping[str, Mention]) -> Relation:
    for end in ("head", "tail"):
        if row.string(end) not in mentions:
            raise row.error(f"{end} is {shown(row.string(end))}, which is no mention's id")
    return Relation(
        row.string("type"),
        row.string("head"),
        row.string("tail"),
        row.string("id"),
        row.number("score"),
    )


def _meta(row: Record) -> dict[str, str]:
    value = parse_json(row.string("meta") or "{}", row.path, row.line)
    if not isinstance(value, dict):
        raise row.error(f"'meta' must be a JSON object, not {shown(row.string('meta'))}")
    name = f"{row.name}, meta" if row.name else "meta"
    record = Record(value, row.path, row.line, name)
    return {key: record.string(key) for key in value}
