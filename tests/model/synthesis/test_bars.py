import numpy as np
import pytest

from model.synthesis.bars import draw_bars


@pytest.fixture(scope="module")
def bars() -> np.ndarray:
    return draw_bars(300, np.random.default_rng(5)).reshape(-1, 28, 28)


def test_bars_are_as_mnist_makes_them(bars: np.ndarray) -> None:
    assert (bars.shape, bars.dtype) == ((300, 28, 28), np.uint8)
    assert (bars.max(axis=(1, 2)) == 255).all()
    assert np.median((bars > 0).any(axis=2).sum(axis=1)) == 20  # rows
    assert ((bars > 0).any(axis=2).sum(axis=1) <= 20).all()


def test_they_are_one_to_five_pixels_wide_and_longer_than_wide(bars: np.ndarray) -> None:
    half_way = bars[:, 13:15].sum(axis=(1, 2)) / (2 * 255)  # without a serif
    assert half_way.min() < 1.5
    assert 4.5 < half_way.max() < 7  # along a row, a slanted bar is wider
    assert ((bars > 0).any(axis=1).sum(axis=1) <= 20).all()  # columns


def test_some_lean_to_either_side_and_some_have_a_foot(bars: np.ndarray) -> None:
    x = np.arange(28)
    top, foot = (bars[:, rows].sum(axis=1) for rows in (slice(4, 9), slice(19, 24)))
    lean = top @ x / top.sum(axis=1) - foot @ x / foot.sum(axis=1)
    assert (lean > 3).mean() > 0.15
    assert (lean < -3).mean() > 0.05
    wide = [(bars[:, rows] > 0).any(axis=1).sum(axis=1) for rows in (slice(21, 24), slice(13, 15))]
    assert 0.1 < (wide[0] > wide[1] + 2).mean() < 0.6


def test_the_same_seed_draws_the_same() -> None:
    first, again = (draw_bars(20, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, again)
    assert len(np.unique(first, axis=0)) == 20
    assert draw_bars(0, np.random.default_rng(0)).shape == (0, 784)
