"""What training tells of its progress, and who judges it: both are handed in from outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from accord.document import Layer


@dataclass(frozen=True, slots=True)
class Step:
    """`done` of `total` units of a stage ("epoch" and the like), with the last loss and score."""

    stage: str
    done: int
    total: int
    loss: float | None = None
    score: float | None = None


Listener = Callable[[Step], None]

#: Judges a model's layers, by document id; higher is better. The model room itself never scores.
Score = Callable[[Mapping[str, Layer]], float]


def silent(_: Step) -> None:
    """A listener that shows nothing."""
