"""PubAnnotation's JSON, which TextAE opens: denotations and relations of one text or of several.

Format: http://www.pubannotation.org/docs/annotation-format/ ::

    {"sourcedb": "accord", "sourceid": "articles/a", "project": "gold", "text": "...",
     "denotations": [{"id": "T1", "span": {"begin": 0, "end": 4}, "obj": "ORG"}],
     "relations": [{"id": "R1", "subj": "T1", "pred": "member_of", "obj": "T2"}]}

A document's id is its `sourceid` under the `sourcedb` "accord", a layer's source its `project`;
several layers of one document are ``tracks``, each with a project. One document is written as an
object, which TextAE opens, several as a list.

The specification counts caret positions: code points here. A span in several stretches (a list)
becomes the stretch from its first to its last character; attributes, modifications and blocks are
no labels of ours. These are losses. Fields besides become the document's metadata.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType

from accord.document import Document, Layer, Mention, Relation, Span
from accord.files import write_text
from accord.formats import Labelled, Loss, Reading
from accord.formats.naming import Names
from accord.formats.records import Record, as_text, read_records, shown
from accord.formats.sound import score_losses, sound
from accord.schema import Schema

_OURS = "accord"
_LABELS = ("denotations", "relations", "attributes", "modifications", "blocks")
_PLACE = {"text", "tracks", "project", "sourcedb", "sourceid", "divid", *_LABELS}
_NO_LABELS = {"attributes": "attribute", "modifications": "modification", "blocks": "block"}


def write(
    path: Path,
    items: Sequence[Labelled],
    schema: Schema,  # noqa: ARG001
    *,
    dry: bool = False,
) -> tuple[Loss, ...]:
    """Write one file; losses are metadata, unfinished status, scores and ids used twice."""
    losses: list[Loss] = []
    texts: dict[str, list[Labelled]] = {}
    for item in sound(items, layers=True):
        texts.setdefault(item.document.id, []).append(item)
    records = []
    for group in texts.values():
        losses += [Loss("metadata", group[0].document.id, k, v) for k, v in _meta(group)]
        tracks = []
        for item in group:
            track, lost = _track(item)
            tracks.append(track)
            losses += lost
        place = {"sourcedb": _OURS, "sourceid": group[0].document.id}
        labels = tracks[0] if len(tracks) == 1 else {"tracks": tracks}
        records.append({**place, "text": group[0].document.text, **labels})
    if not dry:
        content = records[0] if len(records) == 1 else records
        write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return tuple(losses)


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """Read a file of one text or of a list of them.

    Raises FormatError naming the text for spans outside of it, relations to missing denotations,
    ids used twice, and a project's second labels of one document.
    """
    items: list[Labelled] = []
    losses: list[Loss] = []
    texts: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    for number, record in enumerate(read_records(path, "text", alone=True), start=1):
        document = _document(record, number)
        if texts.setdefault(document.id, document.text) != document.text:
            raise record.error(f"the document {document.id!r} stands above with another text")
        for track in _tracks(record):
            item, lost = _item(track, document, own=track is record)
            key = (document.id, item.layer.source)
            if key in seen:
                raise track.error(f"{document.id!r} has labels of {key[1]!r} already; keep one")
            seen.add(key)
            items.append(item)
            losses += lost
    return Reading(tuple(items), tuple(losses))


def _meta(group: Sequence[Labelled]) -> Iterator[tuple[str, str]]:
    for item in group:
        yield from item.document.meta.items()


def _track(item: Labelled) -> tuple[dict[str, object], list[Loss]]:
    layer, name = item.layer, item.document.id
    losses = list(score_losses(item))
    if not layer.complete:
        losses.append(Loss("unfinished status", name, "", f"{layer.source} is read as complete"))
    # Denotations and relations share their ids: attributes may speak of either.
    names = Names("R", [mention.id for mention in layer.mentions])
    relations = []
    for relation in layer.relations:
        own = names.give(relation.id)
        if relation.id not in ("", own):
            losses.append(Loss("id", name, relation.id, f"becomes {own}"))
        ends = {"subj": relation.head, "pred": relation.type, "obj": relation.tail}
        relations.append({"id": own, **ends})
    denotations = [
        {
            "id": mention.id,
            "span": {"begin": mention.span.start, "end": mention.span.end},
            "obj": mention.type,
        }
        for mention in layer.mentions
    ]
    track: dict[str, object] = {
        "project": layer.source,
        "denotations": denotations,
        "relations": relations,
    }
    return track, losses


def _document(record: Record, number: int) -> Document:
    if "sourceid" in record.values:
        place = record.string("sourcedb", "")
        steps = [*([place] if place not in ("", _OURS) else []), record.name_of("sourceid")]
        steps += [record.name_of("divid")] if record.values.get("divid") is not None else []
        name = "/".join(steps)
    else:
        name = f"{record.path.stem}/{number}"
    meta = {key: as_text(value) for key, value in record.values.items() if key not in _PLACE}
    return Document(name, record.string("text"), MappingProxyType(meta))


def _tracks(record: Record) -> list[Record]:
    """The text's sets of labels: its own, if it has some or no others, and its tracks."""
    tracks = list(record.records("tracks"))
    own = any(record.values.get(key) for key in _LABELS)
    return [record, *tracks] if own or not tracks else tracks


