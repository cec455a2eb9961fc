"""Scores written as rows of counts, for tests of significance."""

from collections.abc import Sequence

import numpy as np

from accord.compare import Counts, Match, Scores, Target

F1 = "mention.strict.micro.f1"
Rows = Sequence[tuple[int, int, int]]


def scored(rows: Rows, estimate: str = "model") -> Scores:
    """One document a row of tp, fp, fn."""
    kind = (Target.MENTION, Match.STRICT)
    documents = {f"d{i:04}": {kind: {"ORG": Counts(*row)}} for i, row in enumerate(rows)}
    return Scores("gold", estimate, documents)


def drawn(documents: int, seed: int, skill: float) -> list[tuple[int, int, int]]:
    """Reference sizes from one stream, so that two samples share them; hits from another."""
    sizes = np.random.default_rng(1).integers(1, 9, documents)
    rng = np.random.default_rng(seed)
    hits = rng.binomial(sizes, skill)
    extra = rng.poisson(1, documents)
    return [(int(t), int(f), int(s - t)) for t, f, s in zip(hits, extra, sizes, strict=True)]


def f1(rows: Rows) -> float:
    tp, fp, fn = (sum(column) for column in zip(*rows, strict=True))
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0
