"""What a model says of a few fixed sentences: a fingerprint of its results, not of its bytes.

Written beside the model when it is trained. Read again elsewhere, it tells whether that machine
scores as the first one did. On every x86-64 processor with AVX2 and FMA the result is equal to the
last bit (measured with and without VNNI, whose int8 products differ unless onnxruntime is asked for
exact ones, see `accord.model.joint.graphs`); other processors round otherwise, and there scores
may differ by up to `TOLERANCE`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accord.document import Document, Layer
from accord.model import Extractor

#: How far a probability may lie from the recorded one on another kind of machine.
TOLERANCE = 0.02

#: Changing them makes every recorded probe incomparable: only add a new list under a new name.
TEXTS = (
    "Halvorsen Grid and the city of Port Amery joined the Tideway Compact on 3 March 2025, and "
    "Halvorsen pledged $40 million over five years to rebuild the harbour's power lines.",
    "The Larkin Fund, which leads the alliance, said it would give Ostrava Mills a grant of "
    "€2.5 billion by 2030.\n\nIts members, among them Kenya and Peru, have promised nothing yet.",
    "“We are not partners,” said Ines Calloway of Brightwater Rail; a memorandum with Dunmore "
    "Steel, worth up to ¥300 billion, lapsed in 2019.",
    "Nothing of note happened in the valley this week.",
)


@dataclass(frozen=True, slots=True)
class ProbeDifference:
    """How two probes differ.

    `changed` labels only one of them has; `largest` is the largest difference of a probability of
    a label that both have.
    """

    changed: int
    largest: float

    @property
    def none(self) -> bool:
        """True if both say exactly the same."""
        return not self.changed and not self.largest

    @property
    def small(self) -> bool:
        """True if both have the same labels, and probabilities within `TOLERANCE`."""
        return not self.changed and self.largest <= TOLERANCE


def probe(extractor: Extractor) -> dict[str, Any]:
    """The labels of each text, as plain values: spans in code points, probabilities or null."""
    documents = [Document(f"probe/{n}", text) for n, text in enumerate(TEXTS, start=1)]
    return {layer.document: _labels(layer) for layer in extractor.extract(documents)}


def compare_probes(recorded: Mapping[str, Any], found: Mapping[str, Any]) -> ProbeDifference:
    """How a probe differs from a recorded one; ValueError if either is no probe."""
    try:
        first, second = _scores(recorded), _scores(found)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a probe: {error!r}") from None
    shared = first.keys() & second.keys()
    largest = max((abs((first[k] or 0.0) - (second[k] or 0.0)) for k in shared), default=0.0)
    return ProbeDifference(len(first.keys() ^ second.keys()), round(largest, 6))


def _labels(layer: Layer) -> dict[str, list[list[Any]]]:
    places = {m.id: [m.span.start, m.span.end, m.type] for m in layer.mentions}
    return {
        "mentions": [[*places[m.id], m.score] for m in layer.mentions],
        "relations": [[r.type, *places[r.head], *places[r.tail], r.score] for r in layer.relations],
    }


def _scores(probe: Mapping[str, Any]) -> dict[tuple[Any, ...], float | None]:
    """Score by document, kind of label, and what the label says."""
    return {
        (document, kind, *row[:-1]): None if row[-1] is None else float(row[-1])
        for document, labels in probe.items()
        for kind in ("mentions", "relations")
        for row in labels[kind]
    }
