"""The parts of the network whose results can be said without training."""

import pytest

torch = pytest.importorskip("torch")

from accord.model.joint.network import pool_marks, stretch_maxima  # noqa: E402


def test_largest_values_of_every_stretch():
    words = torch.randn(2, 37, 5, generator=torch.Generator().manual_seed(0))
    rows, first, last = torch.tensor(
        [(row, a, b) for row in range(2) for a in range(37) for b in range(a + 1, 38)]
    ).T
    found = stretch_maxima(words, rows, first, last)
    for n, (row, a, b) in enumerate(zip(rows, first, last, strict=True)):
        assert torch.equal(found[n], words[row, a:b].max(0).values)


def test_a_stretch_as_long_as_the_longest_window():
    words = torch.randn(1, 512, 3, generator=torch.Generator().manual_seed(0))
    whole = stretch_maxima(words, *torch.tensor([[[0]], [[0]], [[512]]]))
    assert torch.equal(whole[0, 0], words[0].max(0).values)


def test_a_stretch_without_words_gives_its_first():
    words = torch.randn(1, 4, 3, generator=torch.Generator().manual_seed(0))
    found = stretch_maxima(words, *torch.tensor([[0, 0], [2, 4], [1, 4]]))
    assert torch.equal(found, words[0, [2, 3]])


def test_a_mark_is_its_ends_and_its_largest_values():
    words = torch.tensor([[[1.0, 9.0], [5.0, 2.0], [3.0, 4.0], [7.0, 7.0]]])
    vector = pool_marks(words, *torch.tensor([[0], [0], [3]]))
    assert vector.tolist() == [[1, 9, 3, 4, 5, 9]]
