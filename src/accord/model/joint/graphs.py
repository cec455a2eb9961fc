"""The trained network as onnxruntime runs it: two or three graphs, fed with numpy arrays.

``read.onnx``: pieces -> words' vectors and mark scores. ``relate.onnx``: largest values of
stretches of words, marks' vectors and pairs -> pair scores. They are apart because between them
the schema decides which marks and pairs are worth scoring. In models with typed layers
``read.onnx`` gives the pieces' vectors too, and ``typed.onnx`` makes of both and of the marks'
types the words' vectors for relations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.errors import ModelError
from accord.model.joint.batches import ReadBatch
from accord.model.joint.candidates import Marks
from accord.model.joint.kernels import fast_product_is_exact

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

READ, TYPED, RELATE = "read.onnx", "typed.onnx", "relate.onnx"


@dataclass(frozen=True, slots=True)
class Graphs:
    """The onnxruntime sessions of a model."""

    read_session: Any
    relate_session: Any
    typed_session: Any = None

    @classmethod
    def load(cls, folder: Path, *, threads: int, typed: bool) -> "Graphs":
        """Open a model's graphs; ModelError naming the file that onnxruntime cannot open."""
        names = (READ, RELATE, TYPED) if typed else (READ, RELATE)
        return cls(*(_session(folder / name, threads) for name in names))

    def read(self, batch: ReadBatch) -> tuple[Floats, Floats, Floats]:
        """Words' vectors [B, W, D], pieces' vectors and mark scores [B, W, K, T + 1].

        Those of the pieces are empty without typed layers.
        """
        if self.typed_session is None:
            words, scores = self.read_session.run(["vectors", "scores"], batch.arrays())
            return words, np.zeros((len(words), 0, 0), np.float32), scores
        words, deep, scores = self.read_session.run(["vectors", "deep", "scores"], batch.arrays())
        return words, deep, scores

    def read_on(self, batch: ReadBatch, words: Floats, deep: Floats, types: Floats) -> Floats:
        """Words' vectors for relations [B, W, D]; types [B, L, 2 T] as of `mark_types`."""
        feeds = typed_feeds(batch, words, deep, types)
        result: Floats = self.typed_session.run(["vectors"], feeds)[0]
        return result

    def relate(
        self, words: Floats, vectors: Floats, marks: Marks, pairs: Mapping[str, Ints]
    ) -> Floats:
        """Pair scores [B, P, R] from words [B, W, D], marks' vectors [N, 3 D] and pairs [B, P]."""
        feeds = relate_feeds(words, vectors, marks, pairs)
        result: Floats = self.relate_session.run(["scores"], feeds)[0]
        return result


def typed_feeds(
    batch: ReadBatch, words: Floats, deep: Floats, types: Floats
) -> dict[str, NDArray[Any]]:
    """The inputs of ``typed.onnx``, by name; arguments as of `Graphs.read_on`."""
    return {
        "words": words,
        "deep": deep,
        "types": types,
        "starts": batch.starts,
        "pieces": batch.pieces,
    }


def relate_feeds(
    words: Floats, vectors: Floats, marks: Marks, pairs: Mapping[str, Ints]
) -> dict[str, NDArray[Any]]:
    """The inputs of ``relate.onnx``, by name; arguments as of `Graphs.relate`."""
    return {
        "maxima": maxima_of(words),
        "marks": vectors,
        "kinds": marks.kinds,
        "first": marks.first,
        "last": marks.last,
        **pairs,
    }


def maxima_of(words: Floats) -> Floats:
    """As `accord.model.joint.network.maxima_of`: [B, W, D] -> [levels, B, W, D]."""
    count = words.shape[1]
    table = np.empty((count.bit_length(), *words.shape), np.float32)
    table[0] = words
    for level in range(1, len(table)):
        step, shorter = 1 << (level - 1), table[level - 1]
        np.maximum(shorter[:, :-step], shorter[:, step:], out=table[level, :, :-step])
        np.maximum(shorter[:, -step:], shorter[:, -1:], out=table[level, :, -step:])
    return table


def pool(words: Floats, marks: Marks) -> Floats:
    """Marks' vectors [N, 3 D]: first word, last word and largest values of words [B, W, D]."""
    maxima = [
        words[row, first:last].max(0)
        for row, first, last in zip(
            marks.rows.tolist(), marks.first.tolist(), marks.last.tolist(), strict=True
        )
    ]
    largest = np.stack(maxima) if maxima else np.zeros((0, words.shape[2]), np.float32)
    ends = [words[marks.rows, marks.first], words[marks.rows, marks.last - 1]]
    return np.concatenate([*ends, largest], -1).astype(np.float32)


def _session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Batches come in many shapes; patterns remembered for each would only hold memory.
    options.enable_mem_pattern = False
    # A product that saturates would find other marks than one that does not. The exact one takes
    # twice as long, so it is asked for only where it is needed.
    if not fast_product_is_exact():
        options.add_session_config_entry("session.x64quantprecision", "1")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ModelError(
            f"onnxruntime cannot open it: {str(error)[:200]}; restore the file or train again",
            path=path,
        ) from None
