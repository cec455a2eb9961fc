"""The signature that every score prints: what it measures, on what, and by which versions.

After sacrebleu (Post 2018, "A Call for Clarity in Reporting BLEU Scores"): one line that can be
pasted into a paper and says whether two figures may be compared at all::

    relation.strict.f1|average:micro|documents:12|corpus:3f2a90c1b7de|reference:gold|estimate:joint
    |model:9a01b2c3d4e5|seed:1|accord:0.1.0|python:3.11.7|numpy:2.4.6|scipy:1.17.1
"""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import Any

from accord.compare.score import Measure
from accord.errors import InputError

_SHORT = 12  # hexadecimal digits of a hash on the line: 48 bits tell any two corpora apart
_RESERVED = "|\n\r"


def versions() -> Mapping[str, str]:
    """Versions of what a score depends on: accord, python, numpy, scipy.

    "unknown" for accord run from its sources without being installed.
    """
    found = {}
    for package in ("accord", "numpy", "scipy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return MappingProxyType(
        {
            "accord": found["accord"],
            "python": platform.python_version(),
            "numpy": found["numpy"],
            "scipy": found["scipy"],
        }
    )


@dataclass(frozen=True)
class Signature:
    """Where a score comes from; `str` is its one line.

    `corpus` is the hash of texts and reference labels (`accord.corpus.Corpus.hash`), `model` the
    hash of the model's files, None where the estimate is no model; `seed` that of training, None
    where nothing was drawn. The line shortens hashes to 12 digits, `to_json` keeps them whole.

    Raises InputError if a field holds ``|`` or a line break, which would break the line.
    """

    measure: Measure
    documents: int
    corpus: str
    reference: str
    estimate: str
    versions: Mapping[str, str]
    model: str | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        fields = (
            self.measure.average,
            self.corpus,
            self.reference,
            self.estimate,
            self.model or "",
        )
        for value in (*fields, *self.versions, *self.versions.values()):
            if any(c in value for c in _RESERVED):
                raise InputError(f"a signature cannot hold '|' or a line break: {value!r}")

    def __str__(self) -> str:
        m = self.measure
        parts = [f"{m.target}.{m.match}.{m.statistic}", f"average:{m.average}"]
        parts += [f"documents:{self.documents}", f"corpus:{self.corpus[:_SHORT]}"]
        parts += [f"reference:{self.reference}", f"estimate:{self.estimate}"]
        if self.model is not None:
            parts.append(f"model:{self.model[:_SHORT]}")
        if self.seed is not None:
            parts.append(f"seed:{self.seed}")
        return "|".join([*parts, *(f"{name}:{v}" for name, v in self.versions.items())])

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON, hashes in full, with the line as ``signature``."""
        return {
            "signature": str(self),
            "measure": str(self.measure),
            "documents": self.documents,
            "corpus": self.corpus,
            "reference": self.reference,
            "estimate": self.estimate,
            "model": self.model,
            "seed": self.seed,
            "versions": dict(self.versions),
        }
