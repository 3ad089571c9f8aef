import numpy as np
import pytest

from app.imaging.stroke_width import normalize_stroke_width
from model.preprocessing import normalize


def cut(found: np.ndarray) -> np.ndarray:
    top, bottom, left, right = normalize.bounding_box(found)
    return found[top:bottom, left:right]


def cross(width: int, side: int = 200) -> np.ndarray:
    """An upright and a level line, `width` pixels wide, in a frame."""
    found = np.zeros((side + 80, side + 80), np.uint8)
    middle = 40 + side // 2
    found[40 : 40 + side, middle : middle + width] = 255
    found[middle : middle + width, 40 : 40 + side] = 255
    return cut(found)


@pytest.mark.parametrize("width", [1, 2, 5])
def test_thin_lines_become_a_pen_of_1_7_of_20_pixels(width: int) -> None:
    widened = normalize_stroke_width(cross(width))
    top, bottom, left, right = normalize.bounding_box(widened)
    arm = widened[(top + bottom) // 2 - 60, left:right]
    assert np.count_nonzero(arm) == pytest.approx(17, abs=2)
    assert set(np.unique(widened)) == {0, 255}


def test_one_pixel_diagonal_is_as_wide_as_an_upright_one() -> None:
    found = np.zeros((280, 280), np.uint8)
    at = np.arange(40, 240)
    found[at, at] = 255
    widened = normalize_stroke_width(cut(found))
    area = np.count_nonzero(widened)
    assert area == pytest.approx(200 * np.sqrt(2) * 17, rel=0.2)


@pytest.mark.parametrize("width", [12, 25, 32])
def test_pens_that_survive_are_left_alone(width: int) -> None:
    found = cross(width)
    assert normalize_stroke_width(found) is found


def test_small_and_blank_pictures_are_left_alone() -> None:
    small = np.eye(28, dtype=np.uint8) * 255
    assert normalize_stroke_width(small) is small
    blank = np.zeros((280, 280), np.uint8)
    assert normalize_stroke_width(blank) is blank


def test_ink_at_the_edge_is_widened_outwards_too() -> None:
    found = np.zeros((200, 200), np.uint8)
    found[:, 0] = found[0, :100] = 255
    widened = normalize_stroke_width(found)
    assert np.count_nonzero(widened[-60]) == pytest.approx(17, abs=2)


def test_line_between_the_pixels_looked_at_first_is_widened_too() -> None:
    found = np.zeros((280, 280), np.uint8)
    found[40:240, 141] = 255
    assert np.count_nonzero(normalize_stroke_width(cut(found))) > 200 * 14


def ring(width: int) -> np.ndarray:
    """A zero of 200 pixels, its stroke `width` wide."""
    y, x = np.mgrid[:280, :280] - 139.5
    distance = np.hypot(y, x)
    return ((distance <= 100) & (distance >= 100 - width)).astype(np.uint8) * 255


@pytest.mark.parametrize("width", [40, 55, 70])
def test_marker_becomes_a_pen_of_2_8_of_20_pixels(width: int) -> None:
    narrowed = normalize_stroke_width(cut(ring(width)))
    middle = narrowed[len(narrowed) // 2]
    assert np.count_nonzero(middle) / 2 == pytest.approx(28, abs=5)


def test_filled_disc_is_not_worn_away() -> None:
    assert normalize_stroke_width(cut(ring(100))).any()
