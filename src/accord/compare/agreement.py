"""Agreement of two or more layers, pair by pair, on the very counts that evaluation uses.

The figure is F1: for marks in running text there is no number of true negatives, without which
chance-corrected measures such as kappa are not defined; as that number grows, kappa approaches F1
(Hripcsak and Rothschild 2005, "Agreement, the F-Measure, and Reliability in Information
Retrieval"). Where the units are fixed before anybody labels, kappa is defined:
`accord.compare.chance` has it. Which side is called the reference does not change a micro F1, nor
any F1 under strict or overlap.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from typing import Any

from accord.compare.counts import Match, Target
from accord.compare.matching import (
    Arrow,
    Pairing,
    arrows,
    boundary_arrow,
    boundary_mention,
    distinct_mentions,
    pair_arrows,
    pair_by_keys,
    pair_mentions,
    strict_arrow,
)
from accord.compare.score import Scores, evaluate
from accord.document import Layer, Mention, Span
from accord.errors import InputError
from accord.schema import Schema


class Kind(StrEnum):
    """How two layers differ over one label, by what would make them agree.

    `TYPE`: same span, another mention type; for a relation, same type and spans, another mention
    type at an end. `BOUNDARY`: same types, overlapping spans. `DIRECTION`: head and tail swapped.
    `LABEL`: another relation type between the same spans, in either direction. `ONLY_FIRST`,
    `ONLY_SECOND`: nothing like it on the other side.
    """

    TYPE = "type"
    BOUNDARY = "boundary"
    DIRECTION = "direction"
    LABEL = "label"
    ONLY_FIRST = "only-first"
    ONLY_SECOND = "only-second"


class Aspect(StrEnum):
    """What an annotation guideline would have to say more clearly, one for each difference.

    `SPAN`: where a mention stands or how far it reaches; for a relation, an end that the other side
    marked differently or not at all. `PAIRING`: both sides marked both ends, one side joins them.
    `DIRECTION`: which end is the head. `LABEL`: the type of a mention, an end or a relation.
    """

    SPAN = "span"
    PAIRING = "pairing"
    DIRECTION = "direction"
    LABEL = "label"


_ASPECTS = {
    Kind.TYPE: Aspect.LABEL,
    Kind.BOUNDARY: Aspect.SPAN,
    Kind.DIRECTION: Aspect.DIRECTION,
    Kind.LABEL: Aspect.LABEL,
    Kind.ONLY_FIRST: Aspect.SPAN,
    Kind.ONLY_SECOND: Aspect.SPAN,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A label on which two layers of a document differ; a side that has none is None.

    Raises ValueError if both sides are None.
    """

    document: str
    kind: Kind
    aspect: Aspect
    first: Mention | Arrow | None
    second: Mention | Arrow | None

    def __post_init__(self) -> None:
        if self.first is None and self.second is None:
            raise ValueError("a difference needs a label on at least one side")

    @property
    def target(self) -> Target:
        """Whether mentions or relations differ."""
        label = self.first if self.first is not None else self.second
        return Target.MENTION if isinstance(label, Mention) else Target.RELATION

    @property
    def span(self) -> Span:
        """Where it is: from the first to the last character of the labels of both sides."""
        spans = [label.span for label in (self.first, self.second) if label is not None]
        return Span(min(s.start for s in spans), max(s.end for s in spans))

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON; ids are those of the layers."""
        return {
            "document": self.document,
            "target": str(self.target),
            "kind": str(self.kind),
            "aspect": str(self.aspect),
            "start": self.span.start,
            "end": self.span.end,
            "first": _label_json(self.first),
            "second": _label_json(self.second),
        }


@dataclass(frozen=True)
class Agreement:
    """Two sources compared: `scores` takes the first as reference; all that differs, in text order.

    `differences` cover the documents that `scores` covers.
    """

    first: str
    second: str
    scores: Scores
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON: scores as `Scores.to_json`, differences as a list."""
        return {
            "first": self.first,
            "second": self.second,
            "agreement": self.scores.to_json(),
            "differences": [difference.to_json() for difference in self.differences],
        }


def agree(
    layers: Mapping[str, Mapping[str, Layer]],
    schema: Schema,
    matches: Iterable[Match] = tuple(Match),
) -> tuple[Agreement, ...]:
    """Agreement of each two sources, in the order given, over the documents that both have.

    `layers` are by source and document id, as in `accord.corpus.Corpus.layers`. Two sources without
    a common document that both have finished make no pair.

    Raises InputError if there are fewer than two sources, no two share a finished document, or as
    `evaluate`.
    """
    if len(layers) < 2:
        have = ", ".join(layers) or "none"
        raise InputError(f"agreement needs at least two layers; there is {have}")
    found: list[Agreement] = []
    matches = tuple(matches)
    for (first, ones), (second, others) in combinations(layers.items(), 2):
        common = sorted(ones.keys() & others.keys())
        if not any(ones[i].complete and others[i].complete for i in common):
            continue
        scores = evaluate(
            {i: ones[i] for i in common}, {i: others[i] for i in common}, schema, matches
        )
        found.append(
            Agreement(
                first,
                second,
                scores,
                tuple(d for i in scores.documents for d in differences(ones[i], others[i], schema)),
            )
        )
    if not found:
        raise InputError(
            f"no document is labelled, and finished, by two of the layers {', '.join(layers)}"
        )
    return tuple(found)


