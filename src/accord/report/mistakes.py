"""An estimate's mistakes, each of one kind; and how its types are confused.

A label is part of one mistake at most. Kinds are tried in the order in which they ask least of the
estimate: what only needs another type comes before what needs another place.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from accord.compare import Arrow, Difference, Target, differences
from accord.compare import Kind as Differs
from accord.compare.counts import Match
from accord.compare.matching import (
    arrows,
    boundary_arrow,
    distinct_mentions,
    pair_by_keys,
    pair_mentions,
)
from accord.document import Layer, Mention
from accord.schema import Schema

NONE = "–"
"""The row or column of labels that the other side does not have."""


class Kind(StrEnum):
    """What is wrong.

    `MISSED`, `SPURIOUS`: nothing like it on the other side. `BOUNDARY`: right type, overlapping
    extent; for a relation, an end of that sort. `TYPE`: right extent, another type; for a relation,
    another type of its own or of an end. `DIRECTION`: head and tail swapped. `WRONG_PAIR`: right
    type and one right end, but joined to another mention.
    """

    MISSED = "missed"
    SPURIOUS = "spurious"
    BOUNDARY = "boundary"
    TYPE = "type"
    DIRECTION = "direction"
    WRONG_PAIR = "wrong pair"


_KINDS = {
    Differs.TYPE: Kind.TYPE,
    Differs.LABEL: Kind.TYPE,
    Differs.BOUNDARY: Kind.BOUNDARY,
    Differs.DIRECTION: Kind.DIRECTION,
    Differs.ONLY_FIRST: Kind.MISSED,
    Differs.ONLY_SECOND: Kind.SPURIOUS,
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What the reference expects and what the estimate found instead; None for nothing.

    `note` says more where there is more to say.
    """

    document: str
    kind: Kind
    expected: Mention | Arrow | None
    found: Mention | Arrow | None
    note: str = ""

    @property
    def label(self) -> Mention | Arrow:
        """The expected label, else the found one."""
        label = self.expected if self.expected is not None else self.found
        if label is None:
            raise ValueError("a mistake needs a label on at least one side")
        return label

    @property
    def target(self) -> Target:
        """Whether it is a mention's or a relation's."""
        return Target.MENTION if isinstance(self.label, Mention) else Target.RELATION


@dataclass(frozen=True)
class Confusion:
    """How often the estimate gave each type where the reference has another.

    `counts` are by (expected, found); `NONE` stands for nothing. `types` are those that occur.
    """

    target: Target
    types: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]


def mistakes(reference: Layer, estimate: Layer, schema: Schema) -> tuple[Mistake, ...]:
    """All mistakes of an estimate in a document, mentions first, in text order."""
    found = differences(reference, estimate, schema)
    mentions = [_mistake(d) for d in found if d.target is Target.MENTION]
    relations = [d for d in found if d.target is Target.RELATION]
    missed = [d.first for d in relations if d.kind is Differs.ONLY_FIRST]
    spurious = [d.second for d in relations if d.kind is Differs.ONLY_SECOND]
    pairs = pair_by_keys(
        [x for x in missed if isinstance(x, Arrow)],
        [x for x in spurious if isinstance(x, Arrow)],
        # The head, the tail, and for arrows without direction one end of the one and the other.
        [(_head, _head), (_tail, _tail), (_head, _symmetric_tail), (_symmetric_tail, _head)],
    )
    paired = {id(x) for pair in pairs.matched for x in pair}
    wrong = [
        Mistake(reference.document, Kind.WRONG_PAIR, a, b, _shared(a, b)) for a, b in pairs.matched
    ]
    rest = [
        _mistake(d, reference, estimate)
        for d in relations
        if id(d.first) not in paired and id(d.second) not in paired
    ]
    ordered = sorted([*wrong, *rest], key=lambda m: m.label.span)
    return (*mentions, *ordered)


def confusion(
    reference: Mapping[str, Layer], estimate: Mapping[str, Layer], schema: Schema
) -> tuple[Confusion, Confusion]:
    """Confusion of mention types, matched by extent, and of relation types, matched by ends."""
    marks: Counter[tuple[str, str]] = Counter()
    links: Counter[tuple[str, str]] = Counter()
    for i, layer in reference.items():
        mentions = pair_mentions(
            distinct_mentions(layer, schema), distinct_mentions(estimate[i], schema), Match.BOUNDARY
        )
        rounds = [(boundary_arrow, boundary_arrow), (_ends, _ends), (_either, _either)]
        relations = pair_by_keys(arrows(layer, schema), arrows(estimate[i], schema), rounds)
        for pairing, tally in ((mentions, marks), (relations, links)):
            tally.update((a.type, b.type) for a, b in pairing.matched)
            tally.update((x.type, NONE) for x in pairing.missed)
            tally.update((NONE, x.type) for x in pairing.spurious)
    return (
        _confusion(Target.MENTION, schema.mentions, marks),
        _confusion(Target.RELATION, schema.relations, links),
    )


def _confusion(
    target: Target, types: Mapping[str, object], counts: Counter[tuple[str, str]]
) -> Confusion:
    occurring = {name for pair in counts for name in pair}
    return Confusion(target, tuple(name for name in types if name in occurring), dict(counts))


def _mistake(
    difference: Difference, reference: Layer | None = None, estimate: Layer | None = None
) -> Mistake:
    kind = _KINDS[difference.kind]
    note = ""
    match difference.kind, difference.first, difference.second:
        case Differs.TYPE, Arrow(), Arrow():
            note = "one of its ends has another type"
        case Differs.ONLY_FIRST, Arrow() as arrow, _ if estimate is not None:
            note = _without(arrow, estimate)
        case Differs.ONLY_SECOND, _, Arrow() as arrow if reference is not None:
            note = _without(arrow, reference)
    return Mistake(difference.document, kind, difference.first, difference.second, note)


def _without(arrow: Arrow, other: Layer) -> str:
    """Whether the other side could have had the relation at all."""
    spans = {mention.span for mention in other.mentions}
    lacking = [n for n, x in (("head", arrow.head), ("tail", arrow.tail)) if x.span not in spans]
    return f"{other.source} has no mark at its {' and '.join(lacking)}" if lacking else ""


def _shared(expected: Arrow, found: Arrow) -> str:
    return "the head is right" if _head(expected) == _head(found) else "the tail is right"


def _head(arrow: Arrow) -> Hashable:
    return (arrow.type, arrow.head.span)


def _tail(arrow: Arrow) -> Hashable:
    return (arrow.type, arrow.tail.span)


def _symmetric_tail(arrow: Arrow) -> Hashable:
    return (arrow.type, arrow.tail.span) if arrow.symmetric else (arrow.type, None, id(arrow))


def _ends(arrow: Arrow) -> Hashable:
    return (arrow.head.span, arrow.tail.span)


def _either(arrow: Arrow) -> Hashable:
    return frozenset((arrow.head.span, arrow.tail.span))


def by_kind(found: Sequence[Mistake]) -> dict[Kind, list[Mistake]]:
    """The mistakes of each kind; kinds that do not occur are left out."""
    sorted_out: dict[Kind, list[Mistake]] = {kind: [] for kind in Kind}
    for mistake in found:
        sorted_out[mistake.kind].append(mistake)
    return {kind: listed for kind, listed in sorted_out.items() if listed}
