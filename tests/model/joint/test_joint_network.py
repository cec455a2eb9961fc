"""The parts of the network whose results can be said without training."""

import random

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from accord.model.joint import graphs  # noqa: E402
from accord.model.joint.batches import mark_types, stack  # noqa: E402
from accord.model.joint.candidates import Marks  # noqa: E402
from accord.model.joint.dropout import DropoutSource  # noqa: E402
from accord.model.joint.learning import sample_widths  # noqa: E402
from accord.model.joint.network import (  # noqa: E402
    MarkScorer,
    maxima_of,
    pool_marks,
    stretch_maxima,
)
from accord.model.joint.recipe import NetworkRecipe  # noqa: E402
from accord.model.joint.words import Window  # noqa: E402


def test_largest_values_of_every_stretch():
    words = torch.randn(2, 37, 5, generator=torch.Generator().manual_seed(0))
    rows, first, last = torch.tensor(
        [(row, a, b) for row in range(2) for a in range(37) for b in range(a + 1, 38)]
    ).T
    found = stretch_maxima(maxima_of(words), rows, first, last)
    for n, (row, a, b) in enumerate(zip(rows, first, last, strict=True)):
        assert torch.equal(found[n], words[row, a:b].max(0).values)


@pytest.mark.parametrize("count", [1, 2, 8, 37, 512])
def test_numpy_has_the_same_largest_values(count):
    words = torch.randn(2, count, 3, generator=torch.Generator().manual_seed(0))
    assert np.array_equal(graphs.maxima_of(words.numpy()), maxima_of(words).numpy())


@pytest.mark.parametrize("count", [5, 23])
def test_each_width_is_scored_alike_whichever_others_are(count):
    torch.manual_seed(0)
    scorer = MarkScorer(8, 2, NetworkRecipe(widest=9, marks=6, bilinear=4), 0.0).eval()
    words = torch.randn(2, count, 8)
    every, some = scorer(words, range(9)), scorer(words, [0, 3, 7])
    assert torch.equal(some, every[:, :, [0, 3, 7]])
    start = scorer.start_pair(words).view(2, count, 3, 4)
    for first, width in ((0, 0), (0, 3), (1, 2), (count - 4, 3)):
        span = words[:, first : first + width + 1]
        added = scorer.start(span[:, 0]) + scorer.end(span[:, -1]) + scorer.width.weight[width]
        hidden = torch.nn.functional.gelu(added + scorer.content(span).mean(1))
        pair = (start[:, first] @ scorer.end_pair(span[:, -1])[..., None])[..., 0] / 2
        assert torch.allclose(every[:, first, width], scorer.out(hidden) + pair, atol=1e-5)


def test_a_stretch_as_long_as_the_longest_window():
    words = torch.randn(1, 512, 3, generator=torch.Generator().manual_seed(0))
    whole = stretch_maxima(maxima_of(words), *torch.tensor([[[0]], [[0]], [[512]]]))
    assert torch.equal(whole[0, 0], words[0].max(0).values)


def test_a_stretch_without_words_gives_its_first():
    words = torch.randn(1, 4, 3, generator=torch.Generator().manual_seed(0))
    found = stretch_maxima(maxima_of(words), *torch.tensor([[0, 0], [2, 4], [1, 4]]))
    assert torch.equal(found, words[0, [2, 3]])


def test_a_mark_is_its_ends_and_its_largest_values():
    words = torch.tensor([[[1.0, 9.0], [5.0, 2.0], [3.0, 4.0], [7.0, 7.0]]])
    vector = pool_marks(maxima_of(words), *torch.tensor([[0], [0], [3]]))
    assert vector.tolist() == [[1, 9, 3, 4, 5, 9]]


def test_wide_spans_are_sampled_and_keep_their_weight():
    gold = np.zeros((1, 60, 40), np.int64)
    gold[0, 3, 29] = 2
    seen = set()
    for seed in range(50):
        widths, weights = sample_widths(gold, 0.25, random.Random(seed))  # noqa: S311
        assert widths == sorted(widths)
        assert {*range(12), 29} <= set(widths)
        assert len(widths) == 13 + 7  # a quarter of the other 27, rounded up
        assert sum(weights) == pytest.approx(40)
        assert weights[widths.index(29)] == 1
        seen |= set(widths)
    assert seen == set(range(40))


def test_all_widths_where_none_is_wide_or_all_are_asked_for():
    assert sample_widths(np.zeros((1, 5, 5), np.int64), 0.25, random.Random(0)) == (  # noqa: S311
        [0, 1, 2, 3, 4],
        [1.0] * 5,
    )
    widths, weights = sample_widths(np.zeros((1, 60, 40), np.int64), 1.0, random.Random(0))  # noqa: S311
    assert (widths, weights) == (list(range(40)), [1.0] * 40)


@pytest.mark.parametrize("shape", [(0, 3), (7, 11), (5, 1 << 20)])
def test_dropout_of_any_size_keeps_the_mean_and_repeats_nothing(shape):
    mask = DropoutSource(1).next(torch.zeros(shape), 0.25).float()
    assert mask.shape == shape
    assert set(mask.unique().tolist()) <= {0.0, float(torch.tensor(1 / 0.75).bfloat16())}
    if mask.numel() > 1000:
        assert mask.mean().item() == pytest.approx(1, abs=0.01)
        assert not torch.equal(mask[0], mask[4])


def test_the_first_piece_of_each_word_is_told_the_types_of_its_marks():
    windows = [
        Window(0, tuple(range(9)), (0,) * 9, (1, 2, 4, 5, 7)),
        Window(0, tuple(range(4)), (0,) * 4, (1, 2)),
    ]
    # A mark of type 1 over words 0 to 2 with one of type 2 within, and one of type 2 in row 1.
    columns = np.array([(0, 0, 3, 1), (0, 1, 2, 2), (1, 1, 2, 2)]).T
    told = mark_types(stack(windows, 1), Marks(*columns), 2)
    assert told.shape == (2, 9, 4)
    begins = {(0, 1, 0), (0, 2, 1), (1, 2, 1)}
    goes_on = {(0, 2, 2), (0, 4, 2)}
    assert {tuple(map(int, x)) for x in np.argwhere(told)} == begins | goes_on
    assert not mark_types(stack(windows, 1), Marks(*columns[:, :0]), 2).any()
