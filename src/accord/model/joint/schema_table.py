"""The schema as arrays: what may join what, by number."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accord.schema import Schema


@dataclass(frozen=True, eq=False)
class SchemaTable:
    """Types and relations by number, in the schema's order; mention type 0 is "no mark".

    `allowed` [T + 1, T + 1, R]: whether the relation may point from the first type to the second.
    A symmetric relation points from the later mark to the earlier, so it is tried once a pair.
    `symmetric`, `across` [R]: flags of the relations.
    """

    schema: Schema
    mentions: tuple[str, ...]
    relations: tuple[str, ...]
    allowed: NDArray[np.bool_]
    symmetric: NDArray[np.bool_]
    across: NDArray[np.bool_]

    @classmethod
    def of(cls, schema: Schema) -> "SchemaTable":
        """The tables of a schema."""
        mentions, relations = tuple(schema.mentions), tuple(schema.relations)
        allowed = np.zeros((len(mentions) + 1, len(mentions) + 1, len(relations)), bool)
        for number, relation in enumerate(schema.relations.values()):
            for i, head in enumerate(mentions, start=1):
                for j, tail in enumerate(mentions, start=1):
                    allowed[i, j, number] = relation.allows(head, tail)
        kinds = schema.relations.values()
        return cls(
            schema,
            mentions,
            relations,
            allowed,
            np.array([r.symmetric for r in kinds], bool).reshape(len(relations)),
            np.array([r.across_paragraphs for r in kinds], bool).reshape(len(relations)),
        )
