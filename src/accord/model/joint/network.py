"""The joint network: words are read once; marks and relations are scored from them.

With typed layers, the encoder's lower layers see to the marks and its upper ones, which are told
the marks' types, to the relations.

Shapes: B windows, L pieces, W words, D size of a word's vector, K widest mark, T mention types,
N marks in all, P pairs a window, R relation types. Spans are in words, half-open.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from accord.model.joint.dropout import Dropout
from accord.model.joint.encoder import Encoder, far_padding
from accord.model.joint.recipe import NetworkRecipe, TrainingRecipe

# Gaps between head and tail, in words, that the network tells apart; and the pair's order, and
# whether the tail stands in an earlier paragraph.
GAPS = (0, 1, 2, 3, 4, 6, 9, 13, 20, 30, 60)
_ELSEWHERE = 2 * (len(GAPS) + 1)

# Nearly all stretches of words are no marks and most pairs have no relation. Scores that say so
# from the start spare the first epochs, as in Lin et al. 2017 (focal loss), section 3.3.
_NO_MARK, _NO_RELATION = 6.0, -3.0

# No window has words of two to this power.
_LEVELS = 10


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """What the schema and the encoder decide of the network's shape."""

    mentions: int
    relations: int
    encoder: int


class BiLSTM(nn.Module):
    """Two one-way LSTMs, the second over each row turned round at the row's own length.

    Padding then always comes last, and no row's result hangs on the others' lengths.
    """

    def __init__(self, size: int, units: int):
        super().__init__()
        self.forth = nn.LSTM(size, units, batch_first=True)
        self.back = nn.LSTM(size, units, batch_first=True)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """X [B, W, D], lengths [B] -> [B, W, 2 units]."""
        place = torch.arange(x.shape[1])[None]
        turned = torch.where(place < lengths[:, None], lengths[:, None] - 1 - place, place)
        back = _pick(self.back(_pick(x, turned))[0], turned)
        return torch.cat([self.forth(x)[0], back], -1)


