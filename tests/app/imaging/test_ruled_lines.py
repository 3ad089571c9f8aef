import numpy as np
import pytest

from app.imaging.ruled_lines import remove_ruled_lines


def stroke() -> np.ndarray:
    found = np.zeros((200, 200), np.float32)
    found[40:160, 95:110] = 1
    return found


@pytest.mark.parametrize("slope", [0.0, 0.04, -0.09])
def test_tilted_line_goes_and_the_stroke_it_crosses_stays(slope: float) -> None:
    found = stroke()
    columns = np.arange(200)
    rows = np.round(100 + slope * (columns - 100)).astype(int)
    found[rows, columns] = np.maximum(found[rows, columns], 0.5)
    found[rows + 1, columns] = np.maximum(found[rows + 1, columns], 0.5)
    cleaned = remove_ruled_lines(found)
    assert not cleaned[:, :90].any()
    assert not cleaned[:, 115:].any()
    assert (cleaned[40:160, 97:108] == 1).mean() > 0.97


def test_squares_go_too() -> None:
    found = stroke()
    found[30::40] = np.maximum(found[30::40], 0.5)
    found[:, 10::40] = np.maximum(found[:, 10::40], 0.5)
    cleaned = remove_ruled_lines(found)
    assert not cleaned[:, :90].any()
    assert (cleaned[40:160, 97:108] == 1).mean() > 0.9


def test_digits_own_bar_stays() -> None:
    found = np.zeros((200, 200), np.float32)
    found[50:60, 30:170] = 1
    found[60:180, 120:132] = 1
    assert np.array_equal(remove_ruled_lines(found), found)


def test_small_pictures_are_left_alone() -> None:
    found = np.zeros((28, 28), np.float32)
    found[14] = 1
    assert np.array_equal(remove_ruled_lines(found), found)
