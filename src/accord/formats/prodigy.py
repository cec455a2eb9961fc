"""Prodigy's JSON lines: one task a line, with tokens, spans and relations.

Format: https://prodi.gy/docs/api-interfaces, "ner_manual", "spans_manual" and "relations"::

    {"text": "...", "tokens": [{"text": "Avon", "start": 0, "end": 4, "id": 0, "ws": true}],
     "spans": [{"start": 0, "end": 4, "token_start": 0, "token_end": 0, "label": "ORG"}],
     "relations": [{"head": 0, "child": 3, "head_span": {...}, "child_span": {...},
                    "label": "member_of"}], "answer": "accept"}

Offsets are code points; a span's `token_end` is its last token, and a relation's `head` and
`child` are the last tokens of its ends. Tokens are cut where marks end, as Prodigy shows no mark
that ends within one, and together hold every character but single spaces.

Prodigy keeps fields it does not know, so ids stand in the spans and relations, and an ``accord``
object holds the document's id and the source. Only finished work has an answer.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from accord.counted import counted
from accord.document import Document, Layer, Mention, Relation, Span
from accord.files import write_text
from accord.formats import Labelled, Loss, Reading
from accord.formats.naming import Names
from accord.formats.records import Record, as_text, read_json_lines, score_field, shown
from accord.formats.sound import sound
from accord.formats.tokens import words
from accord.schema import Schema

# What follows from the rest of the task, or is read into the layer.
_TASK = {"text", "tokens", "spans", "relations", "meta", "answer", "accord"}
_TASK |= {"_input_hash", "_task_hash", "_annotator_id", "_session_id"}
_SPAN = {"id", "start", "end", "label", "score", "text", "type", "token_start", "token_end"}
_RELATION = {"id", "label", "score", "head", "child", "head_span", "child_span", "color"}


def write(
    path: Path,
    items: Sequence[Labelled],
    schema: Schema,  # noqa: ARG001
    *,
    dry: bool = False,
) -> tuple[Loss, ...]:
    """Write tasks, one for each layer; nothing is lost."""
    lines = [json.dumps(_task(item)) + "\n" for item in sound(items, layers=True)]
    if not dry:
        write_text(path, "".join(lines))
    return ()


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """Read a file of tasks, or what ``prodigy db-out`` writes.

    A layer's source is its annotator. Tasks without an answer are read as unfinished, rejected and
    ignored ones as unfinished and without labels, which are losses. Raises FormatError naming the
    line for spans that are not within their text and for a source's second task of one document.
    """
    items: list[Labelled] = []
    losses: list[Loss] = []
    seen: dict[tuple[str, str], int | None] = {}
    inputs: dict[tuple[str, str], str] = {}
    texts: dict[str, str] = {}
    for number, task in enumerate(read_json_lines(path), start=1):
        name, source, given = _origin(task, number, inputs)
        if not given and (name, source) in seen:
            name = f"{path.stem}/{number}"
        first = seen.setdefault((name, source), task.line)
        if first != task.line:
            raise task.error(f"{name!r} from {source!r} stands on line {first} already; keep one")
        item, lost = _item(task, name, source)
        if texts.setdefault(name, item.document.text) != item.document.text:
            raise task.error(f"the document {name!r} stands above with another text")
        items.append(item)
        losses += lost
    return Reading(tuple(items), tuple(losses))


def _task(item: Labelled) -> dict[str, object]:
    document, layer = item.document, item.layer
    tokens = _tokens(document.text, layer.mentions)
    starts = {token.start: number for number, token in enumerate(tokens)}
    ends = {token.end: number for number, token in enumerate(tokens)}
    spans: dict[str, dict[str, object]] = {}
    for mention in layer.mentions:
        span = mention.span
        spans[mention.id] = {
            "id": mention.id,
            "start": span.start,
            "end": span.end,
            "token_start": starts[span.start],
            "token_end": ends[span.end],
            "label": mention.type,
            **score_field(mention),
        }
    task: dict[str, object] = {
        "text": document.text,
        "meta": dict(document.meta),
        "accord": {"document": document.id, "source": layer.source},
        "tokens": [
            {
                "text": document[token],
                "start": token.start,
                "end": token.end,
                "id": number,
                # A single space that is no token of its own belongs to the token before it.
                "ws": document.text[token.end : token.end + 1] == " " and token.end not in starts,
            }
            for number, token in enumerate(tokens)
        ],
        "spans": list(spans.values()),
        "relations": [
            {
                **({"id": relation.id} if relation.id else {}),
                "head": spans[relation.head]["token_end"],
                "child": spans[relation.tail]["token_end"],
                "head_span": spans[relation.head],
                "child_span": spans[relation.tail],
                "label": relation.type,
                **score_field(relation),
            }
            for relation in layer.relations
        ],
    }
    if layer.complete:
        task["answer"] = "accept"
    return task


def _tokens(text: str, mentions: Sequence[Mention]) -> list[Span]:
    starts = {mention.span.start for mention in mentions}
    ends = {mention.span.end for mention in mentions}
    cuts = {0, len(text)} | starts | ends
    cuts |= {border for word in words(text) for border in (word.start, word.end)}
    borders = sorted(cuts)
    tokens: list[Span] = []
    for start, end in pairwise(borders):
        follows = tokens and tokens[-1].end == start and start not in starts and end not in ends
        if not (follows and text[start:end] == " "):
            tokens.append(Span(start, end))
    return tokens


def _origin(task: Record, number: int, inputs: dict[tuple[str, str], str]) -> tuple[str, str, bool]:
    """The document's id, the source, and whether the id was given."""
    ours = task.record("accord")
    source = task.path.stem if ours is None else ours.string("source", task.path.stem)
    for key in ("_session_id", "_annotator_id"):
        value = task.values.get(key)
        if isinstance(value, str) and value.strip():
            source = value
    if ours is not None:
        return ours.name_of("document"), source, True
    # Prodigy gives the same input the same hash, whoever annotates it.
    given = (task.values.get("_input_hash", number), task.string("text"))
    return inputs.setdefault((str(given[0]), given[1]), f"{task.path.stem}/{number}"), source, False


