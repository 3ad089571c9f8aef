import numpy as np
import pytest

from model.synthesis.digit_glyphs import DIGIT_GLYPHS
from model.synthesis.strokes import SHARES, draw_digits, draw_skeleton, draw_strokes


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def columns(image: np.ndarray) -> np.ndarray:
    return np.flatnonzero(image.reshape(28, 28).any(axis=0))


def test_the_stream_of_random_numbers_stays_as_it_is() -> None:
    """The bundled weights were trained on these digits: drawn otherwise, they could not be remade.

    The number drawn after them tells that as many were drawn before. A few pixels may differ from
    one machine's matrix product to another's.
    """
    generator = rng()
    images, labels = draw_digits(40, generator)
    assert generator.random() == 0.01753818584308664
    assert np.bincount(labels).tolist() == [5, 5, 4, 2, 4, 5, 4, 1, 5, 5]
    assert images.mean() == pytest.approx(29.6723, rel=1e-3)


def test_digits_with_many_styles_are_drawn_more_often() -> None:
    assert SHARES.sum() == pytest.approx(1)
    most, fewest = (
        choose(DIGIT_GLYPHS, key=lambda d: len(DIGIT_GLYPHS[d])) for choose in (max, min)
    )
    assert SHARES[fewest] > 0.05
    assert SHARES[most] > 1.5 * SHARES[fewest]


def test_the_same_seed_draws_the_same_digits() -> None:
    first, again, other = (draw_digits(30, rng(seed))[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_images_are_as_mnist_makes_them() -> None:
    images, labels = draw_digits(60, rng())
    assert (images.shape, images.dtype, labels.shape) == ((60, 784), np.uint8, (60,))
    assert (images.max(axis=1) == 255).all()
    pixels = images.reshape(-1, 28, 28).astype(float)
    for axis in (1, 2):
        mass = pixels.sum(axis=axis)
        centre = mass @ np.arange(28) / mass.sum(axis=1)
        assert np.abs(centre - 14).max() <= 0.51
        assert ((mass > 0).sum(axis=1) <= 20).all()


def test_a_skeleton_is_drawn_as_often_as_asked() -> None:
    style = DIGIT_GLYPHS[7][0]
    assert draw_skeleton(style, 0, rng()).shape == (0, 784)
    assert draw_skeleton(style, 300, rng()).shape == (300, 784)  # more than are drawn at a time


def test_strokes_run_through_their_points() -> None:
    upright, level = np.array([[[50.0, 0], [50, 100]]]), np.array([[[0.0, 50], [100, 50]]])
    assert len(columns(draw_strokes([upright], rng())[0])) < 12
    assert len(columns(draw_strokes([level], rng())[0])) >= 19
    cross = draw_strokes([np.repeat(upright, 5, axis=0), np.repeat(level, 5, axis=0)], rng())
    assert cross.shape == (5, 784)
    assert all(len(columns(image)) > 10 for image in cross)
