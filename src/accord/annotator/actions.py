"""What a window may ask for: each action with its fields and their kinds.

The table is what requests are checked against, and what the API's schema is made of
(`accord.annotator.openapi`), so that the two cannot differ.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accord.annotator.state import Status
from accord.errors import InputError

MOST_ACTIONS = 5_000
"""The most actions of one post."""

Action = Mapping[str, Any]


class RefusedError(InputError):
    """An action that must not happen; `rule` is a short name, `hint` what to do instead."""

    def __init__(self, reason: str, *, rule: str, hint: str):
        super().__init__(reason)
        self.rule = rule
        self.hint = hint


@dataclass(frozen=True)
class Kind:
    """A kind of value: in words, as JSON Schema, and as a test."""

    words: str
    schema: Mapping[str, Any]
    fits: Callable[[Any], bool]


@dataclass(frozen=True)
class Form:
    """The fields of an action, by name; any others are passed over."""

    text: str
    required: Mapping[str, Kind] = field(default_factory=dict)
    optional: Mapping[str, Kind] = field(default_factory=dict)


def _strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_STRINGS = {"type": "array", "items": {"type": "string"}}

TEXT = Kind("a string", {"type": "string"}, lambda value: isinstance(value, str))
OFFSET = Kind("a whole number", {"type": "integer"}, lambda value: type(value) is int)
NUMBER = Kind(
    "a number",
    {"type": "number"},
    lambda value: type(value) is int or (isinstance(value, float) and math.isfinite(value)),
)
FLAG = Kind("true or false", {"type": "boolean"}, lambda value: isinstance(value, bool))
IDS = Kind("a list of ids", _STRINGS, _strings)
LAYERS = Kind("a list of layers", _STRINGS, _strings)
STATUS = Kind(
    f"one of {', '.join(Status)}",
    {"enum": [status.value for status in Status]},
    lambda value: isinstance(value, str) and value in set(Status),
)

# A name by which later actions of the same post speak of the new label, and whose it was.
_NEW = {"ref": TEXT, "whose": LAYERS}

ACTIONS: Mapping[str, Form] = {
    "add_mention": Form("mark", {"type": TEXT, "start": OFFSET, "end": OFFSET}, _NEW),
    "change_mention": Form(
        "another type or place", {"id": TEXT}, {"type": TEXT, "start": OFFSET, "end": OFFSET}
    ),
    "delete_mention": Form("with the relations at it", {"id": TEXT}),
    "add_relation": Form("relate", {"type": TEXT, "head": TEXT, "tail": TEXT}, _NEW),
    "change_relation": Form(
        "another type, or turned round", {"id": TEXT}, {"type": TEXT, "reverse": FLAG}
    ),
    "delete_relation": Form("delete", {"id": TEXT}),
    "set_status": Form("how far the document is", {"status": STATUS}),
    "add_note": Form(
        "a remark on a place", {"start": OFFSET, "end": OFFSET, "text": TEXT}, {"ref": TEXT}
    ),
    "change_note": Form("another wording", {"id": TEXT, "text": TEXT}),
    "delete_note": Form("delete", {"id": TEXT}),
    "accept": Form("suggestions become labels", {"ids": IDS}),
    "accept_above": Form("all open suggestions of this score or more", {"threshold": NUMBER}),
    "reject": Form("suggestions that are wrong", {"ids": IDS}),
}

ALONE: Mapping[str, Form] = {
    "undo": Form("take one's last step back"),
    "redo": Form("bring it again"),
    "take_file": Form("take over the .ann file that somebody changed"),
}
"""Actions that must be the only one of their post."""

_FORMS = {**ACTIONS, **ALONE}


def checked(actions: Sequence[Action]) -> list[Action]:
    """The actions of one post with the fields that they have, and no others.

    Raises RefusedError for a wrong number of actions, an unknown one, or a field that is missing
    or not of its kind.
    """
    if not 0 < len(actions) <= MOST_ACTIONS:
        raise _malformed(f"a post holds 1 to {MOST_ACTIONS} actions")
    return [_checked(action, alone=len(actions) == 1) for action in actions]


def _checked(action: Action, *, alone: bool) -> Action:
    do = action.get("do") if isinstance(action, Mapping) else None
    if not isinstance(do, str) or do not in _FORMS:
        raise _malformed(f"unknown action {do!r}; there are {', '.join(_FORMS)}")
    if do in ALONE and not alone:
        raise _malformed(f"{do} must be the only action of its post")
    form = _FORMS[do]
    found: dict[str, Any] = {"do": do}
    for name, kind in {**form.required, **form.optional}.items():
        if name in form.optional and name not in action:
            continue
        value = action.get(name)
        if not kind.fits(value):
            raise _malformed(f"{do}: {name} must be {kind.words}, not {value!r}")
        found[name] = value
    return found


def _malformed(reason: str) -> RefusedError:
    return RefusedError(reason, rule="malformed", hint="see /api/openapi.json")
