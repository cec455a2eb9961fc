"""One training step: the network's losses on a batch, and the weights' running average.

Shapes: B rows, W words, K widest mark, T mention types, P pairs a row, R relation types.
"""

import math
import random
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from accord.model.joint.batches import ReadBatch, mark_types
from accord.model.joint.network import JointNetwork, maxima_of, pool_marks
from accord.model.joint.recipe import JointRecipe, TrainingRecipe
from accord.model.joint.rows import Row, gather_marks, gather_pairs, stack_rows
from accord.model.joint.schema_table import SchemaTable

# Spans of up to so many words are all learnt from, wider ones in part.
_NARROW = 12


def losses(
    network: JointNetwork,
    rows: Sequence[Row],
    table: SchemaTable,
    recipe: JointRecipe,
    rng: random.Random,
) -> tuple[Tensor, Tensor]:
    """Loss of the marks and of the relations, each summed over a row and averaged over rows."""
    batch, gold = stack_rows(rows, recipe.network.widest)
    widths, weights = sample_widths(gold, recipe.training.wide, rng)
    words, deep, scores = read(network, batch, widths)
    truth = torch.from_numpy(gold[:, :, widths])
    each_span = functional.cross_entropy(
        scores.flatten(0, 2), truth.flatten(), reduction="none", ignore_index=-1
    )
    mark_loss = (each_span.view(truth.shape).sum((0, 1)) * torch.tensor(weights)).sum() / len(rows)
    marks = gather_marks(rows)
    pairs = gather_pairs(rows, marks, table, recipe.extraction.reach)
    if not len(marks) or not pairs.allowed.any():
        return mark_loss, mark_loss.new_zeros(())
    first, last = torch.from_numpy(marks.first), torch.from_numpy(marks.last)
    types = mark_types(batch, marks, len(table.mentions))
    maxima = maxima_of(read_on(network, batch, words, deep, types))
    vectors = pool_marks(maxima, torch.from_numpy(marks.rows), first, last)
    found = network.relations(
        maxima,
        vectors,
        torch.from_numpy(marks.kinds),
        first,
        last,
        *(torch.from_numpy(x) for x in (pairs.heads, pairs.tails, pairs.elsewhere)),
    )
    each = functional.binary_cross_entropy_with_logits(
        found, torch.from_numpy(pairs.gold), reduction="none"
    )
    return mark_loss, (each * torch.from_numpy(pairs.allowed)).sum() / len(rows)


def sample_widths(
    gold: NDArray[np.int64], share: float, rng: random.Random
) -> tuple[list[int], list[float]]:
    """The widths of spans (less one) that a batch is trained on, and the weight of each.

    Gold types of all spans [B, W, K]. Wide spans are most of all and marks the least often: of
    those widths that no mark of the batch has, a random share stands for all, with their weight.
    """
    every = range(gold.shape[2])
    sure = [k for k in every if k < _NARROW or (gold[:, :, k] > 0).any()]
    rest = sorted(set(every).difference(sure))
    drawn = rng.sample(rest, math.ceil(share * len(rest)))
    widths = sorted([*sure, *drawn])
    weight = len(rest) / len(drawn) if drawn else 0.0
    chosen = set(drawn)
    return widths, [weight if k in chosen else 1.0 for k in widths]


def read(
    network: JointNetwork, batch: ReadBatch, widths: Sequence[int]
) -> tuple[Tensor, Tensor, Tensor]:
    """Words' and pieces' vectors of a batch and, for K widths, mark scores [B, W, K, T + 1]."""
    arrays = {name: torch.from_numpy(array) for name, array in batch.arrays().items()}
    words, deep = network.reader(**arrays)
    return words, deep, network.marks(words, widths)


def read_on(
    network: JointNetwork,
    batch: ReadBatch,
    words: Tensor,
    deep: Tensor,
    types: NDArray[np.float32],
) -> Tensor:
    """Words' vectors for relations [B, W, D]; arguments as of `TypedReader`, if there is one."""
    if network.typed is None:
        return words
    rest = (torch.from_numpy(x) for x in (types, batch.starts, batch.pieces))
    vectors: Tensor = network.typed(words, deep, *rest)
    return vectors


def optimiser(network: JointNetwork, recipe: TrainingRecipe) -> torch.optim.AdamW:
    """AdamW with a lower rate for each lower encoder layer, and no decay of vectors.

    Sets which weights are trained: the encoder's word pieces only if the recipe says so, since
    a small corpus touches few of them and their optimiser would take most of the time.
    """
    lower = len(network.reader.encoder.layers)
    layers = lower + (len(network.typed.layers) if network.typed else 0)
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, weight in network.named_parameters():
        rate = recipe.head_rate
        if name == "reader.encoder.pieces.weight":
            weight.requires_grad_(recipe.train_pieces)
        if name.startswith("reader.encoder.") and not name.startswith("reader.encoder.shapes"):
            part = name.split(".")
            depth = int(part[3]) + 1 if part[2] == "layers" else 0
            rate = recipe.encoder_rate * recipe.layer_decay ** (layers - depth)
        elif name.startswith("typed.layers."):
            depth = lower + int(name.split(".")[2]) + 1
            rate = recipe.encoder_rate * recipe.layer_decay ** (layers - depth)
        if weight.requires_grad:
            decay = recipe.weight_decay if weight.ndim > 1 else 0.0
            groups.setdefault((rate, decay), []).append(weight)
    return torch.optim.AdamW(
        [
            {"params": weights, "lr": rate, "weight_decay": decay, "base": rate}
            for (rate, decay), weights in groups.items()
        ],
        fused=True,
    )


def schedule(step: int, steps: int, warmup: float) -> float:
    """Share of the learning rate at a step: a linear rise, then a linear fall to 0."""
    rise = max(1.0, warmup * steps)
    return min(step / rise, max(0.0, (steps - step) / max(1.0, steps - rise)))


class Average:
    """The running average of the trained weights, which is what a model is made of."""

    def __init__(self, weights: Sequence[nn.Parameter], decay: float):
        self.weights = list(weights)
        self.values = [w.detach().clone() for w in self.weights]
        self._decay = decay

    def update(self, step: int) -> None:
        """Take in the weights after a step; the first steps are forgotten soon."""
        decay = min(self._decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.values, [w.detach() for w in self.weights], 1 - decay)

    def swap(self) -> None:
        """Exchange the weights and their average; twice is as if never."""
        with torch.no_grad():
            for weight, value in zip(self.weights, self.values, strict=True):
                held = weight.detach().clone()
                weight.copy_(value)
                value.copy_(held)


def numpy(tensor: Tensor) -> NDArray[np.float32]:
    """A tensor's values as a float32 array."""
    return tensor.detach().float().numpy()
