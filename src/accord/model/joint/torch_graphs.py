"""The network in torch behind the interface of `Graphs`: to score a model while it is trained."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from accord.model.joint.batches import ReadBatch
from accord.model.joint.candidates import Marks
from accord.model.joint.learning import numpy, read, read_on
from accord.model.joint.network import JointNetwork, maxima_of

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class TorchGraphs:
    """See `accord.model.joint.graphs.Graphs`."""

    network: JointNetwork
    widest: int

    @torch.no_grad()
    def read(self, batch: ReadBatch) -> tuple[Floats, Floats, Floats]:
        """Words' vectors [B, W, D], pieces' vectors and mark scores [B, W, K, T + 1]."""
        words, deep, scores = read(self.network, batch, range(self.widest))
        return numpy(words), numpy(deep if self.network.typed else deep[:, :0, :0]), numpy(scores)

    @torch.no_grad()
    def read_on(self, batch: ReadBatch, words: Floats, deep: Floats, types: Floats) -> Floats:
        """Words' vectors for relations [B, W, D]."""
        vectors = torch.from_numpy(words), torch.from_numpy(deep)
        return numpy(read_on(self.network, batch, *vectors, types))

    @torch.no_grad()
    def relate(
        self, words: Floats, vectors: Floats, marks: Marks, pairs: Mapping[str, Ints]
    ) -> Floats:
        """Pair scores [B, P, R]."""
        maxima = maxima_of(torch.from_numpy(words))
        arrays = (vectors, marks.kinds, marks.first, marks.last)
        columns = (pairs["heads"], pairs["tails"], pairs["elsewhere"])
        rest = (torch.from_numpy(x) for x in (*arrays, *columns))
        return numpy(self.network.relations(maxima, *rest))
