"""Scores with documents taken together, for tests that draw or exchange whole groups.

Where documents hang together (articles of one series, paragraphs of one article, folds of whole
articles), it is the groups that are independent, and a test over single documents finds too much.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from accord.compare.counts import Counts
from accord.compare.score import Scores, Table
from accord.errors import InputError


def pooled(scores: Scores, groups: Mapping[str, str]) -> Scores:
    """The same scores with the counts of each group's documents added up, under the group's name.

    `groups` says which group each document is in. Every total stays as it is; `randomisation`,
    `bootstrap` and the other tests then work on groups.

    Raises InputError for a document without a group.
    """
    missing = [i for i in scores.documents if i not in groups]
    if missing:
        raise InputError(f"no group for {', '.join(missing[:5])}; every scored document needs one")
    found: dict[str, Table] = {}
    for i, table in scores.documents.items():
        name = groups[i]
        found[name] = table if name not in found else _sum(found[name], table)
    return replace(scores, documents=MappingProxyType(dict(sorted(found.items()))))


def _sum(first: Table, second: Table) -> Table:
    return MappingProxyType(
        {
            kind: {
                name: counts + second[kind].get(name, Counts()) for name, counts in types.items()
            }
            for kind, types in first.items()
        }
    )
