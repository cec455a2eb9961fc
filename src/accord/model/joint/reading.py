"""Paragraphs through the graphs: read in batches of one shape, marks found, pairs scored.

The words' vectors of a chunk of paragraphs are held until its relations are scored; a chunk is
some ten thousand words, so memory does not grow with the text.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from accord.document import Span
from accord.model.joint.batches import ReadBatch, mark_types, padded, padded_shape, stack
from accord.model.joint.candidates import Marks, Pairs, pairs_within
from accord.model.joint.decode import FoundMark, find_marks, log_odds, owner, without_crossing
from accord.model.joint.graphs import pool
from accord.model.joint.recipe import ExtractionRecipe, NetworkRecipe
from accord.model.joint.schema_table import SchemaTable
from accord.model.joint.words import Window

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# Windows are read together up to so many pieces: attention takes the square of a window's length.
_MOST_PIECES = 3072

# Pairs of one window are scored at most so many at a time, and a batch of them has at most so many
# words: it bounds the memory of long paragraphs and of those full of marks.
_MOST_PAIRS = 256
_MOST_WORDS = 1 << 10

# A relation that crosses paragraphs looks among so many of the last marks for its tail.
_LOOK_BACK = 512


class Scorer(Protocol):
    """The network, in whatever runs it; shapes as in `accord.model.joint.graphs.Graphs`."""

    def read(self, batch: ReadBatch) -> tuple[Floats, Floats, Floats]:
        """Words' and pieces' vectors, and mark scores."""

    def read_on(self, batch: ReadBatch, words: Floats, deep: Floats, types: Floats) -> Floats:
        """Words' vectors for relations."""

    def relate(
        self, words: Floats, vectors: Floats, marks: Marks, pairs: Mapping[str, Ints]
    ) -> Floats:
        """Pair scores."""


@dataclass
class Paragraph:
    """A paragraph on its way: where it stands, its words and windows, then what was found.

    `spans`: of its words, in the document; `marks`: in its words, in reading order; `vectors`
    [N, 3 D]: of the marks; `relations`: (head, tail, relation type, log-odds that it holds and both
    ends are right), indices into the marks; `back`: the same with the tail as (paragraph, mark).
    """

    document: int
    number: int
    spans: list[Span]
    windows: list[Window]
    marks: list[FoundMark] = field(default_factory=list)
    vectors: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    relations: list[tuple[int, int, int, float]] = field(default_factory=list)
    back: list[tuple[int, tuple[int, int], int, float]] = field(default_factory=list)

    @cached_property
    def borders(self) -> list[tuple[int, int]]:
        """First word and word after the last of each window."""
        return [(w.first_word, w.first_word + w.words) for w in self.windows]


@dataclass
class _Job:
    """One window of a paragraph, with the vectors of its words and pieces once they are read."""

    paragraph: Paragraph
    number: int
    vectors: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    deep: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    found: list[FoundMark] = field(default_factory=list)
    inside: list[int] = field(default_factory=list)

    @property
    def window(self) -> Window:
        return self.paragraph.windows[self.number]

    def marks(self, row: int) -> list[tuple[int, int, int, int]]:
        """Row, first, last and type of the paragraph's marks in this window, in its words."""
        shift = self.window.first_word
        marks = (self.paragraph.marks[i] for i in self.inside)
        return [(row, m.first - shift, m.last - shift, m.kind) for m in marks]


