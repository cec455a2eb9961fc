"""Which marks are tried as a pair: everything that the schema lets some relation join.

Marks are numbered through a whole batch; "row" is the window that a mark stands in.
Shapes: N marks in all, B windows, P pairs a window (padded), R relation types.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accord.model.joint.schema_table import SchemaTable

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a batch: row, first word, word after the last and type (from 1), each [N]."""

    rows: Ints
    first: Ints
    last: Ints
    kinds: Ints

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs, row by row of their heads.

    `heads`, `tails` [P']: indices into the marks; `rows` [P']; `elsewhere` [P']: 1 if the tail
    stands in an earlier paragraph; `allowed` [P', R].
    """

    rows: Ints
    heads: Ints
    tails: Ints
    elsewhere: Ints
    allowed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.rows)


def pairs_within(marks: Marks, table: SchemaTable) -> Pairs:
    """All pairs of marks of one window. A symmetric relation points from the later mark back."""
    heads, tails = _same_row(marks.rows)
    allowed = table.allowed[marks.kinds[heads], marks.kinds[tails]]
    a, b = marks.first[heads], marks.first[tails]
    c, d = marks.last[heads], marks.last[tails]
    later = (a > b) | ((a == b) & (c > d))
    same = (a == b) & (c == d)
    allowed = allowed & ~same[:, None] & (later[:, None] | ~table.symmetric)
    kept = np.flatnonzero(allowed.any(-1))
    heads, tails = heads[kept], tails[kept]
    return Pairs(marks.rows[heads], heads, tails, np.zeros(len(kept), np.int64), allowed[kept])


def pairs_back(
    marks: Marks, documents: Ints, paragraphs: Ints, table: SchemaTable, reach: int
) -> Pairs:
    """Pairs whose tail stands in an earlier paragraph, for the relations that may cross.

    `documents`, `paragraphs` [N] of the marks. A head is tried with the `reach` nearest earlier
    marks that the schema lets it be joined with.
    """
    heads: list[int] = []
    tails: list[int] = []
    if table.across.any() and reach:
        order = np.lexsort((marks.first, paragraphs, documents))
        for position, head in enumerate(order):
            earlier = order[:position]
            fits = (
                (documents[earlier] == documents[head])
                & (paragraphs[earlier] < paragraphs[head])
                & (table.allowed[marks.kinds[head], marks.kinds[earlier]] & table.across).any(-1)
            )
            nearest = earlier[fits][-reach:]
            heads += [int(head)] * len(nearest)
            tails += nearest.tolist()
    h, t = np.array(heads, np.int64), np.array(tails, np.int64)
    allowed = table.allowed[marks.kinds[h], marks.kinds[t]] & table.across
    return Pairs(marks.rows[h], h, t, np.ones(len(h), np.int64), allowed)


def join(a: Pairs, b: Pairs) -> Pairs:
    """Both, ordered by row."""
    rows = np.concatenate([a.rows, b.rows])
    order = np.argsort(rows, kind="stable")
    return Pairs(
        rows[order],
        np.concatenate([a.heads, b.heads])[order],
        np.concatenate([a.tails, b.tails])[order],
        np.concatenate([a.elsewhere, b.elsewhere])[order],
        np.concatenate([a.allowed, b.allowed])[order],
    )


def slots(pairs: Pairs) -> Ints:
    """The place of each pair among those of its row, [P']; rows must be in order."""
    starts = np.searchsorted(pairs.rows, pairs.rows, side="left")
    result: Ints = np.arange(len(pairs), dtype=np.int64) - starts
    return result


def pad(values: Ints, pairs: Pairs, batch: int, width: int) -> Ints:
    """One number a pair, [P'] -> [B, P]; 0 where a row has fewer pairs."""
    table = np.zeros((batch, width), np.int64)
    table[pairs.rows, slots(pairs)] = values
    return table


def _same_row(rows: Ints) -> tuple[Ints, Ints]:
    """All ordered pairs of different indices whose rows are equal (rows in ascending order)."""
    starts = np.searchsorted(rows, rows, side="left")
    counts = np.searchsorted(rows, rows, side="right") - starts
    heads = np.repeat(np.arange(len(rows)), counts)
    offset = np.arange(len(heads)) - np.repeat(np.cumsum(counts) - counts, counts)
    tails = np.repeat(starts, counts) + offset
    kept = heads != tails
    return heads[kept], tails[kept]
