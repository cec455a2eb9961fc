"""The labels of a document as a working set, and what a journal's line removes and adds.

A line holds whole values, before and after, so that folding the lines needs neither the schema
nor the rules that allowed them, and undoing one is the same line turned round.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from accord.annotator.state import (
    Fate,
    MentionKey,
    Note,
    RelationKey,
    State,
    Status,
    SuggestionKey,
    Verdict,
)
from accord.document import Layer, Mention, Relation, Span
from accord.schema import Violation

Json = dict[str, Any]


@dataclass
class Labels:
    """What stands in a document, each kind by its key; also one side of a `Change`.

    `status` is None only in a change that leaves it as it is.
    """

    mentions: dict[str, Mention] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    verdicts: dict[SuggestionKey, Verdict] = field(default_factory=dict)
    whose: dict[str, tuple[str, ...]] = field(default_factory=dict)
    status: Status | None = None

    def copy(self) -> "Labels":
        """Another working set of the same (frozen) values."""
        return Labels(
            dict(self.mentions),
            dict(self.relations),
            dict(self.notes),
            dict(self.verdicts),
            dict(self.whose),
            self.status,
        )

    def parts(self) -> Iterator[tuple[str, dict[Any, Any]]]:
        """Name and content of every dictionary."""
        for part in fields(self):
            if part.name != "status":
                yield part.name, getattr(self, part.name)

    def __bool__(self) -> bool:
        return self.status is not None or any(part for _, part in self.parts())


@dataclass(frozen=True)
class Change:
    """What goes and what comes; a value that changes is in both under one key."""

    removed: Labels
    added: Labels

    def inverse(self) -> "Change":
        """The change that undoes this one."""
        return Change(self.added, self.removed)

    def __bool__(self) -> bool:
        return bool(self.removed) or bool(self.added)


def between(before: Labels, after: Labels) -> Change:
    """The change that leads from one working set to the other."""
    change = Change(Labels(), Labels())
    for (name, old), (_, new) in zip(before.parts(), after.parts(), strict=True):
        removed, added = getattr(change.removed, name), getattr(change.added, name)
        for key, value in old.items():
            if (now := new.get(key)) is not value and now != value:
                removed[key] = value
        for key, value in new.items():
            if (was := old.get(key)) is not value and was != value:
                added[key] = value
    if before.status != after.status:
        change.removed.status, change.added.status = before.status, after.status
    return change


def apply(labels: Labels, change: Change) -> None:
    """Change a working set in place; ValueError, and nothing is changed, if it does not fit."""
    if change.removed.status is not None and change.removed.status != labels.status:
        raise ValueError(f"the status is {labels.status}, not {change.removed.status}")
    sides = list(zip(labels.parts(), change.removed.parts(), change.added.parts(), strict=True))
    for (name, part), (_, removed), (_, added) in sides:
        for key, value in removed.items():
            if part.get(key) != value:
                raise ValueError(f"{name}: {key} is not as it was")
        for key in added:
            if key in part and key not in removed:
                raise ValueError(f"{name}: {key} is there already")
    for (_, part), (_, removed), (_, added) in sides:
        for key in removed.keys() - added.keys():
            del part[key]
        part.update(added)
    if change.added.status is not None:
        labels.status = change.added.status


def state(
    document: str, source: str, labels: Labels, version: int, problems: tuple[Violation, ...]
) -> State:
    """A working set as a frozen value, in text order."""
    mentions = sorted(labels.mentions.values(), key=_position)
    rank = {mention.id: number for number, mention in enumerate(mentions)}
    relations = sorted(
        labels.relations.values(), key=lambda r: (rank[r.head], rank[r.tail], r.type, r.id)
    )
    status = labels.status or Status.NEW
    layer = Layer(
        document, source, tuple(mentions), tuple(relations), complete=status is Status.COMPLETE
    )
    return State(
        layer,
        status,
        version,
        tuple(sorted(labels.notes.values(), key=lambda note: (note.span, note.time, note.id))),
        MappingProxyType(dict(labels.verdicts)),
        problems,
        MappingProxyType(dict(labels.whose)),
    )


def of_layer(layer: Layer, status: Status) -> Labels:
    """The working set of a layer that was read from a file."""
    return Labels(
        {mention.id: mention for mention in layer.mentions},
        {relation.id: relation for relation in layer.relations},
        status=status,
    )


def of_state(state: State) -> Labels:
    """The working set behind a state."""
    return Labels(
        {mention.id: mention for mention in state.mentions},
        {relation.id: relation for relation in state.relations},
        {note.id: note for note in state.notes},
        dict(state.verdicts),
        dict(state.whose),
        state.status,
    )


def to_json(labels: Labels) -> Json:
    """One side of a change as a journal's line holds it; what is empty is left out."""
    data: Json = {
        name: [_WRITERS[name](key, value) for key, value in part.items()]
        for name, part in labels.parts()
        if part
    }
    if labels.status is not None:
        data["status"] = labels.status.value
    return data