@dataclass(frozen=True)
class Reader:
    """Finds marks and scores relations of paragraphs.

    `batch`: so many windows are read at once; no result hangs on it.
    """

    graphs: Scorer
    table: SchemaTable
    network: NetworkRecipe
    extraction: ExtractionRecipe
    batch: int

    def read(
        self, paragraphs: Sequence[Paragraph], memory: dict[int, list[Paragraph]], floor: float
    ) -> None:
        """Fill in the paragraphs. Relations whose log-odds are under `floor` are left out.

        `memory`: by document, its earlier paragraphs; these are added to it.
        """
        jobs = [_Job(p, n) for p in paragraphs for n in range(len(p.windows))]
        self._find_marks(jobs, paragraphs)
        if self.network.typed:
            self._read_on(jobs)
        self._pool(jobs)
        for paragraph in paragraphs:
            memory.setdefault(paragraph.document, []).append(paragraph)
        self._relate(jobs, memory, floor)

    def _find_marks(self, jobs: Sequence[_Job], paragraphs: Sequence[Paragraph]) -> None:
        for same in _same_shape(jobs, self.batch):
            batch = stack([job.window for job in same])
            vectors, deep, scores = self.graphs.read(batch)
            for row, (job, found) in enumerate(
                zip(same, find_marks(scores, batch.words, self.extraction.mark_bias), strict=True)
            ):
                job.vectors, job.deep, job.found = vectors[row], deep[row], found
        found_in: dict[int, list[FoundMark]] = defaultdict(list)
        for job in jobs:
            shift, borders = job.window.first_word, job.paragraph.borders
            for mark in job.found:
                first, last = mark.first + shift, mark.last + shift
                # Where windows overlap, each stretch of words is decided by one of them.
                if len(borders) == 1 or owner(first, last, borders) == job.number:
                    found_in[id(job.paragraph)].append(
                        FoundMark(first, last, mark.kind, mark.score)
                    )
        for paragraph in paragraphs:
            paragraph.marks = without_crossing(
                found_in[id(paragraph)],
                nested=self.network.nested,
                flat_types=self.table.schema.flat_types,
            )
        starts = {id(p): [mark.first for mark in p.marks] for p in paragraphs}
        for job in jobs:
            start = job.window.first_word
            stop = start + job.window.words
            firsts, marks = starts[id(job.paragraph)], job.paragraph.marks
            near = range(bisect_left(firsts, start), bisect_left(firsts, stop))
            job.inside = [i for i in near if marks[i].last <= stop]

    def _read_on(self, jobs: Sequence[_Job]) -> None:
        """The words' vectors that relations are scored from; none are where no mark is."""
        for same in _same_shape([job for job in jobs if job.inside], self.batch):
            batch = stack([job.window for job in same])
            types = mark_types(batch, _table(same), len(self.table.mentions))
            words, deep = np.stack([j.vectors for j in same]), np.stack([j.deep for j in same])
            for job, vectors in zip(
                same, self.graphs.read_on(batch, words, deep, types), strict=True
            ):
                job.vectors = vectors
        for job in jobs:
            job.deep = np.zeros((0, 0), np.float32)

    def _pool(self, jobs: Sequence[_Job]) -> None:
        """The marks' vectors, each from the window that decides over the mark."""
        for job in jobs:
            paragraph, borders = job.paragraph, job.paragraph.borders
            vectors = pool(job.vectors[None], _table([job]))
            if len(borders) == 1:
                paragraph.vectors = vectors
                continue
            if not len(paragraph.vectors):
                paragraph.vectors = np.zeros((len(paragraph.marks), vectors.shape[1]), np.float32)
            for i, vector in zip(job.inside, vectors, strict=True):
                mark = paragraph.marks[i]
                if owner(mark.first, mark.last, borders) == job.number:
                    paragraph.vectors[i] = vector

    def _relate(
        self, jobs: Sequence[_Job], memory: dict[int, list[Paragraph]], floor: float
    ) -> None:
        asked = [part for job in jobs for part in self._parts(job, memory)]
        asked.sort(key=lambda part: (len(part.job.vectors), len(part.pairs)))
        for parts in _batches(asked, self.batch):
            scores = self._score(parts)
            for row, part in enumerate(parts):
                odds = part.odds(scores[row, : len(part.pairs)])
                good = (odds >= floor) & part.pairs.allowed
                for pair, kind in zip(*np.nonzero(good), strict=True):
                    part.keep(int(pair), int(kind), float(odds[pair, kind]))

    def _parts(self, job: _Job, memory: dict[int, list[Paragraph]]) -> Iterator["_Part"]:
        """The pairs that a window decides over, a few hundred at a time."""
        paragraph = job.paragraph
        marks = _table([job])
        pairs = pairs_within(marks, self.table)
        borders = paragraph.borders
        if len(borders) > 1:
            shift = job.window.first_word
            first = np.minimum(marks.first[pairs.heads], marks.first[pairs.tails]) + shift
            last = np.maximum(marks.last[pairs.heads], marks.last[pairs.tails]) + shift
            ours = [
                owner(a, b, borders) == job.number
                for a, b in zip(first.tolist(), last.tolist(), strict=True)
            ]
            pairs = _subset(pairs, np.flatnonzero(ours))
        here = [(paragraph, i) for i in job.inside]
        for start in range(0, len(pairs), _MOST_PAIRS):
            chosen = np.arange(start, min(start + _MOST_PAIRS, len(pairs)))
            yield _Part(job, here, _subset(pairs, chosen))
        yield from self._parts_back(job, memory)

    def _parts_back(self, job: _Job, memory: dict[int, list[Paragraph]]) -> Iterator["_Part"]:
        if not (self.table.across.any() and self.extraction.reach):
            return
        paragraph = job.paragraph
        earlier = _earlier(memory[paragraph.document], paragraph.number)
        if not earlier:
            return
        ours = [
            i
            for i in job.inside
            if owner(paragraph.marks[i].first, paragraph.marks[i].last, paragraph.borders)
            == job.number
        ]
        ends: list[tuple[Paragraph, int]] = [(paragraph, i) for i in ours]
        index = {(id(p), i): n for n, (p, i) in enumerate(ends)}
        heads, tails, allowed = [], [], []
        kinds = np.array([p.marks[i].kind for p, i in earlier], np.int64)
        nearest: dict[int, list[tuple[int, NDArray[np.bool_]]]] = {}  # by the head's type
        for head, i in enumerate(ours):
            kind = paragraph.marks[i].kind
            if kind not in nearest:
                may = self.table.allowed[kind, kinds] & self.table.across
                chosen = np.flatnonzero(may.any(-1))[: self.extraction.reach]
                nearest[kind] = list(zip(chosen.tolist(), may[chosen], strict=True))
            for n, may_join in nearest[kind]:
                p, j = earlier[n]
                if (id(p), j) not in index:
                    index[id(p), j] = len(ends)
                    ends.append((p, j))
                heads.append(head)
                tails.append(index[id(p), j])
                allowed.append(may_join)
        for start in range(0, len(heads), _MOST_PAIRS):
            stop = start + _MOST_PAIRS
            count = len(heads[start:stop])
            yield _Part(
                job,
                ends,
                Pairs(
                    np.zeros(count, np.int64),
                    np.array(heads[start:stop], np.int64),
                    np.array(tails[start:stop], np.int64),
                    np.ones(count, np.int64),
                    np.array(allowed[start:stop], bool),
                ),
            )

    def _score(self, parts: Sequence["_Part"]) -> Floats:
        """Scores [B, P, R] of the parts' pairs, one part a row."""
        words = np.stack([part.job.vectors for part in parts])
        width = padded(max(len(part.pairs) for part in parts))
        shape = (len(parts), width)
        columns = {name: np.zeros(shape, np.int64) for name in ("heads", "tails", "elsewhere")}
        vectors: list[Floats] = []
        rows: list[int] = []
        first: list[int] = []
        last: list[int] = []
        kinds: list[int] = []
        for row, part in enumerate(parts):
            shift = part.job.window.first_word
            offset = len(rows)
            for paragraph, i in part.ends:
                mark = paragraph.marks[i]
                away = paragraph is not part.job.paragraph
                vectors.append(paragraph.vectors[i])
                rows.append(row)
                first.append(0 if away else mark.first - shift)
                last.append(1 if away else mark.last - shift)
                kinds.append(mark.kind)
            count = len(part.pairs)
            columns["heads"][row, :count] = part.pairs.heads + offset
            columns["tails"][row, :count] = part.pairs.tails + offset
            columns["elsewhere"][row, :count] = part.pairs.elsewhere
        marks = Marks(*(np.array(x, np.int64) for x in (rows, first, last, kinds)))
        return self.graphs.relate(words, np.stack(vectors), marks, columns)


