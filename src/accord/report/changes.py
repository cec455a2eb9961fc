"""Two estimates of the same documents against one reference: what the second fixed and broke."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from accord.compare import Arrow, Pairing, compare_layers
from accord.compare.matching import strict_arrow, strict_mention
from accord.document import Document, Layer, Mention, Span
from accord.facts.sentences import sentences_around
from accord.schema import Schema

L = TypeVar("L", Mention, Arrow)


@dataclass(frozen=True, slots=True)
class Change:
    """A label that only one of two estimates has right.

    `fixed`: the second has it right. `expected`: the reference has the label, so that one missed
    it; otherwise one has it too many.
    """

    label: Mention | Arrow
    fixed: bool
    expected: bool


@dataclass(frozen=True, slots=True)
class ChangedSentence:
    """A sentence in which something changed, with what changed in it."""

    document: str
    span: Span
    changes: tuple[Change, ...]

    @property
    def fixed(self) -> int:
        """How many labels the second has right and the first has not."""
        return sum(change.fixed for change in self.changes)

    @property
    def broken(self) -> int:
        """How many labels the first has right and the second has not."""
        return len(self.changes) - self.fixed


def changed_sentences(
    documents: Mapping[str, Document],
    reference: Mapping[str, Layer],
    first: Mapping[str, Layer],
    second: Mapping[str, Layer],
    schema: Schema,
) -> tuple[ChangedSentence, ...]:
    """All sentences with a change, what broke first, then in text order.

    A relation stands with the sentence of its head.
    """
    found = []
    for i, gold in reference.items():
        places: dict[Span, list[Change]] = {}
        for change in changes(gold, first[i], second[i], schema):
            label = change.label
            place = label.span if isinstance(label, Mention) else label.head.span
            places.setdefault(sentences_around(documents[i], place), []).append(change)
        found += [ChangedSentence(i, span, tuple(listed)) for span, listed in places.items()]
    return tuple(sorted(found, key=lambda s: (s.fixed - s.broken, s.document, s.span)))


def changes(reference: Layer, first: Layer, second: Layer, schema: Schema) -> tuple[Change, ...]:
    """Every label of a document that only one estimate has strictly right, in text order."""
    one = compare_layers(reference, first, schema)
    two = compare_layers(reference, second, schema)
    found = [
        *_changes(one.mentions, two.mentions, strict_mention),
        *_changes(one.relations, two.relations, strict_arrow),
    ]
    return tuple(sorted(found, key=lambda change: change.label.span))


def _changes(one: Pairing[L], two: Pairing[L], key: Callable[[L], Hashable]) -> list[Change]:
    right = [{key(expected): expected for expected, _ in side.matched} for side in (one, two)]
    wrong = [{key(label): label for label in side.spurious} for side in (one, two)]
    return [
        Change(here[k], fixed=fixed, expected=expected)
        for expected, fixed, here, there in (
            (True, True, right[1], right[0]),
            (True, False, right[0], right[1]),
            (False, True, wrong[0], wrong[1]),
            (False, False, wrong[1], wrong[0]),
        )
        for k in here
        if k not in there
    ]
