"""What the page is sent: a document, the schema, the palette. Offsets are code points."""

from collections.abc import Sequence
from typing import Any

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
    undo, redo = store.steps(document.id, person.name)
    suggest = workplace.suggest
    suggested = suggest.known(document) if suggest is not None else None
    return {
        "id": document.id,
        "title": workplace.documents.summary(document.id).title,
        "text": document.text,
        "sha256": document.sha256,
        "version": state.version,
        "status": state.status.value,
        "mentions": [mention_json("", mention) for mention in state.mentions],
        "relations": [relation_json("", relation) for relation in state.relations],
        "notes": [note_json("", note) for note in state.notes],
        "suggestions": {
            **suggestions_json(suggested, state, workplace.schema),
            "error": workplace.why_unread(document),
        },
        "problems": [
            {"rule": found.rule, "text": found.reason, "ids": list(found.ids)}
            for found in map(problem, state.problems)
        ],
        "undo": undo,
        "redo": redo,
        "file": store.file_state(document.id),
    }


def suggestions_json(suggested: Suggested | None, state: State, schema: Schema) -> Json:
    """A model's suggestions with what became of each."""
    if suggested is None:
        return {"mentions": [], "relations": []}
    found = ghosts(suggested.layer, of_state(state), schema)
    return {
        "mentions": [_ghost_json(g) for g in found if isinstance(g.key, MentionKey)],
        "relations": [_ghost_json(g) for g in found if not isinstance(g.key, MentionKey)],
    }


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