def differences(first: Layer, second: Layer, schema: Schema) -> tuple[Difference, ...]:
    """Everything on which two layers of a document differ, mentions first, each in text order.

    A label is in one difference at most, of the first kind that fits: for mentions type, boundary;
    for relations type, direction, label, boundary. InputError as `compare_layers`.
    """
    if first.document != second.document:
        raise InputError(f"layers of two documents: {first.document!r} and {second.document!r}")
    return (
        *_mention_differences(first, second, schema),
        *_arrow_differences(first, second, schema),
    )


def _mention_differences(first: Layer, second: Layer, schema: Schema) -> list[Difference]:
    rest = pair_mentions(
        distinct_mentions(first, schema), distinct_mentions(second, schema), Match.STRICT
    )
    by_span = pair_by_keys(rest.missed, rest.spurious, [(boundary_mention, boundary_mention)])
    near = pair_mentions(by_span.missed, by_span.spurious, Match.OVERLAP)
    return _list(first.document, [(Kind.TYPE, by_span), (Kind.BOUNDARY, near)])


def _arrow_differences(first: Layer, second: Layer, schema: Schema) -> list[Difference]:
    rest = pair_arrows(arrows(first, schema), arrows(second, schema), Match.STRICT)
    typed = pair_by_keys(rest.missed, rest.spurious, [(boundary_arrow, boundary_arrow)])
    back = pair_by_keys(
        typed.missed, typed.spurious, [(strict_arrow, turned_strict), (boundary_arrow, turned)]
    )
    named = pair_by_keys(back.missed, back.spurious, [(way, way), (place, place)])
    near = pair_arrows(named.missed, named.spurious, Match.OVERLAP)
    kinds = [
        (Kind.TYPE, typed),
        (Kind.DIRECTION, back),
        (Kind.LABEL, named),
        (Kind.BOUNDARY, near),
    ]
    spans = [{m.span for m in layer.mentions} for layer in (first, second)]
    return [_paired(d, *spans) for d in _list(first.document, kinds)]


def _paired(difference: Difference, first: set[Span], second: set[Span]) -> Difference:
    """A relation of one side alone is about pairing if the other side marked both of its ends."""
    if difference.kind is Kind.ONLY_FIRST:
        arrow, marked = difference.first, second
    elif difference.kind is Kind.ONLY_SECOND:
        arrow, marked = difference.second, first
    else:
        return difference
    if isinstance(arrow, Arrow) and {arrow.head.span, arrow.tail.span} <= marked:
        return replace(difference, aspect=Aspect.PAIRING)
    return difference


def turned_strict(arrow: Arrow) -> Hashable:
    """What an arrow shares under strict with one that points the other way."""
    return strict_arrow(Arrow(arrow.type, arrow.tail, arrow.head, arrow.symmetric))


def turned(arrow: Arrow) -> Hashable:
    """What an arrow shares under boundary with one that points the other way."""
    return boundary_arrow(Arrow(arrow.type, arrow.tail, arrow.head, arrow.symmetric))


def way(arrow: Arrow) -> Hashable:
    """What arrows share that point from one span to another, whatever they say."""
    return (arrow.head.span, arrow.tail.span)


def place(arrow: Arrow) -> Hashable:
    """What arrows share that join two spans, in either direction."""
    return frozenset((arrow.head.span, arrow.tail.span))


def _list(
    document: str,
    kinds: Iterable[tuple[Kind, Pairing[Mention]]] | Iterable[tuple[Kind, Pairing[Arrow]]],
) -> list[Difference]:
    """Pairs of each kind, and what the last one left over, in text order."""
    found: list[Difference] = []
    missed: tuple[Mention, ...] | tuple[Arrow, ...] = ()
    spurious: tuple[Mention, ...] | tuple[Arrow, ...] = ()
    for kind, pairing in kinds:
        found += [Difference(document, kind, _ASPECTS[kind], a, b) for a, b in pairing.matched]
        missed, spurious = pairing.missed, pairing.spurious
    found += [Difference(document, Kind.ONLY_FIRST, Aspect.SPAN, x, None) for x in missed]
    found += [Difference(document, Kind.ONLY_SECOND, Aspect.SPAN, None, x) for x in spurious]
    return sorted(found, key=lambda difference: difference.span)


def _label_json(label: Mention | Arrow | None) -> dict[str, Any] | None:
    if label is None:
        return None
    if isinstance(label, Mention):
        span = label.span
        return {"id": label.id, "start": span.start, "end": span.end, "type": label.type}
    return {
        "id": label.relation.id if label.relation else "",
        "type": label.type,
        "head": _label_json(label.head),
        "tail": _label_json(label.tail),
    }
