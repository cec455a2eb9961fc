"""Adjudication: what two layers agree on is taken over, what they differ on is to be decided."""

from collections.abc import Hashable
from dataclasses import dataclass

from accord.compare.agreement import Difference, differences
from accord.compare.counts import Match
from accord.compare.matching import compare_layers, strict_mention
from accord.document import Layer, Mention, Relation
from accord.schema import Schema


@dataclass(frozen=True)
class Adjudication:
    """The labels on which two layers agree, and the differences that somebody must decide.

    `agreed` is complete only if nothing is left to decide and both layers were complete.
    """

    agreed: Layer
    differences: tuple[Difference, ...]


def adjudicate(first: Layer, second: Layer, schema: Schema, source: str = "gold") -> Adjudication:
    """Take over what two layers of a document agree on, strictly, and list where they differ.

    Mentions are numbered anew (T1, ...) in text order and relations (R1, ...) in the order of their
    ends; scores are dropped, as the labels are no longer a model's alone. A symmetric relation
    keeps the direction of the first layer. InputError as `accord.compare.compare_layers`.
    """
    comparison = compare_layers(first, second, schema, Match.STRICT)
    ids: dict[Hashable, str] = {}
    mentions: list[Mention] = []
    for number, (mention, _) in enumerate(comparison.mentions.matched, start=1):
        ids[strict_mention(mention)] = f"T{number}"
        mentions.append(Mention(f"T{number}", mention.span, mention.type))
    # Ends of a relation that both have are mentions that both have, so none is missing here.
    relations = tuple(
        Relation(
            arrow.type,
            ids[strict_mention(arrow.head)],
            ids[strict_mention(arrow.tail)],
            f"R{number}",
        )
        for number, (arrow, _) in enumerate(comparison.relations.matched, start=1)
    )
    open_points = differences(first, second, schema)
    complete = not open_points and first.complete and second.complete
    agreed = Layer(first.document, source, tuple(mentions), relations, complete)
    return Adjudication(agreed, open_points)
