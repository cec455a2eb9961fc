"""From scores to marks and pairs of marks, under the schema and without crossing.

Shapes: B windows, W words, K widest mark, T mention types, N marks, P pairs, R relation types.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FoundMark:
    """A mark in words: first word, word after the last, type (from 1), log-odds that it is one."""

    first: int
    last: int
    kind: int
    score: float


def softmax(scores: Floats) -> Floats:
    """Probabilities along the last axis."""
    shifted = np.exp(scores - scores.max(-1, keepdims=True))
    result: Floats = shifted / shifted.sum(-1, keepdims=True)
    return result


def log_odds(chances: NDArray[Any]) -> NDArray[Any]:
    """Probabilities -> log-odds, finite for 0 and 1 too."""
    within = np.clip(chances, 1e-6, 1 - 1e-6)
    result: NDArray[Any] = np.log(within / (1 - within))
    return result


def find_marks(scores: Floats, words: Ints, bias: float = 0.0) -> list[list[FoundMark]]:
    """All marks that are likelier than none, crossing ones too, for each window, best first.

    Scores [B, W, K, T + 1], words [B] (true lengths); `bias` is taken from the score of none.
    """
    count, width = scores.shape[1], scores.shape[2]
    last = np.arange(count)[:, None] + np.arange(1, width + 1)[None, :]  # W, K
    inside = last[None] <= words[:, None, None]
    # Comparing before the softmax keeps the work on the few spans that can win; type by type, as
    # numpy takes long over the largest of a few numbers that lie side by side.
    best = reduce(np.maximum, np.moveaxis(scores[..., 1:], -1, 0))
    rows, first, index = np.nonzero((best > scores[..., 0] - bias) & inside)
    chosen = scores[rows, first, index].astype(np.float32)
    chosen[:, 0] -= bias
    chances = softmax(chosen)
    kinds = chances[:, 1:].argmax(-1) + 1
    chance = chances[np.arange(len(kinds)), kinds]
    odds = log_odds(chance)
    found: list[list[FoundMark]] = [[] for _ in range(len(scores))]
    for n in np.argsort(-chance, kind="stable"):
        start = int(first[n])
        mark = FoundMark(start, start + int(index[n]) + 1, int(kinds[n]), float(odds[n]))
        found[rows[n]].append(mark)
    return found


def without_crossing(
    marks: Iterable[FoundMark], *, nested: bool, flat_types: bool
) -> list[FoundMark]:
    """The best marks that do not cross (nor overlap, unless nested), in reading order.

    With `flat_types`, a mark within another of its own type counts as crossing it.
    """
    ordered = sorted(marks, key=lambda m: (-m.score, m.first, m.last))
    widest = max((m.last - m.first for m in ordered), default=0)
    kept: list[FoundMark] = []
    firsts: list[int] = []  # of those kept, both in reading order: only near marks can cross
    for mark in ordered:
        near = slice(bisect_right(firsts, mark.first - widest), bisect_left(firsts, mark.last))
        if all(_compatible(mark, other, nested, flat_types) for other in kept[near]):
            place = bisect_right(firsts, mark.first)
            firsts.insert(place, mark.first)
            kept.insert(place, mark)
    return sorted(kept, key=lambda m: (m.first, -m.last))


def _compatible(a: FoundMark, b: FoundMark, nested: bool, flat_types: bool) -> bool:
    if a.last <= b.first or b.last <= a.first:
        return True
    if not nested or (a.first, a.last) == (b.first, b.last) or (flat_types and a.kind == b.kind):
        return False
    return (a.first <= b.first and b.last <= a.last) or (b.first <= a.first and a.last <= b.last)


def owner(first: int, last: int, windows: Sequence[tuple[int, int]]) -> int:
    """Which of a paragraph's windows decides over a stretch of words.

    Of the windows (first word, word after the last) that hold it, the one in which it stands
    farthest from an edge that has text beyond it; -1 if none holds it.
    """
    best, margin = -1, -1
    end = windows[-1][1]
    # Windows are in order, so only those around the stretch need a look.
    for number in range(bisect_right(windows, (first, end)) - 1, -1, -1):
        start, stop = windows[number]
        if stop < last:
            break
        left = first - start if start else end
        right = stop - last if stop < end else end
        if min(left, right) >= margin:
            best, margin = number, min(left, right)
    return best