def _item(track: Record, document: Document, *, own: bool) -> tuple[Labelled, list[Loss]]:
    source = track.string("project", "") or track.path.stem
    losses: list[Loss] = []
    mentions = _mentions(track, document, losses)
    known = {mention.id for mention in mentions}
    relations = list(_relations(track, known, document.id, losses))
    if not own:  # a text's own fields are the document's metadata
        for key in track.values.keys() - _PLACE:
            losses.append(Loss("field of a track", document.id, key, shown(track.values[key])))
    for key, what in _NO_LABELS.items():
        for record in track.records(key):
            losses.append(Loss(what, document.id, record.own_id(), shown(dict(record.values))))
    complete = "denotations" in track.values
    layer = Layer(document.id, source, tuple(mentions), tuple(relations), complete)
    return Labelled(document, layer), losses


def _mentions(track: Record, document: Document, losses: list[Loss]) -> list[Mention]:
    records = track.records("denotations")
    given = [record.own_id() for record in records]
    names = Names("T", [name for name in given if name])
    mentions: dict[str, Mention] = {}
    for own, record in zip(given, records, strict=True):
        if own in mentions:
            raise record.error(f"the id {own!r} is used twice; give each denotation its own")
        name = own or names.give()
        pieces = _pieces(record, len(document.text))
        if len(pieces) > 1:
            detail = "; ".join(document[piece] for piece in pieces)
            losses.append(Loss("mark in several stretches", document.id, name, detail))
        span = Span(min(p.start for p in pieces), max(p.end for p in pieces))
        mentions[name] = Mention(name, span, record.string("obj"))
    return list(mentions.values())


def _pieces(record: Record, size: int) -> list[Span]:
    if isinstance(record.values.get("span"), list):
        pieces = [piece.span("begin", "end", size) for piece in record.records("span")]
        if pieces:
            return pieces
    span = record.record("span")
    if span is None:
        raise record.error("'span' is missing; it has begin and end")
    return [span.span("begin", "end", size)]


def _relations(
    track: Record, known: set[str], document: str, losses: list[Loss]
) -> Iterator[Relation]:
    blocks = {block.own_id() for block in track.records("blocks")} - known
    seen: set[str] = set()
    for record in track.records("relations"):
        relation = Relation(
            record.string("pred"), record.name_of("subj"), record.name_of("obj"), record.own_id()
        )
        if relation.id in seen:
            raise record.error(f"the id {relation.id!r} is used twice; give each relation its own")
        seen |= {relation.id} - {""}
        ends = {relation.head, relation.tail}
        missing = sorted(ends - known - blocks)
        if missing:
            raise record.error(f"points to {shown(missing[0])}, which does not exist")
        if ends <= known:
            yield relation
        else:
            losses.append(Loss("relation of a block", document, relation.id, relation.type))
