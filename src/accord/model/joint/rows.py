"""Examples as training rows (windows with their gold), and rows as batches, in numpy.

Shapes: B rows, W words, K widest mark, N marks in all, P pairs a row, R relation types.
"""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accord.model.joint.batches import ReadBatch, padded, stack
from accord.model.joint.candidates import Marks, Pairs, join, pad, pairs_back, pairs_within, slots
from accord.model.joint.examples import Example, Link, Mark
from accord.model.joint.schema_table import SchemaTable
from accord.model.joint.words import Pieces, Window

Ints = NDArray[np.int64]

# Training pads less than extraction: its batches mix lengths anyway.
_STEP = 8

# Rows are sorted by length within pools of so many batches, so that epochs still differ.
_POOL = 20

# A document whose relations reach back is learnt from at most so many paragraphs at a time.
_MOST_TOGETHER = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A window to learn from; `marks` and `links` count from the window's first word and mark.

    `back`: relations to earlier paragraphs, (head, (paragraph, tail), type).
    """

    window: Window
    marks: tuple[Mark, ...]
    links: tuple[Link, ...]
    document: str
    paragraph: int
    back: tuple[tuple[int, tuple[int, int], int], ...]


def rows_of(example: Example, pieces: Pieces) -> list[Row]:
    """The windows of an example, each with the marks that it holds whole."""
    windows = pieces.windows(example.words)
    where = (example.document, example.paragraph)
    if len(windows) == 1:
        return [Row(windows[0], example.marks, example.links, *where, example.back)]
    rows = []
    for window in windows:
        first, last = window.first_word, window.first_word + window.words
        inside = [i for i, m in enumerate(example.marks) if first <= m.first and m.last <= last]
        place = {i: n for n, i in enumerate(inside)}
        marks = (example.marks[i] for i in inside)
        links = (x for x in example.links if x.head in place and x.tail in place)
        rows.append(
            Row(
                window,
                tuple(Mark(m.first - first, m.last - first, m.kind) for m in marks),
                tuple(Link(place[x.head], place[x.tail], x.kind) for x in links),
                *where,
                (),
            )
        )
    return rows


def units(examples: Sequence[Example]) -> list[list[int]]:
    """Indices of the examples that must be learnt from together: those that reach back."""
    reaching = {e.document for e in examples if e.back}
    together: dict[str, list[int]] = {}
    result: list[list[int]] = []
    for index, example in enumerate(examples):
        if example.document not in reaching:
            result.append([index])
            continue
        unit = together.get(example.document)
        if unit is None or len(unit) == _MOST_TOGETHER:
            unit = together[example.document] = []
            result.append(unit)
        unit.append(index)
    return result


def epoch_batches(
    groups: Sequence[Sequence[Row]], size: int, rng: random.Random
) -> list[list[Row]]:
    """One epoch: groups shuffled, then batches of about `size` rows of like length."""
    order = list(groups)
    rng.shuffle(order)
    batches: list[list[Row]] = []
    pool: list[Sequence[Row]] = []
    for number, group in enumerate(order, start=1):
        pool.append(group)
        if sum(map(len, pool)) >= size * _POOL or number == len(order):
            pool.sort(key=lambda rows: max(len(row.window.ids) for row in rows))
            batch: list[Row] = []
            for rows in pool:
                batch += rows
                if len(batch) >= size:
                    batches.append(batch)
                    batch = []
            if batch:
                batches.append(batch)
            pool = []
    rng.shuffle(batches)
    return batches


def hide_words(row: Row, rate: float, hidden: int, rng: random.Random) -> Row:
    """The row with some words' pieces replaced by the mask piece."""
    if not rate:
        return row
    window = row.window
    ids = list(window.ids)
    borders = [*window.starts, len(ids) - 1]
    for start, stop in itertools.pairwise(borders):
        if rng.random() < rate:
            ids[start:stop] = [hidden] * (stop - start)
    masked = Window(window.first_word, tuple(ids), window.shapes, window.starts)
    return Row(masked, row.marks, row.links, row.document, row.paragraph, row.back)


def stack_rows(rows: Sequence[Row], widest: int) -> tuple[ReadBatch, Ints]:
    """The rows' words, and the gold type of every span [B, W, K]; -1 for no span of the row."""
    batch = stack([row.window for row in rows], _STEP)
    width = batch.starts.shape[1]
    last = np.arange(width)[:, None] + np.arange(1, min(widest, width) + 1)[None, :]
    gold = np.where(last[None] <= batch.words[:, None, None], 0, -1)
    for number, row in enumerate(rows):
        for mark in row.marks:
            gold[number, mark.first, mark.last - mark.first - 1] = mark.kind
    return batch, gold


@dataclass(frozen=True, slots=True)
class PairGold:
    """The pairs of a batch, padded: indices [B, P], and `allowed` and `gold` [B, P, R]."""

    heads: Ints
    tails: Ints
    elsewhere: Ints
    allowed: NDArray[np.bool_]
    gold: NDArray[np.float32]


def gather_marks(rows: Sequence[Row]) -> Marks:
    """Gold marks of all rows, in order of rows and, within one, as its links count them."""
    found = [(n, m.first, m.last, m.kind) for n, row in enumerate(rows) for m in row.marks]
    columns = np.array(found, np.int64).reshape(-1, 4).T
    return Marks(*columns)


def gather_pairs(rows: Sequence[Row], marks: Marks, table: SchemaTable, reach: int) -> PairGold:
    """All pairs that the schema allows, and which relations they truly have."""
    starts = np.searchsorted(marks.rows, np.arange(len(rows)))
    pairs = pairs_within(marks, table)
    places = {(row.document, row.paragraph): n for n, row in enumerate(rows)}
    if table.across.any() and len(places) > 1:
        names = {name: n for n, name in enumerate(dict.fromkeys(r.document for r in rows))}
        documents = np.array([names[rows[n].document] for n in marks.rows.tolist()], np.int64)
        paragraphs = np.array([rows[n].paragraph for n in marks.rows.tolist()], np.int64)
        pairs = join(pairs, pairs_back(marks, documents, paragraphs, table, reach))
    truth: list[tuple[int, int, int]] = []
    for number, row in enumerate(rows):
        start = int(starts[number])
        truth += [(start + x.head, start + x.tail, x.kind) for x in row.links]
        for head, tail, kind in row.back:
            other = places.get((row.document, tail[0]))
            if other is not None and len(rows[other].marks) > tail[1]:
                truth.append((start + head, int(starts[other]) + tail[1], kind))
    return _padded(pairs, truth, len(rows), len(marks), table)


def _padded(
    pairs: Pairs, truth: Sequence[tuple[int, int, int]], batch: int, marks: int, table: SchemaTable
) -> PairGold:
    counts = np.bincount(pairs.rows, minlength=batch)
    width = padded(int(counts.max(initial=0)), _STEP)
    relations = len(table.relations)
    dense = np.zeros((marks, marks, relations), bool)
    if truth:
        dense[tuple(np.array(truth, np.int64).T)] = True
    place = (pairs.rows, slots(pairs))
    allowed = np.zeros((batch, width, relations), bool)
    allowed[place] = pairs.allowed
    gold = np.zeros((batch, width, relations), np.float32)
    gold[place] = dense[pairs.heads, pairs.tails]
    return PairGold(
        pad(pairs.heads, pairs, batch, width),
        pad(pairs.tails, pairs, batch, width),
        pad(pairs.elsewhere, pairs, batch, width),
        allowed,
        gold,
    )
