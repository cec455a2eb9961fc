"""Where the two sides disagree, and what may be done about it.

Nothing of anybody's is overwritten: a conflict is reported, its document is left as it is, and
only an explicit choice ("KIND=CHOICE") resolves it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accord.errors import InputError

TEXT_CHANGED = "text-changed"
UNKNOWN_LABEL = "unknown-label"
UNUSABLE_LABEL = "unusable-label"
DELETED = "deleted"
CHANGED_HERE = "changed-here"
WORKED_ON = "worked-on"
DOUBLE = "double"
GUIDELINE = "guideline"

PUSH: Mapping[str, Mapping[str, str]] = {
    TEXT_CHANGED: {
        "skip": "leave the server's example as it is",
        "add": "upload the text of here as a new example; the old one stays there, retired",
    },
    WORKED_ON: {
        "keep": "leave the account's labels as they are",
        "replace": "put the labels of here in their place",
    },
    DOUBLE: {"first": "go on with the oldest example; the others stay as they are"},
    GUIDELINE: {
        "keep": "leave the guideline of the project as it is",
        "replace": "put the guideline of here in its place",
    },
}
"""Conflicts of a push, and the choices for each."""

PULL: Mapping[str, Mapping[str, str]] = {
    TEXT_CHANGED: {
        "skip": "leave the layer as it is",
        "realign": "take the labels that stand in unchanged stretches of the text",
    },
    UNKNOWN_LABEL: {
        "drop": "leave these labels out, and relations that point to them",
        "keep": "take them over; `accord validate` will list them",
    },
    UNUSABLE_LABEL: {"drop": "leave these labels out, and relations that point to them"},
    DELETED: {
        "keep": "keep the labels that were pulled before",
        "remove": "remove them",
    },
    CHANGED_HERE: {
        "here": "keep the labels of here",
        "server": "take the server's labels, and lose the changes made here",
    },
    DOUBLE: {"first": "take the labels of the oldest example"},
}
"""Conflicts of a pull, and the choices for each."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A disagreement about a document; `who` is the account it concerns, "" for the project."""

    kind: str
    document: str
    who: str
    reason: str


def choices(given: Iterable[str], known: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The explicit choices, from "KIND=CHOICE"; InputError listing what there is."""
    chosen: dict[str, str] = {}
    for text in given:
        kind, _, choice = text.partition("=")
        if kind not in known:
            raise InputError(f"no conflict is called {kind!r}; there are: {', '.join(known)}")
        if choice not in known[kind]:
            raise InputError(f"{kind} is resolved by {' or '.join(known[kind])}, not {choice!r}")
        if chosen.setdefault(kind, choice) != choice:
            raise InputError(f"{kind} is resolved in two ways; give one")
    return chosen
