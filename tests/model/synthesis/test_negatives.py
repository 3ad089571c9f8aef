import numpy as np
import pytest

from model.data.idx import Split
from model.synthesis.negatives import KINDS, draw_negatives
from model.synthesis.symbol_glyphs import SYMBOL_GLYPHS

COUNT = 300


@pytest.fixture(scope="module")
def drawn(digits: Split) -> tuple[np.ndarray, np.ndarray]:
    return draw_negatives(COUNT, digits.train_images, np.random.default_rng(3))


def test_every_kind_is_drawn_about_as_often_as_it_says(drawn: tuple[np.ndarray, ...]) -> None:
    images, kinds = drawn
    assert (images.shape, images.dtype, kinds.shape) == ((COUNT, 784), np.uint8, (COUNT,))
    shares = np.bincount(kinds, minlength=len(KINDS)) / COUNT
    assert np.abs(shares - np.array(list(KINDS.values()))).max() < 0.08
    assert sum(KINDS.values()) == pytest.approx(1)


def test_images_are_as_mnist_makes_them(drawn: tuple[np.ndarray, ...]) -> None:
    images, _ = drawn
    assert (images.max(axis=1) >= 254).all()
    pixels = images.reshape(-1, 28, 28) > 0
    for axis in (1, 2):
        assert (pixels.any(axis=axis).sum(axis=1) <= 20).all()


def test_no_two_are_alike(drawn: tuple[np.ndarray, ...]) -> None:
    images, kinds = drawn
    handmade = images[kinds < 3]  # a filled box may well look like another
    assert len(np.unique(handmade, axis=0)) == len(handmade)


def test_the_same_seed_draws_the_same(digits: Split) -> None:
    first, again = (
        draw_negatives(40, digits.train_images, np.random.default_rng(5))[0] for _ in range(2)
    )
    assert np.array_equal(first, again)


def test_filled_shapes_have_more_ink_than_letters(drawn: tuple[np.ndarray, ...]) -> None:
    images, kinds = drawn
    names = list(KINDS)
    shape, letter = (
        images[kinds == names.index(name)].mean() for name in ("filled shape", "letter or sign")
    )
    assert shape > 2 * letter


def test_several_digits_are_wider_than_one(drawn: tuple[np.ndarray, ...]) -> None:
    images, kinds = drawn
    several = images[kinds == list(KINDS).index("several digits")].reshape(-1, 28, 28) > 0
    wide, high = several.any(axis=1).sum(axis=1), several.any(axis=2).sum(axis=1)
    assert (wide > high).mean() > 0.7


def test_letters_that_may_be_digits_are_not_among_the_signs() -> None:
    assert not set(SYMBOL_GLYPHS) & set("OoIlSsZzqgby")


@pytest.mark.parametrize("styles", SYMBOL_GLYPHS.values(), ids=SYMBOL_GLYPHS.keys())
def test_every_skeleton_is_pairs_of_points(styles: tuple[str, ...]) -> None:
    assert len(set(styles)) == len(styles)
    for style in styles:
        for stroke in style.split("/"):
            numbers = [float(number.rstrip("!")) for number in stroke.split()]
            assert len(numbers) >= 4
            assert len(numbers) % 2 == 0
            assert min(numbers) >= -40
            assert max(numbers) <= 140
