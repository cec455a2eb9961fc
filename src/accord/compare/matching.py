"""Matching the labels of two layers of one document, one to one, into counts that add up.

The two sides are the reference (gold, the first annotator) and the estimate (a model, the second
annotator). Every score, agreement and significance test of Accord rests on this module alone.

=========  ===============================  ==================================================
match      two mentions match               two relations match
=========  ===============================  ==================================================
strict     start, end and type are equal    type, and at both ends start, end and mention type
boundary   start and end are equal          type, and at both ends start and end
overlap    same type, spans overlap         type, and at both ends same mention type, overlap
=========  ===============================  ==================================================

A symmetric relation counts once, whichever of its ends is called the head. A label matches at most
one label of the other side. Each side has the same number of labels under every match, so strict
can only find less than boundary or overlap.

Where this differs from other scorers:

- SpERT (Eberts and Ulges 2020, ``evaluator.py``): its "with NER" is strict, its "without NER" is
  boundary here. It scores token offsets, not characters, and averages over the types that occur,
  which for micro is the same. Without entity types it merges labels that then look alike (a span
  marked both ORG and GPE counts once); here they stay two labels. It orders the ends of a symmetric
  relation by their start only; here also by their end, so nested ends are compared right.
- CoNLL-2003 ``conlleval`` and seqeval: both read tag sequences, so marks cannot nest, and seqeval's
  lenient default repairs ill-formed tags; here spans are given, and nothing is repaired. Their
  figure is strict here.
- CoNLL04 relation scores in the literature: "strict" asks for the ends' types, "boundaries"
  does not (Taillé et al. 2020, "Let's Stop Incorrect Comparisons in End-to-end Relation
  Extraction!"); both are here under those names. Their
  "relaxed" score, which is given the ends' spans and asks one right token of each, is not offered.
- brateval (``CompareRelations.java``): its overlap pairs greedily, each reference label with the
  first fitting one, and no relation is symmetric. Here overlap pairs as many labels as can be
  paired and, among such pairings, those with the largest common part.
- MUC and SemEval-2013 give half a point for a partial match; here a label matches or does not.
- Labels equal in all that strict looks at are one label, however often a layer holds them.
  `accord.schema.Schema.violations` reports them.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from accord.compare.counts import Counts, Match, Target
from accord.document import Layer, Mention, Relation, Span
from accord.errors import InputError
from accord.schema import Schema


@dataclass(frozen=True, slots=True)
class Arrow:
    """A relation with the mentions that it joins; `relation` is as it stands in its layer."""

    type: str
    head: Mention
    tail: Mention
    symmetric: bool = False
    relation: Relation | None = field(default=None, compare=False)

    @property
    def span(self) -> Span:
        """From the first character of the ends to the last."""
        head, tail = self.head.span, self.tail.span
        return Span(min(head.start, tail.start), max(head.end, tail.end))


L = TypeVar("L", Mention, Arrow)

Key = Callable[[L], Hashable]


@dataclass(frozen=True)
class Pairing(Generic[L]):
    """The labels of two layers, matched (reference, estimate), missed and spurious; in text order.

    `missed` are the reference's labels, `spurious` the estimate's, that found no partner.
    """

    matched: tuple[tuple[L, L], ...]
    missed: tuple[L, ...]
    spurious: tuple[L, ...]

    def counts(self, types: Iterable[str]) -> Mapping[str, Counts]:
        """Counts for each of the types, which must hold all that occur.

        Where a match ignores mention types, a matched pair counts under the reference's type. So
        per type, recall is exact, and precision swaps with recall only in the sum over types.
        """
        tally = {name: [0, 0, 0] for name in types}
        for reference, _ in self.matched:
            tally[reference.type][0] += 1
        for label in self.spurious:
            tally[label.type][1] += 1
        for label in self.missed:
            tally[label.type][2] += 1
        return MappingProxyType({name: Counts(*numbers) for name, numbers in tally.items()})


@dataclass(frozen=True)
class Comparison:
    """Two layers of one document, label by label, under one match.

    `counts` has every mention and relation type of the schema, in its order, also those that do
    not occur.
    """

    document: str
    reference: str
    estimate: str
    match: Match
    mentions: Pairing[Mention]
    relations: Pairing[Arrow]
    counts: Mapping[Target, Mapping[str, Counts]]


def compare_layers(
    reference: Layer, estimate: Layer, schema: Schema, match: Match = Match.STRICT
) -> Comparison:
    """Match the labels of two layers of one document.

    The layers are taken as they are: nothing is loaded, normalised, filtered by score or left out.
    `complete` is not looked at either; `accord.compare.score.evaluate` does.

    Raises InputError if the layers label different documents, use a type that the schema does not
    have, or have a relation to a missing mention.
    """
    if reference.document != estimate.document:
        raise InputError(
            f"layers of two documents cannot be compared: {reference.document!r} "
            f"({reference.source}) and {estimate.document!r} ({estimate.source})"
        )
    mentions = pair_mentions(
        distinct_mentions(reference, schema), distinct_mentions(estimate, schema), match
    )
    relations = pair_arrows(arrows(reference, schema), arrows(estimate, schema), match)
    counts = {
        Target.MENTION: mentions.counts(schema.mentions),
        Target.RELATION: relations.counts(schema.relations),
    }
    return Comparison(
        reference.document,
        reference.source,
        estimate.source,
        match,
        mentions,
        relations,
        MappingProxyType(counts),
    )


def distinct_mentions(layer: Layer, schema: Schema) -> tuple[Mention, ...]:
    """The mentions of a layer in text order, equal ones once; InputError for an unknown type."""
    found: dict[Hashable, Mention] = {}
    for mention in layer.mentions:
        if mention.type not in schema.mentions:
            raise _unknown(layer, mention.id, "mention", mention.type, schema.mentions)
        found.setdefault(strict_mention(mention), mention)
    return tuple(sorted(found.values(), key=_order))


def arrows(layer: Layer, schema: Schema) -> tuple[Arrow, ...]:
    """The relations of a layer with their ends in text order, equal ones once.

    Raises InputError for an unknown type or a relation to a missing mention.
    """
    found: dict[Hashable, Arrow] = {}
    for number, relation in enumerate(layer.relations, start=1):
        item = relation.id or f"relation {number}"
        if relation.type not in schema.relations:
            raise _unknown(layer, item, "relation", relation.type, schema.relations)
        try:
            head, tail = layer.ends(relation)
        except KeyError as error:
            raise InputError(
                f"{layer.document}, layer {layer.source!r}: {item} points to {error.args[0]}, "
                f"which does not exist; `accord validate` lists what is wrong"
            ) from None
        symmetric = schema.relations[relation.type].symmetric
        arrow = Arrow(relation.type, head, tail, symmetric, relation)
        found.setdefault(strict_arrow(arrow), arrow)
    return tuple(sorted(found.values(), key=_order))


def pair_mentions(
    references: Sequence[Mention], estimates: Sequence[Mention], match: Match
) -> Pairing[Mention]:
    """Pair the distinct mentions of two sides, in text order, under a match."""
    if match is Match.OVERLAP:
        return _assign(references, estimates, _overlaps(references, estimates))
    # Of several marks on one span, boundary pairs those of one type before others.
    keys = [strict_mention] if match is Match.STRICT else [strict_mention, boundary_mention]
    return pair_by_keys(references, estimates, [(key, key) for key in keys])


def pair_arrows(
    references: Sequence[Arrow], estimates: Sequence[Arrow], match: Match
) -> Pairing[Arrow]:
    """Pair the distinct arrows of two sides, in text order, under a match."""
    if match is Match.OVERLAP:
        return _assign(references, estimates, _arrow_overlaps(references, estimates))
    keys = [strict_arrow] if match is Match.STRICT else [strict_arrow, boundary_arrow]
    return pair_by_keys(references, estimates, [(key, key) for key in keys])


def strict_mention(mention: Mention) -> Hashable:
    """What two mentions share under strict."""
    return (mention.span, mention.type)


def boundary_mention(mention: Mention) -> Hashable:
    """What two mentions share under boundary."""
    return mention.span


def strict_arrow(arrow: Arrow) -> Hashable:
    """What two arrows share under strict."""
    return _arrow_key(arrow, strict_mention)


def boundary_arrow(arrow: Arrow) -> Hashable:
    """What two arrows share under boundary."""
    return _arrow_key(arrow, boundary_mention)


def _arrow_key(arrow: Arrow, key: Key[Mention]) -> Hashable:
    ends = (key(arrow.head), key(arrow.tail))
    return (arrow.type, frozenset(ends) if arrow.symmetric else ends)


def pair_by_keys(
    references: Sequence[L], estimates: Sequence[L], rounds: Iterable[tuple[Key[L], Key[L]]]
) -> Pairing[L]:
    """Pair labels with equal keys, one to one, in rounds: each takes what the last left over.

    A round is a key for the reference's labels and one for the estimate's.
    """
    matched: list[tuple[L, L]] = []
    missed, spurious = list(references), list(estimates)
    for reference_key, estimate_key in rounds:
        waiting: defaultdict[Hashable, list[L]] = defaultdict(list)
        for label in reversed(spurious):
            waiting[estimate_key(label)].append(label)
        unmatched: list[L] = []
        for label in missed:
            partners = waiting.get(reference_key(label))
            if partners:
                matched.append((label, partners.pop()))
            else:
                unmatched.append(label)
        missed = unmatched
        left = {id(label) for labels in waiting.values() for label in labels}
        spurious = [label for label in spurious if id(label) in left]
    matched.sort(key=lambda pair: _order(pair[0]))
    return Pairing(tuple(matched), tuple(missed), tuple(spurious))


def _overlaps(
    references: Sequence[Mention], estimates: Sequence[Mention]
) -> dict[tuple[int, int], float]:
    """Index pairs of overlapping mentions of one type, with their intersection over union.

    Both sides in text order.
    """
    common: dict[tuple[int, int], float] = {}
    active: list[int] = []
    nearest = 0
    for i, mention in enumerate(references):
        while nearest < len(estimates) and estimates[nearest].span.start < mention.span.end:
            active.append(nearest)
            nearest += 1
        # References come by start, so what ends before this one starts is out of reach for good.
        active = [j for j in active if estimates[j].span.end > mention.span.start]
        for j in active:
            other = estimates[j]
            if mention.type == other.type and mention.span.overlaps(other.span):
                common[i, j] = _jaccard(mention.span, other.span)
    return common


def _arrow_overlaps(
    references: Sequence[Arrow], estimates: Sequence[Arrow]
) -> dict[tuple[int, int], float]:
    """Index pairs of arrows of one type whose ends overlap, with the common part of the ends."""
    ends, other_ends = _ends(references), _ends(estimates)
    near: defaultdict[Mention, dict[Mention, float]] = defaultdict(dict)
    for (i, j), share in _overlaps(ends, other_ends).items():
        near[ends[i]][other_ends[j]] = share
    index: defaultdict[tuple[str, Mention, Mention], list[int]] = defaultdict(list)
    for j, arrow in enumerate(estimates):
        index[arrow.type, arrow.head, arrow.tail].append(j)
        if arrow.symmetric:
            index[arrow.type, arrow.tail, arrow.head].append(j)
    common: dict[tuple[int, int], float] = {}
    for i, arrow in enumerate(references):
        for head, head_share in near[arrow.head].items():
            for tail, tail_share in near[arrow.tail].items():
                for j in index.get((arrow.type, head, tail), ()):
                    share = (head_share + tail_share) / 2
                    common[i, j] = max(share, common.get((i, j), 0.0))
    return common


def _ends(arrows: Sequence[Arrow]) -> list[Mention]:
    """The mentions that arrows join, in text order."""
    return sorted({end for arrow in arrows for end in (arrow.head, arrow.tail)}, key=_order)


def _assign(
    references: Sequence[L], estimates: Sequence[L], common: Mapping[tuple[int, int], float]
) -> Pairing[L]:
    """A maximum bipartite matching over the index pairs and, among those, the largest common part.

    Solved apart for each connected component (Hungarian method), since overlaps are local.
    """
    groups: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    if common:
        size = len(references) + len(estimates)
        rows, columns = np.array(list(common)).T
        graph = coo_array(
            (np.ones(len(rows)), (rows, columns + len(references))), shape=(size, size)
        )
        _, component = connected_components(graph, directed=False)
        for i, j in common:
            groups[int(component[i])].append((i, j))
    pairs: list[tuple[int, int]] = []
    for edges in groups.values():
        rows_of, columns_of = sorted({i for i, _ in edges}), sorted({j for _, j in edges})
        weights = np.zeros((len(rows_of), len(columns_of)))
        # A pair weighs more than all common parts together, so their number comes first.
        pair_weight = min(weights.shape) + 1
        row, column = (
            {i: r for r, i in enumerate(rows_of)},
            {j: c for c, j in enumerate(columns_of)},
        )
        for i, j in edges:
            weights[row[i], column[j]] = pair_weight + common[i, j]
        for r, c in zip(*linear_sum_assignment(weights, maximize=True), strict=True):
            if weights[r, c]:
                pairs.append((rows_of[r], columns_of[c]))
    pairs.sort()
    left, right = {i for i, _ in pairs}, {j for _, j in pairs}
    return Pairing(
        tuple((references[i], estimates[j]) for i, j in pairs),
        tuple(label for i, label in enumerate(references) if i not in left),
        tuple(label for j, label in enumerate(estimates) if j not in right),
    )


def _jaccard(a: Span, b: Span) -> float:
    inner = min(a.end, b.end) - max(a.start, b.start)
    return inner / (len(a) + len(b) - inner)


def _order(label: Mention | Arrow) -> tuple[object, ...]:
    """Text order; the type only breaks ties."""
    if isinstance(label, Mention):
        return (label.span, label.type)
    return (label.head.span, label.tail.span, label.type, label.head.type, label.tail.type)


def _unknown(
    layer: Layer, item: str, what: str, name: str, known: Mapping[str, object]
) -> InputError:
    return InputError(
        f"{layer.document}, layer {layer.source!r}: {item} has the unknown {what} type {name!r}; "
        f"the schema has {', '.join(known)}"
    )
