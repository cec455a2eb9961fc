"""Which of the labels that a model holds probable enough go into its layer.

Each label is scored by itself, so together they can say what no annotator would: that a firm joined
one alliance twice over, or that a sum belongs to two pledges. The schema tells what annotators keep
to, and the likelier label stays.
"""

from collections import defaultdict
from dataclasses import replace

from accord.document import Layer, Relation
from accord.schema import Schema


def choose(layer: Layer, schema: Schema) -> Layer:
    """The layer without what the schema's `one_tail`, `one_head` and `needs` speak against.

    Of several relations where one may be, the likeliest stays; of equally likely ones the first.
    Doing it twice changes nothing more.
    """
    relations = _single(layer.relations, schema)
    used = {end for r in relations for end in (r.head, r.tail)}
    mentions = tuple(m for m in layer.mentions if m.id in used or not schema.mentions[m.type].needs)
    return replace(layer, mentions=mentions, relations=relations)


def _single(relations: tuple[Relation, ...], schema: Schema) -> tuple[Relation, ...]:
    """The relations, likeliest first, that leave each head its one tail and each tail its head."""
    taken: dict[str, set[tuple[str, str]]] = defaultdict(set)
    kept: set[int] = set()
    for index, r in sorted(enumerate(relations), key=lambda item: -(item[1].score or 0.0)):
        kind = schema.relations[r.type]
        ends = {("head", r.head)} if kind.one_tail else set()
        ends |= {("tail", r.tail)} if kind.one_head else set()
        if not ends & taken[r.type]:
            taken[r.type] |= ends
            kept.add(index)
    return tuple(r for index, r in enumerate(relations) if index in kept)
