"""What training tells of its progress; who listens decides how to show it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """`done` of `total` units of a stage ("epoch" and the like), with the last loss and score."""

    stage: str
    done: int
    total: int
    loss: float | None = None
    score: float | None = None


Listener = Callable[[Step], None]


def silent(_: Step) -> None:
    """A listener that shows nothing."""