def from_json(data: Json) -> Labels:
    """The inverse of `to_json`; ValueError, KeyError or TypeError if it is not of that form."""
    labels = Labels(status=Status(data["status"]) if "status" in data else None)
    for name, part in labels.parts():
        for item in data.get(name, ()):
            key, value = _READERS[name](item)
            part[key] = value
    return labels


def _position(mention: Mention) -> tuple[int, int, str, str]:
    return mention.span.start, -mention.span.end, mention.type, mention.id


def _mention_key(data: Json) -> MentionKey:
    return MentionKey(data["type"], Span(data["start"], data["end"]))


def _mention_key_json(key: MentionKey) -> Json:
    return {"type": key.type, "start": key.span.start, "end": key.span.end}


def key_json(key: SuggestionKey) -> Json:
    """What a suggestion says, as JSON: a relation has a head and a tail."""
    if isinstance(key, MentionKey):
        return _mention_key_json(key)
    head, tail = _mention_key_json(key.head), _mention_key_json(key.tail)
    return {"type": key.type, "head": head, "tail": tail}


def _key(data: Json) -> SuggestionKey:
    if "head" not in data:
        return _mention_key(data)
    return RelationKey(data["type"], _mention_key(data["head"]), _mention_key(data["tail"]))


def _read_mention(data: Json) -> tuple[str, Mention]:
    return data["id"], Mention(data["id"], Span(data["start"], data["end"]), data["type"])


def _read_relation(data: Json) -> tuple[str, Relation]:
    return data["id"], Relation(data["type"], data["head"], data["tail"], data["id"])


def _read_note(data: Json) -> tuple[str, Note]:
    span = Span(data["start"], data["end"])
    return data["id"], Note(data["id"], span, data["text"], data["by"], data["time"])


def _read_verdict(data: Json) -> tuple[SuggestionKey, Verdict]:
    key = _key(data["suggestion"])
    fate = Fate(data["fate"])
    return key, Verdict(key, fate, data["model"], data["hash"], data["score"], data.get("label"))


def _read_whose(data: Json) -> tuple[str, tuple[str, ...]]:
    return data["label"], tuple(data["layers"])


def mention_json(_: str, mention: Mention) -> Json:
    """A mention as the journal and the page have it."""
    span = mention.span
    return {"id": mention.id, "type": mention.type, "start": span.start, "end": span.end}


def relation_json(_: str, relation: Relation) -> Json:
    """A relation as the journal and the page have it."""
    return {
        "id": relation.id,
        "type": relation.type,
        "head": relation.head,
        "tail": relation.tail,
    }


def note_json(_: str, note: Note) -> Json:
    """A note as the journal and the page have it."""
    place = {"id": note.id, "start": note.span.start, "end": note.span.end}
    return {**place, "text": note.text, "by": note.by, "time": note.time}


def _verdict_json(_: SuggestionKey, verdict: Verdict) -> Json:
    data: Json = {
        "suggestion": key_json(verdict.key),
        "fate": verdict.fate.value,
        "model": verdict.model,
        "hash": verdict.hash,
        "score": verdict.score,
    }
    return data if verdict.label is None else {**data, "label": verdict.label}


def _whose_json(label: str, layers: tuple[str, ...]) -> Json:
    return {"label": label, "layers": list(layers)}


_WRITERS: dict[str, Callable[[Any, Any], Json]] = {
    "mentions": mention_json,
    "relations": relation_json,
    "notes": note_json,
    "verdicts": _verdict_json,
    "whose": _whose_json,
}
_READERS: dict[str, Callable[[Json], tuple[Any, Any]]] = {
    "mentions": _read_mention,
    "relations": _read_relation,
    "notes": _read_note,
    "verdicts": _read_verdict,
    "whose": _read_whose,
}
