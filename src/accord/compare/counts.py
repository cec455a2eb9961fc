"""What is counted, and what is read off the counts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Match(StrEnum):
    """What two labels must share to count as the same; see the module's table."""

    STRICT = "strict"
    BOUNDARY = "boundary"
    OVERLAP = "overlap"


class Target(StrEnum):
    """Which labels are compared."""

    MENTION = "mention"
    RELATION = "relation"


class Statistic(StrEnum):
    """What is read off the counts."""

    PRECISION = "precision"
    RECALL = "recall"
    F1 = "f1"


@dataclass(frozen=True, slots=True)
class Counts:
    """Labels on both sides (tp), on the estimate's alone (fp), on the reference's alone (fn).

    Counts add: over types, over documents. Precision, recall and F1 are fractions from 0 to 1.
    0/0 is 0.0, as in SpERT, conlleval, seqeval and scikit-learn's default, so that no measure is
    good for want of data: a gate on a type that no longer occurs fails instead of passing blindly.
    `empty` tells such a zero from an earned one; tables show a dash for it.

    Raises ValueError for a negative count.
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __post_init__(self) -> None:
        if min(self.tp, self.fp, self.fn) < 0:
            raise ValueError(f"counts are never negative: {self.tp}, {self.fp}, {self.fn}")

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def empty(self) -> bool:
        """True if neither side has a label, so the figures say nothing."""
        return not (self.tp or self.fp or self.fn)

    @property
    def support(self) -> int:
        """Labels of the reference."""
        return self.tp + self.fn

    @property
    def precision(self) -> float:
        """Matched share of the estimate's labels; 0.0 if it has none."""
        return _ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """Matched share of the reference's labels; 0.0 if it has none."""
        return _ratio(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 2 tp / (2 tp + fp + fn); 0.0 if both are empty."""
        return _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    def to_json(self) -> dict[str, Any]:
        """Counts and figures, unrounded; where they rest on no label at all, ``empty`` is true."""
        return {
            "tp": self.tp,
            "fp": self.fp,
            "fn": self.fn,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "empty": self.empty,
        }

    def value(self, statistic: Statistic) -> float:
        """The statistic of that name."""
        match statistic:
            case Statistic.PRECISION:
                return self.precision
            case Statistic.RECALL:
                return self.recall
            case Statistic.F1:
                return self.f1


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