class WordReader(nn.Module):
    """Encoder, a learnt mean of its layers, first piece of each word, a BiLSTM over the words.

    The uppermost layer of an encoder that was trained to embed sentences has lost some of what
    single words are; the layers below still have it.
    """

    def __init__(self, encoder: Encoder, size: int, config: NetworkRecipe, dropout: float):
        super().__init__()
        self.encoder = encoder
        self.mix = nn.Parameter(torch.zeros(len(encoder.layers)))
        self.drop = Dropout(dropout)
        self.size = 2 * config.lstm or size
        self.lstm = BiLSTM(size, config.lstm) if config.lstm else None

    def forward(
        self, ids: Tensor, shapes: Tensor, starts: Tensor, pieces: Tensor, words: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Ids, shapes [B, L], starts [B, W], pieces, words [B] -> words' and pieces' vectors.

        Those of the words are [B, W, D], those of the pieces [B, L, size of the encoder].
        """
        shares = self.mix.softmax(0)
        layers = self.encoder(ids, shapes, pieces)
        mixed = sum(
            share * _pick(layer, starts) for share, layer in zip(shares, layers, strict=True)
        )
        x: Tensor = self.drop(mixed)
        return x if self.lstm is None else self.drop(self.lstm(x, words)), layers[-1]


class TypedReader(nn.Module):
    """Reads the words on, now that their marks are found, for the relations between these.

    The encoder's upper layers, to whose input each word of a mark adds of what type it is the
    beginning or the rest. Zhong and Chen 2021 (PURE) found that to know the types helps relations,
    and read each pair anew for it; here all marks of a window are told at once.
    """

    def __init__(self, layers: Sequence[nn.Module], encoder: int, size: int, types: int):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.types = nn.Linear(2 * types, encoder, bias=False)
        nn.init.normal_(self.types.weight, std=0.1)
        self.out = nn.Linear(encoder, size)

    def forward(
        self, words: Tensor, deep: Tensor, types: Tensor, starts: Tensor, pieces: Tensor
    ) -> Tensor:
        """Words' vectors [B, W, D], for relations.

        Words, deep: of the words and pieces, as of `WordReader`; types [B, L, 2 T] as of
        `accord.model.joint.batches.mark_types`; starts [B, W], pieces [B].
        """
        bias = far_padding(deep.shape[1], pieces)
        x = deep + self.types(types)
        for layer in self.layers:
            x = layer(x, bias)
        y: Tensor = words + self.out(_pick(x, starts))
        return y


class MarkScorer(nn.Module):
    """Scores every stretch of up to K words as a mark of each type, or none.

    Start, end, mean content and width are added before a non-linearity; beside it, start and end
    are scored against each other for each type. Cost grows with W x K, not with a mark's length.
    One width is scored after the other: so few numbers at a time stay in the processor's cache.
    """

    def __init__(self, size: int, types: int, config: NetworkRecipe, dropout: float):
        super().__init__()
        self.types, self.inner = types, config.bilinear
        self.start = nn.Linear(size, config.marks)
        self.end = nn.Linear(size, config.marks)
        self.content = nn.Linear(size, config.marks)
        self.width = nn.Embedding(config.widest, config.marks)
        nn.init.normal_(self.width.weight, std=0.02)
        self.out = nn.Linear(config.marks, types + 1)
        nn.init.zeros_(self.out.bias)
        with torch.no_grad():
            self.out.bias[0] = _NO_MARK
        self.start_pair = nn.Linear(size, self.inner * (types + 1))
        self.end_pair = nn.Linear(size, self.inner)
        self.drop = Dropout(dropout)

    def forward(self, words: Tensor, widths: Sequence[int]) -> Tensor:
        """Words [B, W, D], widths (0, 1, ...) -> scores [B, W, K, T + 1].

        Score w, k is that of the span from word w of widths[k] + 1 words. Spans that reach past
        the last word have scores too; they mean nothing.
        """
        reach = max(widths) + 1
        start, end = self.start(words), functional.pad(self.end(words), (0, 0, 0, reach))
        total = functional.pad(self.content(words).float().cumsum(1), (0, 0, 1, reach))
        before = total[:, : -reach - 1]
        scores = []
        for width in widths:
            mean = (total[:, width + 1 : width - reach] - before) * (1 / (width + 1))
            x = start + end[:, width : width - reach] + mean.to(start.dtype)
            # A vector added last is one kernel with the non-linearity in onnxruntime.
            x = functional.gelu(x + self.width.weight[width].to(x.dtype))
            scores.append(self.out(self.drop(x)))
        y: Tensor = torch.stack(scores, 2).float() + self._pairs(words, widths, reach)
        return y

    def _pairs(self, words: Tensor, widths: Sequence[int], reach: int) -> Tensor:
        """Each span's first word against its last, [B, W, K, T + 1]."""
        batch, count = words.shape[0], words.shape[1]
        starts = self.start_pair(words).view(batch, count, self.types + 1, self.inner)
        ends = functional.pad(self.end_pair(words), (0, 0, 0, reach))
        pairs = (starts.transpose(1, 2) @ ends.transpose(1, 2)[:, None]).float().flatten(2)
        # Read in rows that are longer by one, the pair of words w and w + k stands at w, k.
        skewed = functional.pad(pairs, (0, count)).view(batch, self.types + 1, count, -1)
        scores: Tensor = skewed[..., :reach].permute(0, 2, 3, 1) / math.sqrt(self.inner)
        return scores if len(widths) == reach else scores[:, :, list(widths)]


class RelationScorer(nn.Module):
    """Scores the pairs of marks: both ends, their types and distance, and the words between them.

    Of these words the largest value of each component counts, as in SpERT (Eberts and Ulges 2020).
    """

    def __init__(self, size: int, counts: NetworkSize, config: NetworkRecipe, dropout: float):
        super().__init__()
        self.relations, self.inner = counts.relations, config.bilinear
        self.head = nn.Linear(3 * size, config.pairs)
        self.tail = nn.Linear(3 * size, config.pairs)
        self.kind_head = nn.Embedding(counts.mentions + 1, config.pairs)
        self.kind_tail = nn.Embedding(counts.mentions + 1, config.pairs)
        nn.init.normal_(self.kind_head.weight, std=0.3)
        nn.init.normal_(self.kind_tail.weight, std=0.3)
        self.gap = nn.Embedding(_ELSEWHERE + 1, config.pairs)
        nn.init.normal_(self.gap.weight, std=0.02)
        self.between = nn.Linear(size, config.pairs)
        self.nothing_between = nn.Parameter(torch.zeros(config.pairs))
        out = nn.Linear(config.pairs, counts.relations)
        nn.init.constant_(out.bias, _NO_RELATION)
        self.out = nn.Sequential(
            nn.Linear(config.pairs, config.pairs), nn.GELU(), Dropout(dropout), out
        )
        self.head_pair = nn.Linear(3 * size, self.inner * counts.relations)
        self.tail_pair = nn.Linear(3 * size, self.inner)
        self.drop = Dropout(dropout)

    def forward(
        self,
        maxima: Tensor,
        marks: Tensor,
        kinds: Tensor,
        first: Tensor,
        last: Tensor,
        heads: Tensor,
        tails: Tensor,
        elsewhere: Tensor,
    ) -> Tensor:
        """Scores [B, P, R].

        Maxima as of `maxima_of` the words; marks [N, 3 D], kinds, first, last [N]; heads, tails
        [B, P] (indices into the marks) and elsewhere [B, P] (1: the tail is in an earlier
        paragraph).
        """
        a, b = self.head(marks) + self.kind_head(kinds), self.tail(marks) + self.kind_tail(kinds)
        hs, he, ts, te = first[heads], last[heads], first[tails], last[tails]
        pairs = a[heads] + b[tails] + self.gap(_gaps(hs, he, ts, te, elsewhere))
        left, right = torch.minimum(he, te), torch.maximum(hs, ts)
        rows = torch.arange(maxima.shape[1])[:, None].expand_as(left)
        between = self.between(stretch_maxima(maxima, rows, left, right))
        read = ((right > left) & (elsewhere == 0))[..., None]
        pairs = pairs + torch.where(read, between, self.nothing_between.to(between.dtype))
        scores = self.out(self.drop(functional.gelu(pairs))).float()
        u = self.head_pair(marks).view(-1, self.relations, self.inner)[heads]  # B, P, R, I
        v = self.tail_pair(marks)[tails][:, :, None]
        y: Tensor = scores + (u * v).sum(-1).float() / math.sqrt(self.inner)
        return y


class JointNetwork(nn.Module):
    """The parts; training calls them one after the other, export takes them apart.

    If the recipe asks for a typed reader, the upper layers of `encoder` become its own.
    """

    def __init__(
        self, encoder: Encoder, counts: NetworkSize, config: NetworkRecipe, training: TrainingRecipe
    ):
        super().__init__()
        lower = len(encoder.layers) - config.typed
        upper = list(encoder.layers)[lower:]
        encoder.layers = encoder.layers[:lower]
        self.reader = WordReader(encoder, counts.encoder, config, training.head_dropout)
        size = self.reader.size
        self.typed = TypedReader(upper, counts.encoder, size, counts.mentions) if upper else None
        self.marks = MarkScorer(size, counts.mentions, config, training.head_dropout)
        self.relations = RelationScorer(size, counts, config, training.head_dropout)


def maxima_of(words: Tensor) -> Tensor:
    """The largest value of each component in every stretch of 1, 2, 4, ... words, up to all W.

    Words [B, W, D] -> [levels, B, W, D]; two such stretches, overlapping, cover any.
    """
    place = torch.arange(words.shape[1])
    table = [words]
    for level in range(1, words.shape[1].bit_length()):
        shifted = (place + (1 << (level - 1))).clamp(max=words.shape[1] - 1)
        table.append(torch.maximum(table[-1], table[-1][:, shifted]))
    return torch.stack(table, 0)


def stretch_maxima(maxima: Tensor, rows: Tensor, first: Tensor, last: Tensor) -> Tensor:
    """The largest value of each component in stretches of words.

    Maxima as of `maxima_of`; rows, first, last of any one shape S -> [S, D]. A stretch without
    words gives those of its first word.
    """
    count = maxima.shape[2]
    length = (last - first).clamp(min=1)
    power, covered = torch.zeros_like(length), torch.ones_like(length)
    for level in range(1, _LEVELS):
        longer = length >= (1 << level)
        power, covered = power + longer, covered + longer * (1 << (level - 1))
    start = (power * maxima.shape[1] + rows) * count
    begin = first.clamp(max=count - 1)
    end = torch.maximum(last - covered, begin).clamp(max=count - 1)
    table = maxima.flatten(0, 2)
    y: Tensor = torch.maximum(table[start + begin], table[start + end])
    return y


def pool_marks(maxima: Tensor, rows: Tensor, first: Tensor, last: Tensor) -> Tensor:
    """Maxima as of `maxima_of`, rows, first, last [N] -> [N, 3 D]: start, end, largest values."""
    words = maxima[0]
    largest = stretch_maxima(maxima, rows, first, last)
    return torch.cat([words[rows, first], words[rows, last - 1], largest], -1)


def _pick(x: Tensor, index: Tensor) -> Tensor:
    """X [B, A, D], index [B, C] -> [B, C, D]."""
    place = index + torch.arange(x.shape[0])[:, None] * x.shape[1]
    # Whole rows of one table: gathering along an axis would copy number by number.
    return x.flatten(0, 1).index_select(0, place.flatten()).view(*index.shape, x.shape[2])


def _gaps(hs: Tensor, he: Tensor, ts: Tensor, te: Tensor, elsewhere: Tensor) -> Tensor:
    """The bucket of each pair's distance and order, [B, P]."""
    gap = torch.where(ts >= he, ts - he, torch.where(hs >= te, hs - te, 0))
    bucket = torch.zeros_like(gap)
    for border in GAPS:
        bucket = bucket + (gap > border)
    bucket = bucket + (ts > hs) * (len(GAPS) + 1)
    return torch.where(elsewhere > 0, _ELSEWHERE, bucket)
