"""Probabilities that mean what they say, fitted on predictions for text held out of training.

Platt scaling: the network's log-odds x become sigmoid(a x + b), with a and b fitted by maximum
likelihood for marks and for each relation type with enough held-out predictions. It keeps the
order of scores, so it moves thresholds, not rankings.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.errors import ModelError

Floats = NDArray[np.float64]

# Fewer predictions, or fewer of one outcome, say too little for a relation type of its own.
_ENOUGH = 60
_ENOUGH_EACH = 15

#: Relations below this probability are not even candidates when a calibration is fitted.
FLOOR = 0.02


@dataclass(frozen=True, slots=True)
class Scale:
    """sigmoid(a x + b)."""

    a: float = 1.0
    b: float = 0.0

    def __call__(self, odds: float) -> float:
        """Log-odds -> probability."""
        return 1 / (1 + math.exp(-min(max(self.a * odds + self.b, -30.0), 30.0)))


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a reliability figure: predictions in a range, what they claimed and what held."""

    least: float
    count: int
    claimed: float
    held: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """The figure and its expected calibration error (mean |claimed - held| over predictions)."""

    bins: tuple[Bin, ...]
    error: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scales of a model. `relations` holds the types with one of their own."""

    mention: Scale = field(default_factory=Scale)
    relation: Scale = field(default_factory=Scale)
    relations: Mapping[str, Scale] = field(default_factory=dict, hash=False)
    fitted_on: int = 0

    def of(self, relation: str) -> Scale:
        """The scale of a relation type."""
        return self.relations.get(relation, self.relation)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for calibration.json."""
        return {
            "mention": asdict(self.mention),
            "relation": asdict(self.relation),
            "relations": {k: asdict(v) for k, v in self.relations.items()},
            "fitted_on": self.fitted_on,
        }

    @classmethod
    def from_json(cls, text: str) -> "Calibration":
        """From calibration.json; ModelError if it is something else."""
        try:
            data = json.loads(text)
            return cls(
                Scale(**data["mention"]),
                Scale(**data["relation"]),
                {name: Scale(**scale) for name, scale in data["relations"].items()},
                int(data["fitted_on"]),
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelError(f"calibration.json cannot be read: {error!r}") from None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A held-out prediction: type, log-odds as the network gave them, and whether it was right."""

    kind: str
    odds: float
    right: bool


def calibrate(mentions: Sequence[Outcome], relations: Sequence[Outcome]) -> Calibration:
    """Fit all scales on held-out predictions; what has too few keeps the common scale."""
    common = fit(relations)
    own = {}
    for kind in sorted({o.kind for o in relations}):
        outcomes = [o for o in relations if o.kind == kind]
        if _enough(outcomes):
            own[kind] = fit(outcomes)
    return Calibration(fit(mentions), common, own, len(mentions) + len(relations))


def fit(outcomes: Sequence[Outcome]) -> Scale:
    """Maximum likelihood by Newton's method, with Platt's softened targets; (1, 0) if too few."""
    if not _enough(outcomes):
        return Scale()
    x = np.array([o.odds for o in outcomes])
    right = np.array([o.right for o in outcomes], bool)
    yes, no = right.sum(), (~right).sum()
    target = np.where(right, (yes + 1) / (yes + 2), 1 / (no + 2))
    design = np.stack([x, np.ones_like(x)], 1)
    weights = np.array([1.0, 0.0])
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (p - target)
        hessian = (design * (p * (1 - p))[:, None]).T @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        size = np.abs(step).max()
        weights = weights - step * min(1.0, 2.0 / max(size, 1e-12))
        if size < 1e-10:
            break
    # A scale that falls would turn the order round: the scores then say nothing.
    return Scale(float(weights[0]), float(weights[1])) if weights[0] > 0 else Scale()


def reliability(chances: Sequence[float], right: Sequence[bool], bins: int = 10) -> Reliability:
    """How often predictions of each range of probability held."""
    p, r = np.asarray(chances, float), np.asarray(right, float)
    place = np.minimum((p * bins).astype(int), bins - 1)
    found = []
    error = 0.0
    for index in range(bins):
        inside = place == index
        if inside.any():
            claimed, held = float(p[inside].mean()), float(r[inside].mean())
            found.append(Bin(index / bins, int(inside.sum()), claimed, held))
            error += abs(claimed - held) * float(inside.sum())
    return Reliability(tuple(found), error / max(1, len(p)))


def _enough(outcomes: Sequence[Outcome]) -> bool:
    right = sum(o.right for o in outcomes)
    return len(outcomes) >= _ENOUGH and min(right, len(outcomes) - right) >= _ENOUGH_EACH
