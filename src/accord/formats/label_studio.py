"""Label Studio's JSON: a list of tasks, each with annotations, drafts and predictions.

Format: https://labelstud.io/guide/task_format and https://labelstud.io/guide/predictions, for a
project with a Text, a Labels and a Relations tag (`labelling_config`)::

    {"id": 1, "data": {"text": "..."}, "annotations": [{"completed_by": 7, "result": [
        {"id": "T1", "type": "labels", "from_name": "label", "to_name": "text",
         "value": {"start": 0, "end": 4, "text": "Avon", "labels": ["ORG"]}},
        {"type": "relation", "from_id": "T1", "to_id": "T2", "direction": "right",
         "labels": ["member_of"]}]}], "drafts": [...], "predictions": [...]}

A document is a task and a layer one of its results: with scores a prediction, unfinished a draft,
else an annotation. Label Studio keeps ``data`` untouched, so there lie the document's id and
metadata, and the sources of what we wrote; of its own work the annotator's name is the source.

Offsets are code points, as Label Studio counts in a Text tag since 1.4. Older exports count UTF-16
units: a task whose quoted texts fit only so is read so. What its server adds for itself (times,
counts, project) is passed over.
"""

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import MappingProxyType

from accord.document import Document, Layer, Mention, Relation, Span
from accord.files import write_text
from accord.formats import Labelled, Loss, Reading
from accord.formats.naming import Names
from accord.formats.records import Record, as_text, read_records, score_field, shown
from accord.formats.sound import sound
from accord.formats.utf16 import Utf16
from accord.schema import Schema

_SPACE = re.compile(r"(?:\s|\\[nrt])+")

# "completions" is what annotations were called before 1.0.
_PLACES = ("annotations", "completions", "drafts", "predictions")

Convert = Callable[[int], int | None]


def labelling_config(schema: Schema) -> str:
    """The labelling interface for a project with this schema, to paste into its settings."""
    relations = "".join(f'    <Relation value="{_escaped(r)}"/>\n' for r in schema.relations)
    labels = "".join(
        f'    <Label value="{_escaped(m.name)}" hint="{_escaped(m.text)}"/>\n'
        for m in schema.mentions.values()
    )
    return (
        f"<View>\n  <Relations>\n{relations}  </Relations>\n"
        f'  <Labels name="label" toName="text">\n{labels}  </Labels>\n'
        '  <Text name="text" value="$text"/>\n</View>\n'
    )


def write(
    path: Path, items: Sequence[Labelled], schema: Schema, *, dry: bool = False
) -> tuple[Loss, ...]:
    """Write tasks; the one loss is that a prediction is unfinished."""
    losses = []
    tasks: dict[str, list[Labelled]] = {}
    for item in sound(items, layers=True):
        tasks.setdefault(item.document.id, []).append(item)
        if _place(item.layer) == "predictions" and not item.layer.complete:
            detail = f"the prediction of {item.layer.source} is read as complete"
            losses.append(Loss("unfinished status", item.document.id, "", detail))
    records = [_task(number, group, schema) for number, group in enumerate(tasks.values(), start=1)]
    if not dry:
        write_text(path, json.dumps(records, indent=1) + "\n")
    return tuple(losses)


def read(path: Path, schema: Schema) -> Reading:
    """Read an export (JSON, not JSON-MIN) or a file for import.

    An arrow both ways is one relation if its type is symmetric in the schema, else two. Raises
    FormatError naming the task for labels outside of their text or beside their quoted words, for
    relations to missing regions, and for documents that come twice.
    """
    items: list[Labelled] = []
    losses: list[Loss] = []
    seen: dict[str, int] = {}
    for number, task in enumerate(read_records(path, "task", alone=True), start=1):
        document = _document(task, number)
        if document.id in seen:
            raise task.error(f"{document.id!r} is task {seen[document.id]} already; keep one")
        seen[document.id] = number
        found, lost = _layers(task, document, schema)
        items += found
        losses += lost
    return Reading(tuple(items), tuple(losses))


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)


def _place(layer: Layer) -> str:
    labels: tuple[Mention | Relation, ...] = (*layer.mentions, *layer.relations)
    if any(label.score is not None for label in labels):
        return "predictions"
    return "annotations" if layer.complete else "drafts"


def _task(number: int, items: list[Labelled], schema: Schema) -> dict[str, object]:
    document = items[0].document
    sources: dict[str, list[str]] = {"annotations": [], "drafts": []}
    results: dict[str, list[dict[str, object]]] = {
        "annotations": [],
        "drafts": [],
        "predictions": [],
    }
    for item in items:
        place = _place(item.layer)
        result: dict[str, object] = {"result": _result(item, schema)}
        if place == "predictions":
            result["model_version"] = item.layer.source
        else:
            sources[place].append(item.layer.source)
        results[place].append(result)
    ours = {"document": document.id, "meta": dict(document.meta), **sources}
    return {"id": number, "data": {"text": document.text, "accord": ours}, **results}


