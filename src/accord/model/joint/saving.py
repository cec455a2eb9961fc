"""From a trained network to a model folder, and the sample batches that set int8's scales."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.document import Document
from accord.model.joint.batches import ReadBatch
from accord.model.joint.candidates import Marks
from accord.model.joint.graphs import READ, RELATE, maxima_of
from accord.model.joint.reading import Scorer

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Feeds = Mapping[str, NDArray[Any]]

# Batches of each graph that are kept as samples.
_KEPT = 24


@dataclass
class Recorder:
    """Stands between the reader and the network, and keeps what the graphs are fed."""

    network: Scorer
    samples: dict[str, list[Feeds]] = field(default_factory=lambda: {READ: [], RELATE: []})

    def _keep(self, graph: str, feeds: Feeds) -> None:
        if len(self.samples[graph]) < _KEPT:
            self.samples[graph].append(feeds)

    def read(self, batch: ReadBatch) -> tuple[Floats, Floats]:
        """As the network's."""
        self._keep(READ, batch.arrays())
        return self.network.read(batch)

    def relate(
        self, words: Floats, vectors: Floats, marks: Marks, pairs: Mapping[str, Ints]
    ) -> Floats:
        """As the network's."""
        feeds: dict[str, NDArray[Any]] = {"maxima": maxima_of(words), "marks": vectors}
        feeds |= {"kinds": marks.kinds, "first": marks.first, "last": marks.last, **pairs}
        self._keep(RELATE, feeds)
        return self.network.relate(words, vectors, marks, pairs)


def spread(documents: Sequence[Document], most: int) -> Iterable[Document]:
    """At most so many documents, evenly spread over all."""
    step = max(1, len(documents) // most)
    return documents[::step][:most]