def _item(task: Record, name: str, source: str) -> tuple[Labelled, list[Loss]]:
    text = task.string("text")
    losses: list[Loss] = []
    meta = task.record("meta")
    details = {} if meta is None else {key: as_text(value) for key, value in meta.values.items()}
    for key, value in task.values.items():
        if key not in _TASK and details.setdefault(key, as_text(value)) != as_text(value):
            losses.append(Loss("metadata", name, key, shown(value)))
    mentions = _mentions(task, text)
    relations: list[Relation] = []
    for record in task.records("relations"):
        relation, lost = _relation(record, mentions, name)
        relations += relation
        losses += lost
    losses += _fields(task, name)
    answer = task.values.get("answer")
    if answer not in (None, "accept", "reject", "ignore"):
        raise task.error(f"'answer' must be accept, reject or ignore, not {shown(answer)}")
    found = tuple(mention for mention, _ in mentions)
    layer = Layer(name, source, found, tuple(relations), answer == "accept")
    if answer in ("reject", "ignore"):
        detail = f"{counted(len(found), 'mention')}, {counted(len(relations), 'relation')}"
        losses = [Loss(f"task answered {answer}", name, "", detail), *losses]
        layer = replace(layer, mentions=(), relations=())
    return Labelled(Document(name, text, MappingProxyType(details)), layer), losses


def _mentions(task: Record, text: str) -> list[tuple[Mention, Record]]:
    records = task.records("spans")
    given = [record.own_id() for record in records]
    times = Counter(given)
    for record, own in zip(records, given, strict=True):
        if own and times[own] > 1:
            raise record.error(f"the id {own!r} is used twice; give each span its own")
    names = Names("T", [own for own in given if own])
    return [
        (
            Mention(
                own or names.give(),
                record.span("start", "end", len(text)),
                record.string("label"),
                record.number("score"),
            ),
            record,
        )
        for own, record in zip(given, records, strict=True)
    ]


def _relation(
    record: Record, mentions: list[tuple[Mention, Record]], name: str
) -> tuple[list[Relation], list[Loss]]:
    head = _end(record, "head", mentions)
    tail = _end(record, "child", mentions)
    label = record.string("label")
    own = record.own_id()
    if head is None or tail is None:
        words = "relation of unmarked words"
        return [], [Loss(words, name, own, f"{label}: {record.name}")]
    return [Relation(label, head.id, tail.id, own, record.number("score"))], []


def _end(record: Record, key: str, mentions: list[tuple[Mention, Record]]) -> Mention | None:
    """The mention that a relation's end is, by what its span says, or else by its token."""
    span = record.record(f"{key}_span")
    if span is None:
        token = record.integer(key)
        ends = [m for m, task_span in mentions if task_span.values.get("token_end") == token]
        if len(ends) > 1:
            raise record.error(f"{len(ends)} spans end at token {token}; name one by {key}_span")
        return ends[0] if ends else None
    place = (span.integer("start"), span.integer("end"))
    there = [m for m, _ in mentions if (m.span.start, m.span.end) == place]
    same = [m for m in there if m.type == span.values.get("label")]
    own = [m for m in same if m.id == span.values.get("id")]
    for candidates in (own, same, there):
        if candidates:
            return candidates[0]
    return None


def _fields(task: Record, name: str) -> Iterator[Loss]:
    for key, known in (("spans", _SPAN), ("relations", _RELATION)):
        for record in task.records(key):
            for field in record.values.keys() - known:
                detail = f"{field}: {shown(record.values[field])}"
                yield Loss(f"field of {key}", name, record.own_id(), detail)
