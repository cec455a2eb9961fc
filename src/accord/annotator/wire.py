"""What the page is sent: a document, the schema, the palette. Offsets are code points."""

from collections.abc import Sequence
from typing import Any

from accord.annotator.changes import edits
from accord.annotator.ghosts import Ghost, Suggested, ghosts
from accord.annotator.labels import mention_json, note_json, of_state, relation_json
from accord.annotator.people import Person
from accord.annotator.rules import problem
from accord.annotator.state import MentionKey, State
from accord.annotator.store import Store
from accord.annotator.workplace import Workplace
from accord.document import Document
from accord.report.palette import PALETTE, Shade, colour_numbers
from accord.schema import Schema

Json = dict[str, Any]

_DIGITS = "1234567890"


def document_json(
    workplace: Workplace, store: Store, person: Person, document: Document, state: State
) -> Json:
    """A document with everything that the page shows of it."""
    suggested = _suggested(workplace, document)
    return {
        "id": document.id,
        "title": workplace.documents.summary(document.id).title,
        "text": document.text,
        "sha256": document.sha256,
        "version": state.version,
        "basis": basis(workplace, suggested),
        "mentions": [mention_json("", mention) for mention in state.mentions],
        "relations": [relation_json("", relation) for relation in state.relations],
        "notes": [note_json("", note) for note in state.notes],
        "suggestions": {
            **suggestions_json(suggested, state, workplace.schema),
            "error": workplace.why_unread(document),
        },
        **_short(store, person, state),
    }


def answer_json(
    workplace: Workplace,
    store: Store,
    person: Person,
    document: Document,
    states: tuple[State, State],
    known: tuple[int, str],
) -> Json:
    """What a window is told of a document that it, or another, has changed.

    `states` are before and after, `known` the version and the basis of what the window shows.
    Where that is what was before, the answer holds only what differs now; else the whole document.
    """
    before, after = states
    suggested = _suggested(workplace, document)
    if known != (before.version, basis(workplace, suggested)):
        return document_json(workplace, store, person, document, after)
    old, new = (_ghosts(suggested, state, workplace.schema) for state in states)
    return {
        "id": document.id,
        "since": before.version,
        "version": after.version,
        "basis": known[1],
        "mentions": edits(before.mentions, after.mentions, lambda m: mention_json("", m)),
        "relations": edits(before.relations, after.relations, lambda r: relation_json("", r)),
        "notes": edits(before.notes, after.notes, lambda n: note_json("", n)),
        "suggestions": {
            "mentions": edits(old[0], new[0], _ghost_json),
            "relations": edits(old[1], new[1], _ghost_json),
            "error": workplace.why_unread(document),
        },
        **_short(store, person, after),
    }


def basis(workplace: Workplace, suggested: Suggested | None) -> str:
    """What, beside its version, a document's answer rests on: the run of the server, the model."""
    return workplace.run if suggested is None else f"{workplace.run} {suggested.hash}"


def suggestions_json(suggested: Suggested | None, state: State, schema: Schema) -> Json:
    """A model's suggestions with what became of each."""
    mentions, relations = _ghosts(suggested, state, schema)
    return {
        "mentions": [_ghost_json(ghost) for ghost in mentions],
        "relations": [_ghost_json(ghost) for ghost in relations],
    }


def _suggested(workplace: Workplace, document: Document) -> Suggested | None:
    return None if workplace.suggest is None else workplace.suggest.known(document)


def _short(store: Store, person: Person, state: State) -> Json:
    """What is so short that every answer holds all of it."""
    undo, redo = store.steps(state.layer.document, person.name)
    return {
        "status": state.status.value,
        "problems": [
            {"rule": found.rule, "text": found.reason, "ids": list(found.ids)}
            for found in map(problem, state.problems)
        ],
        "undo": undo,
        "redo": redo,
        "file": store.file_state(state.layer.document),
    }


def _ghosts(
    suggested: Suggested | None, state: State, schema: Schema
) -> tuple[list[Ghost], list[Ghost]]:
    """Suggested mentions, and suggested relations."""
    if suggested is None:
        return [], []
    found = ghosts(suggested.layer, of_state(state), schema)
    mentions = [ghost for ghost in found if isinstance(ghost.key, MentionKey)]
    return mentions, [ghost for ghost in found if not isinstance(ghost.key, MentionKey)]


def schema_json(schema: Schema) -> Json:
    """The types with a key to press, a colour of the palette and the guideline's short text."""
    colours = colour_numbers(schema.mentions)
    mention_keys, relation_keys = _keys(list(schema.mentions)), _keys(list(schema.relations))
    return {
        "mentions": [
            {"type": kind.name, "key": key, "colour": colours[kind.name], "short": kind.text}
            for kind, key in zip(schema.mentions.values(), mention_keys, strict=True)
        ],
        "relations": [
            {
                "type": kind.name,
                "heads": list(kind.head),
                "tails": list(kind.tail),
                "symmetric": kind.symmetric,
                "same_type": kind.same_type,
                "across_paragraphs": kind.across_paragraphs,
                "key": key,
                "short": kind.text,
            }
            for kind, key in zip(schema.relations.values(), relation_keys, strict=True)
        ],
    }


def palette_json() -> list[Json]:
    """The colours by number, for light and dark pages."""
    return [{"light": _shade(c.light), "dark": _shade(c.dark)} for c in PALETTE]


def _ghost_json(ghost: Ghost) -> Json:
    shown: Json = {"id": ghost.id, "type": ghost.key.type}
    if isinstance(ghost.key, MentionKey):
        shown |= {"start": ghost.key.span.start, "end": ghost.key.span.end}
    else:
        shown |= {"head": ghost.head, "tail": ghost.tail}
    return {**shown, "score": ghost.score, "state": str(ghost.state)}


def _shade(shade: Shade) -> Json:
    return {"ground": shade.ground, "ink": shade.ink}


def _keys(types: Sequence[str]) -> list[str]:
    """A key a type: the digits as they lie on the keyboard, then letters with shift."""
    keys = list(_DIGITS[: len(types)])
    letters = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
    for name in types[len(keys) :]:
        wished = [c for c in name.upper() if c in letters] + letters
        keys.append(next((letter for letter in wished if letter not in keys), ""))
    return keys
