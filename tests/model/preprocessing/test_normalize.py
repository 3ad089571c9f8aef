import numpy as np
import pytest

from model.data import idx
from model.errors import BlankImageError, InkError
from model.preprocessing import normalize


@pytest.fixture(scope="module")
def mnist_test() -> np.ndarray:
    return idx.load_mnist_part("test")[0]


def centre_of_mass(images: np.ndarray) -> np.ndarray:
    images = images.reshape(-1, 28, 28).astype(np.float64)
    mass = images.sum(axis=(1, 2))
    y = (images.sum(axis=2) @ np.arange(28)) / mass
    x = (images.sum(axis=1) @ np.arange(28)) / mass
    return np.stack([y, x], axis=1)


def test_every_mnist_test_image_passes_unchanged(mnist_test: np.ndarray) -> None:
    for image in mnist_test.reshape(-1, 28, 28):
        assert np.array_equal(normalize.to_mnist(image), image)


def test_off_centre_mnist_image_is_brought_back(mnist_test: np.ndarray) -> None:
    """Only where a whole pixel restores it: a shift that keeps the ink inside is undone exactly."""
    restored = 0
    for image in mnist_test[:300].reshape(-1, 28, 28):
        shifted = np.roll(image, (3, -3), axis=(0, 1))
        if image.max() == 255 and not image[-3:].any() and not image[:, :3].any():
            assert np.array_equal(normalize.to_mnist(shifted), image)
            restored += 1
    assert restored > 150


def test_enlarged_digit_in_a_frame_comes_back_the_same(mnist_test: np.ndarray) -> None:
    """Area overlap undoes a tenfold enlargement by pixel doubling exactly."""
    image = mnist_test[0].reshape(28, 28)
    large = np.zeros((500, 700), np.uint8)
    large[100:380, 300:580] = np.kron(image, np.ones((10, 10), np.uint8))
    expected = np.floor(image * (255 / image.max()) + 0.5)
    assert np.array_equal(normalize.to_mnist(large), expected)


def test_resampling_shares_pixels_by_area() -> None:
    """Worked by hand: 30 columns to 20, so that each cell covers one and a half."""
    crop = np.zeros((30, 30))
    crop[0, 0], crop[0, 1], crop[29, 29] = 200, 100, 200
    small = normalize.resample(crop)
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
        out = normalize.to_mnist(grey)
        top, bottom, left, right = normalize.bounding_box(out)
        assert max(bottom - top, right - left) == 20
        assert out.max() == 255
        assert np.abs(centre_of_mass(out) - 14.0).max() <= 0.5


def test_ink_at_one_end_is_never_pushed_over_the_edge() -> None:
    grey = np.zeros((100, 100), np.uint8)
    grey[80:, :] = 255  # the centre of mass is far below the middle of the box
    grey[:80, 48:52] = 30
    out = normalize.to_mnist(grey)
    top, bottom, *_ = normalize.bounding_box(out)
    assert bottom - top == 20
    assert out.sum(axis=1)[top:bottom].min() > 0


def test_ink_area_is_kept() -> None:
    rng = np.random.default_rng(2)
    crop = rng.integers(0, 256, (90, 60))
    crop[0, 0] = crop[-1, -1] = 255
    small = normalize.resample(crop).astype(float)
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
        normalize.to_mnist(np.zeros(shape, np.uint8))


def test_colour_image_is_refused_with_its_shape() -> None:
    with pytest.raises(InkError, match=r"two dimensions.*\(28, 28, 3\)"):
        normalize.to_mnist(np.ones((28, 28, 3), np.uint8))


def test_single_pixel_becomes_a_full_box() -> None:
    grey = np.zeros((28, 28), np.uint8)
    grey[3, 3] = 1
    assert np.count_nonzero(normalize.to_mnist(grey) == 255) == 400