@dataclass(frozen=True)
class _Part:
    """Some pairs of a window; their heads and tails are indices into `ends`."""

    job: _Job
    ends: list[tuple[Paragraph, int]]
    pairs: Pairs

    def odds(self, scores: Floats) -> NDArray[np.float64]:
        """Log-odds [P, R] that a relation holds and that both its ends are marks of their types.

        The network scores a pair as if its ends were sure (scores [P, R]: log-odds given that).
        """
        sure = _chance(np.array([p.marks[i].score for p, i in self.ends], np.float64))
        both = sure[self.pairs.heads] * sure[self.pairs.tails]
        return log_odds(both[:, None] * _chance(scores.astype(np.float64)))

    def keep(self, pair: int, kind: int, odds: float) -> None:
        """Note a relation in the head's paragraph."""
        paragraph, head = self.ends[int(self.pairs.heads[pair])]
        other, tail = self.ends[int(self.pairs.tails[pair])]
        if other is paragraph:
            paragraph.relations.append((head, tail, kind, odds))
        else:
            paragraph.back.append((head, (other.number, tail), kind, odds))


def _chance(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds -> probability."""
    result: NDArray[np.float64] = 1 / (1 + np.exp(-odds))
    return result


def _same_shape(jobs: Sequence[_Job], most: int) -> Iterator[list[_Job]]:
    """Batches of windows of one padded shape, shortest first."""
    by_shape: dict[tuple[int, int], list[_Job]] = defaultdict(list)
    for job in jobs:
        by_shape[padded_shape(job.window)].append(job)
    for shape in sorted(by_shape):
        same = by_shape[shape]
        rows = max(1, min(most, _MOST_PIECES // shape[0]))
        for start in range(0, len(same), rows):
            yield same[start : start + rows]


def _batches(parts: Sequence[_Part], most: int) -> Iterator[list[_Part]]:
    """Batches of parts whose words have one padded length."""
    batch: list[_Part] = []
    for part in parts:
        words = len(part.job.vectors)
        full = len(batch) == most or (len(batch) + 1) * words > _MOST_WORDS
        if batch and (full or len(batch[0].job.vectors) != words):
            yield batch
            batch = []
        batch.append(part)
    if batch:
        yield batch


def _earlier(paragraphs: Sequence[Paragraph], before: int) -> list[tuple[Paragraph, int]]:
    """The last marks before a paragraph, nearest first."""
    found: list[tuple[Paragraph, int]] = []
    for paragraph in reversed(paragraphs):
        if paragraph.number < before:
            found += [(paragraph, i) for i in reversed(range(len(paragraph.marks)))]
            if len(found) >= _LOOK_BACK:
                break
    return found[:_LOOK_BACK]


def _table(jobs: Sequence[_Job]) -> Marks:
    """The marks of some windows, row by row."""
    rows = [mark for row, job in enumerate(jobs) for mark in job.marks(row)]
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    return Marks(*columns)


def _subset(pairs: Pairs, chosen: NDArray[np.int64]) -> Pairs:
    return Pairs(
        pairs.rows[chosen],
        pairs.heads[chosen],
        pairs.tails[chosen],
        pairs.elsewhere[chosen],
        pairs.allowed[chosen],
    )
