import numpy as np
import pytest

from model import dataset, ink
from model.errors import BlankImageError, InkError


@pytest.fixture(scope="module")
def mnist_test() -> np.ndarray:
    return dataset.load_mnist_part("test")[0]


def centre_of_mass(images: np.ndarray) -> np.ndarray:
    images = images.reshape(-1, 28, 28).astype(np.float64)
    mass = images.sum(axis=(1, 2))
    y = (images.sum(axis=2) @ np.arange(28)) / mass
    x = (images.sum(axis=1) @ np.arange(28)) / mass
    return np.stack([y, x], axis=1)


def test_every_mnist_test_image_passes_unchanged(mnist_test: np.ndarray) -> None:
    for image in mnist_test.reshape(-1, 28, 28):
        assert np.array_equal(ink.to_mnist(image), image)


def test_off_centre_mnist_image_is_brought_back(mnist_test: np.ndarray) -> None:
    """Only where a whole pixel restores it: a shift that keeps the ink inside is undone exactly."""
    restored = 0
    for image in mnist_test[:300].reshape(-1, 28, 28):
        shifted = np.roll(image, (3, -3), axis=(0, 1))
        if image.max() == 255 and not image[-3:].any() and not image[:, :3].any():
            assert np.array_equal(ink.to_mnist(shifted), image)
            restored += 1
    assert restored > 150


def test_enlarged_digit_in_a_frame_comes_back_the_same(mnist_test: np.ndarray) -> None:
    """Area overlap undoes a tenfold enlargement by pixel doubling exactly."""
    image = mnist_test[0].reshape(28, 28)
    large = np.zeros((500, 700), np.uint8)
    large[100:380, 300:580] = np.kron(image, np.ones((10, 10), np.uint8))
    expected = np.floor(image * (255 / image.max()) + 0.5)
    assert np.array_equal(ink.to_mnist(large), expected)


def test_resampling_shares_pixels_by_area() -> None:
    """Worked by hand: 30 columns to 20, so that each cell covers one and a half."""
    crop = np.zeros((30, 30))
    crop[0, 0], crop[0, 1], crop[29, 29] = 200, 100, 200
    small = ink.resample(crop)
    # cell (0, 0): all of the 200 and half of the 100: 250; cell (0, 1): half of the 100: 50.
    assert small[0, 0] == 255
    assert small[0, 1] == round(255 * 50 / 250)
    assert small[19, 19] == round(255 * 200 / 250)
    assert np.count_nonzero(small) == 3


def test_longest_side_peak_and_centre_are_those_of_mnist() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        height, width = rng.integers(5, 90, 2)
        grey = np.zeros((120, 150), np.uint8)
        top, left = rng.integers(0, 30, 2)
        grey[top : top + height, left : left + width] = rng.integers(1, 256, (height, width))
        out = ink.to_mnist(grey)
        top, bottom, left, right = ink.ink_box(out)
        assert max(bottom - top, right - left) == 20
        assert out.max() == 255
        assert np.abs(centre_of_mass(out) - 14.0).max() <= 0.5


def test_ink_at_one_end_is_never_pushed_over_the_edge() -> None:
    grey = np.zeros((100, 100), np.uint8)
    grey[80:, :] = 255  # the centre of mass is far below the middle of the box
    grey[:80, 48:52] = 30
    out = ink.to_mnist(grey)
    top, bottom, *_ = ink.ink_box(out)
    assert bottom - top == 20
    assert out.sum(axis=1)[top:bottom].min() > 0


def test_ink_area_is_kept() -> None:
    rng = np.random.default_rng(2)
    crop = rng.integers(0, 256, (90, 60))
    crop[0, 0] = crop[-1, -1] = 255
    small = ink.resample(crop).astype(float)
    areas = crop.sum() * (20 / 90) ** 2
    scale = 255 / ink_peak(crop)
    assert small.sum() == pytest.approx(areas * scale, rel=2e-3)


def ink_peak(crop: np.ndarray) -> float:
    """The greatest mean of the 4.5 x 4.5 cells, by brute force on a tenth of a pixel."""
    fine = np.kron(crop, np.ones((10, 10)))  # (900, 600)
    square = np.zeros((900, 900))
    square[:, 150:750] = fine
    return square.reshape(20, 45, 20, 45).mean(axis=(1, 3)).max()


@pytest.mark.parametrize("shape", [(28, 28), (280, 280), (0, 0), (5, 0)])
def test_blank_image_is_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(BlankImageError, match="blank"):
        ink.to_mnist(np.zeros(shape, np.uint8))


def test_colour_image_is_refused_with_its_shape() -> None:
    with pytest.raises(InkError, match=r"two dimensions.*\(28, 28, 3\)"):
        ink.to_mnist(np.ones((28, 28, 3), np.uint8))


def test_single_pixel_becomes_a_full_box() -> None:
    grey = np.zeros((28, 28), np.uint8)
    grey[3, 3] = 1
    assert np.count_nonzero(ink.to_mnist(grey) == 255) == 400


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
    after = ink.deskew(before)
    assert abs(moments(before)[2][0]) > 0.2
    assert abs(moments(after)[2][0]) < 0.03
    assert after.reshape(28, 28).sum(axis=0)[11:17].sum() > 0.99 * after.sum()


def test_deskewed_digits_are_upright_and_in_the_middle(mnist_test: np.ndarray) -> None:
    mx, my, slant, _, _ = moments(ink.deskew(mnist_test[:2000]))
    for mean in (mx, my):
        assert np.quantile(np.abs(mean - 13.5), 0.99) < 0.25
    assert np.quantile(np.abs(slant), 0.99) < 0.1


def test_deskewed_digits_have_one_spread(mnist_test: np.ndarray) -> None:
    *_, wide, high = moments(ink.deskew(mnist_test[:2000]))
    assert abs(np.median(wide) - 4.2) < 0.1
    assert abs(np.median(high) - 5.6) < 0.1
    assert np.quantile(high, 0.95) - np.quantile(high, 0.05) < 0.3


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
    same = ink.deskew(both)
    assert np.abs(same[0] - same[1]).mean() < 4


def test_deskew_of_one_image_is_that_of_the_batch(mnist_test: np.ndarray) -> None:
    together = ink.deskew(mnist_test[:300])
    alone = ink.deskew(mnist_test[299:300])
    assert np.allclose(together[299], alone[0], atol=0.01)


@pytest.mark.parametrize("image", [np.zeros((1, 784)), np.eye(28).reshape(1, 784) * 0])
def test_deskew_leaves_a_blank_image_blank(image: np.ndarray) -> None:
    assert not ink.deskew(image).any()


def test_deskew_of_a_line_without_width_stays_a_line() -> None:
    level, upright = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.uint8)
    level[14, 4:24] = 255
    upright[4:24, 14] = 255
    flat, tall = ink.deskew(np.stack([level, upright]).reshape(2, 784)).reshape(2, 28, 28)
    assert np.isfinite(flat).all()
    assert np.isfinite(tall).all()
    assert (flat.max(axis=1) > 50).sum() <= 3  # rows
    assert (tall.max(axis=0) > 50).sum() <= 3  # columns
