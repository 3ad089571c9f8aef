import numpy as np
import pytest

from model.data import idx
from model.preprocessing.deskew import FORMER_LEAST_SCALE, deskew


@pytest.fixture(scope="module")
def mnist_test() -> np.ndarray:
    return idx.load_mnist_part("test")[0]


def slanted_line(slant: float) -> np.ndarray:
    image = np.zeros((28, 28), np.float32)
    for y in range(6, 23):
        x = 14 + slant * (y - 14)
        whole = int(np.floor(x))
        image[y, whole] = 255 * (1 - (x - whole))
        image[y, whole + 1] = 255 * (x - whole)
    return image.reshape(1, 784)


def moments(images: np.ndarray) -> tuple[np.ndarray, ...]:
    """Mean x, mean y, slant, and the spread along x (without the slant) and y of each image."""
    pixels = images.reshape(-1, 28, 28).astype(np.float64)
    y, x = np.mgrid[:28, :28]
    mass = pixels.sum(axis=(1, 2))
    mx, my = ((pixels * axis).sum(axis=(1, 2)) / mass for axis in (x, y))
    dx, dy = x - mx[:, None, None], y - my[:, None, None]
    vx, vy, cov = (
        (pixels * a * b).sum(axis=(1, 2)) / mass for a, b in ((dx, dx), (dy, dy), (dx, dy))
    )
    return mx, my, cov / vy, np.sqrt(vx), np.sqrt(vy)


@pytest.mark.parametrize("slant", [-0.7, -0.25, 0.4, 0.9])
def test_deskew_sets_a_slanted_line_upright(slant: float) -> None:
    before = slanted_line(slant)
    after = deskew(before)
    assert abs(moments(before)[2][0]) > 0.2
    assert abs(moments(after)[2][0]) < 0.03
    assert after.reshape(28, 28).sum(axis=0)[10:18].sum() > 0.98 * after.sum()


def test_deskewed_digits_are_upright_and_in_the_middle(mnist_test: np.ndarray) -> None:
    mx, my, slant, _, _ = moments(deskew(mnist_test[:2000]))
    assert np.quantile(np.abs(mx - 13.5), 0.99) < 0.25
    assert np.quantile(np.abs(my - 13.5), 0.99) < 1.2  # rows that are widened weigh more
    assert np.quantile(np.abs(slant), 0.99) < 0.1


def test_deskewed_digits_have_one_spread(mnist_test: np.ndarray) -> None:
    *_, wide, high = moments(deskew(mnist_test[:2000]))
    assert abs(np.median(wide) - 4.2) < 0.2
    assert abs(np.median(high) - 5.6) < 0.1
    assert np.quantile(high, 0.95) - np.quantile(high, 0.05) < 0.4


def test_a_shear_and_a_stretch_are_undone(mnist_test: np.ndarray) -> None:
    image = mnist_test[0].reshape(28, 28).astype(np.float64)
    y, x = np.mgrid[:28, :28] - 13.5
    source = 13.5 + 0.9 * y, 13.5 + 0.85 * x + 0.25 * y  # of each output pixel
    before = [np.clip(np.floor(place).astype(int), 0, 26) for place in source]
    part = [np.clip(place - whole, 0, 1) for place, whole in zip(source, before, strict=True)]
    changed = sum(
        (part[0] if i else 1 - part[0])
        * (part[1] if j else 1 - part[1])
        * image[before[0] + i, before[1] + j]
        for i in (0, 1)
        for j in (0, 1)
    )
    both = np.stack([image.ravel(), np.asarray(changed).ravel()])
    assert np.abs(both[0] - both[1]).mean() > 15
    same = deskew(both)
    assert np.abs(same[0] - same[1]).mean() < 4


def test_deskew_of_one_image_is_that_of_the_batch(mnist_test: np.ndarray) -> None:
    together = deskew(mnist_test[:300])
    alone = deskew(mnist_test[299:300])
    assert np.allclose(together[299], alone[0], atol=0.01)


@pytest.mark.parametrize("image", [np.zeros((1, 784)), np.eye(28).reshape(1, 784) * 0])
def test_deskew_leaves_a_blank_image_blank(image: np.ndarray) -> None:
    assert not deskew(image).any()


def test_deskew_of_a_line_without_width_stays_a_line() -> None:
    level, upright = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.uint8)
    level[14, 4:24] = 255
    upright[4:24, 14] = 255
    flat, tall = deskew(np.stack([level, upright]).reshape(2, 784)).reshape(2, 28, 28)
    assert np.isfinite(flat).all()
    assert np.isfinite(tall).all()
    assert (flat.max(axis=1) > 50).sum() <= 3  # rows
    assert (tall.max(axis=0) > 50).sum() <= 4  # columns


def wedge() -> np.ndarray:
    """Two lines that spread from the top downwards, like a tent: (1, 784)."""
    image = np.zeros((28, 28), np.float32)
    for y in range(4, 24):
        for side in (-1, 1):
            x = 13.5 + side * (1 + 0.4 * (y - 4))
            image[y, int(x)] += 255 * (1 - x % 1)
            image[y, int(x) + 1] += 255 * (x % 1)
    return image.reshape(1, 784)


def widths(image: np.ndarray) -> np.ndarray:
    """Standard deviation of the ink in the highest and the lowest third: (2,)."""
    rows = image.reshape(28, 28)[4:24]
    x = np.arange(28) - 13.5
    return np.array([np.sqrt((band @ x**2).sum() / band.sum()) for band in (rows[:7], rows[-7:])])


def test_rows_of_a_band_are_brought_half_way_to_one_width() -> None:
    before, after = widths(wedge()), widths(deskew(wedge()))
    ratio_before, ratio_after = before[1] / before[0], after[1] / after[0]
    assert ratio_before > 2.5
    assert ratio_before**0.4 < ratio_after < ratio_before**0.8


def narrow_one() -> np.ndarray:
    """An upright line of two pixels' width: (1, 784)."""
    image = np.zeros((28, 28), np.float32)
    image[4:24, 13:15] = 255
    return image.reshape(1, 784)


def test_narrow_digits_are_widened_as_far_as_the_least_scale_allows() -> None:
    spreads = [moments(deskew(narrow_one(), scale))[3][0] for scale in (0.6, 0.8, 1.0)]
    assert spreads[0] > 1.2 * spreads[1] > 1.4 * spreads[2]
    np.testing.assert_array_equal(deskew(narrow_one()), deskew(narrow_one(), FORMER_LEAST_SCALE))


def test_the_least_scale_is_nothing_to_wide_digits_nor_to_heights() -> None:
    wide = np.zeros((28, 28), np.float32)
    wide[8:20, 4:24] = 255
    short = wide.reshape(1, 784)
    np.testing.assert_array_equal(deskew(short, 0.6), deskew(short, 1.0))
    assert moments(deskew(short, 1.0))[4][0] > 1.3 * moments(short)[4][0]