def _result(item: Labelled, schema: Schema) -> list[dict[str, object]]:
    result: list[dict[str, object]] = [
        {
            "id": mention.id,
            "type": "labels",
            "from_name": "label",
            "to_name": "text",
            "value": {
                "start": mention.span.start,
                "end": mention.span.end,
                "text": item.document[mention.span],
                "labels": [mention.type],
            },
            **score_field(mention),
        }
        for mention in item.layer.mentions
    ]
    for relation in item.layer.relations:
        symmetric = relation.type in schema.relations and schema.relations[relation.type].symmetric
        result.append(
            {
                **({"id": relation.id} if relation.id else {}),
                "type": "relation",
                "from_id": relation.head,
                "to_id": relation.tail,
                "direction": "bi" if symmetric else "right",
                "labels": [relation.type],
                **score_field(relation),
            }
        )
    return result


def _document(task: Record, number: int) -> Document:
    data = task.record("data")
    if data is None:
        raise task.error("'data' is missing; export as JSON, not as JSON-MIN")
    ours = data.record("accord")
    texts = [key for key, value in data.values.items() if isinstance(value, str)]
    if "text" not in texts and len(texts) != 1:
        raise data.error("has no 'text', so which field is the text cannot be told; rename it")
    key = "text" if "text" in texts else texts[0]
    meta = {k: as_text(v) for k, v in data.values.items() if k not in (key, "accord")}
    described = None if ours is None else ours.record("meta")
    if described is not None:
        meta |= {k: as_text(v) for k, v in described.values.items()}
    if ours is not None:
        name = ours.name_of("document")
    else:
        name = task.name_of("id") if "id" in task.values else f"{task.path.stem}/{number}"
    return Document(name, data.string(key), MappingProxyType(meta))


def _layers(task: Record, document: Document, schema: Schema) -> tuple[list[Labelled], list[Loss]]:
    """The task's layers; one that is empty and unfinished if nobody has labelled it."""
    layers: list[Labelled] = []
    losses: list[Loss] = []
    convert = _unit(task, document)
    for place in _PLACES:
        losses += _ids_alone(task, document, place)
        for number, record in enumerate(_results(task, place)):
            source = _source(task, record, place, number)
            if any(item.layer.source == source for item in layers):
                losses.append(Loss("second result of a source", document.id, "", record.name))
                continue
            if record.flag("was_cancelled", False):
                losses.append(Loss("cancelled annotation", document.id, "", source))
                layers.append(Labelled(document, Layer(document.id, source, complete=False)))
                continue
            if record.flag("ground_truth", False):
                losses.append(Loss("ground truth mark", document.id, "", source))
            reader = _Result(record, document, schema, convert, scored=place == "predictions")
            losses += reader.losses
            layer = Layer(document.id, source, reader.mentions, reader.relations, place != "drafts")
            layers.append(Labelled(document, layer))
    if not layers:
        layers.append(Labelled(document, Layer(document.id, task.path.stem, complete=False)))
    return layers, losses


def _results(task: Record, place: str) -> Iterator[Record]:
    """The results of a kind; an export may give some by their number alone."""
    given = [value for value in task.list(place) if not _by_number(value)]
    yield from Record({place: given}, task.path, task.line, task.name).records(place)


def _ids_alone(task: Record, document: Document, place: str) -> Iterator[Loss]:
    for value in task.list(place):
        if _by_number(value):
            yield Loss("result given by number alone", document.id, shown(value), place)


def _by_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _source(task: Record, record: Record, place: str, number: int) -> str:
    if place == "predictions":
        return record.string("model_version", "") or f"prediction {number + 1}"
    who = record.values.get("completed_by", record.values.get("user"))
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    if who is not None:
        return f"annotator {who}" if isinstance(who, int) else as_text(who)
    data = task.record("data")
    ours = None if data is None else data.record("accord")
    sources = () if ours is None else ours.list(place)
    if number < len(sources):
        return as_text(sources[number])
    return task.path.stem if number == 0 and place != "drafts" else f"{place} {number + 1}"


def _regions(record: Record) -> Iterator[tuple[Record, Record]]:
    """The regions of a result that mark text, each with its value."""
    for region in record.records("result"):
        value = region.record("value")
        if region.values.get("type") == "labels" and value is not None:
            yield region, value


def _unit(task: Record, document: Document) -> Convert:
    """How the task counts: code points, unless its quoted texts fit only UTF-16 units."""
    utf16 = Utf16(document.text)
    if utf16.length == len(document.text):
        return int
    values = [
        value
        for place in _PLACES
        for record in _results(task, place)
        for _, value in _regions(record)
    ]
    for convert in (int, utf16.points):
        if all(_fits(value, document, convert) for value in values):
            return convert
    return int


