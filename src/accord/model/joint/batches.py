"""Windows as padded arrays: the one form in which both torch and onnxruntime are fed.

Shapes: B windows, L pieces, W words, T mention types, N marks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accord.model.joint.candidates import Marks
from accord.model.joint.words import Window

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# Lengths are padded to a multiple of this. The padded shape of a window hangs on that window
# alone, and windows are batched with others of the same padded shape, so that a paragraph's
# arithmetic is the same in whatever company it is read.
STEP = 16


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """What the encoder and the mark scorer need.

    `ids`, `shapes` [B, L]; `starts` [B, W], first piece of each word; `pieces`, `words` [B], true
    lengths.
    """

    ids: Ints
    shapes: Ints
    starts: Ints
    pieces: Ints
    words: Ints

    def arrays(self) -> dict[str, Ints]:
        """The arrays by name, as the exported graph calls them."""
        return {
            name: getattr(self, name) for name in ("ids", "shapes", "starts", "pieces", "words")
        }


def padded(length: int, step: int = STEP) -> int:
    """A length rounded up to the next multiple of the step, at least one step."""
    return max(1, -(-length // step)) * step


def padded_shape(window: Window) -> tuple[int, int]:
    """Padded number of pieces and of words of a window."""
    return padded(len(window.ids)), padded(window.words)


def stack(windows: Sequence[Window], step: int = STEP) -> ReadBatch:
    """Windows as one padded batch."""
    rows = len(windows)
    length = padded(max(len(w.ids) for w in windows), step)
    width = padded(max(w.words for w in windows), step)
    ids = np.zeros((rows, length), np.int64)
    shapes = np.zeros((rows, length), np.int64)
    starts = np.zeros((rows, width), np.int64)
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = window.ids
        shapes[row, : len(window.ids)] = window.shapes
        starts[row, : window.words] = window.starts
    return ReadBatch(
        ids,
        shapes,
        starts,
        np.array([len(w.ids) for w in windows], np.int64),
        np.array([w.words for w in windows], np.int64),
    )


def mark_types(batch: ReadBatch, marks: Marks, types: int) -> Floats:
    """Which types the first piece of each word begins (column t) and goes on with (column T + t).

    Marks [N] of the batch's windows -> [B, L, 2 T].
    """
    widths = marks.last - marks.first
    offset = np.arange(widths.sum()) - np.repeat(np.cumsum(widths) - widths, widths)
    rows, words = np.repeat(marks.rows, widths), np.repeat(marks.first, widths) + offset
    columns = np.repeat(marks.kinds - 1, widths) + types * (offset > 0)
    table = np.zeros((*batch.ids.shape, 2 * types), np.float32)
    table[rows, batch.starts[rows, words], columns] = 1
    return table
