"""What a person has said of one document so far: labels, status, notes, fates of suggestions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from accord.document import Layer, Mention, Relation, Span
from accord.schema import Violation


class Status(StrEnum):
    """How far a document is; `COMPLETE` says that what is not marked is denied."""

    NEW = "new"
    STARTED = "started"
    COMPLETE = "complete"
    DISCUSS = "discuss"


class Fate(StrEnum):
    """What became of a model's suggestion; one without a fate is open.

    LEFT: the document was completed while the suggestion was still open.
    """

    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on a stretch of text; `time` is ISO 8601 in UTC."""

    id: str
    span: Span
    text: str
    by: str
    time: str


@dataclass(frozen=True, slots=True)
class MentionKey:
    """What a suggested mention says, whichever model says it and under whichever id."""

    type: str
    span: Span


@dataclass(frozen=True, slots=True)
class RelationKey:
    """What a suggested relation says: its type and what its ends say."""

    type: str
    head: MentionKey
    tail: MentionKey


SuggestionKey = MentionKey | RelationKey


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one suggestion of a model (`model` its name, `hash` its weights).

    `label` is the id of the mention or relation that it became, if it did.
    """

    key: SuggestionKey
    fate: Fate
    model: str
    hash: str
    score: float
    label: str | None = None


@dataclass(frozen=True)
class State:
    """One layer's state of one document at a version (the journal's line; 0 before the first).

    Mentions are in text order, relations in the order of their ends. `layer.complete` holds
    exactly if the status is COMPLETE. `problems` is what the schema forbids in the labels:
    nothing that an action may bring about, but files made elsewhere may hold it. `whose` says
    which layers an adjudicated label came from, by the label's id.
    """

    layer: Layer
    status: Status
    version: int
    notes: tuple[Note, ...] = ()
    verdicts: Mapping[SuggestionKey, Verdict] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[Violation, ...] = ()
    whose: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """The layer's mentions."""
        return self.layer.mentions

    @property
    def relations(self) -> tuple[Relation, ...]:
        """The layer's relations."""
        return self.layer.relations
