"""From a trained network to a model folder, and the sample batches that set int8's scales."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.document import Document
from accord.model.joint.batches import ReadBatch
from accord.model.joint.candidates import Marks
from accord.model.joint.graphs import READ, RELATE, TYPED, relate_feeds, typed_feeds
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
    samples: dict[str, list[Feeds]] = field(
        default_factory=lambda: {READ: [], TYPED: [], RELATE: []}
    )

    def _wanted(self, graph: str) -> bool:
        return len(self.samples[graph]) < _KEPT

    def read(self, batch: ReadBatch) -> tuple[Floats, Floats, Floats]:
        """As the network's."""
        if self._wanted(READ):
            self.samples[READ].append(batch.arrays())
        return self.network.read(batch)

    def read_on(self, batch: ReadBatch, words: Floats, deep: Floats, types: Floats) -> Floats:
        """As the network's."""
        if self._wanted(TYPED):
            self.samples[TYPED].append(typed_feeds(batch, words, deep, types))
        return self.network.read_on(batch, words, deep, types)

    def relate(
        self, words: Floats, vectors: Floats, marks: Marks, pairs: Mapping[str, Ints]
    ) -> Floats:
        """As the network's."""
        if self._wanted(RELATE):
            self.samples[RELATE].append(relate_feeds(words, vectors, marks, pairs))
        return self.network.relate(words, vectors, marks, pairs)


def spread(documents: Sequence[Document], most: int) -> Iterable[Document]:
    """At most so many documents, evenly spread over all."""
    step = max(1, len(documents) // most)
    return documents[::step][:most]