def _fits(value: Record, document: Document, convert: Convert) -> bool:
    start, end = convert(value.integer("start")), convert(value.integer("end"))
    if start is None or end is None or not 0 <= start < end <= len(document.text):
        return False
    quoted = value.values.get("text")
    # Label Studio quotes with other line breaks than the text has, and some as "\n".
    return not isinstance(quoted, str) or (
        _SPACE.sub("", quoted) == _SPACE.sub("", document.text[start:end])
    )


class _Result:
    """One result list as mentions, relations and losses."""

    def __init__(
        self, record: Record, document: Document, schema: Schema, convert: Convert, *, scored: bool
    ):
        self._document, self._schema, self._convert = document, schema, convert
        self._scored = scored
        self._ids: dict[str, list[Mention]] = {}
        self.losses: list[Loss] = []
        found: list[Mention] = []
        regions = list(_regions(record))
        self._names = Names("T", [r.name_of("id") for r, _ in regions if "id" in r.values])
        for region, value in regions:
            found += self._mentions(region, value)
        arrows: list[Relation] = []
        for region in record.records("result"):
            if region.values.get("type") == "relation":
                arrows += self._relations(region)
            elif region.values.get("type") != "labels" or region.record("value") is None:
                what = f"result of type {as_text(region.values.get('type'))[:40]}"
                self._lose(what, region, shown(region.values.get("value")))
        self.mentions, self.relations = tuple(found), tuple(arrows)

    def _lose(self, what: str, region: Record, detail: str) -> None:
        name = as_text(region.values.get("id") or "")
        self.losses.append(Loss(what, self._document.id, name, detail))

    def _mentions(self, region: Record, value: Record) -> Iterator[Mention]:
        span = self._span(value)
        given = region.name_of("id") if "id" in region.values else ""
        same = self._ids.setdefault(given, []) if given else []
        if same and same[0].span != span:
            raise region.error(f"the id {given!r} is used twice; give each region its own")
        labels = value.list("labels")
        if not labels:
            self._lose("region without a label", region, repr(self._document[span])[:80])
        if region.values.get("meta"):
            self._lose("note", region, shown(region.values["meta"]))
        for label in labels:
            if not isinstance(label, str):
                raise value.error(f"each label must be a string, not {shown(label)}")
            # Ours is one type a mention: further labels become mentions of their own.
            name = given if given and not same else self._names.give()
            mention = Mention(name, span, label, self._score(region))
            same.append(mention)
            yield mention

    def _span(self, value: Record) -> Span:
        start, end = (self._convert(value.integer(key)) for key in ("start", "end"))
        if start is None or end is None:
            raise value.error("start or end cuts a character in two or is outside of the text")
        place = Record({"start": start, "end": end}, value.path, value.line, value.name)
        span = place.span("start", "end", len(self._document.text))
        if not _fits(value, self._document, self._convert):
            raise value.error(
                f"reads {shown(value.values['text'])}, but the text has "
                f"{shown(self._document[span])} at {start}..{end}; mark it anew"
            )
        return span

    def _score(self, region: Record) -> float | None:
        score = region.number("score")
        if score is not None and not self._scored:
            self._lose("score of an annotation", region, f"{score:.4g}")
            return None
        return score

    def _relations(self, region: Record) -> Iterator[Relation]:
        direction = region.values.get("direction", "right")
        if direction not in ("right", "left", "bi"):
            raise region.error(f"'direction' must be right, left or bi, not {shown(direction)}")
        head, tail = self._end(region, "from_id"), self._end(region, "to_id")
        if head is None or tail is None:
            self._lose("relation of a region without a label", region, region.name)
            return
        if direction == "left":
            head, tail = tail, head
        labels = region.list("labels")
        if not labels:
            self._lose("relation without a label", region, f"{head} to {tail}")
        own = region.name_of("id") if "id" in region.values else ""
        score = self._score(region)
        for label in labels:
            if not isinstance(label, str):
                raise region.error(f"each label must be a string, not {shown(label)}")
            yield Relation(label, head, tail, own, score)
            kind = self._schema.relations.get(label)
            if direction == "bi" and not (kind and kind.symmetric):
                yield Relation(label, tail, head, "", score)

    def _end(self, region: Record, key: str) -> str | None:
        name = region.name_of(key)
        if name not in self._ids:
            raise region.error(f"points to the region {shown(name)}, which does not exist")
        ends = self._ids[name]
        if len(ends) > 1:
            self._lose("relation of several labels", region, f"joins the first label of {name}")
        return ends[0].id if ends else None
