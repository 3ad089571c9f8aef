import numpy as np
import pytest

from model import dataset, styles


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    images, labels = dataset.load_mnist_part("test")
    return images[:2000].astype(np.float32) / 255, labels[:2000]


def test_only_digits_with_a_style_are_redrawn(digits) -> None:
    images, labels = digits
    out = styles.restyle(images, labels, np.random.default_rng(0))
    changed = (out != images).any(axis=1)
    share = [changed[labels == digit].mean() for digit in range(10)]
    for digit, expected in enumerate([0.1, 0.58, 0, 0, 0.08, 0, 0, 0.3, 0, 0.1]):
        assert share[digit] == pytest.approx(expected, abs=0.08)


def test_flags_feet_bars_and_slashes_only_add_ink(digits) -> None:
    images, labels = digits
    out = styles.restyle(images, labels, np.random.default_rng(0))
    additive = np.isin(labels, [0, 1, 7])
    assert (out[additive] >= images[additive]).all()
    assert np.allclose(out.max(axis=1), images.max(axis=1))


def upright_stroke() -> np.ndarray:
    """A stem of 3 columns about column 14, rows 4 to 23."""
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 4:24, 13:16] = 1
    return image


def test_flag_hangs_from_the_top_to_the_left() -> None:
    ((x0, y0, x1, y1),) = styles._flag(upright_stroke(), np.random.default_rng(0))[0]
    assert (x0, y0) == pytest.approx((14, 4))
    assert x1 < 13
    assert 4 < y1 < 16


def test_foot_stands_on_both_sides_of_the_end() -> None:
    ((x0, y0, x1, y1),) = styles._foot(upright_stroke(), np.random.default_rng(0))[0]
    assert x0 < 12 < 16 < x1
    assert (y0 + y1) / 2 == pytest.approx(23, abs=1)


def test_bar_crosses_the_middle_of_the_stem() -> None:
    ((x0, y0, x1, y1),) = styles._bar(upright_stroke(), np.random.default_rng(0))[0]
    assert x0 < 12 < 16 < x1
    assert 9 < (y0 + y1) / 2 < 18


@pytest.mark.parametrize("width", [2, 3])
def test_pen_width_is_estimated(width: int) -> None:
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 4:24, 12 : 12 + width] = 1
    assert styles.stroke_width(image)[0] == pytest.approx(width, abs=0.7)


def test_drawn_line_has_the_pens_width() -> None:
    canvas = np.zeros((1, 784), np.float32)
    segment = np.array([[[4.0, 14.0, 24.0, 14.0]]])
    styles.draw(canvas, segment, np.array([1.25]), np.array([[1.0]]))
    column = canvas.reshape(28, 28)[:, 14]
    assert column.sum() == pytest.approx(2.5, abs=0.01)
    assert column[14] == 1
    assert canvas.reshape(28, 28)[14, :2].sum() == 0


def test_erosion_and_dilation_take_the_four_neighbours() -> None:
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 10:13, 10:13] = 1
    assert styles.erode(image).sum() == 1
    assert styles.dilate(image).sum() == 9 + 12
    assert styles.dilate(image, 0.5).sum() == 9 + 6


def test_curve_runs_through_its_corners() -> None:
    corners = np.array([[[0.0, 0.0], [4.0, 8.0], [9.0, 2.0]]])
    curve = styles._smooth(corners)
    assert np.allclose(curve[0, ::3], corners[0])
    assert curve.shape == (1, 7, 2)
