"""Dropout whose random numbers are drawn once.

torch draws them on one core at about 100 million a second, which would be a tenth of a training
step. Here one mask of eight million is drawn from the seed, and every use takes a stretch of it
from a random place.
"""

import random

import torch
from torch import Tensor, nn

_SIZE = 1 << 23

# A larger tensor takes several stretches, so that two of its size always differ.
_LONGEST = 1 << 22


class DropoutSource:
    """The mask of one training run: `next` gives a stretch of it; `state` can be stored."""

    def __init__(self, seed: int):
        self._uniform = torch.rand(_SIZE, generator=torch.Generator().manual_seed(seed))
        self._masks: dict[float, Tensor] = {}
        self.random = random.Random(seed)  # noqa: S311 - no secret hangs on it

    def next(self, like: Tensor, rate: float) -> Tensor:
        """A mask of the tensor's shape: 0 at `rate` of the places, 1 / (1 - rate) at the others."""
        if rate not in self._masks:
            self._masks[rate] = ((self._uniform >= rate).float() / (1 - rate)).to(torch.bfloat16)
        parts: list[Tensor] = []
        missing = like.numel()
        while missing or not parts:
            count = min(missing, _LONGEST)
            start = self.random.randrange(_SIZE - count)
            parts.append(self._masks[rate][start : start + count])
            missing -= count
        return (parts[0] if len(parts) == 1 else torch.cat(parts)).view(like.shape)


class Dropout(nn.Module):
    """Dropout from a source that `use_source` sets; none outside training."""

    source: DropoutSource | None = None

    def __init__(self, rate: float):
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """Any shape -> the same shape."""
        if not self.training or self.rate == 0 or self.source is None:
            return x
        return x * self.source.next(x, self.rate)


def use_source(module: nn.Module, source: DropoutSource) -> None:
    """Let all dropout of a module draw from one source."""
    for part in module.modules():
        if isinstance(part, Dropout):
            part.source = source
